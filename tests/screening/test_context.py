"""What was said just before, who said it, and what makes a risk graver."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from frontdoor.assessment import Facts, HistoryEntry
from frontdoor.message import Sender
from screening.screen import Screen

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
AT_NIGHT = Facts(local_time=datetime(2026, 11, 22, 1, 30, tzinfo=UTC))


def said(text: str, seconds_ago: int = 20, sender: Sender = Sender.VISITOR, level: int = 0) -> HistoryEntry:
    return HistoryEntry(sender, text, NOW - timedelta(seconds=seconds_ago), level)


@pytest.mark.parametrize(
    ("parts", "level", "category", "evidence"),
    [
        (("nuk dua me", "te jetoj"), 3, "suicide", "te jetoj"),
        (("sdua", "te jetoj me"), 3, "suicide", "te jetoj me"),
        (("dua te", "vras", "veten"), 3, "suicide", "veten"),
        (("babi po me", "rreh"), 3, "physical_abuse", "rreh"),
    ],
)
def test_a_sentence_split_over_messages_is_read_as_one(
    screen: Screen, parts: tuple[str, ...], level: int, category: str, evidence: str
) -> None:
    *before, last = parts
    history = [said(text, 20 * (len(before) - i)) for i, text in enumerate(before)]
    result = screen.screen(last, history, Facts(local_time=NOW))
    assert (result.level, category in result.categories) == (level, True)
    assert evidence in [found.text for found in result.evidence if found.source == "context"]
    assert all(found.text == last[found.start : found.end] for found in result.evidence)


def test_what_was_said_long_ago_is_another_sentence(screen: Screen) -> None:
    assert screen.screen("te jetoj", [said("nuk dua me", 3_600)], Facts(local_time=NOW)).level == 0


def test_a_finished_question_is_another_sentence(screen: Screen) -> None:
    history = [said("babi im a ka te drejte?")]
    assert screen.screen("shoku me rreh ne FIFA", history, Facts(local_time=NOW)).level == 0


def test_words_of_the_house_are_never_raised(screen: Screen) -> None:
    history = [
        said("A ke mendime për të vdekur? Nuk dua me", sender=Sender.BOT),
        said("nuk dua me", sender=Sender.COUNSELLOR),
    ]
    assert screen.screen("te jetoj", history, Facts(local_time=NOW)).level == 0


def test_evidence_of_earlier_messages_is_not_reported_again(screen: Screen) -> None:
    history = [said("dua te vdes", level=3)]
    result = screen.screen("faleminderit", history, Facts(local_time=NOW))
    assert (result.level, result.evidence) == (0, ())


def test_a_po_to_the_bots_own_question_is_an_answer_and_nothing_else(screen: Screen) -> None:
    history = [said("A të ka ndodhur të mendosh që nuk do të jetosh më?", sender=Sender.BOT)]
    result = screen.screen("po", history, Facts(local_time=NOW))
    assert (result.level, result.answer) == (0, "yes")


def test_the_third_mild_message_counts_as_marked(screen: Screen) -> None:
    sad = "jam shumë i trishtuar"
    once = [said("kam stres", level=1)]
    assert screen.screen(sad, once).level == 1
    assert screen.screen(sad, [*once, said("me la e dashura", level=1)]).level == 2
    assert screen.screen("faleminderit", [*once, said("me la e dashura", level=1)]).level == 0


@pytest.mark.parametrize(
    ("text", "facts", "level"),
    [
        ("e pres veten", Facts(), 2),
        ("e pres veten", Facts(age=13), 3),
        ("e pres veten", Facts(age=14), 2),
        ("jam 12 vjec dhe e pres veten", Facts(), 3),
        ("jam 12 vjec dhe e pres veten", Facts(age=16), 3),
        ("jam ne klase te 6 dhe e pres veten", Facts(), 3),
        ("jam 16 vjec dhe e pres veten", Facts(), 2),
        ("e pres veten", Facts(repeated=True), 3),
        ("e pres veten, jam vetem ne shtepi", AT_NIGHT, 3),
        ("e pres veten, jam vetem ne shtepi", Facts(local_time=NOW), 2),
        ("e pres veten, jam i dehur", Facts(), 3),
        ("e pres veten, e kam briskun ketu", Facts(), 3),
        ("babi me shan cdo dite, ai eshte ne shtepi tani", Facts(), 3),
        ("shoket me tallin, macja eshte ne shtepi tani", Facts(), 2),
        ("jam shume i trishtuar", Facts(age=10, repeated=True), 1),
        ("dua te vdes", Facts(age=10, repeated=True), 3),
        ("po vdes së qeshuri", Facts(age=10, repeated=True), 0),
    ],
)
def test_circumstances_raise_once_from_level_two_and_never_to_four(
    screen: Screen, text: str, facts: Facts, level: int
) -> None:
    assert screen.screen(text, (), facts).level == level


def test_the_age_of_a_reported_child_counts_for_that_child(screen: Screen) -> None:
    assert screen.screen("vajza ime 12 vjece e pret veten").level == 3
    assert screen.screen("vajza ime 16 vjece e pret veten").level == 2
    assert screen.screen("vajza ime 12 vjece e pret veten").speaker == "adult"


def test_naive_and_aware_times_do_not_meet_in_an_error(screen: Screen) -> None:
    history = [HistoryEntry(Sender.VISITOR, "nuk dua me", datetime(2026, 11, 22, 16, 0))]
    assert screen.screen("te jetoj", history, Facts(local_time=NOW)).level == 3
