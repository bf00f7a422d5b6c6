"""Literals of a question, and the stored texts they equal."""

from __future__ import annotations

from orchestrator.planner.network.mentions import MENTIONS_MAX, Mention, mentions_of
from orchestrator.planner.network.schema import schema_of
from orchestrator.planner.words import tokenise
from tests.orchestrator.network.shop import shop


def found(text: str) -> list[Mention]:
    return list(mentions_of(text, tokenise(text), schema_of(shop())))


def test_a_stored_text_is_mentioned_in_its_stored_form() -> None:
    schema = schema_of(shop())
    (mention,) = found("customers from new york")
    (column,) = mention.places
    assert schema.columns[column].name == "name"
    assert mention.literal(schema.columns[column]) == "New York"


def test_numbers_in_digits_words_and_ordinals_are_mentioned() -> None:
    assert [m.number for m in found("over 1,200 and under three, the second")] == [1200, 3, 2]


def test_what_is_quoted_is_mentioned_whole_and_by_its_parts() -> None:
    texts = [m.text for m in found('orders of "Ada Byron the second"')]
    assert "Ada Byron the second" in texts
    assert "ada byron" in texts


def test_an_odd_quote_around_one_word_counts() -> None:
    assert [m.text for m in found("names that contain ‘ee’")] == ["ee"]


def test_a_name_that_is_stored_nowhere_is_mentioned_as_it_is_written() -> None:
    (mention,) = found("orders shipped to Los Angeles")[1:]
    assert (mention.kind, mention.text) == ("name", "Los Angeles")


def test_serving_words_mention_nothing_though_they_are_stored() -> None:
    schema = schema_of(shop({"shop.orders": {"status": ("the", "all")}}))
    text = "the orders of all customers"
    assert mentions_of(text, tokenise(text), schema) == ()


def test_a_text_means_nothing_beside_a_number() -> None:
    schema = schema_of(shop())
    age = next(c for c in schema.columns if c.name == "age")
    (mention,) = found("customers from oslo")
    assert mention.literal(age) is None


def test_texts_that_nobody_names_are_shown_to_training_only() -> None:
    schema = schema_of(shop({"shop.orders": {"status": ("F", "M")}}))
    words = tokenise("orders of women")
    assert mentions_of("orders of women", words, schema) == ()
    shown = mentions_of("orders of women", words, schema, few=True)
    assert [(m.kind, m.text) for m in shown] == [("few", "F"), ("few", "M")]


def test_mentions_are_bounded() -> None:
    text = " ".join(str(n) for n in range(500))
    assert len(mentions_of(text, tokenise(text), schema_of(shop()))) <= MENTIONS_MAX
