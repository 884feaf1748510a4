"""How screening is where messages are screened: what those processes tell over the bus, until it runs out."""

from __future__ import annotations

import time
from collections.abc import Callable

from frontdoor.ports import ScreeningHealth, ScreeningState, Wake

RUNS_OUT_SECONDS = 30.0
"""Processes repeat each ten seconds what is not well; one that is no longer heard of is gone."""

_WORST_FIRST: tuple[ScreeningState, ...] = ("none", "model", "lexicon", "ok")
_LONGEST = 64
_MOST = 200


class ScreeningNews:
    """What was heard of each process. While the bus is away nothing runs out, for nobody could have been heard."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` in seconds."""
        self._clock = clock
        self._unwell: dict[str, tuple[ScreeningHealth, float]] = {}
        self._version = ""

    def hear(self, wake: Wake) -> None:
        """Take a wake of the kind `screening`; one that is not understood changes nothing."""
        by, version = str(wake.detail.get("by"))[:_LONGEST], str(wake.detail.get("version", ""))[:_LONGEST]
        state = next((known for known in _WORST_FIRST if known == wake.detail.get("state")), None)
        if state is None:
            return
        if state == "ok":
            self._version = version
            self._unwell.pop(by, None)
        elif by in self._unwell or len(self._unwell) < _MOST:
            self._unwell[by] = ScreeningHealth(state, version), self._clock()

    def bus_is_back(self) -> None:
        """What was known before counts anew, until those processes can be heard again."""
        self._unwell = {by: (health, self._clock()) for by, (health, _) in self._unwell.items()}

    def with_own(self, own: ScreeningHealth, *, bus_up: bool) -> ScreeningHealth:
        """The worst of what was heard and what this process sees by itself."""
        if bus_up:
            oldest = self._clock() - RUNS_OUT_SECONDS
            self._unwell = {by: heard for by, heard in self._unwell.items() if heard[1] >= oldest}
        known = [own, *(health for health, _ in self._unwell.values())]
        worst = min(known, key=lambda health: _WORST_FIRST.index(health.state))
        return worst if worst.version else ScreeningHealth(worst.state, self._version)
