"""The twelve built-in domains are models for whoever writes the thirteenth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest

from registry.domain import (
    BUILTIN,
    CollectionSpec,
    DomainSpec,
    dump_spec,
    load_spec,
    load_yaml,
    parse_spec,
)
from registry.settings import configs_dir
from registry.tier import Tier

FOLDER = configs_dir() / "domains"
SPECS = {name: load_spec(FOLDER / f"{name}.yaml") for name in BUILTIN}
COLLECTIONS = {a: c for spec in SPECS.values() for a, c in spec.addresses()}
TIERS = {
    Tier.HOT: {"user", "session", "chat", "metrics"},
    Tier.WARM: {"analytics", "content", "workflow", "integration"},
    Tier.COLD: {"archive", "logs", "backup", "compliance"},
}


def words_of(spec: CollectionSpec) -> Iterator[tuple[str, str]]:
    """(word, what it stands for) of a collection's fields, enum values and measures."""
    for name, field in spec.fields.items():
        for word in (name.replace("_", " "), *field.synonyms):
            yield word, name
        for value in field.enum or ():
            for word in (value.replace("_", " "), *field.words.get(value, ())):
                yield word, f"{name}={value}"
    for name, measure in spec.measures.items():
        for word in (name, *measure.synonyms):
            yield word, f"measure {name}"


def test_there_are_twelve_and_no_other_files() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(BUILTIN)
    assert all(spec.domain == name for name, spec in SPECS.items())


def test_each_starts_in_its_tier() -> None:
    for tier, names in TIERS.items():
        assert {name for name, spec in SPECS.items() if spec.tier is tier} == names


@pytest.mark.parametrize("address", COLLECTIONS)
def test_everything_is_described_and_has_other_words(address: str) -> None:
    spec = COLLECTIONS[address]
    assert spec.description.endswith(".") and spec.synonyms
    for name, field in spec.fields.items():
        assert field.description.endswith("."), name
        assert field.synonyms, name
        assert name.replace("_", " ") not in field.synonyms, f"{name} need not repeat itself"
    assert all(measure.description and measure.synonyms for measure in spec.measures.values())
    assert spec.display


@pytest.mark.parametrize("address", COLLECTIONS)
def test_one_word_means_one_thing_inside_a_collection(address: str) -> None:
    """Or either of several values of one field: "unpaid" is open or overdue."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for word, meaning in words_of(COLLECTIONS[address]):
        assert word == word.lower().strip()
        meanings[word].add(meaning)
    one = {w: {meaning.partition("=")[0] for meaning in found} for w, found in meanings.items()}
    assert not {word: found for word, found in one.items() if len(found) > 1}


def test_one_word_means_one_collection_or_domain() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for name, spec in SPECS.items():
        for word in (name, *spec.synonyms):
            meanings[word].add(name)
        for short, collection in spec.collections.items():
            for word in (short.replace("_", " "), *collection.synonyms):
                meanings[word].add(f"{name}.{short}")
    for word, found in meanings.items():
        domains = {meaning.partition(".")[0] for meaning in found}
        assert len(domains) == 1, f"{word}: {found}"
        assert sum("." in meaning for meaning in found) <= 1, f"{word}: {found}"


def test_references_lead_to_collections() -> None:
    targets = {to for spec in COLLECTIONS.values() for to in spec.references.values()}
    assert targets <= COLLECTIONS.keys()
    across = {
        (address.partition(".")[0], to.partition(".")[0])
        for address, spec in COLLECTIONS.items()
        for to in spec.references.values()
    }
    assert len({source for source, target in across if source != target}) >= 9


@pytest.mark.parametrize("address", COLLECTIONS)
def test_fields_that_hold_personal_data_say_so(address: str) -> None:
    for name, field in COLLECTIONS[address].fields.items():
        if name in ("email", "ip", "phone"):
            assert field.pii == name
    if address == "user.users":
        assert COLLECTIONS[address].fields["name"].pii == "name"


@pytest.mark.parametrize("address", COLLECTIONS)
def test_collections_that_know_people_say_whose_their_records_are(address: str) -> None:
    collection = COLLECTIONS[address]
    if "user.users" in (address, *collection.references.values()):
        assert collection.subject is not None
    for name in collection.subjects:
        to = collection.references.get(name, "user.users")
        assert to == "user.users" or COLLECTIONS[to].subjects, (
            "it follows a record that is nobody's"
        )


@pytest.mark.parametrize("address", COLLECTIONS)
def test_numbers_with_a_unit_in_their_name_declare_it(address: str) -> None:
    units = {"s": "s", "ms": "ms", "bytes": "bytes"}
    for name, field in COLLECTIONS[address].fields.items():
        if field.type in ("int", "float", "decimal"):
            assert field.unit == units.get(name.rpartition("_")[2], field.unit), name
        if field.type == "decimal":
            assert field.unit == "EUR", name


def test_points_keep_true_repeats() -> None:
    assert SPECS["metrics"].collection("points").key == ()


@pytest.mark.parametrize("name", BUILTIN)
def test_a_spec_survives_being_written_and_read(name: str) -> None:
    assert parse_spec(load_yaml(dump_spec(SPECS[name]))) == SPECS[name]


def test_files_stay_short_and_narrow() -> None:
    for name in BUILTIN:
        lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 120, name
        assert max(map(len, lines)) <= 140, name


def test_words_that_yaml_would_twist_stay_words() -> None:
    text = "a: [no, yes, on, 2026-01-01, 12:30, 1e3, 007]\nb: [1, -2, 0.5, true, null]\n"
    assert load_yaml(text) == {
        "a": ["no", "yes", "on", "2026-01-01", "12:30", "1e3", "007"],
        "b": [1, -2, 0.5, True, None],
    }


def test_a_written_spec_keeps_texts_that_look_like_other_things() -> None:
    odd = ["no", "1e3", "007", "12:30", "2026-01-01", "-", "~", "null", "true", "1.5", "#x", "a: b"]
    spec = {"domain": "odd", "collections": {"c": {"fields": {"f": {"type": "text", "enum": odd}}}}}
    parsed: DomainSpec = parse_spec(spec)
    assert parse_spec(load_yaml(dump_spec(parsed))) == parsed
