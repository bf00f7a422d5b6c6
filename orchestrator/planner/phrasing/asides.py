"""Words of a question that say nothing of the data, or say "how many" as the trade does: "1 MB is a
million bytes", "ticket volume". They are taken out or put plainly before any vocabulary is asked.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Final

from orchestrator.planner.grammar import UNITS
from orchestrator.planner.lexicon import Lexicon
from orchestrator.planner.words import Word, stem

_NAMED: Final = "|".join(sorted((u for u in UNITS if u.isalpha()), key=len, reverse=True))
_UNIT: Final = rf"(?:{_NAMED})s?"
_SCALE: Final = "(?:thousand|million|billion)"
_DEFINITION: Final = re.compile(
    rf"(?:^|(?<= ))(?:(?:\d+|an?|one) )?{_UNIT} (?:=|is|are|being|equals?|means|meaning) "
    rf"(?:an? )?(?:[\d.]+ )?(?:{_SCALE} )?{_UNIT}(?: each)?(?= |$)"
    rf"|(?:^|(?<= ))(?:an?|[\d.]+) (?:{_SCALE} )?{_UNIT} each(?= |$)"
    r"|(?:^|(?<= ))(?:i e|e g)(?= |$)"
    r"|(?<= ), (?:over |across |for |with )*all (?:the |our )?[^ ,]+ "
    r"(?:(?:added |summed |put |taken |lumped )?(?:up|together|combined)|summed)(?= |$)"
    r"|(?<= )left by (?:the |our )*(?:readers|users|people|customers|visitors|clients)(?= |$)"
)
#: verbs that say no more than that it happened: "how many tickets did customers open in May"
_DEEDS: Final = (
    "open|make|run|create|raise|file|send|submit|write|post|leave|start|launch|trigger|perform|get"
    "|receive|see|report|place|hold|upload|produce|generate|do"
)
_DONE: Final = re.compile(
    rf"\bdid (?:(?:the |our |all )*(?P<who>people|users|persons) |"
    rf"(?:(?!did |not |have |who |that )[^ ]+ ){{1,4}}?)(?P<verb>{_DEEDS})"
    r"(?= (?:in|on|at|since|during|last|this|today|yesterday|from|between|for|over|before|after|per"
    r"|by|each|every|within|so|and|,)\b|$)"
)
_THANKS: Final = frozenset({"please", "pls", "plz", "thanks", "thx", "asap"})
_SCALED: Final = re.compile(r"\bin (?P<scale>thousands?|millions?)\b")
_BESIDE: Final = re.compile(r"\bside by side\b")
_NUMBERS_OF: Final = frozenset({"no", "nr", "num", "nbr", "#"})
_CAME: Final = frozenset({"came", "come", "comes", "coming"})
_VOLUMES: Final = frozenset({"volume", "volumes", "headcount"})


def without_definitions(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words without "1 MB = 1,000,000 bytes" and "i.e.", and without whoever it was
    that left a comment; not if nothing else is said."""
    text = " ".join(word.text for word in words)
    kept = words
    for found in reversed(list(_DEFINITION.finditer(text))):
        first = text.count(" ", 0, found.start())
        kept = (*kept[:first], *kept[first + found[0].count(" ") + 1 :])
    return kept or words


