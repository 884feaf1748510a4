"""Safe messaging: what no text that a visitor can receive may hold, as checks on the texts alone.

Used by the tests and by `make content`; nothing of it runs with the service. What a finding advises stands in
content/phrases/checks.yml under the rule's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

from frontdoor.content import PLACEHOLDER, Article, Content, Follow, Phrase, Script, Step
from frontdoor.spelling import Spelling

VISITOR_FILES = ("bot", "help", "system", "errors", "visitor")
"""The files of content/phrases that visitors read."""

WARN_DAYS = 30
"""So many days before its review date an article is named in the report."""

MOST_WORDS = 120
MOST_SIMPLE_WORDS = 50
MOST_TITLE = 60
MOST_PARAGRAPHS = 3
MOST_RELATED = 4
STEPS = range(2, 6)
LONGEST_SENTENCE = 22
LONGEST_ARTICLE_SENTENCE = 18
GOOD_SENTENCE = 14

HEADINGS = {
    "ti": ("Çfarë mund të bësh", "Kush të ndihmon"),
    "ju": ("Çfarë mund të bëni", "Kush ju ndihmon"),
}
SIMPLE = "Më thjesht"

type Say = Callable[..., str]
"""A phrase of content/phrases/checks.yml by its name, with its blanks filled in."""

type Kind = Literal["article", "simple", "title", "button", "script", "phrase"]


class Severity(StrEnum):
    """An error must be mended before the text is shown; a warning is for the writer to weigh."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Text:
    """One text that somebody can receive, with the place where it stands."""

    where: str
    kind: Kind
    words: str
    register: Literal["ti", "ju"] | None = None
    strict: bool = False
    """Whether even a means may not be named: everywhere but in articles on other things."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in a text that breaks a rule, and what a counsellor can do about it."""

    where: str
    rule: str
    words: str
    advice: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Rule:
    """Patterns that may not stand in a text.

    A sentence that also matches `unless` is left out; words in quotation marks are somebody's else where not `quoted`.
    """

    name: str
    patterns: tuple[str, ...]
    kinds: tuple[Kind, ...] = ("article", "simple", "title", "button", "script", "phrase")
    unless: str = ""
    quoted: bool = True
    severity: Severity = Severity.ERROR
    only: Callable[[Text], bool] = lambda text: True


_NEGATED = r"\b(nuk|as|mos|kurrë|asnjëherë|askush|askujt|pa|jo|s['’]\w+)\b"
_IF = r"\b(nëse|kur|po të|sikur|në qoftë|mund të|ndoshta|disa|shumë)\b|\?"
_ILLNESSES = (
    r"depresion\w*|anoreksi\w*|bulimi\w*|autiz\w*|skizofreni\w*|ADHD|PTSD|çrregullim\w*|varësi\w*|HIV|psikoz\w*"
    r"|bipolar\w*"
)
_COUNTED = (
    r"mg|miligram\w*|g|gr|gram|gramë|kg|kilogram\w*|ml|litra|litër|kcal|kalori|pika|kapsula|doza|tableta|hapa|kokrra|gota|shishe"
    r"|pilula"
)
_FEW = r"një|dy|tri|tre|katër|pesë|gjashtë|shtatë|tetë|nëntë|dhjetë|gjysmë|gjysmën e"
_ACTS = r"prek\w*|përdhun\w*|abuz\w*|rrah\w*|godit\w*|detyr\w*|zhvesh\w*|ngacm\w*|puth\w*"

