"""The sample company keeps its specs, its references and its word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.demo.company import Company, company
from orchestrator.demo.questions import QUESTIONS
from registry.clock import from_datetime
from registry.domain import BUILTIN, CollectionSpec, load_spec
from registry.record import decode
from registry.settings import configs_dir
from tests.orchestrator.expected import Expected, agrees, expected

NOON = from_datetime(datetime(2026, 11, 23, 12, tzinfo=UTC))
#: a Monday noon, a Sunday evening, the first minutes of a year, the end of a leap February
MOMENTS = (
    NOON,
    from_datetime(datetime(2026, 11, 22, 21, 30, tzinfo=UTC)),
    from_datetime(datetime(2027, 1, 1, 0, 1, tzinfo=UTC)),
    from_datetime(datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC)),
)
SPECS: dict[str, CollectionSpec] = {
    address: collection
    for name in BUILTIN
    for address, collection in load_spec(configs_dir() / "domains" / f"{name}.yaml").addresses()
}


def ids_of(made: Company, address: str) -> list[str]:
    """Ids as a store would have them: given, or made of the key's values."""
    key = SPECS[address].key
    return [r.get("id") or "|".join(str(r[part]) for part in key) for r in made.records[address]]


@pytest.fixture(scope="module", params=MOMENTS, ids=["monday", "sunday", "new year", "leap day"])
def made(request: pytest.FixtureRequest) -> Company:
    return company(7, request.param)


def test_every_collection_has_records_and_all_together_are_about_thirty_thousand(
    made: Company,
) -> None:
    assert set(made.records) == set(SPECS)
    assert all(made.records.values())
    assert 28_000 <= made.count <= 38_000


def test_every_value_is_what_its_field_allows(made: Company) -> None:
    for address, records in made.records.items():
        spec = SPECS[address]
        for record in records:
            for name, value in record.items():
                field = spec.field(name)
                decode(value, field.kind, where=f"{address}.{name}")
                assert field.enum is None or value in field.enum, (address, name, value)
            missing = {n for n, f in spec.fields.items() if f.required} - record.keys()
            assert not missing, (address, missing)


def test_ids_are_distinct_and_references_lead_somewhere(made: Company) -> None:
    keyed = {address: ids_of(made, address) for address in SPECS if address != "metrics.points"}
    for address, ids in keyed.items():
        assert len(set(ids)) == len(ids), address
    known = {address: set(ids) for address, ids in keyed.items()}
    for address, records in made.records.items():
        for name, target in SPECS[address].references.items():
            lost = {r[name] for r in records if name in r} - known[target]
            assert not lost, (address, name, sorted(lost)[:3])


def test_nothing_has_happened_after_now(made: Company) -> None:
    for address, records in made.records.items():
        times = [n for n, f in SPECS[address].fields.items() if f.type == "time"]
        for record in records:
            for name in times:
                if name in record:
                    moment = decode(record[name], SPECS[address].field(name).kind)
                    assert isinstance(moment, int)
                    assert moment < made.now_us, (address, name, record)


def test_what_follows_from_something_comes_after_it(made: Company) -> None:
    users = {user["id"]: user for user in made.records["user.users"]}
    for session in made.records["session.sessions"]:
        assert users[session["user"]]["signed_up_at"] <= session["started_at"]
    talks = {talk["id"]: talk for talk in made.records["chat.conversations"]}
    for message in made.records["chat.messages"]:
        assert talks[message["conversation"]]["opened_at"] <= message["sent_at"]
    for run in made.records["workflow.runs"]:
        assert run["started_at"] <= run.get("finished_at", "9")


def test_a_few_customers_do_most_and_weekends_are_quiet(made: Company) -> None:
    visits: dict[str, int] = {}
    weekend = 0
    for session in made.records["session.sessions"]:
        visits[session["user"]] = visits.get(session["user"], 0) + 1
        weekend += datetime.fromisoformat(session["started_at"]).weekday() >= 5
    tenth = sorted(visits.values(), reverse=True)[: len(made.records["user.users"]) // 10]
    assert sum(tenth) > 0.4 * len(made.records["session.sessions"])
    assert weekend < 0.2 * len(made.records["session.sessions"])


def test_texts_are_finished_sentences(made: Company) -> None:
    for address, records in made.records.items():
        for name in SPECS[address].searched:
            for record in records:
                text = record.get(name, "filled")
                assert text.strip() == text != ""
                assert "{" not in text and "  " not in text, (address, text)
    bodies = {message["body"] for message in made.records["chat.messages"]}
    assert len(bodies) > 1_000


def test_the_same_seed_and_moment_give_the_same_company() -> None:
    assert company(3, NOON, 0.05).records == company(3, NOON, 0.05).records
    assert company(3, NOON, 0.05).records != company(4, NOON, 0.05).records


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    now_s=st.integers(1_600_000_000, 4_000_000_000),
    scale=st.sampled_from([0.001, 0.01, 0.05]),
)
def test_small_companies_of_any_seed_and_moment_are_whole(
    seed: int, now_s: int, scale: float
) -> None:
    made = company(seed, now_s * 1_000_000, scale)
    known = {address: set(ids_of(made, address)) for address in SPECS if SPECS[address].key} | {
        address: {record.get("id") for record in records}
        for address, records in made.records.items()
        if not SPECS[address].key
    }
    for address, records in made.records.items():
        for name, target in SPECS[address].references.items():
            assert {r[name] for r in records if name in r} <= known[target], (address, name)


def test_every_question_has_one_expected_answer(made: Company) -> None:
    answers = expected(made)
    assert list(answers) == [question.text for question in QUESTIONS]
    for question in QUESTIONS:
        answer = answers[question.text]
        assert answer.refused == (not question.domains)
        first = question.text.startswith("How many deliveries failed per industry this month")
        assert answer.refused or answer.rows or first, question.text


def test_the_questions_reach_every_domain_and_four_join_domains() -> None:
    assert {name for question in QUESTIONS for name in question.domains} == set(BUILTIN)
    assert sum(len(question.domains) > 1 for question in QUESTIONS) >= 4
    assert len({question.text for question in QUESTIONS}) == len(QUESTIONS)


def test_rankings_never_tie_whatever_the_seed() -> None:
    for seed in range(3):
        expected(company(seed, NOON + seed * 86_400_000_000))


def test_agreement_ignores_further_columns_but_not_wrong_rows() -> None:
    wanted = Expected((("DE", 2), ("FR", 1)), ordered=True)
    assert agrees(wanted, [["x", 2, "DE"], ["y", 1.0000000001, "FR"]])
    assert not agrees(wanted, [["y", 1, "FR"], ["x", 2, "DE"]])
    assert not agrees(wanted, [["x", 2, "DE"]])
    assert not agrees(wanted, [["x", 2, "DE"], ["y", 2, "FR"]])
    assert agrees(Expected((("a", 1), ("b", 2))), [["b", "2.00"], ["a", "1.00"]])
