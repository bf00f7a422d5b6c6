"""The catalogue as the network sees it, and the part of a large one that a question is about."""

from __future__ import annotations

from orchestrator.planner.network.narrow import COLUMNS_MAX, narrowed
from orchestrator.planner.network.schema import Schema, schema_of
from orchestrator.planner.words import tokenise
from registry.catalog import Catalogue
from registry.domain import parse_spec
from tests.orchestrator.network.shop import shop


def names(schema: Schema) -> list[str]:
    return [f"{schema.tables[c.table].address}.{c.name}" for c in schema.columns]


def test_a_record_that_no_field_names_has_its_id_as_a_column() -> None:
    schema = schema_of(shop())
    assert "shop.orders.id" not in names(schema), "its first field ends in `id`"
    assert "shop.customers.id" not in names(schema), "its key is a field"


def test_a_reference_is_the_plain_way_from_either_side() -> None:
    schema = schema_of(shop())
    customers, orders = 0, 1
    way = schema.plain_way([customers], orders)
    assert way is not None
    assert [schema.columns[n].name for n in way] == ["customer_id", "customer_id"]
    back = schema.plain_way([orders], customers)
    assert back == way[::-1]


def test_tables_that_share_nothing_have_no_way() -> None:
    schema = schema_of(shop())
    assert schema.plain_way([1], 2) is None


def test_stored_texts_are_found_by_their_words() -> None:
    schema = schema_of(shop())
    places = schema.texts.get(("new", "york"), ())
    assert [(schema.columns[n].name, text) for n, text in places] == [("name", "New York")]


def wide(tables: int, columns: int) -> Catalogue:
    fields = {f"measure_{n}": {"type": "int"} for n in range(columns)}
    made = {f"table_{chr(97 + t)}": {"fields": fields} for t in range(tables)}
    made["whales"] = {"fields": {"ocean": {"type": "text"}, "weight": {"type": "int"}}}
    return Catalogue([parse_spec({"domain": "wide", "collections": made})])


def test_a_large_schema_is_narrowed_to_what_the_question_names() -> None:
    schema = schema_of(wide(20, 9))
    part = narrowed(schema, tokenise("how heavy are whales in each ocean"))
    assert len(part.columns) <= COLUMNS_MAX
    assert "wide.whales.ocean" in names(part)
    assert [c.number for c in part.columns] == list(range(len(part.columns)))
    assert all(part.tables[c.table].number == c.table for c in part.columns)
    assert all(n in range(len(part.columns)) for t in part.tables for n in t.columns)


def test_one_very_wide_table_keeps_the_columns_that_are_named() -> None:
    fields = {f"measure_{n}": {"type": "int"} for n in range(150)} | {"ocean": {"type": "text"}}
    spec = parse_spec({"domain": "wide", "collections": {"rows": {"fields": fields}}})
    part = narrowed(schema_of(Catalogue([spec])), tokenise("which ocean has measure 7"))
    assert len(part.columns) <= COLUMNS_MAX
    assert "wide.rows.ocean" in names(part)


def test_a_small_schema_is_left_alone() -> None:
    schema = schema_of(shop())
    assert narrowed(schema, tokenise("orders")) is schema