FORBIDDEN = Rule(
    "hurtful",
    (
        r"mos u mërzit",
        r"mos qaj\b",
        r"ka njerëz më keq",
        r"të tjerët (e kanë|janë) më keq",
        r"mendo(ji|ni)? për prind",
        r"\bbëhu (burrë|i fortë|e fortë)",
        r"\bmos e tepro\b",
        r"\bnuk është (asgjë|gjë e madhe)\b",
        r"\bpër (të tërhequr|tërheqje të?) vëmendje",
        r"pse (s['’]e|nuk e) the",
        r"\bturp (të|ta|i) kesh",
        r"\bkreu vetëvrasje|\bkryer? vetëvrasje|vetëvrasje e suksesshme|vetëvrasje e dështuar|\bbëri vetëvrasje",
    ),
)
BLAME = Rule(
    "blame",
    (
        r"\bfaji (yt|juaj)\b",
        r"\b(ti|ju) (ke|keni) faj",
        r"\b(je|jeni) (vetë )?(fajtor\w*|përgjegjës\w* për (atë|çfarë))",
        r"\bvetë e (kërkove|ke kërkuar|kërkuat)\b",
        r"\b(nuk )?duhej (ta|të|t['’]i|t['’]ia) (mos )?(kishe|kishit)\b",
        r"\bta kishe menduar\b",
        r"\bsi (munde|mundët|the|nuk e kuptove)\b",
        r"\b(ti|vetë) e (nise|fillove|provokove)\b",
    ),
    unless=_NEGATED + r"|\bkush\b",
    quoted=False,
)
DIAGNOSIS = Rule(
    "diagnosis",
    (
        r"\bje (i|e) (sëmurë|çmendur|varur|sigurt|lënduar|kërcënuar)\b",
        r"\b(i/e|e/i)\b",
        r"\b(vuan|vuani|vuash) nga\b",
    ),
)
DIAGNOSED = Rule("diagnosis", (rf"\b(ke|keni|kjo është|ky është) (një )?({_ILLNESSES})",), unless=f"{_NEGATED}|{_IF}")
VERDICT = Rule(
    "verdict",
    (
        r"\bmëkat\w*",
        r"\b(haram|hallall)\b",
        r"\b(imoral|pamoral|amoral)\w*",
        r"\bZoti (të|do|ju)\b",
        r"\b(kundër|sipas) (natyrës|fesë|moralit)\b",
        r"\b(vajzë|djalë|vajza|djem) (e|i|të) (mirë|ndershme|ndershëm) (nuk|s['’])",
    ),
)
SHAME = Rule("verdict", (r"\b(është|është një|ështe) (gjë e )?turp\w*",), unless=_NEGATED)
LABEL = Rule(
    "label",
    (
        r"\b(narkoman|drogaxhi|drogmen|alkoolist|pijanec|prostitut|kurv|pedofil|psikopat)\w*",
        r"\b(i|e|të) (droguar|handikapuar)\b",
        r"\b(invalid|budall|idiot|debil)\w*",
        r"\b(mik|shok|prind|fëmijë|nxënës) i keq\b",
    ),
    quoted=False,
    unless=r"\b(fyerj|fyen|shaj|shan|mos (e |i |u )?(quaj|thuaj))\w*",
)
SECRECY = Rule(
    "secrecy",
    (
        r"mbetet (mes|midis) nesh",
        r"(?<!mos )\b(do ta|e) mba(jmë|j) (të )?sekret(in)?\b",
        r"nuk (do t['’])?i(a)? (tregojmë|themi|tregoj|them) (kurrë |dot )?askujt",
        r"askush nuk do ta (marrë vesh|mësojë|dijë)",
        r"askush nuk e (merr vesh|mëson|lexon)",
        r"(plotësisht|krejt|tërësisht|100 ?%|gjithmonë) (anonim|konfidencial|sekret|i fshehtë|e fshehtë)",
        r"\bsekreti yt (është i sigurt|ruhet gjithmonë)",
    ),
)
PROMISE = Rule(
    "promise",
    (
        r"(?<!mos )(?<!nuk )(?<!nuk mund të )(premtoj|premtojmë|garantoj|garantojmë)\b",
        r"\b(me siguri|patjetër) do (të|t['’])",
        r"\bgjithçka do të (shkojë|rregullohet|bëhet|jetë) mirë",
        r"\bdo të (shërohesh|shëroheni|shpëtosh patjetër)\b",
        r"\b(nuk ndodh asgjë|s['’]ka asnjë rrezik|pa asnjë rrezik)\b",
    ),
)
METHODS = Rule(
    "methods",
    (
        r"\b(litar|bris[kq]|thik|pushk|pistolet|helm|damar|prerj|mbyt|mbidoz|ilaç|tablet|kokrr)\w*",
        r"\b(varj[ea]|hidhu|hidhem|teh|tehe)\b",
    ),
    only=lambda text: text.strict,
)
ACTS_ON_ONESELF = Rule(
    "methods",
    (
        r"\b(pre|preu|prenë|presësh|presin|var|varet|varen|helmo\w*|mbyt\w*|hedh|hidhet|djeg|dogji)"
        r" (veten|venat|damarët|krahët|krahun|duart|kyçet)\b",
        r"\b(hidhe\w*|hedh veten|u hodh) (nga|poshtë)\b",
        r"\b(përziej|përzieji?|injekto|injektohet|pudros|thyeje|tretet) .{0,20}\b(me|në|nën)\b",
    ),
    kinds=("article", "simple", "title", "button"),
    unless=r"\bmos\b|\brrezik",
)
AMOUNT = Rule(
    "amount",
    (
        rf"\b\d+([.,]\d+)?\s?({_COUNTED})\b(?! (ujë|qumësht))",
        rf"\b({_FEW}) (?!hapa\b)({_COUNTED})\b(?! (ujë|uji|qumësht))",
        rf"\b(pi|piu|pirë|merr|mori|marrë|gëlltit\w*) ({_FEW}) hapa\b",
    ),
)
PRICE = Rule("price", (r"\b\d[\d.]*\s?(lekë|lek|euro)\b", r"[€$]\s?\d|\d\s?[€$]"))
HIDING = Rule(
    "hiding",
    (
        r"\b(që|të) mos (e |ta |të )?(marr\w*|merr\w*|kupto\w*|shoh\w*) (vesh )?(prind|mam|bab|askush|njeri)",
        r"\bfshihe\w* (nga|prej) (prind|mam|bab|mësues)",
    ),
    kinds=("article", "simple", "title", "button"),
    unless=r"\bkushdo|\bkërko|\bkërcënon|\bthotë",
)
COMPARISON = Rule(
    "comparison",
    (r"\b(më pak|më) (i|e|të) (rrezikshëm|rrezikshme|dëmshëm|dëmshme|padëmshëm|padëmshme|vdekjeprurës\w*) se\b",),
    kinds=("article", "simple", "title"),
    severity=Severity.WARNING,
)
LEADING = Rule(
    "leading",
    (rf"\ba (ta|të|t['’]i|t['’]u|ju|jua) (ka |kanë |kishte )?({_ACTS})[^.?!]*\?", r"\b(apo jo|a s['’]është kështu)\?"),
    kinds=("script", "phrase"),
)
SHOUTING = Rule("shouting", ("!",), quoted=False)
EMOJI = Rule("emoji", ("[\U0001f000-\U0001faff\u2600-\u27bf]",))
GENDER = Rule(
    "gender",
    (r"\b(je|jesh|ishe|ndihesh|ndjehesh|mbetesh) (i|e) (?!mitur|rritur)\w+(uar|ur|ë|m|të|r|l|më)\b",),
    only=lambda text: text.register == "ti",
    unless=r"\b(djalë|djem|vajzë|vajza)\b",
    quoted=False,
    severity=Severity.WARNING,
)
TI_FORMS = Rule(
    "register_ti",
    (
        r"\b(ti|ty|yt|jote|tënd|tënde|telefono|shkruaj|thuaj(i|a|u)?|dëgjoje|tregoji)\b",
        r"\b(je|ke|mundesh|fol|thirr|dëgjo|trego)\b",
    ),
    only=lambda text: text.register == "ju",
    quoted=False,
)
JU_FORMS = Rule(
    "register_ju",
    (r"\b(juaj|tuaj|jeni|keni|telefononi|shkruani|thuaj(i|a|u)ni|dëgjojeni|qëndroni)\b",),
    only=lambda text: text.register == "ti",
    # said to the child and who stands by
    unless=r"\btelefononi bashkë\b|\bti (dhe|ose|apo)\b",
    quoted=False,
)
JU_OR_SEVERAL = Rule(
    "register_ju",
    (r"\b(flisni|bëni|mundeni|thirrni|kërkoni|provoni|ruani|mbani|shikoni|tregoni|tregojini|pyesni|dëgjoni)\b",),
    only=lambda text: text.register == "ti",
    unless=r"\bbashkë\b|\bti (dhe|ose|apo)\b",
    quoted=False,
    severity=Severity.WARNING,
)
RAW_NUMBERS = r"\b116[ -]?\d{3}\b|\b1(12|27|28|29)\b|\b0800\b|\+355"
NUMBER = Rule(
    "number",
    (
        RAW_NUMBERS,
        r"\+?\b\d{2,4}[ /-]\d{2,4}[ /-]\d{2,4}\b|\+?\b\d{7,}\b|\b0[4-9]\d[ -]?\d{2,3}[ -]?\d{2,4}\b",
        r"https?://|\bwww\.|\b[\w-]+\.(al|com|org|net|eu|gov|info|tv|io|app|uk)\b",
        r"\S+@\S+\.\w+",
        r"\b(Rruga|Rr\.|Bulevardi|Bul\.|Sheshi|Lagjja) [«“\"]?[A-ZÇË]",
    ),
)

