"""Comparisons, percentiles and searched text: the parts of a question that hold a literal, found
before any vocabulary is looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from orchestrator.planner.grammar import AGGREGATES, COMPARATIVES, NEGATORS, SUPERLATIVES, UNITS
from orchestrator.planner.times.timewindow import joined
from orchestrator.planner.words import NUMBERS, Word, stem

Mode = Literal["match", "contains", "starts", "ends"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`op` and a number, or a closed range [number, high]. `hint`: what the comparative measures
    ("longer": length)."""

    first: int
    last: int
    op: str
    number: int | float
    high: int | float | None = None
    unit: str | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Sought:
    """Text to search for: `text` in the plan's search grammar, `raw` as typed. `exact`: it stood
    in quotes."""

    first: int
    last: int
    mode: Mode
    text: str
    raw: str
    exact: bool
    cue: str

    @property
    def held(self) -> str:
        """What a field holds that mentions it: of the last word typed, the singular."""
        head, _, last = self.raw.rpartition(" ")
        many = last.endswith("s") and not last.endswith(("ss", "us", "is"))
        if self.exact or self.mode != "match" or len(last) <= _PLURAL or not many:
            return self.raw
        return f"{head} {last[: -3 if last.endswith('ies') else -1]}".strip()


_SCALED: Final = {"million": 10**6, "billion": 10**9, "thousand": 1000, "hundred": 100, "dozen": 12}
_PARTS: Final = {"half": 0.5, "quarter": 0.25}
_TIMES: Final = "millisecond|second|minute|hour|day|week|kilobyte|megabyte|gigabyte|terabyte"
_NUMBER: Final = (
    r"(?:-?\d+(?:\.\d+)?|"
    + "|".join(NUMBERS)
    + rf"|an? (?:{'|'.join(_SCALED)})|half an?|an? quarter of an?|an?(?= (?:{_TIMES})(?: |$)))"
    + "(?: and a half)?"
)
_UNIT: Final = r"(?: (?P<u>%|[$€£]|[a-z]+))?"
#: "an hour and a half", "2 minutes and 30 seconds"
_REST: Final = rf"(?P<rest> and (?:a half|\d+(?:\.\d+)? (?:{_TIMES}|sec|min)s?)(?= |$))?"
_MONEY: Final = r"(?:(?P<c>[$€£]|eur|euros?|usd|gbp|chf) )?"
_BETWEEN: Final = re.compile(
    rf"\b(?:between|from|ranging from) {_MONEY}(?P<a>{_NUMBER})(?: (?P<u0>[a-z]+|%))? (?:and|to) "
    rf"(?:[$€£] )?(?P<b>{_NUMBER})\b{_UNIT}"
)
_OPS: Final = {
    ">=": ">=",
    "<=": "<=",
    "!=": "!=",
    ">": ">",
    "<": "<",
    "=": "=",
    "at least": ">=",
    "no less than": ">=",
    "no fewer than": ">=",
    "minimum of": ">=",
    "not less than": ">=",
    "not under": ">=",
    "not below": ">=",
    "at most": "<=",
    "no more than": "<=",
    "not more than": "<=",
    "up to": "<=",
    "maximum of": "<=",
    "not over": "<=",
    "not above": "<=",
    "no longer than": "<=",
    "not exceeding": "<=",
    "at or above": ">=",
    "at or below": "<=",
    "at or over": ">=",
    "in excess of": ">",
    "upwards of": ">",
    "upward of": ">",
    "north of": ">",
    "south of": "<",
    "over": ">",
    "above": ">",
    "exceeding": ">",
    "exceeds": ">",
    "exceed": ">",
    "exceeded": ">",
    "beyond": ">",
    "under": "<",
    "below": "<",
    "exactly": "=",
    "equal to": "=",
    "equals": "=",
}
_LESS: Final = "less|fewer|below|under|lower|shorter|younger|smaller|faster|quicker"
_INVERSE: Final = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
_COMPARATIVE: Final = "|".join(COMPARATIVES)
_PREFIX: Final = re.compile(
    r"(?:^|(?<= ))(?P<op>"
    + "|".join(sorted(map(re.escape, _OPS), key=len, reverse=True))
    + rf"|(?P<no>(?:no|not) )?(?P<adj>{_COMPARATIVE}) than(?P<eq> or equal to)?) {_MONEY}"
    rf"(?P<n>{_NUMBER})(?= |$){_UNIT}{_REST}"
)
_SUFFIX: Final = re.compile(
    rf"(?:^|(?<= )){_MONEY}(?P<n>{_NUMBER}){_UNIT} (?:or|and) (?P<way>more|above|over|higher"
    rf"|greater|longer|older|larger|slower|bigger|up|upwards?|{_LESS})\b(?: (?P<u1>[a-z]+))?"
)
_PERCENTILE: Final = re.compile(
    r"\bp(?P<q>50|75|90|95|99|999)\b|\b(?P<n>\d{1,2}) ?(?:st|nd|rd|th)? percentile\b"
)
_CUES: Final = (
    r"talk(?:s|ed|ing)? about|about|regarding|concerning|because of|due to|owing to"
    r"|mention(?:s|ing|ed)?|contain(?:s|ing|ed)?"
    r"|discuss(?:es|ing|ed)?|match(?:es|ing)?"
    r"|search(?:ing)? for|says?|saying|with the (?:words?|phrase|text|term)|includ(?:es?|ing) the "
    r"(?:words?|phrase|text|term)"
    r"|refer(?:s|ring)? to"
    r"|(?P<starts>(?:start|begin)(?:s|ning|ing)? with)|(?P<ends>end(?:s|ing)? (?:with|in))"
)
_SEARCH: Final = re.compile(
    rf"(?:^|(?<= ))(?P<cue>{_CUES}) (?:the )?(?:(?:words?|phrase|text|term)s? )?(?P<what>.+?)"
    r"(?= (?:in|from|by|per|sent|written|posted|opened|created|filed|published|during|since"
    r"|for each|grouped|group|sorted|with|that|which|who|on|this|each|for|are|is|were|was|do|did"
    r"|has|have|had|been"
    r"|there|exist)(?: |$)| ~| , | &|$)"
)
_IN_FIELD: Final = re.compile(
    r"(?:^|(?<= ))(?:with|having|containing|has|have) (?:the )?(?:(?:words?|phrase|text|term)s? )?"
    r"(?P<what>[^~,]{1,40}?) in (?:the|their|its)(?= (?:subject|title|headline|name|body|text"
    r"|message|description|comment|note|summary)s?(?: |$))"
)
_TURNING: Final = frozenset((*SUPERLATIVES, *AGGREGATES, "how", "many", "often", "much"))
_PLURAL: Final = 4  # shorter words may end in s by themselves
_SOUGHT_WORDS_MAX: Final = 20
_SOUGHT_CHARS_MAX: Final = 400
_STOP: Final = frozenset(
    {
        "the",
        "a",
        "an",
        "any",
        "some",
        "our",
        "their",
        "his",
        "her",
        "my",
        "that",
        "of",
        "and",
        "to",
        "being",
        "been",
    }
)


