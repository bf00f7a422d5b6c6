"""What the demo asks. Each question shows one thing that Isotherm understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """`shows`: what it is an example of. `domains`: where the answer is from; none: refused."""

    text: str
    shows: str
    domains: tuple[str, ...]


QUESTIONS: Final = (
    DemoQuestion("How many users signed up last week?", "counting in a calendar week", ("user",)),
    DemoQuestion("Which 5 countries have the most users?", "a ranking", ("user",)),
    DemoQuestion(
        "How many sessions were there per day last week?", "a series over time", ("session",)
    ),
    DemoQuestion("What is the average session duration by device?", "an average", ("session",)),
    DemoQuestion(
        "How many failed logins were there per country yesterday?",
        "a value found by its word",
        ("session",),
    ),
    DemoQuestion(
        "How many different users had a session last month?", "counting each once", ("session",)
    ),
    DemoQuestion(
        "How many sessions did enterprise users have last week?",
        "a filter in another domain",
        ("session", "user"),
    ),
    DemoQuestion(
        "Which 5 customers opened the most tickets?",
        "a ranking across domains",
        ("chat", "user"),
    ),
    DemoQuestion(
        "What is the average first reply time per agent?",
        "customer and agent, two roles of one person's record",
        ("chat", "user"),
    ),
    DemoQuestion(
        "What is the average ticket rating by plan?",
        "grouping by a field of another domain",
        ("chat", "user"),
    ),
    DemoQuestion("How many messages mention refund?", "searching in texts", ("chat",)),
    DemoQuestion(
        "What was the highest cpu_percent per host yesterday?",
        "a time series by its name",
        ("metrics",),
    ),
    DemoQuestion("Show the 5 latest critical alerts", "a list, newest first", ("metrics",)),
    DemoQuestion(
        "How much did we spend per channel last month?", "adding up money", ("analytics",)
    ),
    DemoQuestion("What are the 3 most read articles?", "a ranking by a field", ("content",)),
    DemoQuestion(
        "Which 3 workflows failed most often?", "counting along a reference", ("workflow",)
    ),
    DemoQuestion("Which workflows have never run?", "what is not there", ("workflow",)),
    DemoQuestion(
        "How many deliveries failed per industry this month?",
        "two references, two domains",
        ("integration", "user"),
    ),
    DemoQuestion(
        "What was our revenue per plan last month?", "a measure with a name", ("archive",)
    ),
    DemoQuestion(
        "Which 5 teams brought the most revenue?",
        "cold data joined with hot",
        ("archive", "user"),
    ),
    DemoQuestion("Which services logged more than 20 errors?", "a condition on a count", ("logs",)),
    DemoQuestion(
        "What is the total size of completed backups by job?", "sizes in bytes", ("backup",)
    ),
    DemoQuestion(
        "How many open erasure requests are there?", "two values in one phrase", ("compliance",)
    ),
    DemoQuestion(
        "How many users have never started a session?",
        "what is missing in another domain",
        ("user", "session"),
    ),
    DemoQuestion("Which customers own a dog?", "refusing what is not known", ()),
)
