"""What a question selects: the figure it asks for, the records it leaves out, the words that only
say what a field does."""

from __future__ import annotations

from orchestrator.planner.reading import Context, Question
from orchestrator.planner.rules import plan
from registry.plan import QueryPlan
from tests.orchestrator.planner.company import NOW_US, company
from tests.orchestrator.planner.test_questions import summary

CATALOGUE = company()


def best(text: str) -> QueryPlan:
    return plan(Question(text, NOW_US), CATALOGUE, Context()).readings[0].plan


def test_one_figure_over_a_stretch_of_time_is_summed() -> None:
    made = best("what did paid ads cost in July")
    assert [(m.fn, m.field) for m in made.measures] == [("sum", "cost")]


def test_listed_figures_stay_apart() -> None:
    assert not best("list the cost of paid ads in July").measures


def test_an_adjective_of_a_country_means_what_lies_there() -> None:
    assert summary(best("list the German teams"))["where"] == ["country = Germany"]
    assert summary(best("users who speak German"))["where"] == ["language = German"]


def test_a_field_by_the_month_makes_no_months() -> None:
    made = best("what does a team pay per month on average, by plan")
    assert [key.field for key in made.group] == ["plan"]
    assert [key.bucket for key in best("sign-ups per month").group] == ["month"]


def test_what_has_no_time_lies_in_no_bucket() -> None:
    made = best("articles published per year")
    assert summary(made)["where"] == ["not published_at null"]
    assert [(key.field, key.bucket) for key in made.group] == [("published_at", "year")]


def test_leaving_out_those_without_keeps_those_with() -> None:
    made = best("page views per referrer, leaving out those without a referrer")
    assert summary(made)["where"] == ["not referrer null"]


def test_records_that_have_another_refer_to_it() -> None:
    assert summary(best("documents that have a team attached"))["where"] == ["not team null"]


def test_yes_against_no_are_counted_side_by_side() -> None:
    made = best("consents given vs refused")
    assert [key.field for key in made.group] == ["granted"]
    assert made.where is None


def test_text_is_looked_for_in_text_and_not_in_a_kind() -> None:
    where = summary(best('log messages of the auth service containing "bad signature"'))["where"]
    assert "service = auth" in where
    assert not any(part.startswith("service contains") for part in where)


def test_a_compound_of_two_names_means_the_thing_it_names() -> None:
    assert best("number of customer teams on the enterprise plan").source == "user.teams"


def test_who_and_how_many_times_gives_a_row_for_each_person() -> None:
    made = best("who changed policies, and how many times")
    assert {key.field for key in made.group} == {"actor.name", "actor"}
    assert [m.fn for m in made.measures] == ["count"]


def test_text_in_a_field_is_looked_for_there() -> None:
    where = summary(best("conversations with invoice in the subject, count"))["where"]
    assert where == ["subject contains invoice"]


def test_a_part_of_a_name_finds_those_called_so() -> None:
    assert summary(best("users called Hughes"))["where"] == ["name contains Hughes"]


def test_a_unit_that_is_wished_for_is_no_unknown_word() -> None:
    for text in ("average duration of runs, ms", "average duration of runs in ms this month"):
        found = plan(Question(text, NOW_US), CATALOGUE, Context())
        assert found.readings[0].not_understood == ()


def test_a_name_with_a_hyphen_is_one_name() -> None:
    for text in ("latest snapshot of file-store", "when was the last backup of user-db made"):
        assert any("file-store" in w or "user-db" in w for w in summary(best(text))["where"])


def test_outside_of_kinds_leaves_them_out() -> None:
    where = summary(best("how many log lines are outside of info and debug"))["where"]
    assert where == ["not level in debug|info"]


def test_a_verb_behind_a_name_says_what_the_named_one_did() -> None:
    made = best("how many tickets did Anna Schmidt handle in May")
    assert "agent.name = Anna Schmidt" in summary(made)["where"]
