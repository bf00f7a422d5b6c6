"""Numbers as people write them: `$1,234.50` or `45 %` ("grouped"), `1.234,50 €` ("comma")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

#: {format: what tells thousands apart, what stands before a fraction}
WRITTEN: Final = {"grouped": (",", "."), "comma": (".", ",")}
_SIGNS: Final = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "%": "%"}
_CODES: Final = "USD|EUR|GBP|JPY|CHF|CAD|AUD|SEK|NOK|DKK|PLN|CZK|INR|BRL"


def _cell(thousands: str, point: str) -> str:
    before = rf"(?:(?:[$€£¥]|{_CODES}) ?)?"
    behind = rf"(?: ?(?:[$€£¥%]|{_CODES}))?"
    whole = rf"(?:[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{3}}){{1,4}}|0|[1-9]\d{{0,14}})"
    return rf"-?{before}-?{whole}(?:{re.escape(point)}\d++)?{behind}"


_CELLS: Final = {name: re.compile(_cell(*marks), re.ASCII) for name, marks in WRITTEN.items()}
_COLUMNS: Final = {
    name: re.compile(rf"(?:{_cell(*marks)}\n)*+", re.ASCII) for name, marks in WRITTEN.items()
}
_NOT_DIGITS: Final = re.compile(r"[^\d.-]")
_FRACTION: Final = {name: re.compile(rf"\d{re.escape(p)}\d") for name, (_, p) in WRITTEN.items()}


def all_written(cells: str, format: str) -> bool:
    """Whether every line of `cells` is a number written so."""
    return _COLUMNS[format].fullmatch(cells) is not None


def has_fraction(cells: str, format: str) -> bool:
    """Whether a digit stands behind the point in any of them."""
    return _FRACTION[format].search(cells) is not None


def plain(cell: str, format: str) -> str:
    """The number as a program writes it; a cell that is not written so comes back as it is."""
    if _CELLS[format].fullmatch(cell) is None:
        return cell
    thousands, point = WRITTEN[format]
    digits = _NOT_DIGITS.sub("", cell.replace(thousands, "").replace(point, "."))
    return f"-{digits.replace('-', '')}" if "-" in digits else digits


def units_written(cells: str) -> frozenset[str]:
    """The units that stand beside numbers anywhere in a text."""
    signs = {unit for sign, unit in _SIGNS.items() if sign in cells}
    return frozenset({*signs, *re.findall(_CODES, cells)})


def unit_written(cells: Iterable[str]) -> str | None:
    """The unit that stands beside the numbers, where it is one and the same."""
    found = units_written("\n".join(cells))
    return next(iter(found)) if len(found) == 1 else None
