"""Scenes of a console apart from where messages are screened: it hears how screening is, and forgets in time."""

from __future__ import annotations

import pytest

from frontdoor.ports import ScreeningHealth, ScreeningState, Wake
from handoff.house import HouseStatus
from handoff.screening_news import RUNS_OUT_SECONDS, ScreeningNews
from storage.bus import RedisBus
from tests.handoff.conftest import Health
from tests.handoff.console import Console

WELL = ScreeningHealth()


class Watch:
    """A clock in seconds that a scene moves."""

    def __init__(self) -> None:
        """The beginning."""
        self.now = 0.0

    def __call__(self) -> float:
        """The scene's moment."""
        return self.now


@pytest.fixture
def watch() -> Watch:
    """The scene's clock."""
    return Watch()


@pytest.fixture
def news(watch: Watch) -> ScreeningNews:
    """Nothing heard yet."""
    return ScreeningNews(watch)


def told(by: str, state: object, version: object = "v1") -> Wake:
    """What a process tells."""
    return Wake("screening", detail={"by": by, "state": state, "version": version})


def test_the_worst_of_all_processes_is_shown(news: ScreeningNews) -> None:
    news.hear(told("web-1", "lexicon"))
    news.hear(told("web-2", "model", "v2"))
    news.hear(told("web-3", "ok"))
    assert news.with_own(WELL, bus_up=True) == ScreeningHealth("model", "v2")
    assert news.with_own(ScreeningHealth("none", "v9"), bus_up=True) == ScreeningHealth("none", "v9")


def test_a_process_that_is_well_again_speaks_only_for_itself(news: ScreeningNews) -> None:
    news.hear(told("web-1", "lexicon"))
    news.hear(told("web-2", "lexicon"))
    news.hear(told("web-1", "ok"))
    assert news.with_own(WELL, bus_up=True).state == "lexicon"
    news.hear(told("web-2", "ok", "v3"))
    assert news.with_own(WELL, bus_up=True) == ScreeningHealth("ok", "v3")


def test_a_process_that_is_gone_is_forgotten(news: ScreeningNews, watch: Watch) -> None:
    news.hear(told("web-1", "lexicon"))
    watch.now = RUNS_OUT_SECONDS
    assert news.with_own(WELL, bus_up=True).state == "lexicon"
    watch.now += 1
    assert news.with_own(WELL, bus_up=True).state == "ok"


def test_while_the_bus_is_away_nothing_is_forgotten(news: ScreeningNews, watch: Watch) -> None:
    news.hear(told("web-1", "none"))
    watch.now = 10 * RUNS_OUT_SECONDS
    assert news.with_own(WELL, bus_up=False).state == "none"
    news.bus_is_back()
    assert news.with_own(WELL, bus_up=True).state == "none"
    watch.now += RUNS_OUT_SECONDS + 1
    assert news.with_own(WELL, bus_up=True).state == "ok"


@pytest.mark.parametrize("state", ["fine", None, 4, ["ok"]])
def test_what_is_not_understood_changes_nothing(news: ScreeningNews, state: object) -> None:
    news.hear(told("web-1", "lexicon"))
    news.hear(told("web-1", state))
    assert news.with_own(WELL, bus_up=True).state == "lexicon"


@pytest.mark.parametrize("state", ["lexicon", "model", "none"])
async def test_an_open_console_learns_it_within_moments_and_again_that_it_is_over(
    era: Console, bus: RedisBus, health: Health, state: ScreeningState
) -> None:
    health.now = HouseStatus(draft_scripts=7)
    await era.opens()
    assert (await era.sees("status"))["screening"] == "ok"
    for _ in range(3):
        await bus.publish(told("web-1", state))
    frame = await era.sees("status", lambda frame: frame["screening"] != "ok")
    assert (frame["screening"], frame["screening_version"], frame["draft_scripts"]) == (state, "v1", 7)
    await bus.publish(told("web-1", "ok"))
    await era.sees("status", lambda frame: frame is era.frames[-1] and frame["screening"] == "ok")
    # each change once, however often it was told
    assert [frame["screening"] for frame in era.frames if frame["type"] == "status"] == ["ok", state, "ok"]
