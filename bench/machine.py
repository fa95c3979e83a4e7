"""CPU and memory of processes, as the kernel counts them. On a machine with other work, a wall clock would mislead."""

import os
import time
from pathlib import Path

from tools.local.process import descendants

_TICKS = os.sysconf("SC_CLK_TCK")
_BY_THE_SCHEDULER = 2  # CPUCLOCK_SCHED of the kernel's include/linux/posix-timers.h


def cpu_seconds(*pids: int) -> float:
    """Return the CPU seconds so far of these processes and their descendants, those that have ended included."""
    return sum(_own_and_ended(pid) for root in pids for pid in (root, *descendants(root))) / _TICKS


def exact_cpu_seconds(*pids: int) -> float:
    """Return the CPU seconds so far of these processes, with all their threads, to the nanosecond.

    Raises OSError if one has ended. The kernel has a clock for each process. Python has no clock_getcpuclockid(3),
    which gives the number of that clock, so it is computed here.
    """
    return sum(time.clock_gettime_ns((~pid << 3) | _BY_THE_SCHEDULER) for pid in pids) / 1e9


def parent(pid: int) -> int:
    """Return the id of the parent process."""
    return int(_stat(pid)[1])


def resident_bytes(*pids: int) -> int:
    """Return the memory of these processes and their descendants."""
    return sum(_resident(pid) for root in pids for pid in (root, *descendants(root)))


def _own_and_ended(pid: int) -> int:
    """In ticks. 0 for a process that has just ended: its parent has its ticks."""
    try:
        return sum(int(number) for number in _stat(pid)[11:15])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may contain spaces."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/statm").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(status[1]) * os.sysconf("SC_PAGE_SIZE")
