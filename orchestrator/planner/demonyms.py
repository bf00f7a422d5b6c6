# ruff: noqa: E501 - tables of words read better wide
"""Adjectives of countries: "German teams" are those whose country is Germany. Data only."""

from __future__ import annotations

from typing import Final

_PAIRS: Final = """american: united states, usa, us, united states of america / argentine: argentina
 / argentinian: argentina / australian: australia / austrian: austria / belgian: belgium / brazilian: brazil
 / british: united kingdom, uk, great britain / bulgarian: bulgaria / canadian: canada / chilean: chile
 / chinese: china / colombian: colombia / croatian: croatia / cuban: cuba / czech: czech republic, czechia
 / danish: denmark / dutch: netherlands, the netherlands / egyptian: egypt / english: england / estonian: estonia
 / finnish: finland / french: france / german: germany / greek: greece / hungarian: hungary / icelandic: iceland
 / indian: india / indonesian: indonesia / irish: ireland / israeli: israel / italian: italy / japanese: japan
 / kenyan: kenya / korean: south korea, korea / latvian: latvia / lithuanian: lithuania / malaysian: malaysia
 / mexican: mexico / moroccan: morocco / nigerian: nigeria / norwegian: norway / pakistani: pakistan
 / peruvian: peru / polish: poland / portuguese: portugal / romanian: romania / russian: russia / saudi: saudi arabia
 / scottish: scotland / serbian: serbia / singaporean: singapore / slovak: slovakia / slovenian: slovenia
 / south african: south africa / spanish: spain / swedish: sweden / swiss: switzerland / taiwanese: taiwan
 / thai: thailand / turkish: turkey / ukrainian: ukraine / vietnamese: vietnam / welsh: wales / usa: united states / uk: united kingdom / uae: united arab emirates"""

#: the plain words of a country -> its adjectives, as plain words
DEMONYMS: Final[dict[tuple[str, ...], tuple[tuple[str, ...], ...]]] = {}
for _pair in _PAIRS.split("/"):
    _adjective, _, _countries = _pair.partition(":")
    for _country in _countries.split(","):
        _key = tuple(_country.split())
        DEMONYMS[_key] = (*DEMONYMS.get(_key, ()), tuple(_adjective.split()))
#: all of these adjectives; many name a language, too
ADJECTIVES: Final = frozenset(said for adjectives in DEMONYMS.values() for said in adjectives)
