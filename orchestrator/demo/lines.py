"""Log lines as the company's services write them."""

from __future__ import annotations

import random
from typing import Final

#: service, level, weight on a good day, weight on a bad day, text
LINES: Final = (
    ("api", "info", 90, 20, "GET /v1/{thing} answered 200 in {took} ms"),
    ("api", "info", 50, 10, "POST /v1/{thing} answered 201 in {took} ms"),
    ("api", "debug", 30, 5, "cache miss for /v1/{thing}, {n} rows read"),
    ("api", "warning", 10, 12, "GET /v1/{thing} answered 429, too many requests from {user}"),
    ("api", "warning", 9, 14, "slow query on {thing}: {took} ms for {n} rows"),
    ("api", "error", 4, 30, "GET /v1/{thing} answered 503, upstream timeout after {took} ms"),
    ("api", "error", 2, 10, "connection to db-1 refused, retrying in {n} ms"),
    ("auth", "info", 45, 8, "signed in {user} with password"),
    ("auth", "info", 20, 4, "issued a new token for {user}"),
    ("auth", "warning", 9, 12, "wrong password for {user}, attempt {small}"),
    ("auth", "error", 1, 6, "single sign-on answer of {user} has a bad signature"),
    ("billing", "info", 18, 3, "invoice no. {n} sent to team of {user}"),
    ("billing", "warning", 4, 3, "card of {user} declined, trying again tomorrow"),
    ("billing", "error", 1, 5, "payment provider answered 502 for invoice no. {n}"),
    ("exporter", "info", 24, 6, "export e-{n} of {thing} finished: {rows} rows in {took} ms"),
    ("exporter", "warning", 5, 10, "export e-{n} of {thing} is slow, {small} of 10 parts done"),
    ("exporter", "error", 7, 45, "export e-{n} of {thing} failed: timeout after 30000 ms"),
    ("exporter", "fatal", 0, 4, "out of memory while exporting {thing}, restarting"),
    ("mailer", "info", 26, 5, "sent digest to {user}"),
    ("mailer", "warning", 4, 3, "mailbox of {user} is full, message deferred"),
    ("mailer", "error", 1, 5, "mail server did not answer in 10 s"),
    ("search", "info", 22, 4, "query on {thing} found {n} hits in {took} ms"),
    ("search", "warning", 4, 8, "index of {thing} is {small} minutes behind"),
    ("search", "error", 1, 7, "index of {thing} is locked, query refused"),
    ("worker", "info", 30, 6, "job j-{n} done after {small} s"),
    ("worker", "debug", 16, 3, "queue length is {small}"),
    ("worker", "error", 2, 12, "job j-{n} failed, attempt {small} of 10"),
    ("worker", "fatal", 0, 3, "lost the database connection, stopping"),
)
THINGS: Final = ("projects", "reports", "dashboards", "timesheets", "members", "budgets", "files")
_GOOD: Final = tuple(line[2] for line in LINES)
_BAD: Final = tuple(line[3] for line in LINES)


def pick(rng: random.Random, *, bad: bool) -> tuple[str, str, str]:
    """(service, level, text with slots) of a good or a bad day."""
    service, level, _, _, text = rng.choices(LINES, _BAD if bad else _GOOD)[0]
    return service, level, text


def fill(rng: random.Random, text: str, took: int, user: str | None) -> str:
    """The text with its slots filled. `took`: ms."""
    return text.format(
        thing=rng.choice(THINGS),
        took=took,
        user=user or "nobody",
        n=rng.randint(1, 999),
        small=rng.randint(1, 9),
        rows=f"{rng.randint(120, 48_000):,}",
    )
