"""Who answers a message: the bot, a counsellor, or the person who holds the conversation; a pure decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from frontdoor.assessment import About, Level, RiskAssessment, Speaker
from frontdoor.conversation import Conversation, Lane, ScriptPlace, State
from frontdoor.message import Said, Sender

if TYPE_CHECKING:
    from frontdoor.content import Script, Step
    from frontdoor.ports import Presence
    from frontdoor.words import Words

HIGH: Level = 3
"""From this level on a person is called unasked, and only scripts speak until one is there."""

SILENCE_SECONDS = 60


class Route(StrEnum):
    """Where a message goes."""

    BOT = "bot"
    COUNSELLOR = "counsellor"
    HELD = "held"
    HOUSE = "house"
    """The front door itself has answered: a page, a script with its offer, a line."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is kept together with the message: the state after it, and what the house says at once.

    `script` is the place after this message; `asks_bot` leaves the message for the bot; `raised` calls people.
    """

    route: Route
    state: State
    level: Level
    categories: tuple[str, ...]
    about: About
    speaker: Speaker
    lane: Lane | None = None
    epoch_up: bool = False
    said: tuple[Said, ...] = ()
    script: ScriptPlace | None = None
    silence: bool = False
    asks_bot: bool = False
    level2_count: int = 0
    watch: bool = False
    raised: bool = False
    not_so: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message with all that the decision needs: the conversation before it, and what is known of it.

    `do` is the action of a tapped button; `live` says that the channel shows the state by itself;
    `unread` that the visitor sent a voice or a picture.
    """

    conversation: Conversation
    assessment: RiskAssessment
    do: str | None
    live: bool
    unread: bool = False


def decide(arrived: Arrived, words: Words, presence: Presence) -> Plan:
    """The plan for one message. Risk only rises here; only a counsellor lets it fall."""
    plan = _decided(arrived, words, presence)
    if not arrived.unread:
        return plan
    # nobody here hears or sees it: that is said, a person is offered, and the bot does not guess
    told = _with(plan, level=max(plan.level, 1), asks_bot=False, said=(*plan.said, words.line("voice_picture")))
    return _with(told, route=Route.HOUSE) if plan.route is Route.BOT else told


def _decided(arrived: Arrived, words: Words, presence: Presence) -> Plan:
    base = _merged(arrived)
    if arrived.do is not None and (plan := _tapped(arrived, base, words, presence)) is not None:
        return plan
    if arrived.conversation.state is State.COUNSELLOR:
        return _held(arrived, base, words)
    if arrived.conversation.state is State.WAITING:
        return _awaited(arrived, base, words, presence)
    return _with_bot(arrived, base, words, presence)


def _merged(arrived: Arrived) -> Plan:
    """The conversation's own values, with what the message adds; nothing falls."""
    before, now = arrived.conversation, arrived.assessment
    new = tuple(category for category in now.categories if category not in before.categories)
    # what raised it highest stands first: words of fear afterwards do not hide it
    ordered = before.categories + new
    if now.level > before.level:
        ordered = now.categories + tuple(c for c in before.categories if c not in now.categories)
    return Plan(
        route=Route.HELD,
        state=before.state if before.state is not State.CLOSED else State.BOT,
        level=max(before.level, now.level),
        categories=ordered,
        about=now.about if now.categories else before.about,
        speaker=now.speaker if now.speaker != "unknown" else before.speaker,
        lane=before.lane,
        script=before.script,
        level2_count=before.level2_count + (1 if now.level == 2 else 0),
        watch=before.watch_since is not None or max(before.level, now.level) == 2,
        raised=now.level >= 2 and (now.level > before.level or bool(new)),
        not_so=before.not_so,
    )


def _with(plan: Plan, **changes: object) -> Plan:
    """A copy of the plan with other values."""
    return replace(plan, **changes)  # type: ignore[arg-type]


def _tapped(arrived: Arrived, base: Plan, words: Words, presence: Presence) -> Plan | None:
    """What a tapped button does; None when it is decided like words (an answer, an intent for the bot)."""
    do, conversation = arrived.do or "", arrived.conversation
    if do.startswith("article:") and conversation.state in (State.BOT, State.CLOSED):
        # the bot gives it, so that it knows what "simpler" or "its source" will be about; where it asks a question
        # of its own, that is the one a bare yes or no will answer
        asks = words.concern(do.replace("article:", "concerns:", 1)) is not None and base.speaker != "adult"
        return _with(base, route=Route.BOT, asks_bot=True, script=None if asks else base.script)
    page = words.page(do)
    if page is not None:
        # opened by the visitor's own tap: allowed at any time, and nobody but the page speaks
        if conversation.state in (State.WAITING, State.COUNSELLOR):
            page = tuple(replace(said, sender=Sender.SYSTEM) for said in page)
        return _with(base, route=Route.HOUSE, said=page)
    if do == "counsellor" and conversation.state in (State.BOT, State.CLOSED):
        return _wished(arrived, base, words, presence)
    if do == "not_so":
        return _with(base, route=Route.HOUSE, said=(words.line("not_so_noted"),), not_so=True)
    if do == "leave":
        return leave(arrived, base, words)
    if do.startswith("intent:") and conversation.state is State.BOT:
        return _with(base, route=Route.BOT, asks_bot=True)
    return None


