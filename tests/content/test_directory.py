"""The directory of help: complete, dated, and with nothing that a child may be shown unless somebody has checked it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from frontdoor.content import ALWAYS_SHOWN, Content, ContentError
from frontdoor.settings import ROOT
from language.places import COUNTRIES, MUNICIPALITIES

NEEDS = {
    *("danger", "medical", "overdose", "fire", "disaster", "missing", "runaway", "violence", "sexual_violence"),
    *("trafficking", "child_protection", "counselling", "mental_health", "information", "online_report"),
    *("illegal_content", "intimate_images", "rights_complaint", "data_protection", "hiv_test", "hpv_vaccine"),
    *("sexual_health", "drugs", "lgbti", "bullying", "school"),
}
SERVICES = {"police", "ambulance", "fire", "emergency", "alo", "child_protection"}
HIV_TOWNS = "shkoder kukes lezhe elbasan korce durres berat fier tirane vlore gjirokaster"
NEVER_LISTED = r"116 ?006|komisariati dixhital|\bstreha\b|emanuel"


def _units(content: Content) -> list[str]:
    return [slug for slug in content.directory if slug.startswith("njmf-")]


def test_each_municipality_has_its_child_protection_unit(content: Content) -> None:
    assert _units(content) == [f"njmf-{slug}" for slug in MUNICIPALITIES]
    assert len(_units(content)) == 61
    for slug, municipality in MUNICIPALITIES.items():
        unit = content.directory[f"njmf-{slug}"]
        assert unit.name.endswith(f"Bashkia {municipality.name}")
        assert unit.municipality == slug
        assert unit.need == ("child_protection",)
        assert {"child", "parent", "professional"} == set(unit.audience)
        assert unit.source


def test_the_units_lie_in_twelve_counties(content: Content) -> None:
    counties = Counter(content.directory[slug].county for slug in _units(content))

    assert len(counties) == 12
    assert sum(counties.values()) == 61


def test_a_contact_of_a_unit_is_there_only_when_somebody_has_checked_it(content: Content) -> None:
    for slug in _units(content):
        unit = content.directory[slug]
        assert bool(unit.number or unit.url or unit.address) == unit.verified, slug
        assert bool(unit.verified_on) == unit.verified, slug


def test_places_are_those_that_messages_are_read_for(content: Content) -> None:
    for slug, entry in content.directory.items():
        assert entry.country is None or entry.country in COUNTRIES, slug
        assert entry.country is None or entry.municipality is None, slug
        if entry.municipality:
            assert entry.county == MUNICIPALITIES[entry.municipality].county, slug
        if entry.county:
            assert entry.county in {municipality.county for municipality in MUNICIPALITIES.values()}, slug


def test_needs_services_and_audiences_have_the_same_names_everywhere(content: Content) -> None:
    for slug, entry in content.directory.items():
        assert entry.need, slug
        assert set(entry.need) <= NEEDS, slug
        assert entry.service in {None, *SERVICES}, slug
        assert entry.service is None or entry.country, slug
        assert entry.audience, slug
        assert set(entry.audience) <= {"child", "parent", "professional"}, slug


def test_hiv_centres_stand_in_the_towns_of_the_list(content: Content) -> None:
    towns = [entry.municipality for slug, entry in content.directory.items() if slug.startswith("hiv-test-")]

    assert towns == HIV_TOWNS.split()


def test_no_unchecked_number_is_shown(content: Content) -> None:
    for slug, entry in content.directory.items():
        if not entry.verified and slug not in ALWAYS_SHOWN:
            assert entry.shown is None, slug
            assert content.named[slug] == entry.name
        assert entry.always == (slug in ALWAYS_SHOWN), slug


def test_numbers_and_addresses_on_the_net_are_well_formed(content: Content) -> None:
    for slug, entry in content.directory.items():
        assert entry.number is None or re.fullmatch(r"\+?\d{2,5}( \d{2,5})*", entry.number), slug
        assert entry.url is None or re.fullmatch(r"https://[\w./-]+", entry.url), slug


def test_sources_stand_under_what_is_verified_and_days_are_past_or_empty(content: Content) -> None:
    for slug, entry in content.directory.items():
        assert entry.source or not entry.verified, slug
        assert entry.verified_on is None or entry.verified_on <= date.today(), slug
        assert entry.source is None or entry.source.strip(), slug


def test_what_must_not_be_listed_is_not(content: Content) -> None:
    said = [f"{entry.name} {entry.number} {entry.url}" for entry in content.directory.values()]

    assert [text for text in said if re.search(NEVER_LISTED, text, re.IGNORECASE)] == []


def test_an_entry_that_stands_there_twice_stops_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    entries = yaml.safe_load((ROOT / "content" / "directory.yml").read_text("utf-8"))["entries"]
    text = yaml.safe_dump({"entries": [*entries, entries[-1]]}, allow_unicode=True)
    (folder / "directory.yml").write_text(text, "utf-8")

    with pytest.raises(ContentError, match=r"content/directory\.yml, child_helpline_finder: .* another entry"):
        Content(folder)


class TestPhrases:
    """The lines that an answer is put together from."""

    def test_they_name_only_what_can_be_filled(self, content: Content) -> None:
        own = {"entry", "number", "hours", "address", "place", "names"}
        for name, phrase in content.phrases["help"].items():
            named = set(re.findall(r"\{(\w+)\}", phrase.sq))
            assert named <= {*own, *ALWAYS_SHOWN}, name
            assert named == set(re.findall(r"\{(\w+)\}", phrase.en or "")), name

    def test_they_are_short_and_calm(self, content: Content) -> None:
        for name, phrase in content.phrases["help"].items():
            assert "!" not in phrase.sq, name
            for sentence in re.split(r"[.:?]\s", phrase.sq):
                assert len(sentence.split()) <= 14, name

    def test_each_country_with_numbers_has_a_name(self, content: Content) -> None:
        for country in COUNTRIES - {"abroad"}:
            assert content.phrases["help"][f"country_{country}"].sq