RULES = (
    FORBIDDEN,
    BLAME,
    DIAGNOSIS,
    DIAGNOSED,
    VERDICT,
    SHAME,
    LABEL,
    SECRECY,
    PROMISE,
    METHODS,
    ACTS_ON_ONESELF,
    AMOUNT,
    PRICE,
    HIDING,
    COMPARISON,
    LEADING,
    SHOUTING,
    EMOJI,
    GENDER,
    TI_FORMS,
    JU_FORMS,
    JU_OR_SEVERAL,
    NUMBER,
)

_CASED = frozenset((NUMBER.name,))
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"")
_QUESTION = re.compile(r"[^.!?\n]*\?")
_WHY = re.compile(r"\b(pse|përse)\b", re.IGNORECASE)
_BREATH = re.compile(r"[.!?…:;·](?=\s|$|[”“\"»])|\n+")
_BY_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_GREETINGS = ("phrases/bot.yml opening", "phrases/bot.yml greet")
_METHOD_TOPICS = ("self_harm_info", "suicide_info")
_OTHER_LANGUAGES = ("other_language", "language_switch")


def sentences(words: str) -> Iterator[str]:
    """Sentences as a reader takes breath: also at a colon, a semicolon, a line's end."""
    for sentence in _BREATH.split(words):
        if sentence.strip():
            yield sentence.strip()


