"""What the demo's questions should answer, in plain Python from the company's records.

Knows nothing of plans, planners or SQL, so that agreement means something.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

from orchestrator.demo.company import Company

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Expected:
    """Rows in wire form. `ordered`: their order counts. `refused`: there is no answer, only a reason."""

    rows: tuple[Row, ...] = ()
    ordered: bool = False
    refused: bool = False


def agrees(expected: Expected, rows: Sequence[Sequence[Any]]) -> bool:
    """Whether some columns of `rows` hold exactly the expected rows; further columns do no harm.

    Decimals may come as strings or numbers; floats agree to 1e-6 relative.
    """
    if len(rows) != len(expected.rows):
        return False
    if not rows:
        return True
    wide = len(expected.rows[0])
    return any(
        _same(expected, [tuple(row[n] for n in picked) for row in rows])
        for picked in permutations(range(len(rows[0])), wide)
    )


def _same(expected: Expected, rows: list[Row]) -> bool:
    wanted: Iterable[Row] = expected.rows
    if not expected.ordered:
        wanted, rows = sorted(wanted, key=_sortable), sorted(rows, key=_sortable)
    return all(
        _equal(a, b)
        for left, right in zip(wanted, rows, strict=True)
        for a, b in zip(left, right, strict=True)
    )


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _sortable(row: Row) -> tuple[tuple[float, str], ...]:
    """Numbers as numbers, rounded so that a last digit does not change the order."""
    return tuple(
        (0.0, str(cell)) if (n := _number(cell)) is None else (float(f"{n:.9g}"), "")
        for cell in row
    )


def _equal(a: Any, b: Any) -> bool:
    left, right = _number(a), _number(b)
    if left is None or right is None:
        return bool(a == b)
    return math.isclose(left, right, rel_tol=1e-6, abs_tol=1e-9)


class Calendar:
    """Calendar windows before an instant: half-open pairs of wire-form texts, which sort as times do."""

    def __init__(self, now_us: int) -> None:
        self.today = datetime.fromtimestamp(now_us // 1_000_000, UTC).date()

    def yesterday(self) -> tuple[str, str]:
        return self._window(self.today - timedelta(days=1), self.today)

    def last_week(self) -> tuple[str, str]:
        monday = self.today - timedelta(days=self.today.weekday())
        return self._window(monday - timedelta(days=7), monday)

    def this_month(self) -> tuple[str, str]:
        return self._window(self.today.replace(day=1), self.today + timedelta(days=1))

    def last_month(self) -> tuple[str, str]:
        first = self.today.replace(day=1)
        return self._window((first - timedelta(days=1)).replace(day=1), first)

    @staticmethod
    def _window(start: date, end: date) -> tuple[str, str]:
        return start.isoformat(), end.isoformat()


class Answers:
    """The answers about one company."""

    def __init__(self, company: Company) -> None:
        self.records = company.records
        self.calendar = Calendar(company.now_us)
        self.user = {user["id"]: user for user in self.records["user.users"]}
        self.team = {team["id"]: team for team in self.records["user.teams"]}

    def between(
        self, address: str, field: str, window: tuple[str, str]
    ) -> Iterator[dict[str, Any]]:
        start, end = window
        return (r for r in self.records[address] if field in r and start <= r[field] < end)

    def users_last_week(self) -> Expected:
        found = self.between("user.users", "signed_up_at", self.calendar.last_week())
        return single(sum(1 for _ in found))

    def top_countries(self) -> Expected:
        return ranked(Counter(user["country"] for user in self.user.values()), 5)

    def sessions_per_day(self) -> Expected:
        found = self.between("session.sessions", "started_at", self.calendar.last_week())
        return grouped(Counter(s["started_at"][:10] for s in found))

    def duration_by_device(self) -> Expected:
        sessions = self.records["session.sessions"]
        return averaged((s["device"], s.get("duration_s")) for s in sessions)

    def failed_logins(self) -> Expected:
        found = self.between("session.logins", "at", self.calendar.yesterday())
        return grouped(Counter(x["country"] for x in found if x["outcome"] == "failed"))

    def visitors_last_month(self) -> Expected:
        found = self.between("session.sessions", "started_at", self.calendar.last_month())
        return single(len({s["user"] for s in found}))

    def enterprise_sessions(self) -> Expected:
        found = self.between("session.sessions", "started_at", self.calendar.last_week())
        return single(sum(self.user[s["user"]]["plan"] == "enterprise" for s in found))

    def keenest_customers(self) -> Expected:
        tickets = self.records["chat.conversations"]
        return ranked(Counter(self.user[c["customer"]]["name"] for c in tickets), 5)

    def reply_per_agent(self) -> Expected:
        tickets = self.records["chat.conversations"]
        return averaged((self.user[c["agent"]]["name"], c.get("first_reply_s")) for c in tickets)

    def rating_by_plan(self) -> Expected:
        tickets = self.records["chat.conversations"]
        return averaged((self.user[c["customer"]]["plan"], c.get("rating")) for c in tickets)

    def refunds_mentioned(self) -> Expected:
        word = re.compile(r"\brefund\b", re.IGNORECASE)
        return single(sum(bool(word.search(m["body"])) for m in self.records["chat.messages"]))

    def highest_cpu(self) -> Expected:
        highest: dict[str, float] = {}
        for point in self.between("metrics.points", "at", self.calendar.yesterday()):
            if point["series"] == "cpu_percent":
                host, value = point["host"], point["value"]
                highest[host] = max(value, highest.get(host, value))
        return grouped(highest)

    def latest_alerts(self) -> Expected:
        critical = [a for a in self.records["metrics.alerts"] if a["severity"] == "critical"]
        critical.sort(key=lambda a: a["raised_at"], reverse=True)
        return Expected(tuple((a["title"], a["raised_at"]) for a in critical[:5]), ordered=True)

    def spend_per_channel(self) -> Expected:
        found = self.between("analytics.daily", "day", self.calendar.last_month())
        return grouped(summed((d["channel"], d["cost"]) for d in found))

    def most_read(self) -> Expected:
        return ranked({a["title"]: a["views"] for a in self.records["content.articles"]}, 3)

    def failing_workflows(self) -> Expected:
        name = {w["id"]: w["name"] for w in self.records["workflow.definitions"]}
        runs = self.records["workflow.runs"]
        return ranked(Counter(name[r["workflow"]] for r in runs if r["status"] == "failed"), 3)

    def idle_workflows(self) -> Expected:
        ran = {run["workflow"] for run in self.records["workflow.runs"]}
        definitions = self.records["workflow.definitions"]
        return Expected(tuple((w["name"],) for w in definitions if w["id"] not in ran))

    def failed_per_industry(self) -> Expected:
        team = {c["id"]: self.team[c["team"]] for c in self.records["integration.connections"]}
        found = self.between("integration.deliveries", "sent_at", self.calendar.this_month())
        failed = (d for d in found if d["status"] == "failed")
        return grouped(Counter(team[d["connection"]]["industry"] for d in failed))

    def revenue_per_plan(self) -> Expected:
        found = self.between("archive.invoices", "issued_at", self.calendar.last_month())
        return grouped(summed((i["plan"], i["amount"]) for i in found))

    def best_teams(self) -> Expected:
        invoices = self.records["archive.invoices"]
        return ranked(summed((self.team[i["team"]]["name"], i["amount"]) for i in invoices), 5)

    def erring_services(self) -> Expected:
        entries = self.records["logs.entries"]
        errors = Counter(e["service"] for e in entries if e["level"] == "error")
        return Expected(tuple((service,) for service, n in errors.items() if n > 20))

    def backup_sizes(self) -> Expected:
        sizes: Counter[str] = Counter()
        for copy in self.records["backup.snapshots"]:
            if copy["status"] == "completed":
                sizes[copy["job"]] += copy["size_bytes"]
        return grouped(sizes)

    def open_erasures(self) -> Expected:
        requests = self.records["compliance.requests"]
        return single(sum((r["kind"], r["status"]) == ("erasure", "open") for r in requests))

    def never_here(self) -> Expected:
        came = {session["user"] for session in self.records["session.sessions"]}
        return single(len(self.user.keys() - came))


def single(value: object) -> Expected:
    """One row of one cell."""
    return Expected(((value,),))


def grouped(values: dict[str, Any]) -> Expected:
    """One row for each key, in any order."""
    return Expected(tuple(values.items()))


def summed(pairs: Iterable[tuple[str, str]]) -> dict[str, Decimal]:
    """Decimal sums by key."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for key, amount in pairs:
        sums[key] += Decimal(amount)
    return sums