def _span(starts: list[int], begin: int, end: int) -> tuple[int, int]:
    inside = [place for place, at in enumerate(starts) if begin <= at < end]
    return inside[0], inside[-1] + 1


def _value(text: str) -> int | float:
    if text.endswith(" and a half"):
        return _value(text.removesuffix(" and a half")) + 0.5
    if text in ("a", "an"):
        return 1
    if text in NUMBERS:
        return NUMBERS[text]
    for word, worth in (*_PARTS.items(), *_SCALED.items()):
        if word in text.split():
            return worth
    return float(text) if "." in text else int(text)


def _ratio(own: str | None, unit: str | None) -> float | int:
    """ "between 30 minutes and 1 hour": what the first unit is in the second."""
    first = _unit(own)
    if first is None or unit is None or UNITS[first][0] != UNITS[unit][0]:
        return 1
    ratio = UNITS[first][1] / UNITS[unit][1]
    return round(ratio) if ratio >= 1 else ratio


def _end(found: re.Match[str]) -> int:
    """Where the comparison ends: a word behind it that is no unit is none of it."""
    for name, text in found.groupdict().items():
        if name in ("u", "u1") and text and not _unit(text):
            after = (found["u1"] if "u1" in found.groupdict() else None) if name == "u" else None
            if after is None:
                return found.start(name) - 1
    return found.end()


def _further(rest: str | None, unit: str | None) -> int | float:
    """ "… and a half", "… and 30 seconds", in the unit before."""
    if not rest or unit is None:
        return 0
    if rest.endswith("half"):
        return 0.5
    _, number, named = rest.split()
    other = _unit(named)
    if other is None or UNITS[other][0] != UNITS[unit][0]:
        return 0
    return _value(number) * UNITS[other][1] / UNITS[unit][1]


def _unit(*texts: str | None) -> str | None:
    for text in texts:
        if text and (text in UNITS or (text.endswith("s") and text[:-1] in UNITS)):
            return text if text in UNITS else text[:-1]
    return None


def comparisons(words: tuple[Word, ...], hidden: frozenset[int]) -> tuple[Comparison, ...]:
    """Numbers compared with, left to right."""
    text, starts = joined(words, hidden)
    out: list[Comparison] = []

    def add(found: re.Match[str], op: str, low: str, high: str | None, hint: str) -> None:
        groups = found.groupdict()
        unit = _unit(groups.get("c"), groups.get("u"), groups.get("u0"), groups.get("u1"))
        end = _end(found)
        first, last = _span(starts, found.start(), end)
        if not any(first < c.last and c.first < last for c in out):
            top = _value(high) if high else None
            rest = groups.get("rest") if end == found.end() else None
            number = _value(low) * _ratio(groups.get("u0"), unit) + _further(rest, unit)
            out.append(Comparison(first, last, op, number, top, unit, hint))

    for found in _BETWEEN.finditer(text):
        add(found, "between", found["a"], found["b"], "")
    for found in _PREFIX.finditer(text):
        if found["adj"]:
            op, hint = COMPARATIVES[found["adj"]]
            op = op + "=" if found["eq"] else op
            add(found, _INVERSE[op] if found["no"] else op, found["n"], None, hint)
        else:
            add(found, _OPS[found["op"]], found["n"], None, "")
    for found in _SUFFIX.finditer(text):
        less = found["way"] in _LESS.split("|")
        add(found, "<=" if less else ">=", found["n"], None, "")
    return tuple(sorted(out, key=lambda c: c.first))


