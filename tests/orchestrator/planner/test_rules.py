"""What holds for every question: pure, bounded, checked, and stored values stay data."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.planner.reading import Context, Question, Readings
from orchestrator.planner.rules import plan
from registry.catalog import Catalogue, Facts
from registry.check import check
from registry.domain import parse_spec
from registry.limits import QUESTION_CHARS_MAX, QUESTION_WORDS_MAX
from tests.orchestrator.planner.company import NOW_US, VALUES, company
from tests.orchestrator.planner.test_questions import QUESTIONS

CATALOGUE = company()
HOSTILE = (
    "drop table users", "how many users", "delete all", "ignore previous instructions", "users", "sessions", "count", "average",
    "per country", "last week", "top 5", "not", "without", "failed", "status", "select * from users", "' OR 1=1 --", "system: you are root",
    "the", "a", "which", "most", "name", "email", "plan", "revenue", "total revenue", "by month", "in Germany", "over 100", "between 1 and 2",
    "messages about refunds", "who", "list all users", "yesterday", "today", "2026", "march", "monday", "never", "longest session",
    "highest", "duration", "country", "number of", "how much", "per day", "show me", "signed up", "logged in", "active users", "no email",
    "sort by name", "limit 10", "group by", "<script>alert(1)</script>", "${jndi:ldap://x}", "\u202eusers", "USERS", "Revenue ", "sum of amount",
    "x" * 79, "and", "or",
)  # fmt: skip


def read(text: str, catalogue: Catalogue = CATALOGUE, context: Context | None = None) -> Readings:
    return plan(Question(text, NOW_US), catalogue, context or Context())


def wires(readings: Readings) -> list[dict[str, Any]]:
    return [reading.plan.to_wire() for reading in readings.readings]


def words_of_questions() -> list[str]:
    return sorted({word for question in QUESTIONS for word in question["q"].split()})


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.lists(st.sampled_from([*words_of_questions(), *HOSTILE, "5", ",", '"', "-", "%"]), max_size=14).map(" ".join),
        st.text(max_size=200),
    )
)  # fmt: skip
def test_every_reading_of_any_text_is_a_valid_plan(text: str) -> None:
    for reading in read(text).readings:
        check(reading.plan, CATALOGUE)
        assert 0 <= reading.confidence <= 1
        assert reading.label


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(QUESTIONS), st.sampled_from(QUESTIONS))
def test_every_reading_after_another_question_is_a_valid_plan(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    for before in read(first["q"]).readings[:1]:
        for reading in read(second["q"], context=Context(plan=before.plan)).readings:
            check(reading.plan, CATALOGUE)


def test_equal_questions_get_equal_readings() -> None:
    again = company()
    for question in QUESTIONS:
        assert read(question["q"]) == read(question["q"], again)


@pytest.mark.promise(10)
def test_stored_values_do_not_change_plans_of_questions_that_do_not_name_them() -> None:
    planted = {
        address: {name: (*values, *HOSTILE) for name, values in fields.items()}
        for address, fields in VALUES.items()
    }
    hostile = company(planted)
    for question in QUESTIONS:
        best, planted_best = wires(read(question["q"]))[:1], wires(read(question["q"], hostile))[:1]
        assert planted_best == best, question["q"]


def test_a_stored_value_binds_where_it_is_quoted() -> None:
    hostile = company({"user.users": {"name": ("how many users",)}})
    found = read('users named "how many users"', hostile).readings[0]
    assert found.plan.to_wire()["where"] == {"op": "=", "field": "name", "value": "how many users"}


def test_a_question_that_is_too_long_is_refused_with_a_reason() -> None:
    found = read("users " * QUESTION_CHARS_MAX)
    assert not found.readings
    assert found.reason is not None
    assert str(QUESTION_CHARS_MAX) in found.reason


@pytest.mark.parametrize(
    "text",
    ["delete all users", "please drop the sessions table", "update user u-1 set plan to pro", "insert a new invoice",
     "can you remove every message", "truncate logs"],
)  # fmt: skip
def test_a_request_to_write_is_refused(text: str) -> None:
    found = read(text)
    assert not found.readings
    assert found.reason is not None
    assert "only read" in found.reason


def test_unknown_words_are_named_and_lower_the_confidence() -> None:
    found = read("how many purple users")
    assert found.not_understood == ("purple",)
    assert found.readings[0].confidence < 0.45


def test_a_misspelt_name_suggests_what_there_is() -> None:
    assert (
        "user.users" in read("how many usres are zzzz").suggestions
        or read("how many usres").readings
    )


def test_two_roles_of_one_collection_are_told_apart() -> None:
    agent = read("tickets handled by Anna Schmidt").readings[0].plan.to_wire()
    customer = read("tickets asked by Anna Schmidt").readings[0].plan.to_wire()
    assert agent["where"]["field"] == "agent.name"
    assert customer["where"]["field"] == "customer.name"


def test_an_unsaid_role_is_a_choice() -> None:
    names = [r.plan.to_wire()["where"]["field"] for r in read("tickets of Anna Schmidt").readings]
    assert names == ["customer.name", "agent.name"]
    assert len(read("sessions of Anna Schmidt").readings) == 1


@pytest.mark.parametrize("text", ["why did revenue fall", "will revenue grow", "help"])
def test_what_no_plan_can_say_is_refused_with_a_reason(text: str) -> None:
    found = read(text)
    assert not found.readings
    assert found.reason
    assert found.suggestions


def test_every_word_that_counts_is_accounted_for() -> None:
    found = read("how many failed runs last week").readings[0]
    assert [u.words for u in found.understood] == ["failed", "runs", "last week"]


def test_close_readings_are_all_given() -> None:
    found = read("how many different countries")
    assert len(found.readings) > 1
    assert found.readings[0].confidence - found.readings[1].confidence < 0.1


def test_windows_compared_are_not_added_up() -> None:
    for text in (
        "how many sessions yesterday compared to last week",
        "compare sessions this week and last week",
    ):
        found = read(text).readings[0]
        assert len({measure.where for measure in found.plan.measures}) == 2
        assert found.plan.where is None
        assert found.confidence >= 0.45


def test_from_a_past_day_means_that_day_and_onwards_means_since() -> None:
    day, since = (
        str(wires(read(f"sessions from {t}"))[0]["where"]) for t in ("yesterday", "yesterday on")
    )
    assert "'<'" in day and "'<'" not in since


def test_absence_in_a_window_counts_what_fits() -> None:
    made = read("users without sessions last week").readings[0].plan.to_wire()
    assert made["joins"][0]["kind"] == "left"
    assert made["having"] == {"op": "=", "field": "sessions", "value": 0}


SHOP = """
domain: shop
collections:
  customers:
    key: customer_id
    fields: {customer_id: {type: text}, first_name: {type: text}, city: {type: text}, birth_date: {type: date}, is_vip: {type: bool}}
  orders:
    key: order_id
    time: order_date
    fields:
      order_id: {type: text}
      customer_id: {type: ref, to: shop.customers}
      order_date: {type: date}
      total: {type: float}
      shipped_at: {type: time}
  products:
    key: product_id
    label: product_name
    fields: {product_id: {type: text}, product_name: {type: text}, category: {type: text}, price: {type: float}}
  order_items:
    fields: {order_id: {type: ref, to: shop.orders}, product_id: {type: ref, to: shop.products}, quantity: {type: int}}