def averaged(pairs: Iterable[tuple[str, float | None]]) -> Expected:
    """Averages by key of the values that are there."""
    values: dict[str, list[float]] = defaultdict(list)
    for key, value in pairs:
        if value is not None:
            values[key].append(value)
    return grouped({key: math.fsum(found) / len(found) for key, found in values.items()})


def ranked(values: dict[str, Any], top: int) -> Expected:
    """The `top` highest, highest first; a tie among them or at the cut would make the answer ambiguous."""
    best = sorted(values.items(), key=lambda pair: pair[1], reverse=True)
    heads = [value for _, value in best[: top + 1]]
    assert len(set(heads)) == len(heads), f"tie in a ranking: {best[: top + 1]}"
    return Expected(tuple(best[:top]), ordered=True)


_ANSWERS: dict[str, Callable[[Answers], Expected]] = {
    "How many users signed up last week?": Answers.users_last_week,
    "Which 5 countries have the most users?": Answers.top_countries,
    "How many sessions were there per day last week?": Answers.sessions_per_day,
    "What is the average session duration by device?": Answers.duration_by_device,
    "How many failed logins were there per country yesterday?": Answers.failed_logins,
    "How many different users had a session last month?": Answers.visitors_last_month,
    "How many sessions did enterprise users have last week?": Answers.enterprise_sessions,
    "Which 5 customers opened the most tickets?": Answers.keenest_customers,
    "What is the average first reply time per agent?": Answers.reply_per_agent,
    "What is the average ticket rating by plan?": Answers.rating_by_plan,
    "How many messages mention refund?": Answers.refunds_mentioned,
    "What was the highest cpu_percent per host yesterday?": Answers.highest_cpu,
    "Show the 5 latest critical alerts": Answers.latest_alerts,
    "How much did we spend per channel last month?": Answers.spend_per_channel,
    "What are the 3 most read articles?": Answers.most_read,
    "Which 3 workflows failed most often?": Answers.failing_workflows,
    "Which workflows have never run?": Answers.idle_workflows,
    "How many deliveries failed per industry this month?": Answers.failed_per_industry,
    "What was our revenue per plan last month?": Answers.revenue_per_plan,
    "Which 5 teams brought the most revenue?": Answers.best_teams,
    "Which services logged more than 20 errors?": Answers.erring_services,
    "What is the total size of completed backups by job?": Answers.backup_sizes,
    "How many open erasure requests are there?": Answers.open_erasures,
    "How many users have never started a session?": Answers.never_here,
    "Which customers own a dog?": lambda _: Expected(refused=True),
}


def expected(company: Company) -> dict[str, Expected]:
    """The right answer to each of the demo's questions, by the question's text."""
    answers = Answers(company)
    return {text: answer(answers) for text, answer in _ANSWERS.items()}