def follows(step: Step) -> dict[str, Follow]:
    """What follows each answer that the step knows."""
    answers = {"yes": step.yes, "no": step.no, "one": step.one, "other": step.other, "silence": step.silence}
    return {answer: follow for answer, follow in answers.items() if follow is not None}


def breaking(rule: Rule, text: Text) -> Iterator[str]:
    """The words of the text that break the rule."""
    if text.kind not in rule.kinds or not rule.only(text):
        return
    words = text.words if rule.quoted else _QUOTED.sub("", text.words)
    flags = 0 if rule.name in _CASED else re.IGNORECASE
    parts = _BY_SENTENCE.split(words) if rule.unless else [words]
    for part in parts:
        if rule.unless and re.search(rule.unless, part, re.IGNORECASE):
            continue
        for pattern in rule.patterns:
            if found := re.search(pattern, part, flags):
                yield found[0]
                break


def check_text(text: Text, say: Say, spelling: Spelling | None = None) -> Iterator[Finding]:
    """All that is wrong with the words of a text; its spelling only where a dictionary is given."""
    for rule in RULES:
        if rule is SHOUTING and text.where in _GREETINGS:
            continue
        for found in breaking(rule, text):
            yield Finding(text.where, rule.name, found, say(rule.name), rule.severity)
    if left := re.search(r"\{[^{}\s]*\}?|\}", PLACEHOLDER.sub("", text.words)):
        yield Finding(text.where, "placeholder", left[0], say("placeholder"))
    yield from _questions(text, say)
    yield from _lengths(text, say)
    if spelling is not None and not any(f" {name}" in text.where for name in _OTHER_LANGUAGES):
        for slip in spelling.slips(text.words):
            advice = say("spelling_meant", meant=slip.meant) if slip.meant else say("spelling")
            yield Finding(text.where, "spelling", slip.word, advice)


def _questions(text: Text, say: Say) -> Iterator[Finding]:
    # a title is the child's own question, and so is what stands in quotation marks
    if text.kind not in ("title", "button"):
        for question in _QUESTION.findall(_QUOTED.sub("", text.words)):
            if _WHY.search(question):
                yield Finding(text.where, "why", question.strip(), say("why"))
    if text.kind in ("script", "phrase") and text.words.count("?") > 1:
        yield Finding(text.where, "questions", "? … ?", say("questions"))


def _lengths(text: Text, say: Say) -> Iterator[Finding]:
    of_article = text.kind in ("article", "simple", "title")
    most = LONGEST_ARTICLE_SENTENCE if of_article else LONGEST_SENTENCE
    for sentence in sentences(text.words):
        count = len(sentence.split())
        if count > most:
            yield Finding(text.where, "sentence", sentence, say("sentence", n=str(count)))
        elif of_article and count > GOOD_SENTENCE:
            advice = say("sentence_longish", n=str(count), most=str(GOOD_SENTENCE))
            yield Finding(text.where, "sentence_longish", sentence, advice, Severity.WARNING)