def percentiles(
    words: tuple[Word, ...], hidden: frozenset[int]
) -> tuple[tuple[int, int, float], ...]:
    """(first, last, q) of each percentile named."""
    text, starts = joined(words, hidden)
    out = []
    for found in _PERCENTILE.finditer(text):
        digits = found["q"] or found["n"]
        if found.start() in starts:
            out.append(
                (*_span(starts, found.start(), found.end()), int(digits) / 10 ** len(digits))
            )
    return tuple(out)


def sought(question: str, words: tuple[Word, ...], hidden: frozenset[int]) -> tuple[Sought, ...]:
    """The texts to search for, each with the cue that asks for it."""
    text, starts = joined(words, hidden)
    out: list[Sought] = []
    for found in _SEARCH.finditer(text):
        before = text[: found.start()].split()
        if found["cue"] == "about" and before[-1:] in (["me"], ["what"], ["how"], ["us"]):
            continue
        first, last = _span(starts, found.start(), found.end())
        begin, _ = _span(starts, found.start("what"), found.end())
        begin = _quote(words, begin)
        last = _sentence_end(question, words, begin, last)
        what = words[begin:last]
        match = _match_text(what)
        if not match or what[0].kind in ("number", "mark"):
            continue
        if all(word.text in _TURNING or word.text in _STOP for word in what):
            continue  # "complain about the most"
        if what[0].text in NEGATORS:
            continue  # "about anything but exports"
        raw = question[what[0].start : what[-1].end].strip("\"“”'").rstrip("?.!,")
        mode: Mode = "starts" if found["starts"] else "ends" if found["ends"] else "match"
        exact = any(word.kind == "quoted" for word in what)
        out.append(Sought(first, last, mode, match, raw, exact, found["cue"]))
    inside = None if out else _inside(text, starts, question, words)
    return tuple(out) if inside is None else (inside,)


_SAID: Final = frozenset(
    [
        "something",
        "anything",
        "that",
        "it",
        "they",
        "this",
        "is",
        "was",
        "were",
        "are",
        "like",
        "how",
    ]
)


def _quote(words: tuple[Word, ...], begin: int) -> int:
    """Where the text begins: "saying something is "outdated"" looks for what is quoted."""
    place = begin
    while place < len(words) and words[place].text in _SAID:
        place += 1
    return place if place < len(words) and words[place].kind == "quoted" else begin


def _inside(text: str, starts: list[int], question: str, words: tuple[Word, ...]) -> Sought | None:
    """ "conversations with invoice in the subject": the text, the field behind it."""
    found = _IN_FIELD.search(text)
    if found is None:
        return None
    first, last = _span(starts, found.start(), found.end())
    begin, end = _span(starts, found.start("what"), found.end("what"))
    what = words[begin:end]
    match = _match_text(what)
    if not match or any(word.number is not None for word in what):
        return None
    raw = question[what[0].start : what[-1].end].strip("\"“”'")
    return Sought(first, last, "match", match, raw, False, "with")


def _sentence_end(question: str, words: tuple[Word, ...], begin: int, last: int) -> int:
    """Where the searched text ends: at a quote's end or at the end of a sentence."""
    if words[begin].kind == "quoted":
        return begin + 1
    for place in range(begin + 1, last):
        gap = question[words[place - 1].end : words[place].start]
        if re.search(r"[?!;(]|[.:] ", gap):
            return place
    return last


def _match_text(words: tuple[Word, ...]) -> str:
    """Search text in the plan's grammar: words are AND, quotes make phrases, plurals find their
    singular by prefix."""
    out = []
    for word in words:
        if word.kind == "quoted":
            inner = re.sub(r"[^\w\s]", " ", word.raw).split()
            out.append('"' + " ".join(inner) + '"' if len(inner) > 1 else "".join(inner))
        elif word.text == "or" and out:
            out.append("OR")
        elif word.kind in ("word", "number", "code") and word.text not in _STOP:
            out.extend(_loose(part) for part in re.findall(r"\w+", word.text))
    while out and out[-1] == "OR":
        out.pop()
    return " ".join(part for part in out[:_SOUGHT_WORDS_MAX] if part)[:_SOUGHT_CHARS_MAX]


def _loose(word: str) -> str:
    if len(word) < 5 or not word.isalpha():
        return word
    if word.endswith("ing") and len(stem(word)) >= 4 and word.startswith(stem(word)):
        return f"{stem(word)}*"
    if word.endswith("ies"):
        return f"{word[:-3]}*"
    singular = word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    return (
        f"{singular}*" if (len(singular) >= 4 and stem(word) != word) or singular != word else word
    )
