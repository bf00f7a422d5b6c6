"""A bike workshop's list of repairs as its owner keeps it: a CSV that nobody described."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta
from typing import Any, Final

import duckdb

from benchmarks.questions.tables import tables_of

SEED: Final = 14
ROWS: Final = 360
_FIRST: Final = date(2026, 1, 5)
_HEADER: Final = {
    "job": "Job no",
    "received": "Received",
    "collected": "Collected",
    "customer": "Customer",
    "brand": "Brand",
    "bike_type": "Bike type",
    "repair": "Repair",
    "mechanic": "Mechanic",
    "hours": "Hours",
    "parts_cost": "Parts cost",
    "labour_cost": "Labour cost",
    "paid": "Paid",
    "payment": "Payment method",
}
_CUSTOMERS: Final = (
    "Aldous Finch",
    "Berta Kowal",
    "Cem Aydin",
    "Dora Lindqvist",
    "Edgar Mbeki",
    "Flora Quist",
    "Gino Sarti",
    "Hedda Voss",
    "Ivo Petrov",
    "Jutta Brandt",
    "Kofi Mensah",
    "Lin Zhao",
    "Mara Steiner",
    "Nils Hagen",
    "Olga Ferrer",
    "Pavel Novak",
    "Quentin Roy",
    "Rosa Keane",
    "Selma Yildiz",
    "Tariq Haddad",
    "Ute Sommer",
)
_BRANDS: Final = (("Gazelle", "Trek", "Cube", "Giant", "Brompton"), (30, 24, 20, 16, 10))
_TYPES: Final = (("city", "road", "mountain", "e-bike", "folding"), (38, 20, 16, 18, 8))
_MECHANICS: Final = (("Anneke", "Bashir", "Conny", "Dov"), (40, 28, 20, 12))
_PAYMENTS: Final = (("card", "cash", "transfer"), (60, 28, 12))
#: repair, weight, usual hours, usual cents of parts
_REPAIRS: Final = (
    ("puncture", 26, 0.5, 900),
    ("brake service", 20, 1.25, 2_800),
    ("gear adjustment", 18, 1.0, 600),
    ("full service", 14, 3.0, 5_200),
    ("wheel truing", 10, 0.75, 300),
    ("chain replacement", 8, 0.75, 2_400),
    ("battery check", 4, 1.5, 1_500),
)
_HOURLY_CENTS: Final = 4_800


def workshop_rows() -> list[dict[str, Any]]:
    """The repairs, oldest first; the last ones are not collected and not paid yet."""
    rng = random.Random(SEED)
    days = sorted(rng.randrange(284) for _ in range(ROWS))
    return [_row(rng, n, _FIRST + timedelta(days=day)) for n, day in enumerate(days)]


def workshop_csv() -> str:
    """The file as the owner's spreadsheet writes it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADER.values())
    for row in workshop_rows():
        writer.writerow(_cell(row[name]) for name in _HEADER)
    return out.getvalue()


def workshop_tables() -> duckdb.DuckDBPyConnection:
    """The same in a table `repairs`."""
    types = {"received": "DATE", "collected": "DATE"}
    money = dict.fromkeys(("parts_cost", "labour_cost"), "DECIMAL(18,2)")
    return tables_of({"repairs": workshop_rows()}, types | money)


def _row(rng: random.Random, n: int, received: date) -> dict[str, Any]:
    repair, _, usual, cents = rng.choices(_REPAIRS, [r[1] for r in _REPAIRS])[0]
    hours = max(0.25, round(usual * rng.uniform(0.6, 1.7) * 4) / 4)
    collected = received + timedelta(days=1 + int(rng.expovariate(0.45)))
    over = collected < date(2026, 10, 14)
    paid = over and rng.random() < 0.96
    return {
        "job": 4_101 + n,
        "received": received.isoformat(),
        "collected": collected.isoformat() if over else None,
        "customer": rng.choice(_CUSTOMERS),
        "brand": rng.choices(*_BRANDS)[0],
        "bike_type": "e-bike" if repair == "battery check" else rng.choices(*_TYPES)[0],
        "repair": repair,
        "mechanic": rng.choices(*_MECHANICS)[0],
        "hours": hours,
        "parts_cost": f"{int(cents * rng.uniform(0.5, 1.9)) / 100:.2f}",
        "labour_cost": f"{hours * _HOURLY_CENTS / 100:.2f}",
        "paid": paid,
        "payment": rng.choices(*_PAYMENTS)[0] if paid else None,
    }


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
