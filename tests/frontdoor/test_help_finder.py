"""Where help is: what is found for a question, nearest first, and that only checked contacts are told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from frontdoor.content import ALWAYS_SHOWN, Content, Help
from frontdoor.help_finder import HelpFound, find_help, said_help
from frontdoor.message import Said, Sender
from frontdoor.settings import ROOT
from frontdoor.words import Words
from language.places import COUNTRIES, MUNICIPALITIES

With = Callable[..., Content]


@pytest.fixture
def content_with() -> With:
    """The project's content with some entries changed, as the operator will do."""

    def build(**changes: dict[str, object]) -> Content:
        content = Content(ROOT / "content")
        for slug, fields in changes.items():
            slug = slug.replace("njmf_", "njmf-").replace("hiv_test_", "hiv-test-")
            content.directory[slug] = content.directory[slug].model_copy(update=fields)
        return content

    return build


def slugs(entries: tuple[Help, ...]) -> list[str]:
    return [entry.slug for entry in entries]


CHECKED = {"verified": True, "verified_on": date(2026, 11, 22)}


class TestFinding:
    """What the directory has."""

    @pytest.mark.parametrize("service", ["police", "ambulance", "fire", "emergency", "alo"])
    def test_a_service_by_its_name(self, content: Content, service: str) -> None:
        found = find_help(content, service=service)

        assert slugs(found.shown)[0] == service
        assert found.danger.slug == "police"

    @pytest.mark.parametrize("service", ["isigurt", "take_it_down"])
    def test_a_body_on_the_net(self, content: Content, service: str) -> None:
        assert slugs(find_help(content, service=service).shown) == [service]

    def test_without_a_wish_those_for_danger(self, content: Content) -> None:
        assert slugs(find_help(content).shown) == ["alo", "police", "ambulance", "fire", "emergency"]

    def test_a_missing_child(self, content: Content) -> None:
        assert slugs(find_help(content, service="missing").shown) == ["missing", "police"]

    def test_what_nobody_knows(self, content: Content) -> None:
        found = find_help(content, service="spaceship")

        assert found.shown == found.named == ()

    def test_the_need_where_the_service_is_unknown(self, content: Content) -> None:
        assert slugs(find_help(content, service="spaceship", need="intimate_images").shown) == ["take_it_down"]

    @pytest.mark.parametrize("slug", MUNICIPALITIES)
    def test_each_child_protection_unit_is_found_and_not_shown_yet(self, content: Content, slug: str) -> None:
        found = find_help(content, service="child_protection", municipality=slug)

        assert found.shown == ()
        assert slugs(found.named) == [f"njmf-{slug}"]
        assert found.child_protection

    def test_a_checked_unit_is_shown_in_its_municipality_alone(self, content_with: With) -> None:
        content = content_with(njmf_shkoder={"number": "022 000 000", **CHECKED})

        assert slugs(find_help(content, service="child_protection", municipality="shkoder").shown) == ["njmf-shkoder"]
        assert find_help(content, service="child_protection", municipality="puke").shown == ()
        assert find_help(content, service="child_protection").shown == ()
        assert find_help(content, service="child_protection").asks_place

    def test_the_nearest_comes_first(self, content_with: With) -> None:
        content = content_with(hiv_test=CHECKED, hiv_test_tirane=CHECKED, hiv_test_durres=CHECKED)

        own = find_help(content, need="hiv_test", municipality="tirane")
        assert slugs(own.shown) == ["hiv-test-tirane", "hiv_test"]
        assert own.in_place
        neighbour = find_help(content, need="hiv_test", municipality="kamez")
        assert slugs(neighbour.shown) == ["hiv-test-tirane", "hiv_test"]
        assert not neighbour.in_place
        assert slugs(find_help(content, need="hiv_test", municipality="diber").shown) == ["hiv_test"]
        assert slugs(find_help(content, need="hiv_test").shown) == ["hiv_test"]

    def test_what_is_not_checked_is_named_only_where_it_is_nearest(self, content: Content) -> None:
        assert slugs(find_help(content, need="hiv_test", municipality="durres").named) == ["hiv-test-durres"]
        assert slugs(find_help(content, need="hiv_test", municipality="kamez").named) == ["hiv-test-tirane"]
        assert slugs(find_help(content, need="hiv_test", municipality="diber").named) == ["hiv_test"]

    def test_an_unknown_municipality_is_as_if_none_had_been_named(self, content: Content) -> None:
        found = find_help(content, need="hiv_test", municipality="atlantis", country="atlantis")

        assert found.municipality is None
        assert found.country is None
        assert found.asks_place

    def test_what_is_not_for_children_is_left_out(self, content: Content) -> None:
        assert find_help(content, service="barnahus").named == ()
        assert slugs(find_help(content, service="barnahus", audience="parent").named) == ["barnahus"]


