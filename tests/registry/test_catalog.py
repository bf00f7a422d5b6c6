"""A catalogue is a snapshot: what there is, by address."""

from __future__ import annotations

import pytest

from registry.catalog import Catalogue, Facts, FieldValues, Reference
from registry.domain import DomainSpec, parse_spec
from registry.errors import UnknownDomain


def spec(name: str, to: str | None = None) -> DomainSpec:
    fields = {"name": {"type": "text"}}
    if to:
        fields["owner"] = {"type": "ref", "to": to}
    return parse_spec({"domain": name, "collections": {"things": {"fields": fields}}})


CATALOGUE = Catalogue(
    [spec("a"), spec("b", "a.things"), spec("c", "gone.things")], {"a.things": Facts(rows=3)}
)


def test_a_collection_is_found_by_its_address() -> None:
    assert CATALOGUE.collection("a.things") is CATALOGUE.domains["a"].collections["things"]
    assert list(CATALOGUE.collections) == ["a.things", "b.things", "c.things"]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("x.things", "No domain 'x'; there are a, b, c."),
        ("a.x", "No collection 'x' in a; there are things."),
        ("a", "No collection '' in a; there are things."),
        ("", "No domain ''; there are a, b, c."),
        ("a.things.name", "No collection 'things.name' in a; there are things."),
    ],
)
def test_an_unknown_address_is_refused_with_what_there_is(address: str, message: str) -> None:
    with pytest.raises(UnknownDomain) as no:
        CATALOGUE.collection(address)
    assert no.value.message == message


def test_references_to_domains_that_are_gone_are_left_out() -> None:
    assert CATALOGUE.references == (Reference("b.things", "owner", "a.things"),)


def test_facts_are_empty_where_nothing_is_known() -> None:
    assert CATALOGUE.facts_of("a.things").rows == 3
    assert CATALOGUE.facts_of("b.things") == Facts()


def test_a_scope_keeps_its_domains_their_facts_and_their_order() -> None:
    scoped = CATALOGUE.scoped(["b", "a"])
    assert list(scoped.domains) == ["a", "b"]
    assert scoped.facts_of("a.things").rows == 3
    assert CATALOGUE.scoped(["b"]).references == ()
    with pytest.raises(UnknownDomain, match="No domain 'z'"):
        CATALOGUE.scoped(["a", "z"])


def test_new_facts_lie_over_old_ones_and_the_snapshot_stays() -> None:
    values = {"name": FieldValues(("x",), complete=True)}
    newer = CATALOGUE.with_facts({"b.things": Facts(rows=1, values=values)})
    assert (newer.facts_of("a.things").rows, newer.facts_of("b.things").rows) == (3, 1)
    assert list(newer.values()) == [("b.things", "name", values["name"])]
    assert CATALOGUE.facts_of("b.things").rows == 0


def test_nobody_can_change_a_snapshot() -> None:
    with pytest.raises(TypeError):
        CATALOGUE.domains["d"] = spec("d")  # type: ignore[index]
    with pytest.raises(TypeError):
        CATALOGUE.facts["d"] = Facts()  # type: ignore[index]


def test_an_error_does_not_list_hundreds_of_domains() -> None:
    many = Catalogue([spec(f"d{i}") for i in range(100)])
    with pytest.raises(UnknownDomain) as no:
        many.collection("x.y")
    assert no.value.message.endswith("d39, ….")


def test_equal_scopes_are_one_object_however_they_are_named() -> None:
    made = Catalogue([spec(name) for name in ("a", "b", "c")])
    assert made.scoped(["b", "a"]) is made.scoped(["a", "b", "b"])
    assert list(made.scoped(["b", "a"]).domains) == ["a", "b"]
