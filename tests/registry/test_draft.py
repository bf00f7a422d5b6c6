"""Drafts of collections: short and glued headers, labels, and references by names and values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.catalog import Catalogue
from registry.folders import configs_dir
from registry.shape.headers import meant_words, words_of
from registry.shape.infer import Evidence, Tally
from registry.shape.neighbours import PROPOSED_MAX
from registry.shape.propose import propose
from registry.shape.shape import shape_of
from tests.registry.test_shape import shaped, table


@pytest.mark.parametrize(
    ("header", "words", "meant"),
    [
        ("dormid", ["dorm", "id"], ["dorm", "id"]),
        ("custName", ["cust", "name"], ["customer", "name"]),
        ("ord_qty", ["ord", "qty"], ["order", "quantity"]),
        ("StuID", ["stu", "id"], ["student", "id"]),
        ("fname", ["fname"], ["first", "name"]),
        ("LName", ["l", "name"], ["last", "name"]),
        ("m_id", ["m", "id"], ["m", "id"]),
        ("username", ["username"], ["username"]),
        ("paid", ["paid"], ["paid"]),
        ("valid", ["valid"], ["valid"]),
        ("candidate", ["candidate"], ["candidate"]),
    ],
)
def test_glued_words_are_split_and_short_ones_written_out(
    header: str, words: list[str], meant: list[str]
) -> None:
    assert (words_of(header), meant_words(header)) == (words, meant)


def references(*tables: Any) -> dict[str, str]:
    """{table.column: table} of a source's proposal."""
    spec = propose([shape_of(t) for t in tables], "src", Catalogue([])).spec
    return {
        f"{name}.{field}": to.partition(".")[2]
        for name, collection in spec.collections.items()
        for field, to in collection.references.items()
    }


STUDENTS = table("student", StuID=[str(n) for n in range(1001, 1041)], fname=["A", "B"] * 20)


def test_a_name_alone_makes_a_reference_unless_the_values_say_no() -> None:
    assert references(STUDENTS, table("loans", stuid=["1001", "1003"] * 3)) == {
        "loans.stu_id": "student"
    }
    stray = table("loans", stuid=["1", "2", "3", "4", "5", "6"] * 9)
    assert references(STUDENTS, stray) == {}


def test_a_role_named_after_a_table_refers_where_the_values_are_its_keys() -> None:
    cities = table("city", city_id=["1", "2", "3"], name=["x", "y", "z"])
    assert references(cities, table("fairs", host_city=["3", "1", "1"])) == {
        "fairs.host_city": "city"
    }
    assert references(cities, table("fairs", host_city=["3", "9", "8"])) == {}
    assert references(cities, table("fairs", city_size=["3", "1", "1"])) == {}


def test_values_alone_make_a_reference_where_chance_cannot() -> None:
    advisors = table("faculty", fac_id=[str(n) for n in range(7000, 7020)], room=["a"] * 20)
    pupils = table("pupils", name=list("abcdefgh"), advisor=[str(n) for n in range(7001, 7009)])
    assert references(advisors, pupils) == {"pupils.advisor": "faculty"}
    low = table("faculty", fac_id=[str(n) for n in range(1, 21)], room=["a"] * 20)
    ages = table("pupils", name=list("abcdefgh"), age=[str(n) for n in range(6, 14)])
    assert references(low, ages) == {}


def test_a_table_that_is_one_to_one_with_another_refers_by_its_own_key() -> None:
    people = table("people", people_id=["1", "2", "3", "4"], name=list("abcd"))
    gymnasts = table("gymnast", gymnast_id=["1", "3"], points=["9.1", "8.7"])
    assert references(people, gymnasts) == {"gymnast.gymnast_id": "people"}
    events = table("debate", debate_id=["1", "3"], date=["May", "June"])
    assert references(people, events) == {}


def test_a_parent_is_of_the_same_table_and_a_tables_own_number_is_not() -> None:
    parts = table(
        "parts", part_id=["1", "2", "3"], parent_part_id=["1", "1", "2"], part_no=["2", "1", "3"]
    )
    assert references(parts) == {"parts.parent_part_id": "parts"}


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        ({"login_name": ["x", "y"], "customer_name": ["A", "B"]}, "customer_name"),
        ({"lname": ["x", "y"], "fname": ["A", "B"]}, "fname"),
        ({"email": ["a@b", "c@d"], "city": ["Rome", "Oslo"]}, None),
        ({"color": ["red", "red"], "customer": ["Ann", "Bob"]}, "customer"),
        ({"color": ["red", "red"], "customer_details": ["lot 1", "lot 2"]}, "customer_details"),
        ({"color": ["red", "red"], "other_details": ["lot 1", "lot 2"]}, None),
        ({"color": ["red", "red"], "size": ["1", "2"]}, None),
        ({"ref_code": ["a1", "b2"], "note": ["x", "y"]}, None),
    ],
)
def test_what_records_are_called_by(columns: dict[str, list[str]], label: str | None) -> None:
    assert shaped("customers", **columns).label == label


