"""What stands beside what is asked for: who is referred to, what only sets the scene."""

from __future__ import annotations

from tests.orchestrator.planner.shop import equals, wire, within


def test_a_reference_beside_a_name_is_to_the_one_called_so() -> None:
    made = wire("amounts of the orders of customer Acme")
    assert made["select"] == ["amount"]
    assert made["where"] == equals("customer.name", "Acme")


def test_how_many_behind_is_the_number_alone() -> None:
    made = wire("orders over 100 EUR, how many")
    assert made["measures"] == [{"fn": "count", "as": "orders"}]
    assert "group" not in made


def test_a_number_of_a_time_is_summed_up() -> None:
    made = wire("order amount in September")
    assert made["measures"] == [{"fn": "sum", "field": "amount", "as": "sum_amount"}]
    assert made["where"] == within("placed_at", "2026-09-01", "2026-10-01")
    assert wire("list the order amounts of September")["select"] == ["amount"]


def test_a_second_sentence_may_ask_for_the_number() -> None:
    made = wire("what is still returned? number of returned orders")
    assert made["measures"] == [{"fn": "count", "as": "orders"}]


def test_the_sum_of_records_is_of_their_money() -> None:
    made = wire("sum of all paid orders")
    assert made["measures"] == [{"fn": "sum", "field": "amount", "as": "sum_amount"}]
    assert made["where"] == equals("status", "paid")


def test_a_count_at_the_end_is_of_the_records() -> None:
    for text in ("returned orders count", "returned orders, number"):
        made = wire(text)
        assert made["measures"] == [{"fn": "count", "as": "orders"}]
        assert "group" not in made


def test_whom_something_is_done_by_is_no_group() -> None:
    made = wire("number of orders placed by customers from Norway")
    assert "group" not in made
    assert made["where"] == equals("customer.country", "Norway")


def test_a_sum_said_in_a_second_sentence_is_the_answer() -> None:
    made = wire("how much amount is paid? sum of all paid orders")
    assert made["measures"] == [{"fn": "sum", "field": "amount", "as": "sum_amount"}]
    assert "group" not in made
