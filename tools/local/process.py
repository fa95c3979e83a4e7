"""Start, inspect and end processes, so that none is ever left behind.

A signal sets a flag that loops check. It never raises an exception while a process is being started.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from types import FrameType

from tools.local.places import for_owner

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Raised by `StopRequest.check` after a stop was requested."""


class StopRequest:
    """Counts SIGINT, SIGTERM and SIGHUP: the first requests a stop, a second one requests it at once."""

    def __init__(self) -> None:
        self.count = 0
        self.number = signal.SIGTERM

    def listen(self) -> None:
        """Handle the three signals. Call it from the main thread."""
        for number in ENDING:
            # nohup ignores SIGHUP on purpose.
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            signal.signal(number, self._received)

    def _received(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        self.number = signal.Signals(number)

    def check(self) -> None:
        """Raise Stopped if a stop was requested. Call it in every loop that waits."""
        if self.count:
            raise Stopped

    def hurry(self) -> bool:
        """Return whether a stop was requested more than once."""
        return self.count > 1


EXEC_CHILD = Path(__file__).with_name("exec_child.py")
# Between two looks at a process or a socket. Neither can be waited for together with a signal's flag.
POLL_SECONDS = 0.02
HAS_PROC = Path("/proc/self/stat").exists()

Popen = subprocess.Popen[bytes]
Waiting = Callable[[], None]  # called in every loop that waits; raises to give up


def keep_waiting() -> None:
    """The `Waiting` of a caller that never gives up."""


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path | None,
    cwd: Path | None = None,
    user: tuple[int, int] | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    own_session: bool = True,
) -> Popen:
    """Start `command`, by default in a session of its own, which Ctrl-C at the terminal does not reach.

    With `log`, its output is appended there, and all files that it writes are for their owner only. Without `log`, it
    shares our input and output. `user` is (uid, gid). On Linux it gets `death_signal` when this process dies.
    """
    run_as = f"{user[0]}:{user[1]}" if user else "-"
    wrapper = [sys.executable, "-I", "-S", str(EXEC_CHILD), str(os.getpid()), str(int(death_signal)), run_as]
    # Found here, since the wrapper, once it runs as `nobody`, may not even be able to read Python's own modules.
    program = shutil.which(command[0], path=env.get("PATH")) or command[0]
    start = partial(_popen, [*wrapper, program, *command[1:]], dict(env), log, cwd, own_session)
    # The death signal comes when the *thread* that forked ends, so only the main thread may fork.
    if threading.current_thread() is not threading.main_thread():
        return _lasting_thread().submit(start).result()
    return start()


@cache
def _lasting_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawn")


def _popen(command: list[str], env: dict[str, str], log: Path | None, cwd: Path | None, own_session: bool) -> Popen:
    with contextlib.ExitStack() as files:
        output = files.enter_context(open(log, "ab", opener=for_owner)) if log else None
        return subprocess.Popen(  # noqa: S603 - our own commands, no shell
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL if log else None,
            stdout=output,
            stderr=subprocess.STDOUT if log else None,
            start_new_session=own_session,
            umask=0o077 if log else -1,
        )


def run_to_end(process: Popen, waiting: Waiting = keep_waiting) -> int:
    """Wait for a one-off command and return its exit code. End it if `waiting` raises."""
    try:
        while (code := process.poll()) is None:
            waiting()
            time.sleep(POLL_SECONDS)
        return code
    finally:
        end_group(process)


def ended_within(process: Popen, seconds: float, hurry: Callable[[], bool] = lambda: False) -> bool:
    """Return whether `process` ends within `seconds`, and before `hurry` returns true."""
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() > deadline or hurry():
            return False
        time.sleep(POLL_SECONDS)
    return True


def end_group(process: Popen) -> None:
    """Kill what is left of the process's group, the process included."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def signal_each(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to each process that still exists."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def is_alive(pid: int) -> bool:
    """Return whether a process runs. A zombie does not."""
    if HAS_PROC:
        return _state(pid) not in ("", "Z")
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def is_stopped(pid: int) -> bool:
    """Return whether SIGSTOP has stopped the process, or it is gone (Linux only: elsewhere always true)."""
    return not HAS_PROC or _state(pid) in ("", "Z", "T")


def _state(pid: int) -> str:
    """The kernel's letter for the process's state; empty if there is no such process."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    return ""


def descendants(pid: int) -> list[int]:
    """Return children, grandchildren and so on of a process, whatever their sessions."""
    children: dict[int, list[int]] = {}
    for child, parent in _pids_and_parents():
        children.setdefault(parent, []).append(child)
    found = list(children.get(pid, ()))
    for child in found:
        found.extend(children.get(child, ()))
    return found


def _pids_and_parents() -> list[tuple[int, int]]:
    if not HAS_PROC:  # macOS
        listing = subprocess.check_output(["/bin/ps", "-axo", "pid=,ppid="], text=True)
        return [(int(pid), int(parent)) for pid, parent in map(str.split, listing.splitlines())]
    rows = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The second field is the name in brackets, which may itself contain spaces and brackets.
            fields = entry.read_text(errors="replace").rpartition(")")[2].split()
            rows.append((int(entry.parent.name), int(fields[1])))
    return rows


def processes_in(folder: Path) -> list[int]:
    """Return the processes whose working directory is `folder` (Linux only: elsewhere always empty)."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == folder:
                found.append(int(link.parent.name))
    return found


def exit_text(code: int | None) -> str:
    """Return how a process ended, in words."""
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
