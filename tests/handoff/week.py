"""A week of corrections: what visitors write, what counsellors mend, and when it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import update

from frontdoor.assessment import RiskAssessment
from frontdoor.message import Inbound
from frontdoor.routing import Plan, Route
from storage.blind_spots import BlindSpots, Findings, Week
from storage.tables import audit, messages
from tests.handoff.scene import Scene

REASON = "e pashë vetë se ishte ndryshe"


def is_unknown(word: str) -> bool:
    """In these scenes nobody knows words with a q; names with one neither."""
    return "q" in word


@dataclass
class Corrections:
    """Scenes by the real clock: the week is the one that runs."""

    scene: Scene
    person: int
    week: Week = field(default_factory=lambda: Week.last_full(datetime.now(UTC)).moved(1))

    async def raises(self, conversation: str, *texts: str, to: int = 4) -> None:
        """The program sees distress at most; the counsellor sees more."""
        await self.writes(conversation, *texts)
        await self.scene.visitor_says(conversation, "jam keq", level=2, words="jam keq", category="mental_distress")
        await self.scene.desk.claim(conversation, self.person)
        await self.scene.desk.set_level(conversation, self.person, to, REASON)

    async def lowers(self, conversation: str, *texts: str, to: int = 1) -> None:
        """The program sees an emergency; the counsellor sees none."""
        await self.writes(conversation, *texts)
        await self.scene.visitor_says(conversation, "e vrava nivelin", level=4, words="vrava", category="suicide")
        await self.scene.desk.claim(conversation, self.person)
        await self.scene.desk.set_level(conversation, self.person, to, REASON)

    async def denies(self, conversation: str, *texts: str) -> None:
        """The program sees risk; the visitor presses that it is not so."""
        await self.writes(conversation, *texts)
        await self.scene.visitor_says(conversation, "me rrahu ne loje", level=3, category="bullying")
        view = await self.scene.visitors.view(conversation, "web", fresh=True)
        now = view.conversation
        plan = Plan(
            Route.HOUSE, now.state, now.level, now.categories, now.about, now.speaker, lane=now.lane, not_so=True
        )
        inbound = Inbound(conversation, "web", f"press-{conversation}", "Nuk është kështu")
        kept = await self.scene.visitors.keep(view, inbound, "not_so", RiskAssessment(version="test-1"), plan)
        assert kept is not None

    async def asks_for_a_person(self, conversation: str, *texts: str, channel: str = "web") -> None:
        """The program sees nothing; the visitor asks for a person."""
        await self.writes(conversation, *texts, channel=channel)
        await self.scene.visitor_says(conversation, "dua te flas me nje njeri", wish=True, channel=channel)

    async def writes(self, conversation: str, *texts: str, channel: str = "web") -> None:
        """The visitor writes, and the program sees nothing in it."""
        for text in texts:
            await self.scene.visitor_says(conversation, text, channel=channel)

    async def was(self, conversation: str, at: datetime) -> None:
        """All of it happened then."""
        async with self.scene.database.write() as connection:
            await connection.execute(update(audit).where(audit.c.conversation == conversation).values(at=at))
            await connection.execute(update(messages).where(messages.c.conversation == conversation).values(at=at))

    async def found(self, week: Week | None = None) -> Findings:
        """The list of a week."""
        return await BlindSpots(self.scene.database, self.scene.key).of(week or self.week, is_unknown)


__all__ = ["REASON", "Corrections", "is_unknown"]