class TestOutsideAlbania:
    """Numbers of other countries."""

    def test_kosovo_has_its_own_police(self, content: Content) -> None:
        found = find_help(content, service="police", country="kosovo")

        assert slugs(found.shown) == ["kosovo_police"]
        assert found.danger.slug == "kosovo_police"

    def test_what_is_not_checked_there_becomes_the_emergency_number(self, content: Content) -> None:
        found = find_help(content, service="ambulance", country="kosovo")

        assert slugs(found.shown) == ["kosovo_emergency"]
        assert found.instead

    @pytest.mark.parametrize("country", ["north_macedonia", "montenegro", "abroad"])
    @pytest.mark.parametrize("service", ["police", "ambulance", "fire", "emergency"])
    def test_elsewhere_it_is_the_common_number(self, content: Content, country: str, service: str) -> None:
        found = find_help(content, service=service, country=country)

        assert slugs(found.shown) == ["emergency"]
        assert found.danger.slug == "emergency"

    def test_the_child_line_of_montenegro(self, content: Content) -> None:
        assert slugs(find_help(content, service="alo", country="montenegro").shown) == ["montenegro_child_line"]

    def test_no_child_line_is_invented_for_kosovo(self, content: Content) -> None:
        found = find_help(content, service="alo", country="kosovo")

        assert found.shown == found.named == ()

    def test_a_municipality_counts_before_a_country(self, content: Content) -> None:
        assert slugs(find_help(content, service="police", municipality="vlore", country="abroad").shown) == ["police"]

    @pytest.mark.parametrize("country", sorted(COUNTRIES))
    def test_no_number_of_albania_is_given_abroad(self, words: Words, content: Content, country: str) -> None:
        albanian = {content.number(slug) for slug in ALWAYS_SHOWN} - {content.number("emergency")}
        own = {entry.number for entry in content.directory.values() if entry.country == country}
        for service in ("police", "ambulance", "fire", "alo", "missing", "child_protection", None):
            said = said_help(words, content, service=service, country=country)
            assert not {number for number in albanian - own if number in said.text}
            assert {link.url for link in said.links}.isdisjoint(
                {f"tel:{number.replace(' ', '')}" for number in albanian - own}
            )


def every_answer(words: Words, content: Content) -> list[Said]:
    wishes = {need for entry in content.directory.values() for need in entry.need}
    services = {slug for slug in content.directory if "-" not in slug} | {"child_protection", "spaceship"}
    places: list[dict[str, str]] = [{}, {"municipality": "puke"}, {"municipality": "durres"}]
    places += [{"country": country} for country in sorted(COUNTRIES)]
    return [
        said_help(words, content, **wish, **place, audience=audience)
        for wish in [*({"need": need} for need in sorted(wishes)), *({"service": name} for name in sorted(services))]
        for place in places
        for audience in ("child", "parent", "professional")
    ]


class TestSaying:
    """One plain text, links to call, a person."""

    def test_the_police(self, words: Words, content: Content) -> None:
        said = said_help(words, content, service="police")

        assert content.number("police") in said.text
        assert said.sender is Sender.BOT
        assert said.links[0].url == f"tel:{content.number('police')}"
        assert [button.do for button in said.buttons] == ["counsellor"]

    def test_a_unit_without_a_number_says_so_and_where_to_ask(self, words: Words, content: Content) -> None:
        said = said_help(words, content, service="child_protection", municipality="puke")

        assert said.text.startswith("Bashkia: Pukë.")
        assert "nuk kam ende" in said.text
        assert "Pyet në bashki" in said.text
        assert content.number("police") in said.text
        assert content.number("alo") in said.text
        assert {link.url for link in said.links} == {
            f"tel:{content.number(slug).replace(' ', '')}" for slug in ("police", "alo")
        }

    def test_a_unit_whose_number_somebody_has_phoned(self, content_with: With) -> None:
        content = content_with(njmf_puke={"number": "0212 22 000", "hours": "8:00–16:00", **CHECKED})

        said = said_help(Words(content), content, service="child_protection", municipality="puke")
        assert "Bashkia Pukë: 0212 22 000 (8:00–16:00)" in said.text
        assert "nuk kam" not in said.text
        assert said.links[0].url == "tel:02122200" + "0"

    def test_an_address_that_somebody_has_seen(self, content_with: With) -> None:
        content = content_with(hiv_test_durres={"address": "Rruga e Provës 1", **CHECKED})

        said = said_help(Words(content), content, need="hiv_test", municipality="durres")
        assert "HIV, Durrës. Adresa: Rruga e Provës 1" in said.text

    def test_contacts_that_nobody_has_checked_are_never_told(self, content_with: With) -> None:
        secret = {"number": "0999 99 999", "url": "https://unchecked.example", "address": "Rruga e Fshehtë"}
        content = content_with(
            **{
                slug.replace("-", "_"): secret
                for slug, entry in content_with().directory.items()
                if not entry.verified and not entry.always
            }
        )
        for said in every_answer(Words(content), content):
            assert "0999" not in said.text
            assert "unchecked" not in said.text
            assert "Fshehtë" not in said.text
            assert not [link for link in said.links if "0999" in link.url or "unchecked" in link.url]

    def test_every_answer_is_whole(self, words: Words, content: Content) -> None:
        for said in every_answer(words, content):
            assert said.text.strip() == said.text
            assert not re.search(r"[{}]|None|  ", said.text), said.text
            assert said.buttons
            assert re.search(r"\d", said.text), said.text
            for link in said.links:
                assert re.fullmatch(r"tel:\+?\d{3,13}|https://\S+", link.url), link.url
            assert len({link.url for link in said.links}) == len(said.links)

    def test_a_number_stands_in_the_text_that_has_its_link(self, words: Words, content: Content) -> None:
        for said in every_answer(words, content):
            digits = re.sub(r"\D", "", said.text)
            assert all(link.url.removeprefix("tel:") in digits for link in said.links if link.url.startswith("tel:"))


def test_what_was_found_is_plain_data(content: Content) -> None:
    found = find_help(content, service="police")

    assert found == find_help(content, service="police")
    assert isinstance(found, HelpFound)
