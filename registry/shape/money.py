"""What was spent, or earned: the measure of a table of events that has one amount of money, so that
"how much did we spend on travel" is a sum. Drafted like all the rest, to be edited by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from registry.record import NUMERIC
from registry.shape.column import ColumnShape, Shape
from registry.shape.headers import meant_words, singular, words_of

_CURRENCIES: Final = frozenset({"USD", "EUR", "GBP", "CHF"})
_AMOUNTS: Final = frozenset(
    {"amount", "total", "cost", "revenue", "fee", "charge", "spend", "spending", "expense"}
    | {"turnover", "payment", "expenditure", "sales", "paid", "earning"}
)
#: of these a sum says nothing, or less than of another
_RATES: Final = frozenset(
    {"price", "rate", "salary", "wage", "balance", "budget", "limit", "unit", "average", "avg"}
    | {"mean", "percent", "max", "min", "per", "discount", "tax", "target", "number", "sub"}
)
_SPENT: Final = ("spending", "spend", "spent", "expenditure", "paid out", "cost", "costs")
_EARNED: Final = (
    *("revenue", "turnover", "income", "earnings", "earned", "money made", "raised", "raise"),
    *("brought in", "bring in", "came in", "come in", "took in", "taken in"),
)
_EITHER: Final = ("money", "how much", "how much money")
_OUTGOING: Final = frozenset(
    {"expenses", "costs", "purchases", "bills", "spending", "procurement", "reimbursements"}
)
_INCOMING: Final = frozenset(
    {"sales", "orders", "invoices", "bookings", "subscriptions", "donations", "deals", "receipts"}
)


def money(shape: Shape, names: Sequence[str]) -> dict[str, Any]:
    """{measure: its spec}, of a table with a time and one amount; else none. `names`: of its
    fields, none of which a measure takes away."""
    found = [column for column in shape.columns if column.name in names and _amounts(column)]
    totals = [column for column in found if "total" in meant_words(column.header)]
    if len(totals) == 1:
        found = totals
    if shape.time is None or len(found) != 1:
        return {}
    (column,) = found
    taken = {singular(word) for other in shape.columns for word in meant_words(other.header)}
    said = _said(meant_words(shape.table))
    free = [text for text in said if taken.isdisjoint(map(singular, text.split()))]
    words = meant_words(column.header)
    name = f"{column.name}_sum" if "total" in words else f"total_{column.name}"
    if name in names or not free:
        return {}
    spec = {"fn": "sum", "field": column.name, "synonyms": free}
    return {name: {**spec, "description": f"The sum of {' '.join(words)}."}}


def _amounts(column: ColumnShape) -> bool:
    words = {*words_of(column.header), *meant_words(column.header)}
    if column.kind.name not in NUMERIC or words & _RATES:
        return False
    if column.kind.name == "int" and "sales" in words and column.unit is None:
        return False  # how many were sold
    return bool(words & _AMOUNTS) or column.unit in _CURRENCIES


def _said(table: Sequence[str]) -> tuple[str, ...]:
    """What people call the money of such a table; of one whose name does not tell, both."""
    about = {form for word in table for form in (word, f"{word}s")}
    if about & _OUTGOING:
        return (*_SPENT, *_EITHER)
    said = (*_EARNED, *_SPENT) if about & _INCOMING else (*_SPENT, *_EARNED)
    return (*said, *_EITHER)
