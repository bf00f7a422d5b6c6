# ruff: noqa: SIM905 - tables of words read better wide
"""Questions that are no questions about the data: requests to change it, and what to suggest
instead."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz

from orchestrator.planner.grammar import POLITE, WRITES
from orchestrator.planner.words import Word
from registry.catalog import Catalogue

_ARTICLES: Final = frozenset(
    {
        "all",
        "the",
        "a",
        "an",
        "every",
        "my",
        "our",
        "this",
        "that",
        "these",
        "those",
        "any",
        "new",
        "into",
        "table",
        "everything",
        "user",
        "record",
        "records",
        "from",
    }
)
SUGGESTIONS_MAX: Final = 5
#: verbs that ask for a change only with what it is changed to
_SETS: Final = frozenset(
    ["set", "change", "mark", "switch", "assign", "move", "turn", "make", "convert", "reassign"]
)
#: verbs that ask for a deed only with what it is done to: a "refund rate" is none
_DEEDS: Final = frozenset(
    "approve close demote promote publish refund reject resolve retry solve unlock".split()
)
#: the same, and names of what is stored as often
_NOUNS: Final = frozenset(
    "apply book call charge decrease deploy email escalate fix forward increase invite lower mail "
    "merge message pause pay ping raise remind resume retire run start stop sync text".split()
)
_OBJECTS: Final = frozenset({"me", "us", "him", "her", "them", "it", "everyone", "everybody"})
_OF: Final = frozenset({"of", "in", "from", "over", "since", "compared"})


_TALK: Final = frozenset(
    {
        "help",
        "hi",
        "hello",
        "hey",
        "thanks",
        "thank",
        "you",
        "please",
        "schema",
        "what",
        "can",
        "do",
    }
)


#: asked of the world, and of no data
_WORLDLY: Final = (
    "what time is it",
    "what day is it",
    "what day is today",
    "how far is the",
    "who won",
)


_AHEAD: Final = re.compile(
    r"\b(?:is|are|am|re) (?:\w+ )?(?:going|about|likely|expected|bound) to (?!the\b|an?\b|our\b)"
)
#: hours and days that come again, which no plan can put together
_AGAIN: Final = re.compile(
    r"\b(?:(?:which|what|by|per|each|of the) (?:week ?day|day of (?:the )?week|days of the week"
    r"|hour of (?:the )?day|time of (?:the )?day|month of the year)s?"
    r"|(?:at|in|during) (?:what|which) (?:hour|time)s? (?:do|does|are|is)"
    r"|(?:which|what) (?:hour|day|month)s? (?:do|does|are|is) .*\b(?:usually|typically|normally))\b"
)


_EACH: Final = r"(?:per|by|each|every|hourly|daily|weekly|monthly|quarterly|yearly|over time)"
_TOTAL: Final = (
    r"(?:running (?:totals?|sums?|counts?)|cumulat\w+"
    r"|(?:rolling|moving) (?:averages?|means?|sums?))"
)
#: what no bucket holds alone
_ROLLING: Final = re.compile(rf"\b{_EACH}\b.*\b{_TOTAL}\b|\b{_TOTAL}\b.*\b{_EACH}\b")
_ACTIVE: Final = re.compile(r"\b(?:monthly|weekly|daily) active (?!\w+ status)")


def beyond(words: tuple[Word, ...]) -> str | None:
    """Why no plan can answer the question, if it asks for causes, for the future, or for nothing
    at all."""
    texts = [word.text for word in words if word.kind == "word"]
    if "why" in texts[:3]:
        return "A plan can find, count and compare, but not explain; ask for the figures instead."
    if texts[:1] == ["should"] or any(
        pair in (("should", "we"), ("should", "i")) for pair in pairwise(texts)
    ):
        return "The data holds what is, not what ought to be; ask for the figures behind it."
    ahead = "will" in texts[:5] or set(texts) & {"predict", "forecast"}
    if ahead or _AHEAD.search(" ".join(texts)):
        return "The data holds what has happened, not what will; ask about the past or the present."
    said = " ".join(texts)
    if _ROLLING.search(said):
        return "A plan sums up each stretch of time alone, and not over those before it."
    if _ACTIVE.search(said):
        return "Nothing says what counts as active; ask for what was done, such as logging in."
    if _AGAIN.search(said):
        return "A plan knows days and hours of the calendar, and none that come again."
    if any(said.startswith(start) for start in _WORLDLY):
        return "Nothing of that is stored here; `describe` lists what there is."
    if texts and set(texts) <= _TALK:
        return "Ask about the data that is stored; `describe` lists what there is."
    return None


def asks_to_write(words: tuple[Word, ...]) -> str | None:
    """The verb of a request to change data, or `None`."""
    rest = [word.text for word in words if word.kind in ("word", "number")]
    while rest and rest[0] in POLITE:
        rest = rest[1:]
    if rest[:1] and rest[0] in _SETS and {"to", "as"} & set(rest[2:]) and rest[1] not in _OF:
        return rest[0]  # "set the plan of Swift Shop to free"
    if rest[:1] and rest[0] in _DEEDS | _NOUNS and _done_to(rest, words):
        return rest[0]
    if not rest or rest[0] not in WRITES:
        return None
    if rest[0] == "add" and rest[1:2] in (["up"], ["together"]):
        return None  # a sum
    if len(rest) > 1 and rest[1] in ("per", "by", "last", "in", "this", "over", "each"):
        return None
    return rest[0]


def _done_to(rest: list[str], words: tuple[Word, ...]) -> bool:
    """Whether a verb stands before what it is to be done to: "the ticket", "invoice 2026-00012"."""
    if rest[1:2] and (rest[1] in _ARTICLES - {"from"} or rest[1] in _OBJECTS):
        return True
    return rest[0] in _DEEDS and any(word.kind in ("code", "quoted") for word in words)


def near_names(unknown: tuple[str, ...], catalogue: Catalogue) -> tuple[str, ...]:
    """Collections and fields whose names look like the unknown words, else what there is to ask
    about."""
    names: dict[str, str] = {}
    for address, spec in catalogue.collections.items():
        for text in (address.partition(".")[2], *spec.synonyms):
            names.setdefault(text, address)
        for name, field in spec.fields.items():
            for text in (name.replace("_", " "), *field.synonyms):
                names.setdefault(text, f"{address}.{name}")
    scored = sorted(
        (
            (-fuzz.ratio(word, text), meaning)
            for word in unknown[:8]
            for text, meaning in names.items()
        )
    )
    near = list(dict.fromkeys(meaning for score, meaning in scored if score <= -72))
    return tuple(near[:SUGGESTIONS_MAX]) or fullest(catalogue)


def fullest(catalogue: Catalogue) -> tuple[str, ...]:
    """The collections with most to ask about; any, where nothing is stored."""
    rows = {address: catalogue.facts_of(address).rows for address in catalogue.collections}
    held = [address for address in rows if rows[address]] or list(rows)
    return tuple(sorted(held, key=lambda address: -rows[address])[:SUGGESTIONS_MAX])
