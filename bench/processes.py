"""What the processes of a server cost: processor time and memory, as Linux counts them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

CPU_CLOCK = 2
"""Of a whole process, with all its threads, in nanoseconds: clock_getcpuclockid(3)."""


def group(leader: int) -> list[int]:
    """The processes of a process group, the leader first."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == leader:
                found.append(int(folder.name))
        except OSError:
            continue
    return sorted(found, key=lambda pid: (pid != leader, pid))


def children(parent: int) -> list[int]:
    """The processes that a process started, and itself."""
    found = [parent]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def processor_time(pids: Iterable[int]) -> dict[int, float]:
    """Seconds that each process has been running so far; those that are gone are left out."""
    used = {}
    for pid in pids:
        try:
            used[pid] = time.clock_gettime((~pid << 3) | CPU_CLOCK)
        except OSError:
            continue
    return used


def spent(before: dict[int, float], after: dict[int, float]) -> float:
    """Seconds between two looks. What began in between is counted whole."""
    return sum(seconds - before.get(pid, 0) for pid, seconds in after.items())


@dataclass(frozen=True)
class Memory:
    """MiB of one process: its own share of what it holds, and the most it ever held, shared pages included."""

    pss: float
    peak: float

    def __or__(self, other: Memory) -> Memory:
        return Memory(max(self.pss, other.pss), max(self.peak, other.peak))

    def plain(self) -> dict[str, float]:
        """The figures, rounded."""
        return {name: round(value, 1) for name, value in asdict(self).items()}


def memory(pid: int) -> Memory:
    """The memory of a process now, and its peak since it began or since `forget_peak`."""
    folder = Path(f"/proc/{pid}")
    return Memory(kilobytes(folder / "smaps_rollup", "Pss:") / 1024, kilobytes(folder / "status", "VmHWM:") / 1024)


def kilobytes(file: Path, name: str) -> int:
    """The figure of that name in a file of /proc."""
    return next((int(line.split()[1]) for line in file.read_text().splitlines() if line.startswith(name)), 0)


def forget_peak(pid: int) -> None:
    """Let the peak of a process begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
