"""What is asked behind the conditions, who did it, and what so many have: ways of saying it."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.planner.reading import Context, Question, Reading
from orchestrator.planner.rules import plan
from tests.orchestrator.planner.company import NOW_US, company
from tests.orchestrator.planner.shop import equals

CATALOGUE = company()


def best(text: str) -> Reading:
    return plan(Question(text, NOW_US), CATALOGUE, Context()).readings[0]


def wire(text: str) -> dict[str, Any]:
    return best(text).plan.to_wire()


def test_a_reading_that_keeps_all_groups_is_none_of_a_reading_that_keeps_some() -> None:
    made = wire("Which services logged more than 40 entries? I need service and count.")
    assert made["having"] == {"op": ">", "field": "entries", "value": 40}


def test_plus_lists_as_and_does() -> None:
    made = wire("four most viewed posts: headline plus views")
    assert made["select"] == ["title", "views"]


def test_in_alphabetical_order_names_no_order() -> None:
    assert wire("names of the broken connections, in alphabetical order")["order"] == [
        {"by": "name"}
    ]


def test_two_words_for_one_state_are_one_condition() -> None:
    made = wire("titles of our unpublished drafts")
    assert made["where"] == equals("status", "draft")


def test_the_deed_is_no_second_name_of_what_was_done() -> None:
    assert "owner.name" in str(wire("who has filed the most documents")["group"])
    assert wire("guests who have never written an article")["joins"][0]["to"] == "content.articles"


def test_colleagues_are_told_by_their_names() -> None:
    made = wire("which three colleagues have uploaded the most documents")
    assert made["limit"] == 3
    assert "owner.name" in str(made["group"])


def test_what_people_did_is_not_told_by_person() -> None:
    assert "group" not in wire("how many tickets were never rated by the customer")
    assert "group" in wire("how many tickets were opened by each customer")


def test_a_dot_makes_one_name() -> None:
    made = wire("retrying deliveries about anything but run.failed, number")
    assert {"op": "!=", "field": "event", "value": "run.failed"} in made["where"]["args"]


def test_what_is_quoted_is_what_is_said() -> None:
    made = wire('how many comments saying it is "misleading"')
    assert made["where"] == {"op": "match", "text": "misleading"}


def test_when_and_who_behind_a_list_are_columns() -> None:
    made = wire("critical alerts in May that nobody acknowledged: host and when they were raised")
    assert made["select"] == ["host", "raised_at"]
    made = wire("the last three role changes in the audit trail, when and by whom")
    assert made["select"] == ["at", "actor.name"]
    assert made["limit"] == 3


def test_how_long_it_took_is_what_was_compared() -> None:
    made = wire("slowest run we ever had - which workflow was it and how many ms did it take")
    assert made["select"] == ["workflow.name", "duration_ms"]


def test_without_some_of_theirs_denies_those_and_not_the_rest() -> None:
    made = wire("teams without any user from Spain, how many are there")
    assert made["from"] == "user.teams"
    assert made["where"]["op"] == "not"


def test_a_searched_text_ends_at_its_verb() -> None:
    made = wire("which published post about billing has been read the least")
    assert made["order"] == [{"by": "views"}]
    assert equals("status", "published") in made["where"]["args"]


def test_the_numbers_of_invoices_are_theirs() -> None:
    made = wire("give me the numbers of all open invoices with the amounts")
    assert made["select"] == ["number", "amount"]
    assert "measures" in wire("numbers of tickets per agent")


def test_those_that_are_counted_are_those_that_are_compared() -> None:
    made = wire("workflows that failed at least 9 times, together with the number of failures")
    assert made["having"]["value"] == 9
    assert made["show"] == ["name", "runs"]


def test_in_which_of_them_there_is_none() -> None:
    made = wire("in which countries do we not have any starter team")
    assert made["distinct"]
    assert made["where"]["op"] == "not"


def test_of_these_who_got_the_most() -> None:
    made = wire("of the tickets opened in May, which two agents got the most?")
    assert made["limit"] == 2
    assert "agent.name" in str(made["group"])


def test_yes_and_no_are_two_groups() -> None:
    made = wire("third-party consents: how many yes, how many no?")
    assert made["group"] == [{"field": "granted", "as": "granted"}]


def test_longest_on_average_is_an_average() -> None:
    made = wire("in which country do sessions last longest on average?")
    assert made["measures"][0]["fn"] == "avg"


def test_what_came_from_nowhere_has_no_rank() -> None:
    made = wire("which two referrers brought the most page views")
    assert made["where"] == {"op": "not", "arg": {"op": "null", "field": "referrer"}}
    assert "where" not in wire("page views by referrer")


def test_one_record_has_no_sums() -> None:
    made = wire("which plan is Globex on and how many seats do they have?")
    assert made["select"] == ["plan", "seats"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("by when must we answer data request q-0002", "due_on"),
        ("which country is Anna Schmidt in", "country"),
    ],
)
def test_a_record_by_what_is_asked_of_it(text: str, path: str) -> None:
    assert wire(text)["select"] == [path]


def test_too_asks_beside_the_names() -> None:
    made = wire("Which workflows succeeded at least 30 times? give the count too")
    assert made["show"] == ["name", "runs"]


@pytest.mark.parametrize("text", ["rarest browser of our sessions", "commonest kind of document"])
def test_the_rarest_is_the_one_with_the_fewest(text: str) -> None:
    made = wire(text)
    assert made["limit"] == 1
    assert bool(made["order"][0].get("desc")) == text.startswith("commonest")


def test_a_star_rating_is_one_thing() -> None:
    made = wire("comments without a star rating, by article language")
    assert made["measures"][0]["fn"] == "count"


def test_the_month_with_the_most_is_one_month() -> None:
    made = wire("the week with the most new teams")
    assert made["group"][0]["bucket"] == "week"
    assert made["limit"] == 1


def test_where_a_text_is_looked_for_is_no_column() -> None:
    made = wire("how many reports mention Lisbon in their text")
    assert made["measures"][0] == {"fn": "count", "as": "documents"}
    made = wire('minutes without "budget" in the title: how many?')
    assert "contains" in str(made["where"])


def test_stars_that_were_given_are_a_condition() -> None:
    made = wire("bug tickets that got 3 or 4 stars as rating, number please")
    assert {"op": "in", "field": "rating", "values": [3, 4]} in made["where"]["args"]


def test_a_fee_each_month_is_the_monthly_fee() -> None:
    assert "group" not in wire("how much does Acme pay us each month?")


def test_what_a_workflow_does_is_its_description() -> None:
    assert wire('what does the workflow "Lead scoring" do?')["select"] == ["description"]


def test_the_most_invoiced_are_those_of_the_most_money() -> None:
    made = wire("the 4 companies that were invoiced the most overall, with the amounts")
    assert made["limit"] == 4
    assert made["measures"][0] == {"fn": "sum", "field": "amount", "as": "sum_amount"}


def test_the_highest_bill_is_that_of_the_highest_amount() -> None:
    made = wire("lowest invoice ever sent: number, team name, amount")
    assert made["order"] == [{"by": "amount"}]
    assert made["select"] == ["number", "team.name", "amount"]


def test_a_figure_asked_for_behind_its_record_stands_alone() -> None:
    assert wire("longest session ever: how long was it?")["select"] == ["duration_s"]


def test_biggest_first_cuts_nothing_off() -> None:
    made = wire("starter teams with their seats, biggest first")
    assert "limit" not in made
    assert made["select"] == ["name", "seats"]


def test_those_who_have_some_are_counted_and_not_what_they_have() -> None:
    made = wire("customers with urgent tickets: how many")
    assert made["from"] == "user.users"


def test_what_people_use_are_kinds_of_it() -> None:
    made = wire("which devices do our customers use?")
    assert made["distinct"]
    assert "joins" not in made


def test_groups_kept_by_a_sum_show_what_is_asked_behind() -> None:
    made = wire(
        "which countries pay us over 900 EUR a month altogether? Country and sum of the fees"
    )
    assert made["having"] == {"op": ">", "field": "sum_monthly_fee", "value": 900}


def test_a_customer_is_a_company_where_all_is_told_of_companies() -> None:
    assert wire("names of our retail customers")["from"] == "user.teams"
    assert wire("customers that we never sent an invoice to")["from"] == "user.teams"
    assert wire("names of the customers with an open ticket")["from"] == "user.users"
    assert wire("how many customers do we have")["from"] == "user.users"


def test_everybody_is_people() -> None:
    made = wire("show me everybody at Globex, just their names")
    assert made["from"] == "user.users"
    assert made["select"] == ["name"]


def test_nothing_paid_is_zero_too() -> None:
    made = wire("organisations paying nothing, how many")
    assert "null" not in str(made) or made["where"]["op"] == "or"
    made = wire("companies without a fee")
    assert {"op": "=", "field": "monthly_fee", "value": 0} in made["where"]["args"]


def test_what_a_comment_is_on_is_no_second_condition() -> None:
    made = wire("guests that never commented on any article, how many?")
    assert [join["to"] for join in made["joins"]] == ["content.comments"]


def test_entries_in_a_log_are_its_records() -> None:
    made = wire("staff with more than 7 entries in the audit trail")
    assert "logs.entries" not in str(made)


def test_at_least_and_fewer_than_of_the_same() -> None:
    made = wire("number of articles with fewer than 9 comments but at least two")
    assert "stars" not in str(made["where"])


def test_alphabetically_is_an_order() -> None:
    assert wire("list the French teams alphabetically")["order"] == [{"by": "name"}]


def test_none_of_them_are_counted_and_not_listed() -> None:
    made = wire("which connections have not had a single retrying delivery? count")
    assert made["measures"] == [{"fn": "count", "as": "connections"}]
    assert "group" not in made


def test_a_unit_at_the_end_asks_for_the_figure() -> None:
    assert wire("what is the longest session we ever had (seconds)?")["select"] == ["duration_s"]


def test_values_are_listed_once() -> None:
    assert wire("which providers do we integrate with?")["distinct"]
