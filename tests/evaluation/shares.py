"""Shares of something counted, with the interval in which the true share lies."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.959964


@dataclass
class Share:
    """How many of how many."""

    good: int = 0
    all: int = 0

    def count(self, good: bool) -> None:
        """One more, good or not."""
        self.good += good
        self.all += 1

    @property
    def percent(self) -> float:
        """0 to 100; nothing counted is 0."""
        return 100 * self.good / self.all if self.all else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson, in percent."""
        if not self.all:
            return 0.0, 100.0
        n, share = self.all, self.good / self.all
        middle = share + _Z * _Z / (2 * n)
        width = _Z * math.sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n))
        whole = 1 + _Z * _Z / n
        return max(0.0, 100 * (middle - width) / whole), min(100.0, 100 * (middle + width) / whole)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.percent:.1f} % ({low:.1f}–{high:.1f}) of {self.all}"