def article_texts(article: Article, say: Say) -> Iterator[Text]:
    """The texts of an article as its parts."""
    head = article.head
    whole = Text(f"articles/{head.topic}.md", "article", "", head.register_, head.topic in _METHOD_TOPICS)
    parts: tuple[tuple[str, Kind, str], ...] = (
        ("part_title", "title", head.title),
        ("part_button", "button", head.button),
        ("part_opening", "article", "\n".join(article.paragraphs)),
        ("part_steps", "article", "\n".join(article.steps)),
        ("part_help", "article", article.help),
        ("part_simple", "simple", article.simple or ""),
    )
    for part, kind, words in parts:
        if words:
            yield replace(whole, where=f"{whole.where}, {say(part)}", kind=kind, words=words)


def script_texts(script: Script) -> Iterator[Text]:
    """What each step of a script says."""
    register: Literal["ti", "ju"] = "ju" if script.speaker == "adult" else "ti"
    for name, step in script.steps.items():
        said = f"{step.text} {step.question or ''}".strip()
        yield Text(f"script {script.id}, step {name}", "script", said, register, strict=True)


def phrase_texts(file: str, phrases: dict[str, Phrase], locale: str = "sq") -> Iterator[Text]:
    """The phrases of a file, and the buttons under them."""
    for name, phrase in phrases.items():
        words = phrase.sq if locale == "sq" else phrase.en or ""
        register: Literal["ju"] | None = "ju" if name.endswith("_adult") else None
        yield Text(f"phrases/{file}.yml {name}", "phrase", words, register, strict=True)
        for button in phrase.buttons:
            yield Text(f"phrases/{file}.yml {name}, a button", "button", button.title[locale], strict=True)


def visitor_texts(content: Content, say: Say) -> tuple[Text, ...]:
    """Everything that a visitor can receive."""
    return (
        *(text for file in VISITOR_FILES for text in phrase_texts(file, content.phrases[file])),
        *(text for script in content.scripts.values() for text in script_texts(script)),
        *(text for article in content.articles.values() for text in article_texts(article, say)),
    )


def check_script(script: Script, say: Say) -> Iterator[Finding]:
    """One question at a time, at the end."""
    for name, step in script.steps.items():
        if "?" in step.text or (step.question and not re.fullmatch(r"[^?]*\?", step.question)):
            yield Finding(f"script {script.id}, step {name}", "questions", step.question or step.text, say("questions"))


def check_article(article: Article, body: str, topics: Collection[str], today: date, say: Say) -> Iterator[Finding]:
    """What is wrong with an article beside its words: its parts, its sources, its dates.

    `body` is the text below the head as it was written; `topics` are the articles that there are.
    """
    for finding in (
        *_parts(article, body, say),
        *_related(article, topics, say),
        *_sources(article, say),
        *_dates(article, today, say),
    ):
        yield replace(finding, where=f"articles/{article.head.topic}.md, {finding.where}")


def _parts(article: Article, body: str, say: Say) -> Iterator[Finding]:
    head = article.head
    title, opening, steps, help_ = (say(f"part_{part}") for part in ("title", "opening", "steps", "help"))
    headings = re.findall(r"^## +(.+?)\s*$", body, re.MULTILINE)
    parts = (" ".join(article.paragraphs), " ".join(article.steps), article.help)
    if len(head.title) > MOST_TITLE:
        advice = say("title_long", n=str(len(head.title)), most=str(MOST_TITLE))
        yield Finding(title, "title_long", head.title, advice)
    if not article.paragraphs:
        yield Finding(opening, "no_paragraph", "", say("no_paragraph"))
    elif len(article.paragraphs) > MOST_PARAGRAPHS:
        advice = say("paragraphs", n=str(len(article.paragraphs)), most=str(MOST_PARAGRAPHS))
        yield Finding(opening, "paragraphs", "", advice)
    for heading, other in zip(
        HEADINGS[head.register_], HEADINGS["ti" if head.register_ == "ju" else "ju"], strict=True
    ):
        part = steps if heading == HEADINGS[head.register_][0] else help_
        if other in headings:
            yield Finding(part, "wrong_heading", other, say("wrong_heading", heading=heading))
        elif heading not in headings:
            yield Finding(part, "no_section", "", say("no_section", heading=heading))
    if article.steps and len(article.steps) not in STEPS:
        yield Finding(steps, "steps", "", say("steps", n=str(len(article.steps))))
    if lost := _lost(article, body):
        yield Finding(steps, "lost", lost, say("lost"))
    if (count := len(" ".join(parts).split())) > MOST_WORDS:
        yield Finding(opening, "words", "", say("words", n=str(count), most=str(MOST_WORDS)))
    if (count := len((article.simple or "").split())) > MOST_SIMPLE_WORDS:
        advice = say("simple_words", n=str(count), most=str(MOST_SIMPLE_WORDS))
        yield Finding(say("part_simple"), "simple_words", "", advice)
    if article.simple is not None and head.register_ == "ju":
        yield Finding(say("part_simple"), "simple_for_adults", "", say("simple_for_adults"))
    if "{alo}" not in " ".join(parts):
        yield Finding(help_, "no_helpline", "", say("no_helpline", alo="{alo}"))
    if (head.audience == "child") != (head.register_ == "ti"):
        yield Finding(
            say("part_head"), "register_audience", f"{head.audience}: {head.register_}", say("register_audience")
        )


