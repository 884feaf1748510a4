"""Places in messages: in any form that young people write, and never an everyday word."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.folding import fold_text
from language.places import COUNTRIES, MUNICIPALITIES, places_in


def named(text: str, *, asked: bool = False) -> list[str]:
    return [place.slug for place in places_in(text, asked=asked)]


def test_there_are_61_municipalities_in_12_counties() -> None:
    counties = Counter(municipality.county for municipality in MUNICIPALITIES.values())

    assert len(MUNICIPALITIES) == 61
    assert len({municipality.name for municipality in MUNICIPALITIES.values()}) == 61
    assert counties == {
        **{"berat": 5, "diber": 4, "durres": 3, "elbasan": 7, "fier": 6, "gjirokaster": 7},
        **{"korce": 6, "kukes": 3, "lezhe": 3, "shkoder": 5, "tirane": 5, "vlore": 7},
    }
    assert counties.keys() <= MUNICIPALITIES.keys()


def test_the_countries_with_numbers_of_their_own_and_the_rest() -> None:
    assert {"kosovo", "north_macedonia", "montenegro", "abroad"} == COUNTRIES


@pytest.mark.parametrize("slug", MUNICIPALITIES)
def test_each_municipality_is_found_by_its_name(slug: str) -> None:
    name = MUNICIPALITIES[slug].name
    folded = fold_text(name)

    for text in (f"Bashkia {name}", f"ne {folded}", f"NGA {name.upper()}", f"jam n'{folded}", f"banoj prej {name}"):
        assert named(text) == [slug], text
    assert named(name, asked=True) == [slug]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("ku eshte njesia e mbrojtjes se femijes ne Shkodër", "shkoder"),
        ("ku bej testin e hiv ne durres", "durres"),
        ("bashkia e tirones", "tirane"),
        ("tirone", "tirane"),
        ("Tirana", "tirane"),
        ("e Tiranës", "tirane"),
        ("n'Tiran", "tirane"),
        ("ne tr", "tirane"),
        ("netirane", "tirane"),
        ("neTirane ku", "tirane"),
        ("ntirane", "tirane"),
        ("ne triane", "tirane"),
        ("tiranenn", "tirane"),
        ("n'kuksi", "kukes"),
        ("n'kuks", "kukes"),
        ("nkuks", "kukes"),
        ("Kukësit", "kukes"),
        ("elbasanit", "elbasan"),
        ("Elbasani", "elbasan"),
        ("ne elbsan", "elbasan"),
        ("elbassan", "elbasan"),
        ("Shkodrën", "shkoder"),
        ("shkodres", "shkoder"),
        ("shkodrre", "shkoder"),
        ("Durrësi", "durres"),
        ("durrsit", "durres"),
        ("ne durrs", "durres"),
        ("jam ne dr", "durres"),
        ("Vlorë", "vlore"),
        ("nga Vlora", "vlore"),
        ("n vlor", "vlore"),
        ("ne fier", "fier"),
        ("qyteti i Fierit", "fier"),
        ("spitali fier", "fier"),
        ("Bashkia e Matit", "mat"),
        ("njmf ne mat", "mat"),
        ("prej Hasit", "has"),
        ("te kruja", "kruje"),
        ("ne berat", "berat"),
        ("nga Mirdita", "mirdite"),
        ("ne maliq", "maliq"),
        ("në Pukë", "puke"),
        ("Fushë-Arrëz", "fushe_arrez"),
        ("fushe arrezit", "fushe_arrez"),
        ("Malësisë së Madhe", "malesi_e_madhe"),
        ("malsi e madhe", "malesi_e_madhe"),
        ("vau i dejes", "vau_i_dejes"),
        ("Vaut të Dejës", "vau_i_dejes"),
        ("Ura Vajgurore", "ura_vajgurore"),
        ("Urës Vajgurore", "ura_vajgurore"),
        ("gjirokastr", "gjirokaster"),
        ("Gjirokastrës", "gjirokaster"),
        ("pogradecit", "pogradec"),
        ("lushnja", "lushnje"),
        ("Cërrikut", "cerrik"),
        ("prej Tropojet", "tropoje"),
        ("librazh", "librazhd"),
    ],
)
def test_forms_of_municipalities(text: str, slug: str) -> None:
    assert named(text) == [slug]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("ne golem", "kavaje"),
        ("jam nga Laçi", "kurbin"),
        ("rreshen", "mirdite"),
        ("Bajram Curri", "tropoje"),
        ("b. curri", "tropoje"),
        ("peshkopi", "diber"),
        ("Burreli", "mat"),
        ("ersekes", "kolonje"),
        ("bilisht", "devoll"),
        ("Koplikut", "malesi_e_madhe"),
        ("orikum", "vlore"),
        ("ballshi", "mallakaster"),
        ("Çorovodë", "skrapar"),
        ("ne krume", "has"),
        ("fushe kruja", "kruje"),
        ("Shëngjin", "lezhe"),
        ("ksamil", "sarande"),
        ("bathore", "kamez"),
    ],
)
def test_towns_and_villages_stand_for_their_municipality(text: str, slug: str) -> None:
    assert named(text) == [slug]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("kosove", "kosovo"),
        ("prej Kosovës", "kosovo"),
        ("n'Pejë", "kosovo"),
        ("prishtines", "kosovo"),
        ("Prizreni", "kosovo"),
        ("ferizajt", "kosovo"),
        ("fushe kosove", "kosovo"),
        ("policia kosovare", "kosovo"),
        ("shkup", "north_macedonia"),
        ("Tetova", "north_macedonia"),
        ("Maqedonisë", "north_macedonia"),
        ("Dibra e Madhe", "north_macedonia"),
        ("ulqin", "montenegro"),
        ("Mali i Zi", "montenegro"),
        ("n'mal t'zi", "montenegro"),
        ("ne itali", "abroad"),
        ("prej Gjermanije", "abroad"),
        ("greqi", "abroad"),
        ("Anglia", "abroad"),
        ("zvicer", "abroad"),
        ("jashte shtetit", "abroad"),
    ],
)
def test_forms_of_countries(text: str, slug: str) -> None:
    assert [(place.slug, place.kind) for place in places_in(text)] == [(slug, "country")]


@pytest.mark.parametrize(
    "text",
    [
        "mat",
        "has",
        "fier",
        "klos",
        "berat",
        "po te has probleme",
        "e has shpesh",
        "te mat temperaturen",
        "mora 4 ne mat",
        "ngela ne mat",
        "she has a friend",
        "patos i madh",
        "me bere",
        "i bera te gjitha",
        "koha",
        "vlera",
        "ne vlere",
        "vleren e kesaj",
        "lezetshme",
        "diberi",
        "mirdita",
        "Mirëdita, kam nje pyetje",
        "miredita",
        "me kruhet",
        "kruja te kuqe",
        "kolonja e babit",
        "kolona",
        "vora",
        "Vlora me shkruan",
        "te vlora ne shpi",
        "isha te Saranda",
        "Maliqi eshte shoku im",
        "te maliqi",
        "Berati me tha",
        "Delvina dhe une",
        "delfini",
        "shija e mire",
        "kamera e telefonit",
        "ne kameren time",
        "prizen e drites",
        "nga permes",
        "kalaja",
        "te kalaja",
        "kursin e anglishtes",
        "kurban bajram",
        "tirani i shtepise",
        "po e prishin",
        "game of thrones",
        "fjeta keq",
        "kerkova ndihme",
        "rruga e durresit",
        "ne rrugen e Kavajës",
        "rruga bajram curri",
        "dr house",
        "te dr",
        "tr",
        "anglisht",
        "italisht",
        "gjermane",
        "roma",
        "paris",
        "rubik",
        "golem",
        "ne pune",
        "nuk e di",
        "ndihme",
        "polici",
        "policin",
        "neser",
        "nxenes",
        "111",
        "",
        "😭",
    ],
)
def test_everyday_words_are_no_places(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(("text", "slug"), [("mat", "mat"), ("Has", "has"), ("fieri", "fier"), ("vlora", "vlore")])
def test_an_answer_to_the_question_for_a_place_needs_no_cue(text: str, slug: str) -> None:
    assert named(text) == []
    assert named(text, asked=True) == [slug]


def test_several_places_keep_their_order() -> None:
    assert named("nga Shkodra ne Tiranë, pastaj n'Prishtinë") == ["shkoder", "tirane", "kosovo"]
    assert named("ne fier apo mat") == ["fier", "mat"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("jam n’Shkodër!!", "Shkodër"),
        ("neTirane ku", "Tirane"),
        ("Fushë-Arrëz?", "Fushë-Arrëz"),
        ("😭 mali   i zi", "mali   i zi"),
        ("e\u0308 Durre\u0308s", "Durre\u0308s"),
        ("tiraneeee", "tiraneeee"),
    ],
)
def test_the_span_covers_what_was_written(text: str, written: str) -> None:
    (place,) = places_in(text)

    assert text[place.start : place.end] == written


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    for place in places_in(text):
        assert 0 <= place.start < place.end <= len(text)


def test_a_message_is_read_in_a_fraction_of_a_millisecond() -> None:
    text = "ku mund te gjej njesine e mbrojtjes se femijes ne bashkine e shkodres, nje shoqja ime ka probleme ne shtepi"
    places_in(text)
    fastest = min(_seconds(text) for _ in range(200))

    assert fastest < 0.000_5


def _seconds(text: str) -> float:
    started = time.perf_counter()
    places_in(text)
    return time.perf_counter() - started
