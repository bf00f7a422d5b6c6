"""Constructions that people use: who never did, nobody who did, each one's best, both of two."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner.reading import Context, Question, Reading
from orchestrator.planner.rules import plan
from tests.orchestrator.planner.company import NOW_US, company
from tests.orchestrator.planner.shop import equals
from tests.orchestrator.planner.shop import wire as of_shop

CATALOGUE = company()


def best(text: str) -> Reading:
    return plan(Question(text, NOW_US), CATALOGUE, Context()).readings[0]


def wire(text: str) -> dict[str, Any]:
    return best(text).plan.to_wire()


@pytest.mark.parametrize(
    "text", ["how many documents did nobody file", "number of documents no one filed"]
)
def test_nobody_denies_as_never_does(text: str) -> None:
    found = best(text)
    assert not found.not_understood or found.confidence < 0.5
    assert '"null"' in str(found.plan.to_wire()).replace("'", '"') or found.confidence < 0.75


def test_what_nobody_took_refers_to_nobody() -> None:
    made = wire("incidents that nobody acknowledged, how many")
    assert made["where"] == {"op": "null", "field": "acknowledged_by"}


def test_those_of_a_role_are_asked_for_and_not_what_they_never_did() -> None:
    made = wire("guests who never wrote a comment")
    assert made["from"] == "user.users"
    assert made["joins"][0]["kind"] == "anti"
    assert made["where"] == equals("role", "guest")


def test_a_word_for_a_state_of_something_else_is_no_condition() -> None:
    made = wire("cities where more than 30 of our users live")
    assert "where" not in made
    assert made["having"] == {"op": ">", "field": "users", "value": 30}
    assert wire("in which industry does Globex work")["where"] == equals("name", "Globex")


def test_a_word_for_a_state_counts_where_its_owner_is_named() -> None:
    assert wire("posts that are live, how many")["where"] == equals("status", "published")
    assert wire("how many customers left")["where"] == equals("status", "closed")


def test_a_name_ends_at_a_colon() -> None:
    assert wire("broken connections: names")["select"] == ["name"]
    both = wire("teams with both a Slack and a HubSpot connection: names")
    assert both["select"] == ["name"]
    assert len(both["where"]["args"]) == 2


def test_values_joined_by_or_are_of_one_field() -> None:
    made = wire("count tickets that are about neither exports nor logins")
    told = str(made["where"])
    assert "export" in told and "login" in told and "session" not in told


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("for every kind, the largest document", "kind"),
        ("the biggest invoice of each plan", "plan"),
    ],
)
def test_the_first_of_each_is_one_row_of_each(text: str, by: str) -> None:
    assert wire(text)["per"] == {"by": [by], "n": 1}


def test_the_commonest_of_each_is_counted_within_each() -> None:
    made = wire("which device is the most used in each country")
    assert made["per"] == {"by": ["country"], "n": 1}
    assert made["order"][-1]["desc"]


def test_groups_are_kept_by_the_average_of_what_is_theirs() -> None:
    made = wire("hosts whose incidents last longer than 10 minutes on average")
    assert made["group"][0]["field"] == "host"
    assert made["having"]["op"] == ">"


def test_so_many_of_what_is_ranked_are_kept() -> None:
    made = of_shop("rank the customers by number of orders, best three")
    assert made["limit"] == 3
    assert made["order"] == [{"by": "orders", "desc": True}]
    assert of_shop("two customers with the most orders")["limit"] == 2


def test_who_did_the_most_is_told_by_the_name_alone() -> None:
    assert wire("who has sent the most messages")["show"] in (["author"], ["name"])


def test_a_longest_one_in_a_unit_is_the_figure() -> None:
    made = wire("what was the longest visit ever, in seconds")
    assert made.get("select") == ["duration_s"] or made["measures"][0]["fn"] == "max"


def test_those_who_did_it_so_often_are_counted() -> None:
    made = wire("customers who opened 5 or more conversations, how many are there")
    assert made["from"] == "user.users"
    assert made["measures"][0]["fn"] == "count"


def test_half_an_hour_is_thirty_minutes() -> None:
    assert wire("visits longer than half an hour")["where"]["value"] == 1800


def test_what_mentions_many_mentions_one() -> None:
    made = wire("workflows whose description mentions invoices")
    assert made["where"] == {"op": "contains", "field": "description", "value": "invoice"}


def test_a_country_s_adjective_is_of_where_people_are_from() -> None:
    assert wire("how many Spanish users")["where"] == equals("country", "Spain")
    assert wire("how many users with language Spanish")["where"] == equals("language", "Spanish")


def test_two_sides_are_no_single_answer() -> None:
    made = wire("newsletter opt-ins vs. opt-outs")
    assert [group["field"] for group in made["group"]] == ["granted"]


def test_both_of_two_products_are_two_connections() -> None:
    made = wire("how many teams use both slack and github")
    assert made["from"] == "user.teams"
    assert {part["op"] for part in made["where"]["args"]} == {"in"}


def test_hosts_without_such_a_record_have_none_such_among_theirs() -> None:
    made = wire("machines that never raised a critical alert")
    assert made["from"] == "metrics.alerts"
    assert made["distinct"]
    assert made["where"]["arg"]["plan"]["where"] == equals("severity", "critical")


def test_agents_without_such_a_ticket_answer_others() -> None:
    made = wire("support agents without a single urgent ticket")
    assert made["from"] == "user.users"
    assert "agent" in str(made["where"]) and "customer" not in str(made["where"])


def test_a_not_reaches_over_or() -> None:
    made = wire("tickets that did not come by phone or by mail, how many")
    assert [part["op"] for part in made["where"]["args"]] == ["!=", "!="] or "not" in str(made)


def test_what_is_not_such_in_a_time_is_of_that_time() -> None:
    made = wire("incidents not critical since October 1")
    assert {part["op"] for part in made["where"]["args"]} == {"!=", ">="}


def test_either_of_two_is_never_both() -> None:
    found = best("runs that failed or took more than ten minutes")
    assert found.plan.to_wire()["where"]["op"] == "or" or found.confidence < 0.75


def test_lacking_is_without() -> None:
    made = wire("tickets lacking a rating, how many")
    assert made["where"] == {"op": "null", "field": "rating"}


def test_a_name_s_part_is_looked_for_where_it_stands() -> None:
    made = wire("users whose last name is Okafor")
    assert made["where"] == {"op": "ends", "field": "name", "value": " Okafor"}


def test_a_month_behind_a_monthly_price_is_no_group() -> None:
    made = wire("countries whose teams pay over 2,000 EUR a month in total")
    assert made["having"]["op"] == ">"
    assert made["measures"][0]["fn"] == "sum"


def test_a_verb_behind_we_names_no_column() -> None:
    assert "filed_at" not in str(wire("what contracts do we store? titles").get("select"))


def test_quoted_text_is_looked_for_in_the_field_behind_it() -> None:
    made = wire('posts with "webhooks" in the headline')
    assert made["from"] == "content.articles"
    assert made["where"]["field"] == "title" or made["where"]["op"] == "match"


def test_a_month_may_be_misspelt() -> None:
    assert "2026-09-01" in str(wire("revenue in setpember")["where"])


def test_zero_of_a_kind_is_none_of_it() -> None:
    made = wire("machines with zero critical alerts")
    assert made["where"]["op"] == "not"
    assert made["where"]["arg"]["plan"]["where"] == equals("severity", "critical")


def test_a_word_may_stand_for_two_values() -> None:
    made = wire("how many invoices are unpaid")
    assert made["where"] == {"op": "in", "field": "status", "values": ["open", "overdue"]}
    assert wire("number of late invoices")["where"] == equals("status", "overdue")


def test_whether_it_is_so_is_told_and_no_condition() -> None:
    made = wire('is the workflow "Lead scoring" enabled?')
    assert made["select"] == ["enabled"]
    assert made["where"] == equals("name", "Lead scoring")


def test_the_worst_by_a_count_have_the_most() -> None:
    made = wire("worst 2 workflows by cancelled runs")
    assert made["limit"] == 2
    assert made["order"][0]["desc"]
    assert made["where"] == equals("status", "cancelled")


def test_the_most_of_a_number_is_summed_up_for_a_kind() -> None:
    made = wire("name the 2 industries with the most seats")
    assert made["measures"][0]["fn"] == "sum"
    assert made["show"] == ["industry"]


def test_what_they_pay_stands_beside_their_names() -> None:
    made = wire("our two highest paying teams, what do they pay?")
    assert made["select"] == ["name", "monthly_fee"]


def test_the_age_of_people_is_no_time_of_their_records() -> None:
    assert best("customers older than 35 years").confidence < 0.5
    assert wire("sessions older than 2 years")["where"]["op"] == "<"


def test_groups_are_not_kept_by_how_often_a_number_comes() -> None:
    assert best("pages seen fewer than 50 times").confidence < 0.75


def test_quotes_are_taken_at_their_word() -> None:
    made = wire('log lines with "declined" in them, how many')
    assert "granted" not in str(made["where"])


def test_without_any_and_yet_with_some_is_impossible() -> None:
    found = best("users who did not give a single consent, none granted")
    joins = found.plan.joins
    assert found.confidence < 0.75 or len(joins) < 2


def test_what_is_theirs_stands_beside_their_names() -> None:
    assert wire("retail teams with their monthly fee")["select"] == ["name", "monthly_fee"]


def test_what_is_counted_behind_is_no_list() -> None:
    for text in ("denied consents for newsletters, number", "broken connections: count"):
        assert wire(text)["measures"][0]["fn"] == "count"
    assert "measures" not in wire("are there disabled jobs? which ones")


def test_those_that_did_so_more_than_so_often() -> None:
    made = wire("workflows that failed more than 9 times")
    assert made["from"] == "workflow.definitions"
    assert made["where"]["plan"]["having"]["value"] == 9


def test_what_is_lacking_is_lacking_there() -> None:
    made = wire("runs lacking a starter in failed status, how many")
    assert {"op": "null", "field": "started_by"} in made["where"]["args"] or best(
        "runs lacking a starter in failed status, how many"
    ).confidence < 0.75


def test_what_is_left_out_is_of_its_own_kind() -> None:
    made = wire("incidents excluding warnings on web-1, how many")
    assert equals("host", "web-1") in made["where"]["args"]


def test_without_may_be_written_short() -> None:
    short, long = wire("workflows w/o any failed run"), wire("workflows without any failed run")
    assert short == long


def test_apart_from_leaves_out() -> None:
    made = wire("top two devices apart from tablets by visits")
    assert "tablet" in str(made["where"]) and "!=" in str(made["where"])


def test_what_it_was_because_of_is_looked_for() -> None:
    made = wire("runs that failed because of a quota")
    assert "quota" in str(made["where"])
    made = wire("logins that failed because of an expired link")
    assert equals("reason", "expired_link") in made["where"]["args"]


def test_a_short_word_with_another_letter_is_another_word() -> None:
    found = plan(Question("users living on Mars", NOW_US), CATALOGUE, Context())
    assert all("macOS" not in str(r.plan.to_wire()) for r in found.readings)


def test_how_much_it_was_is_the_money() -> None:
    assert wire("how much was invoice 2026-00042 for")["select"] == ["amount"]


def test_did_not_open_any_is_of_no_state() -> None:
    made = wire("how many customers did not open any ticket in 2026")
    assert "'value': 'open'" not in str(made)


def test_the_name_of_one_is_not_the_name_of_the_other() -> None:
    assert wire("names of teams with a broken connection")["select"] == ["name"]
    assert wire("names of teams with a broken connection")["from"] == "user.teams"


def test_when_behind_a_list_is_the_time() -> None:
    made = wire("the two latest critical incidents: title and when")
    assert made["select"] == ["title", "raised_at"]


def test_its_number_stands_beside_its_name() -> None:
    made = wire("the most expensive team in Spain, and its fee")
    assert made["select"] == ["name", "monthly_fee"]


def test_please_behind_a_question_says_nothing() -> None:
    made = wire("broken connections, number please")
    assert made["measures"][0]["fn"] == "count"