def written_out(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words with "w/o" as "without", and no "please" behind them."""
    out: list[Word] = []
    for word in words:
        if word.text == "/o" and out and out[-1].text == "w":
            out[-1] = replace(out[-1], text="without", stem=stem("without"), end=word.end)
        else:
            out.append(word)
    while len(out) > 1 and out[-1].text in _THANKS:
        out.pop()
    return tuple(out)


_UN: Final = ("un", "non")


def denied(words: tuple[Word, ...], lexicon: Lexicon) -> tuple[Word, ...]:
    """The words with "unassigned" as "not assigned", where only that names something stored."""
    out: list[Word] = []
    for word in words:
        rest = _without_un(word, lexicon)
        if rest:
            out.append(replace(word, text="not", stem="not"))
            word = replace(word, text=rest, stem=stem(rest))
        out.append(word)
    return tuple(out)


def _without_un(word: Word, lexicon: Lexicon) -> str:
    head = next((un for un in _UN if word.text.startswith(un)), "")
    rest = word.text.removeprefix(head).lstrip("-")
    if not head or not rest.endswith("ed") or word.kind != "word" or lexicon.says(word):
        return ""
    named = lexicon.schema.get((stem(rest),), ())
    return rest if any(m.kind == "field" and m.weight > _SAID for m in named) else ""


_SAID: Final = 0.8
_WHOSE: Final = frozenset({"who", "that", "which", "have", "has", "had", "whoever"})


def ever_done(words: tuple[Word, ...], lexicon: Lexicon) -> frozenset[int]:
    """Places of "ever issued" where nothing follows: "the highest invoice we ever issued"."""
    found: set[int] = set()
    for n, word in enumerate(words[1:-1], 1):
        verb, after = words[n + 1], words[n + 2] if n + 2 < len(words) else None
        ends = after is None or after.text == "," or after.start - verb.end > 1
        done = verb.text.endswith(("ed", "t", "n", "d")) and verb.kind == "word"
        state = any(m.kind == "value" for m in lexicon.schema.get((verb.stem,), ()))
        if word.text == "ever" and ends and done and not state and words[n - 1].text not in _WHOSE:
            found |= {n, n + 1}
    return frozenset(found)


def deeds(words: tuple[Word, ...]) -> frozenset[int]:
    """Places of verbs that say only that it happened, so that "open" behind "did" is no state; and
    of people who are only whoever did it; and of "side by side"."""
    text = " ".join(word.text for word in words)
    starts = [m.start(group) for m in _DONE.finditer(text) for group in ("who", "verb")]
    starts += [m.start() + n for m in _BESIDE.finditer(text) for n in (0, 5, 8)]
    starts += [m.start("scale") for m in _SCALED.finditer(text)]
    return frozenset(text.count(" ", 0, start) for start in starts if start >= 0)


def arrivals(words: tuple[Word, ...], lexicon: Lexicon) -> frozenset[int]:
    """Places of "came in" where what is named has no such word for its time, so that it says only
    that there was one."""
    named = {address for word in words for address in _addresses(word, "collection", lexicon)}
    out: set[int] = set()
    for n, (word, after) in enumerate(pairwise(words)):
        if word.text not in _CAME or after.text != "in":
            continue
        own = {m.address for m in lexicon.schema.get((word.stem, after.stem), ())}
        if n and (words[n - 1].stem, word.stem, after.stem) in lexicon.schema:
            continue  # "payment came in"
        if named and not named & own:
            out |= {n, n + 1}
    return frozenset(out)


def counted(words: tuple[Word, ...], lexicon: Lexicon) -> tuple[Word, ...]:
    """ "ticket volume" is the ticket count, where tickets have no volume of their own; "no. of"
    is the number of."""
    out = list(words)
    for n, (word, after) in enumerate(pairwise(words)):
        if after.text == "of" and word.text in _NUMBERS_OF:
            out[n] = replace(word, text="number", stem=stem("number"))
    for n, word in enumerate(words[1:], 1):
        if word.text not in _VOLUMES:
            continue
        named = {
            m.address
            for m in lexicon.schema.get((words[n - 1].stem,), ())
            if m.kind == "collection"
        }
        own = {m.address for m in lexicon.schema.get((word.stem,), ()) if m.kind == "field"}
        if named and not named & own:
            out[n] = replace(word, text="count", stem=stem("count"))
    return tuple(out)


def _addresses(word: Word, kind: str, lexicon: Lexicon) -> set[str]:
    return {m.address for m in lexicon.schema.get((word.stem,), ()) if m.kind == kind}
