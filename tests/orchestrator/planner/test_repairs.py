"""What is put right in the same breath, and sentences that only set the scene."""

from __future__ import annotations

import pytest

from orchestrator.planner import cascade
from orchestrator.planner.reading import Context, Question, Readings
from tests.orchestrator.planner.company import NOW_US, company

CATALOGUE = company()


def asked(text: str) -> Readings:
    return cascade.default(Question(text, now_us=NOW_US), CATALOGUE, Context())


@pytest.mark.parametrize(
    ("text", "meant"),
    [("alerts raised in March, no, in April", "alerts raised in April"),
     ("how many deliveries failed today, sorry, yesterday?", "how many deliveries failed yesterday?"),
     ("articles published in Q1... I mean Q2", "articles published in Q2"),
     ("documents of Swift Shop from June, make that July", "documents of Swift Shop from July"),
     ("how many sessions, oops, logins were there last week", "how many logins were there last week"),
     ("median, or rather maximum invoice amount", "maximum invoice amount"),
     ("teams on pro, actually make it starter", "teams on starter"),
     ("first 3, wait, first 7 teams by name", "first 7 teams by name"),
     ("snapshots over 2, no, 3 GB", "snapshots over 3 GB"),
     ("list the users, no wait, how many teams are there?", "how many teams are there?"),
     ("how many left us... no wait: how many registered in May?", "how many registered in May?")],
)  # fmt: skip
def test_what_is_said_last_is_what_was_meant(text: str, meant: str) -> None:
    assert asked(text).readings[0].plan == asked(meant).readings[0].plan


def test_what_cannot_be_told_to_be_taken_back_is_no_sure_answer() -> None:
    found = asked("how many alerts in May, sorry, the other thing")
    assert all(reading.confidence < 0.6 for reading in found.readings)


def test_two_absences_are_no_repair() -> None:
    plain, other = asked("teams without members, no invoices"), asked("teams without invoices")
    assert plain.readings[0].plan != other.readings[0].plan


@pytest.mark.parametrize(
    ("text", "meant"),
    [("The auditors come on Friday. How many exports of data were denied?",
      "How many exports of data were denied?"),
     ("I am writing the annual report. Which articles are retired?", "Which articles are retired?"),
     ("We moved servers on Tuesday. How many alerts were raised?",
      "How many alerts were raised on Tuesday?"),
     ("there was a release yesterday, how many runs failed?", "how many runs failed yesterday?"),
     ("We hired two people in July. How many open tickets do we have?",
      "How many open tickets do we have?"),
     ("Something broke last week. How many runs failed in March?", "How many runs failed in March?"),
     ("How many teams are there? I need it for a slide.", "How many teams are there?")],
)  # fmt: skip
def test_a_scene_gives_no_more_than_its_time(text: str, meant: str) -> None:
    assert asked(text).readings[0].plan == asked(meant).readings[0].plan


def test_a_question_about_what_the_scene_names_is_no_sure_answer() -> None:
    found = asked("We opened an office in Spain. How many users are there?")
    assert all(reading.confidence < 0.6 for reading in found.readings)


def test_a_wish_behind_a_question_is_part_of_it() -> None:
    text = "Show the failed runs. I only want those of yesterday."
    assert asked(text).readings[:1] != asked("Show the failed runs.").readings[:1]
