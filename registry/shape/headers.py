"""What a column's header tells about its column: words, a unit, whether it sounds like a time,
money, a key or a name.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SPELLED: Final = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "æ": "ae",
        "ø": "oe",
        "å": "aa",
        "ł": "l",
        "đ": "d",
    }
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Æ": "Ae", "Ø": "Oe", "Å": "Aa", "Ł": "L"}
    | {"%": " percent ", "#": " number ", "&": " and ", "@": " at "}
)
_UNITS: Final = {
    "ms": "ms",
    "us": "µs",
    "ns": "ns",
    "s": "s",
    "sec": "s",
    "secs": "s",
    "seconds": "s",
    "min": "min",
    "minutes": "min",
    "hours": "h",
    "days": "d",
    "bytes": "bytes",
    "kb": "kB",
    "mb": "MB",
    "gb": "GB",
    "kib": "KiB",
    "mib": "MiB",
    "percent": "%",
    "pct": "%",
    "usd": "USD",
    "eur": "EUR",
    "gbp": "GBP",
    "cm": "cm",
    "mm": "mm",
    "m": "m",
    "km": "km",
    "kg": "kg",
    "g": "g",
    "celsius": "°C",
    "hz": "Hz",
    "mhz": "MHz",
    "watts": "W",
    "kwh": "kWh",
}
_TIME_WORDS: Final = frozenset(
    {"time", "timestamp", "ts", "date", "datetime", "at", "when", "day", "created", "updated"}
    | {"modified", "started", "ended", "epoch", "utc", "moment"}
)
_MONEY_WORDS: Final = frozenset(
    {"price", "amount", "total", "cost", "revenue", "balance", "fee", "tax", "salary", "paid"}
    | {"subtotal", "discount", "payment", "budget", "income", "wage", "usd", "eur", "gbp", "net"}
)
KEY_WORDS: Final = frozenset({"id", "key", "code", "uuid", "guid", "sku", "isbn", "number", "no"})
_LABEL_WORDS: Final = ("name", "title", "label", "subject", "headline", "fullname", "username")


def words_of(header: str) -> list[str]:
    """Lower-case ASCII words of a header: camel case is split, umlauts are spelled out."""
    text = header.translate(_SPELLED)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", text)
    return [w for w in re.split(r"[^a-z0-9]+", text.lower()) if w]


def unit_of(header: str) -> str | None:
    """The unit a header ends with: `latency_ms`, `Größe (cm)`, `load %`."""
    bracket = re.search(r"[(\[]\s*([^()\[\]]{1,12})\s*[)\]]\s*$", header)
    if bracket:
        inner = bracket.group(1).strip()
        return _UNITS.get(inner.lower(), inner)
    parts = words_of(header)
    return _UNITS.get(parts[-1]) if len(parts) > 1 else None


def looks_like_time(header: str) -> bool:
    return not _TIME_WORDS.isdisjoint(words_of(header))


def looks_like_money(header: str) -> bool:
    return not _MONEY_WORDS.isdisjoint(words_of(header))


def looks_like_key(header: str) -> bool:
    """`id`, `order_id`, `code`, `uuid`… as the last word."""
    parts = words_of(header)
    return bool(parts) and parts[-1] in KEY_WORDS


def label_rank(header: str) -> int | None:
    """How well a header names its record; the lower the better, `None`: not at all."""
    parts = words_of(header)
    ranks = [_LABEL_WORDS.index(p) for p in parts if p in _LABEL_WORDS]
    return min(ranks) * 10 + len(parts) if ranks else None


def singular(word: str) -> str:
    """The singular of a plain English plural; other words stay."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