def _lost(article: Article, body: str) -> str:
    """Lines of the body that stand in no part of the article: beside the steps, nothing but steps is read."""
    kept = " ".join((*article.paragraphs, *article.steps, article.help, article.simple or ""))
    lines = (" ".join(line.lstrip("-").split()) for line in body.splitlines() if not line.startswith("## "))
    return next((line for line in lines if line and line not in kept), "")


def _related(article: Article, topics: Collection[str], say: Say) -> Iterator[Finding]:
    related, where = article.head.related, say("part_head")
    if len(related) > MOST_RELATED:
        yield Finding(where, "related_many", "", say("related_many", n=str(len(related)), most=str(MOST_RELATED)))
    for topic in related:
        if topic == article.head.topic:
            yield Finding(where, "related_self", topic, say("related_self"))
        elif topic not in topics:
            yield Finding(where, "related_unknown", topic, say("related_unknown"))


def _sources(article: Article, say: Say) -> Iterator[Finding]:
    sources = article.head.sources
    if not sources:
        yield Finding(say("part_head"), "no_source", "", say("no_source"))
    for place, source in enumerate(sources):
        where = say("part_source", id=source.id)
        if source.id in {other.id for other in sources[:place]}:
            yield Finding(where, "source_twice", source.id, say("source_twice"))
        if not (source.facts or "").strip():
            yield Finding(where, "source_facts", "", say("source_facts"))
        if source.verified and not (source.publisher or source.title):
            yield Finding(where, "source_unnamed", "", say("source_unnamed"))
        elif source.verified and source.year is None:
            named = source.publisher or source.title or ""
            yield Finding(where, "source_undated", named, say("source_undated"), Severity.WARNING)


def _dates(article: Article, today: date, say: Say) -> Iterator[Finding]:
    head, where = article.head, say("part_head")
    since = head.reviewed_on or head.written_on
    if (head.reviewed_by is None) != (head.reviewed_on is None) or head.reviewed_by == "":
        yield Finding(where, "half_reviewed", head.reviewed_by or "", say("half_reviewed"))
    for name in ("written_on", "reviewed_on"):
        day: date | None = getattr(head, name)
        if day is not None and day > today:
            yield Finding(where, "future", f"{name}: {day}", say("future"))
    if head.review_by < since:
        yield Finding(where, "review_early", f"review_by: {head.review_by}", say("review_early"))
    elif head.review_by > _a_year_after(since):
        yield Finding(where, "review_far", f"review_by: {head.review_by}", say("review_far", date=_day(since)))
    left = (head.review_by - today).days
    if left < 0:
        yield Finding(where, "expired", f"review_by: {head.review_by}", say("expired", date=_day(head.review_by)))
    elif left <= WARN_DAYS:
        advice = say("expires", date=_day(head.review_by), n=str(left))
        yield Finding(where, "expires", f"review_by: {head.review_by}", advice, Severity.WARNING)


def _a_year_after(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _day(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def bodies(root: Path) -> dict[str, str]:
    """The text of each article below its head, as it was written: also what no page will show."""
    return {
        path.stem: path.read_text("utf-8").split("---\n", 2)[2] for path in sorted((root / "articles").glob("*.md"))
    }


def check(
    content: Content, written: Mapping[str, str], today: date, say: Say, spelling: Spelling | None = None
) -> Iterator[Finding]:
    """All findings in all that a visitor can receive; `written` is what `bodies` gives."""
    for text in visitor_texts(content, say):
        yield from check_text(text, say, spelling)
    for script in content.scripts.values():
        yield from check_script(script, say)
    for topic, article in content.articles.items():
        yield from check_article(article, written[topic], content.articles, today, say)
