"""A language as data: which of its phrases say what in the planners' English.

stemmer: german
asks:   {how many: "wie viele, wieviele"}     a question's own words: they tell the language
grammar: {_: "der, die, das", last week: "letzte woche"}     `_`: nothing
names:  {session: "sitzung, besuch"}          of data: any inflection, and they tell nothing
front:  [how many]                            what stands first in English
leads:  [last]                                what stands before its number in English
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import snowballstemmer
import yaml

from orchestrator.planner.words import fold
from registry.settings import configs_dir

_UNIT: Final = re.compile(
    r'"[^"\n]{0,200}"|[一-鿿]|[a-zA-ZÀ-ɏͰ-ӿ]+[\'’]?|\d[\d.,:/-]*\d|\d|[^\w\s]|_'
)
_FULL: Final = 3  # votes of a word that only a question of that language has

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A word of a text, or one Chinese character. `exact`: without case and accents; `stem`."""

    raw: str
    exact: str
    stem: str
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Pack:
    """Phrases by their words, names as they are `written` too. `votes`: what a word says for the
    language. `han`: it is written in Chinese characters, which tell it.
    """

    name: str
    stem: Callable[[str], str]
    grammar: Mapping[Key, str]
    names: Mapping[Key, str]
    written: Mapping[Key, str]
    votes: Mapping[str, int]
    han: bool
    longest: int
    front: tuple[str, ...]
    leads: frozenset[str]

    def named(self, run: tuple[Unit, ...]) -> str | None:
        """What a run of words names, as written or in another inflection."""
        found = self.names.get(tuple(unit.exact for unit in run))
        return found or self.stems.get(tuple(unit.stem for unit in run))

    @cached_property
    def stems(self) -> Mapping[Key, str]:
        """The names by their stems, made for the first question in the language."""
        return {
            tuple(fold(self.stem(word)) for word in key): english
            for key, english in reversed(list(self.written.items()))
        }

    def units(self, text: str) -> tuple[Unit, ...]:
        return tuple(_units(text, self.stem))


def _units(text: str, stem: Callable[[str], str]) -> Iterator[Unit]:
    for found in _UNIT.finditer(text):
        raw = found[0]
        low = raw.lower().replace("’", "'")
        yield Unit(raw, fold(low), fold(stem(low)), found.start(), found.end())


def _plain(word: str) -> str:
    return word


def made(name: str, data: Mapping[str, Any]) -> Pack:
    """The pack of a file's data."""
    stemmer = snowballstemmer.stemmer(data["stemmer"]) if data.get("stemmer") else None
    stem: Callable[[str], str] = lru_cache(4096)(stemmer.stemWord) if stemmer else _plain
    grammar: dict[Key, str] = {}
    names: dict[Key, str] = {}
    written: dict[Key, str] = {}
    votes: dict[str, int] = {}
    for english, phrase in (*_phrases(data["grammar"]), *_phrases(data["asks"])):
        grammar[tuple(unit.exact for unit in _units(phrase, _plain))] = english
    for english, phrase in _phrases(data["names"]):
        units = tuple(_units(phrase, _plain))
        names.setdefault(tuple(unit.exact for unit in units), english)
        written.setdefault(tuple(unit.raw for unit in units), english)
    for part, weight in (("names", 1), ("grammar", 1), ("asks", _FULL)):
        for _, phrase in _phrases(data[part]):
            said = [word for unit in _units(phrase, _plain) for word in _letters(unit)]
            votes |= dict.fromkeys(said, weight)
            votes |= {f"{word}s": weight for word in said if part == "names"}
    for word in str(data.get("silent", "")).split(","):
        votes.pop(fold(word.strip()), None)
    longest = max(map(len, (*grammar, *names)))
    front, leads = tuple(data.get("front", ())), frozenset(data.get("leads", ()))
    han = data.get("script") == "han"
    return Pack(name, stem, grammar, names, written, votes, han, longest, front, leads)


def _letters(unit: Unit) -> list[str]:
    """The word without its apostrophe; short ones ("d'") say nothing."""
    word = unit.exact.rstrip("'")
    return [word] if len(word) > 1 and word.isalpha() else []


def _phrases(part: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for english, phrases in part.items():
        for phrase in str(phrases).split(","):
            yield "" if english == "_" else english, phrase.strip()


@lru_cache(maxsize=1)
def packs() -> tuple[Pack, ...]:
    """Every language there is, by name."""
    folder = configs_dir() / "languages"
    return tuple(made(path.stem, _read(path)) for path in sorted(folder.glob("*.yaml")))


def _read(path: Path) -> dict[str, Any]:
    """Our own files, all of text: `no` and `on` are words here, and never booleans."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    data = yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506 - it makes nothing but text
    assert isinstance(data, dict)
    return data