def test_codes_get_the_words_that_people_say() -> None:
    spec = propose([shaped("pupils", sex=["M", "F"] * 60)], "t", Catalogue([])).spec
    assert "women" in spec.collections["pupils"].fields["sex"].words["F"]


@given(st.sets(st.text(max_size=8)), st.sets(st.text(max_size=8)))
def test_sketches_of_few_values_tell_exactly_what_is_held(some: set[str], more: set[str]) -> None:
    def evidence(cells: set[str]) -> Evidence:
        tally = Tally()
        tally.add(sorted(cells))
        return Evidence.from_wire(tally.to_wire())

    present = {cell for cell in some if cell}
    told, held = evidence(some).within(evidence(more))
    assert (told, held) == (len(present), len(present & more))


def test_sketches_of_many_values_tell_the_share() -> None:
    def evidence(numbers: range) -> Evidence:
        tally = Tally()
        for start in range(numbers.start, numbers.stop, 1000):
            tally.add([str(n) for n in range(start, min(start + 1000, numbers.stop))])
        return Evidence.from_wire(tally.to_wire())

    whole = evidence(range(0, 10_000))
    told, held = evidence(range(0, 5_000)).within(whole)
    assert told >= 20 and held == told
    told, held = evidence(range(5_000, 15_000)).within(whole)
    assert 0.3 < held / told < 0.7


def test_near_words_are_proposed_beside_the_said_ones_and_never_a_word_of_the_source() -> None:
    tables = [table("employees", salary=["1", "2"], country=["a", "b"], wage=["3", "4"])]
    spec = propose([shape_of(t) for t in tables], "hr", Catalogue([])).spec.collections["employees"]
    assert "worker" in spec.proposed and "worker" not in spec.synonyms
    assert spec.fields["country"].proposed == ("nation",)
    assert "wage" not in spec.fields["salary"].proposed  # another column
    assert "pay" in spec.fields["salary"].proposed
    sales = table("sales", cust_name=["a", "b"], sex=["F", "M"])
    fields = propose([shape_of(sales)], "shop", Catalogue([])).spec.collections["sales"].fields
    assert {"client", "client name"} <= set(fields["cust_name"].proposed)
    assert not set(fields["sex"].proposed) & {"sex", "gender"}


@pytest.mark.promise(6)
def test_proposals_are_few() -> None:
    wide = table("staff", **{"employee " * 20: ["1"]})
    field = next(
        iter(
            propose([shape_of(wide)], "x", Catalogue([])).spec.collections["staff"].fields.values()
        )
    )
    assert len(field.proposed) <= PROPOSED_MAX


def test_the_table_of_near_words_is_words_and_says_where_it_is_from() -> None:
    text = (configs_dir() / "neighbours.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    words = [line.split() for line in lines]
    assert all(len(near) > 1 and all(w.isascii() and w.isalpha() for w in near) for near in words)
    assert len({near[0] for near in words}) == len(words)
    assert all(near[0] not in near[1:] for near in words)
    assert "Apache-2.0" in text


def measures(name: str, /, **columns: list[Any]) -> dict[str, Any]:
    proposal = propose([shaped(name, **columns)], name, Catalogue([], {}))
    (collection,) = proposal.spec.collections.values()
    return {n: (m.fn, m.field, m.synonyms[0]) for n, m in collection.measures.items()}


DAYS = ["2026-01-02", "2026-02-03"]


@pytest.mark.parametrize(
    ("name", "columns", "expected"),
    [
        ("expenses", {"Date": DAYS, "Amount (EUR)": ["1.5", "2.5"]},
         {"total_amount_eur": ("sum", "amount_eur", "spending")}),
        ("orders", {"Date": DAYS, "Amt": ["3", "4"]}, {"total_amt": ("sum", "amt", "revenue")}),
        ("orders", {"Date": DAYS, "Subtotal": ["3", "4"], "Tax": ["1", "1"], "Total": ["4", "5"]},
         {"total_sum": ("sum", "total", "revenue")}),
        ("orders", {"Date": DAYS, "Amount": ["3", "4"], "Revenue": ["4", "5"]}, {}),
        ("products", {"Added": DAYS, "Price": ["3.5", "4.5"]}, {}),
        ("staff", {"Hired": DAYS, "Salary": ["3000", "4000"]}, {}),
        ("fees", {"Name": ["a", "b"], "Amount": ["3", "4"]}, {}),
    ],
)  # fmt: skip
def test_the_one_amount_of_events_is_a_measure(
    name: str, columns: dict[str, list[Any]], expected: dict[str, Any]
) -> None:
    assert measures(name, **columns) == expected