def leave(arrived: Arrived, base: Plan, words: Words) -> Plan:
    """Out of the queue and back to the assistant; an emergency stays before the team."""
    if arrived.conversation.state is not State.WAITING:
        return _with(base, route=Route.HOUSE)
    if base.level >= HIGH:
        return _with(base, route=Route.HOUSE, said=(words.line("leave_refused"),))
    return _with(
        base,
        route=Route.HOUSE,
        state=State.BOT,
        lane=None,
        epoch_up=True,
        script=None,
        said=(words.line("left_queue"),),
    )


def _held(arrived: Arrived, base: Plan, words: Words) -> Plan:
    """A person has it: nobody else speaks, but the safe word always shows the emergency numbers."""
    said = (words.emergency_card(),) if arrived.assessment.safe_word else ()
    return _with(base, said=said)


def _awaited(arrived: Arrived, base: Plan, words: Words, presence: Presence) -> Plan:
    """A person is awaited: only scripts speak, and the numbers stay at hand."""
    assessment, before = arrived.assessment, arrived.conversation
    if assessment.safe_word:
        return _with(base, said=(words.emergency_card(),), level=max(base.level, 2))
    if assessment.level >= HIGH and base.raised:
        return _scripted(arrived, _with(base, lane=Lane.RISK, epoch_up=before.level < HIGH), words, presence)
    follow = _followed(arrived, base, words, presence)
    if follow is not None:
        return follow
    if base.level >= HIGH > before.level:
        return _scripted(arrived, _with(base, lane=Lane.RISK, epoch_up=True), words, presence)
    if assessment.answer == "one" and before.level >= HIGH:
        # the sign agreed on for danger counts after the questions have ended too
        if before.level >= 4:
            return _with(base, said=(words.emergency_card(),))
        return _scripted(arrived, _with(base, level=4, raised=True), words, presence)
    if not arrived.live:
        # a messenger shows no state: without a line the visitor would hear nothing
        return _with(base, said=(words.line("kept_waiting", base.speaker),))
    return base


def _with_bot(arrived: Arrived, base: Plan, words: Words, presence: Presence) -> Plan:
    assessment = arrived.assessment
    if assessment.safe_word:
        return _with(_wished(arrived, base, words, presence, words.emergency_card()), level=max(base.level, 2))
    if assessment.answer == "one" and arrived.conversation.level >= 1 and arrived.conversation.script is None:
        # the sign for danger, which the lines about calls and pictures name
        return _with(_wished(arrived, base, words, presence, words.emergency_card()), level=max(base.level, 2))
    if assessment.unscreened:
        return _queued(base, Lane.UNSCREENED, (words.line("unscreened"),))
    if assessment.level >= HIGH or (assessment.level >= 2 and base.level >= HIGH):
        # also distress after an emergency that a counsellor left at its level
        return _scripted(arrived, _queued(base, Lane.RISK, ()), words, presence)
    if assessment.wish:
        return _wished(arrived, base, words, presence)
    follow = _followed(arrived, base, words, presence)
    if follow is not None:
        return follow
    if assessment.level == 2:
        return _level_two(arrived, base, words, presence)
    if assessment.check_in:
        return _scripted(arrived, _with(base, route=Route.HOUSE), words, presence, script="check-in-any")
    other = words.other_language(assessment.language) if assessment.level == 0 else None
    if other is not None:
        return _with(base, route=Route.HOUSE, said=(other,))
    return _with(base, route=Route.BOT, asks_bot=True, script=None)


def _level_two(arrived: Arrived, base: Plan, words: Words, presence: Presence) -> Plan:
    """The first level 2 gets its script with an offer; the second calls a person."""
    if base.level2_count >= 2:
        queued = _queued(base, Lane.RISK, words.queued(presence, base.speaker, live=arrived.live))
        asked = _scripted(arrived, queued, words, presence, script="level-2-second")
        return _with(asked, said=(*asked.said[:1], *queued.said))
    return _scripted(arrived, _with(base, route=Route.HOUSE, watch=True), words, presence)