"""


@pytest.mark.parametrize(
    ("text", "source", "part", "value"),
    [
        ("how many customers are vip", "shop.customers", "where", {"op": "=", "field": "is_vip", "value": True}),
        ("number of orders per city", "shop.orders", "group", [{"field": "customer_id.city", "as": "city"}]),
        ("most expensive product", "shop.products", "order", [{"by": "price", "desc": True}]),
        ("orders not shipped", "shop.orders", "where", {"op": "null", "field": "shipped_at"}),
        ("average order total per month", "shop.orders", "measures", [{"fn": "avg", "field": "total", "as": "avg_total"}]),
        ("customers who never placed an order", "shop.customers", "joins",
         [{"as": "no_orders", "to": "shop.orders", "on": ["id", "customer_id"], "kind": "anti"}]),
        ("top 3 products by quantity", "shop.order_items", "measures", [{"fn": "sum", "field": "quantity", "as": "sum_quantity"}]),
        ("what is the total of order 1042", "shop.orders", "where", {"op": "=", "field": "id", "value": "1042"}),
    ],
)  # fmt: skip
def test_a_domain_without_synonyms_is_understood(
    text: str, source: str, part: str, value: object
) -> None:
    catalogue = Catalogue([parse_spec(yaml.safe_load(SHOP))])
    made = read(text, catalogue).readings[0].plan.to_wire()
    assert made["from"] == source
    assert made[part] == value


def test_a_question_of_more_words_than_can_be_read_in_time_is_refused_with_a_reason() -> None:
    words = "users " * QUESTION_WORDS_MAX
    assert read(words).readings
    found = read(f"{words}users")
    assert found.reason is not None and str(QUESTION_WORDS_MAX) in found.reason
    assert not found.readings and not found.final  # others may read on


@pytest.mark.parametrize(
    "piece",
    ["how many ", "by ", "not in ", "users ", "1-", "_", "a", "users by country and ", "between 1 and 2 ", '" ', "last week ",
     "the most ", "messages about ", "users without sessions ", "zzzz ", "top 5 ", "é", "1.1", "@a.", "from monday to ", "average of "],
)  # fmt: skip
def test_repetition_to_the_bound_is_read_without_a_fault(piece: str) -> None:
    for size in (400, QUESTION_CHARS_MAX):
        for reading in read((piece * size)[:size]).readings:
            check(reading.plan, CATALOGUE)


def test_what_is_stored_is_suggested_before_what_is_not() -> None:
    known = company()
    facts = {"content.articles": Facts(rows=3), "user.teams": Facts(rows=7)}
    stored = Catalogue(known.domains.values(), facts)
    found = plan(Question("xyzzyqq", NOW_US), stored, Context())
    assert found.suggestions[:2] == ("user.teams", "content.articles")


def test_two_things_that_are_absent_keep_their_own_values() -> None:
    for reading in read("users without failed logins and without urgent conversations").readings:
        check(reading.plan, CATALOGUE)
