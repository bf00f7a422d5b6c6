"""What the vocabulary of a catalogue holds, and where it looks for it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.planner.lexicon import Lexicon
from orchestrator.planner.words import plain, stem
from registry.catalog import Catalogue, Facts, FieldValues
from registry.domain import parse_spec

TOWNS = ("New York", "York", "Old Town", "Tallinn", "Town Hall Square", "Newer Towns")
STATES = ("sold", "york", "lost property")
CITY = Catalogue(
    [
        parse_spec(
            {
                "domain": "city",
                "collections": {
                    "parcels": {"fields": {name: {"type": "text"} for name in ("town", "state")}}
                },
            }
        )
    ],
    {
        "city.parcels": Facts(
            values={"town": FieldValues(TOWNS, True), "state": FieldValues(STATES, True)}
        )
    },
)
WORDS = sorted({word for value in (*TOWNS, *STATES, "parcel", "in the") for word in plain(value)})
PHRASES = st.lists(st.sampled_from(WORDS), max_size=4).map(tuple)


@given(PHRASES)
def test_a_value_is_found_by_all_of_its_words_and_no_others(key: tuple[str, ...]) -> None:
    named = {(m.field, m.value) for m in Lexicon(CITY).values(key)}
    kept = {("town", value) for value in TOWNS} | {("state", value) for value in STATES}
    assert named == {(field, value) for field, value in kept if plain(value) == key}


@given(PHRASES)
def test_a_phrase_is_held_where_the_schema_or_a_value_has_it(key: tuple[str, ...]) -> None:
    lexicon = Lexicon(CITY)
    stems = tuple(map(stem, key))
    found = bool(lexicon.schema.get(stems) or lexicon.values(key) or lexicon.inflected(stems))
    assert lexicon.holds(key, stems) == found


def test_values_are_inflected_as_words_are() -> None:
    stems = tuple(map(stem, ("newly", "town")))
    assert {m.value for m in Lexicon(CITY).inflected(tuple(map(stem, ("old", "towns"))))} == {
        "Old Town"
    }
    assert not Lexicon(CITY).inflected(stems)