def _wished(arrived: Arrived, base: Plan, words: Words, presence: Presence, *first: Said) -> Plan:
    """Into the queue by wish; who stands at level 3–4 is told of no place in it."""
    if base.level >= HIGH and presence.on_shift:
        return _queued(base, Lane.RISK, (*first, words.line("searching", base.speaker)))
    told = words.queued(presence, base.speaker, live=arrived.live)
    return _queued(base, Lane.RISK if base.level >= HIGH else Lane.WISH, (*first, *told))


def _queued(base: Plan, lane: Lane, said: tuple[Said, ...]) -> Plan:
    return _with(base, route=Route.COUNSELLOR, state=State.WAITING, lane=lane, epoch_up=True, said=said, script=None)


def _scripted(arrived: Arrived, base: Plan, words: Words, presence: Presence, script: str | None = None) -> Plan:
    """The first step of the script that fits; at level 3–4 also that a person is being sought."""
    # what is told now has its own words, also after something graver
    told = arrived.assessment.categories or base.categories
    chosen = words.script(script) if script else words.script_for(_with(base, categories=told))
    said = [words.step(chosen, chosen.first, base, presence)]
    if base.level >= HIGH and base.state is State.WAITING:
        if presence.on_shift:
            said.append(words.line("searching", base.speaker))
        elif not arrived.live:
            said.append(words.line("searching_nobody", base.speaker))
    step = chosen.steps[chosen.first]
    return _with(
        base,
        said=tuple(said),
        script=ScriptPlace(chosen.id, chosen.first, 0),
        silence=step.silence is not None and base.state is State.WAITING,
    )


def _followed(arrived: Arrived, base: Plan, words: Words, presence: Presence) -> Plan | None:
    """What follows an answer to the script's open question; None when no question is open or none fits."""
    script, step = _open_step(arrived.conversation, words)
    if script is None or step is None or step.question is None:
        return None
    do = arrived.do or ""
    given = do.removeprefix("answer:") if do.startswith("answer:") else arrived.assessment.answer
    follow = {"yes": step.yes, "no": step.no, "one": step.one}.get(given or "", step.other)
    if follow is None or (given is None and follow.step is None and not follow.level):
        return None
    level = max(base.level, follow.level or 0)
    plan = _with(base, level=level, script=None, raised=base.raised or level > arrived.conversation.level)
    if arrived.conversation.state is not State.WAITING and (follow.queue or level >= HIGH):
        lane = Lane.RISK if level >= 2 else Lane.WISH
        plan = _queued(plan, lane, () if level >= HIGH else words.queued(presence, base.speaker, live=arrived.live))
    elif level >= HIGH > arrived.conversation.level:
        plan = _with(plan, lane=Lane.RISK, epoch_up=True)
    elif plan.state is State.BOT:
        plan = _with(plan, route=Route.HOUSE, watch=level == 2)
    if follow.step is None:
        if level >= HIGH > arrived.conversation.level:
            return _scripted(arrived, plan, words, presence)
        return plan if plan.said or plan.state is not State.BOT else None
    nxt = script.steps[follow.step]
    said = (words.step(script, follow.step, plan, presence), *plan.said)
    return _with(
        plan,
        said=said,
        script=ScriptPlace(script.id, follow.step, 0) if nxt.question else None,
        silence=nxt.silence is not None and plan.state is State.WAITING,
    )


def _open_step(conversation: Conversation, words: Words) -> tuple[Script | None, Step | None]:
    """Script and step where the conversation stands; neither when content/ has changed since."""
    place = conversation.script
    if place is None:
        return None, None
    try:
        script = words.script(place.script)
    except KeyError:
        return None, None
    return script, script.steps.get(place.step)


def after_silence(conversation: Conversation, words: Words, presence: Presence) -> Plan | None:
    """What a script says into a minute of silence while a person is awaited; None when it says nothing."""
    place = conversation.script
    if place is None or conversation.state is not State.WAITING:
        return None
    script, step = _open_step(conversation, words)
    if script is None or step is None or step.silence is None or step.silence.step is None:
        return None
    base = _merged(Arrived(conversation, RiskAssessment(), None, live=True))
    nxt = script.steps[step.silence.step]
    # a question asked before the silence stays open: the answer to it still counts
    there = ScriptPlace(script.id, step.silence.step, 0) if nxt.question else place
    plan = _with(base, level=max(base.level, step.silence.level or 0), script=there)
    return _with(plan, said=(words.step(script, step.silence.step, plan, presence),))
