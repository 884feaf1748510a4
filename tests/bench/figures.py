"""Figures as benchmarks print them: percentiles, processor time and memory of a process."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import psutil


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def milliseconds(seconds: list[float]) -> str:
    """p50, p95 and p99 of times given in seconds."""
    return "  ".join(f"p{share} {percentile(seconds, share / 100) * 1000:7.1f} ms" for share in (50, 95, 99))


@dataclass(frozen=True)
class Used:
    """What processes have used up to a moment."""

    cpu: float
    memory: int

    @classmethod
    def by(cls, *pids: int) -> Used:
        """Processor seconds since their start, and resident bytes now, of processes without their children."""
        processes = [psutil.Process(pid) for pid in pids]
        times = [process.cpu_times() for process in processes]
        return cls(sum(t.user + t.system for t in times), sum(p.memory_info().rss for p in processes))


def waited(pid: int) -> float:
    """The seconds in which a process could have run, but others had the processors: not its own slowness."""
    seconds = 0.0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            seconds += int(thread.read_text().split()[1]) / 1e9
    return seconds
