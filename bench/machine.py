"""What processes used, by the kernel's own accounts, which hold on a machine with other work; a clock does not."""

import os
import time
from pathlib import Path

from tools.local.process import descendants

_TICKS = os.sysconf("SC_CLK_TCK")
_BY_THE_SCHEDULER = 2  # CPUCLOCK_SCHED of the kernel's include/linux/posix-timers.h


def cpu_seconds(*pids: int) -> float:
    """CPU that these processes and all they started have used so far, children that have ended included."""
    return sum(_own_and_ended(pid) for root in pids for pid in (root, *descendants(root))) / _TICKS


def exact_cpu_seconds(*pids: int) -> float:
    """CPU that these processes have used so far, each with all its threads, to the nanosecond.

    Raises OSError where one has ended. The kernel keeps a clock for each process: clock_getcpuclockid(3), whose
    number Python does not tell of a process.
    """
    return sum(time.clock_gettime_ns((~pid << 3) | _BY_THE_SCHEDULER) for pid in pids) / 1e9


def parent(pid: int) -> int:
    """The process that started this one."""
    return int(_stat(pid)[1])


def resident_bytes(*pids: int) -> int:
    """Memory that these processes and all they started hold now."""
    return sum(_resident(pid) for root in pids for pid in (root, *descendants(root)))


def _own_and_ended(pid: int) -> int:
    """In ticks; of a process that has just ended its parent tells."""
    try:
        return sum(int(number) for number in _stat(pid)[11:15])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _stat(pid: int) -> list[str]:
    """What stands after the name, which may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/statm").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(status[1]) * os.sysconf("SC_PAGE_SIZE")
