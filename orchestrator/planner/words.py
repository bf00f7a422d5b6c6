"""A question as words: lower-case, stemmed, with their places in the text. Never looks at the
catalogue."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

import snowballstemmer

Kind = Literal["word", "number", "quoted", "code", "mark"]

_TOKEN: Final = re.compile(
    r"""
    (?P<quoted>"[^"]{1,200}"|“[^”]{1,200}”|«[^»]{1,200}»|(?<![\w'])'[^'\n]{2,200}'(?!\w))
  | (?P<date>\d{4}-\d{1,2}(?:-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?Z?)?)?(?![\w-])
            |\d{1,2}/\d{1,2}/\d{4}(?!\w)|\d{1,2}:\d{2}(?!\w))
  | (?P<number>-?\d{1,18}(?:,\d{3})*(?:\.\d{1,9})?)
            (?=(?:[kmbsdh%]|bn|ms|secs?|mins?|hrs?|hours?|kb|mb|gb|tb|[kmg]ib|eur|usd)?(?![\w./:@-]*\w))
  | (?P<code>/[\w/.-]*\w|[\w.+-]{1,80}@[\w-]{1,80}\.[\w.-]{1,80}\w
            |\w*\d[\w.:/+-]*\w|[^\W\d_][\w.:/+-]{0,80}\d\w*)
  | (?P<word>[^\W\d_]+(?:['’](?:s|t|re|ve|ll|d|m)\b)?)
  | (?P<mark>>=|<=|!=|[<>=,%$€£\#&])
    """,
    re.VERBOSE | re.IGNORECASE,
)
IRREGULAR: Final = {
    "people": "person",
    "persons": "person",
    "sent": "send",
    "ran": "run",
    "paid": "pay",
    "spent": "spend",
    "took": "take",
    "taken": "take",
    "bought": "buy",
    "wrote": "write",
    "written": "write",
    "sold": "sell",
    "made": "make",
    "began": "begin",
    "won": "win",
    "lost": "lose",
    "held": "hold",
    "indices": "index",
    "statuses": "status",
    "status": "status",
    "men": "man",
    "women": "woman",
    "children": "child",
    "kept": "keep",
    "built": "build",
    "left": "leave",
    "news": "news",
    "canceled": "cancelled",
}
_UP_TO_TWELVE: Final = "zero one two three four five six seven eight nine ten eleven twelve"
NUMBERS: Final = {word: n for n, word in enumerate(_UP_TO_TWELVE.split())} | {
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "hundred": 100,
    "thousand": 1000,
    "dozen": 12,
}
_SCALES: Final = {
    "k": 1_000,
    "thousand": 1_000,
    "m": 1_000_000,
    "million": 1_000_000,
    "bn": 10**9,
    "billion": 10**9,
}

_UNAPOSTROPHED: Final = frozenset(
    {"didnt", "dont", "doesnt", "isnt", "arent", "wasnt", "werent", "hasnt", "havent"}
)
_YEAR: Final = re.compile(r"[0-3]\d$")
_RUN_ON: Final = {
    "whats": "what", "whos": "who", "hows": "how", "wheres": "where", "thats": "that",
    "theres": "there",
}  # fmt: skip
_DASHES: Final = frozenset({"-", "–", "—", "..", "...", "…"})
_ASKED_KEPT: Final = 64  # texts, since each planner of the cascade takes the same one apart

_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Word:
    """One token. `raw` is the text as typed; `number` is set for digits and number words."""

    text: str
    stem: str
    raw: str
    start: int
    end: int
    kind: Kind
    number: int | float | None = None
    #: an underscore joins it to the word before: `cpu_percent` is one name
    glued: bool = False
    #: a hyphen or a dot joins it to the word before: `users-daily`, `invoice.paid` may be one name
    hyphened: bool = False
    #: a dash or dots stand before it, with or without blanks: "5 – 9 October"
    dashed: bool = False


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of a lower-case word (Snowball English, a few irregular forms first)."""
    word = IRREGULAR.get(word, word)
    return str(_stemmer.stemWord(word)) if len(word) > 2 else word


def fold(text: str) -> str:
    """Lower case without accents, so that `Zürich` and `zurich` meet."""
    text = text.lower()
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parts if not unicodedata.combining(c)).replace("ß", "ss")


@lru_cache(maxsize=_ASKED_KEPT)
def tokenise(text: str) -> tuple[Word, ...]:
    """The words of a question, in order; marks that carry no meaning are left out."""
    out: list[Word] = []
    for found in _TOKEN.finditer(text):
        made = _words(found)
        if found.start() and text[found.start() - 1] == "_" and out:
            made[0] = replace(made[0], glued=True)
        gap = text[out[-1].end : found.start()] if out else ""
        if gap in ("-", "."):
            made[0] = replace(made[0], hyphened=True)
        if _short_year(found, text):
            year = 2000 + int(found.group())
            made = [replace(made[0], text=str(year), stem=str(year), number=year)]
        if gap.strip() in _DASHES:
            made[0] = replace(made[0], dashed=True)
        out.extend(made)
    return tuple(_scaled(out))


def _short_year(found: re.Match[str], text: str) -> bool:
    """ "Sept '26"."""
    mark = text[max(0, found.start() - 1) : found.start()]
    return found.lastgroup == "number" and mark in ("'", "’") and bool(_YEAR.match(found.group()))


def phrase(text: str) -> tuple[str, ...]:
    """A name or synonym as stems: the key under which a lexicon files it."""
    return tuple(stem(word) for word in plain(text))


@lru_cache(maxsize=1 << 15)
def plain(text: str) -> tuple[str, ...]:
    """The folded words of a name, synonym or stored value, split as a question's words are."""
    return tuple(
        fold(part)
        for found in _TOKEN.finditer(text.replace("_", " "))
        if found.lastgroup in ("word", "number", "code", "date")
        for part in (found.group().split("'")[0].split("’")[0],)
        if part
    )


def _words(found: re.Match[str]) -> list[Word]:
    kind, raw, start, end = found.lastgroup or "mark", found.group(), found.start(), found.end()
    if kind == "quoted":
        return [Word('"', '"', raw[1:-1], start, end, "quoted")]
    if kind == "number":
        clean = raw.replace(",", "")
        value = float(clean) if "." in clean else int(clean)
        return [Word(clean, clean, raw, start, end, "number", value)]
    if kind in ("code", "date"):
        low = fold(raw)
        return [Word(low, low, raw, start, end, "code")]
    if kind == "mark":
        return [Word(raw, raw, raw, start, end, "mark")]
    return _spoken(raw, start, end)


def _spoken(raw: str, start: int, end: int) -> list[Word]:
    low = fold(raw.replace("’", "'"))
    if low in _UNAPOSTROPHED:
        low = f"{low[:-1]}'t"
    if low.endswith("n't"):
        head = {"wo": "will", "ca": "can"}.get(low[:-3], low[:-3])
        return [
            Word(head, head, raw, start, end, "word"),
            Word("not", "not", raw, start, end, "word"),
        ]
    base, _, _ = low.partition("'")
    base = _RUN_ON.get(base, base)
    number = NUMBERS.get(base)
    return [Word(base, stem(base), raw, start, end, "word", number)]


def _scaled(words: list[Word]) -> list[Word]:
    """`10 k` and `2 million` become one number."""
    out: list[Word] = []
    for word in words:
        last = out[-1] if out else None
        if (
            last
            and last.number is not None
            and word.text in _SCALES
            and (len(word.text) > 2 or word.start == last.end)
        ):
            value = last.number * _SCALES[word.text]
            value = int(value) if value == int(value) else value
            out[-1] = Word(
                f"{value}", f"{value}", last.raw + word.raw, last.start, word.end, "number", value
            )
        else:
            out.append(word)
    return out
