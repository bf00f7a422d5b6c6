"""What a column's header tells about its column: words, a unit, whether it sounds like a time,
money, a key or a name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import orjson

from registry.folders import configs_dir

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
_SHORT: Final = 3  # letters of an abbreviation, which alone may mean anything
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
    "mph": "mph",
    "kmh": "km/h",
    "lbs": "lb",
    "feet": "ft",
    "ft": "ft",
    "inches": "in",
    "miles": "mi",
    "meters": "m",
    "metres": "m",
    "sqft": "sq ft",
    "chf": "CHF",
    "euro": "EUR",
    "euros": "EUR",
    "dollars": "USD",
    "percentage": "%",
    "years": "y",
    "hrs": "h",
    "mins": "min",
    "tb": "TB",
}
_TIME_WORDS: Final = frozenset(
    {"time", "timestamp", "ts", "date", "datetime", "at", "when", "day", "created", "updated"}
    | {"modified", "started", "ended", "epoch", "utc", "moment"}
)
_MONEY_WORDS: Final = frozenset(
    {"price", "amount", "total", "cost", "revenue", "balance", "fee", "tax", "salary", "paid"}
    | {"subtotal", "discount", "payment", "budget", "income", "wage", "usd", "eur", "gbp", "net"}
)
#: of what lasts, `min` are minutes
_LASTING: Final = frozenset({"duration", "length", "time", "wait", "waiting", "delay", "runtime"})
_FLAG_HEADS: Final = frozenset({"is", "has", "had", "was", "did", "can", "no", "needs", "wants"})
_FLAGS: Final = frozenset(
    {"active", "paid", "won", "late", "sold", "done", "sent", "vip", "urgent", "overdue", "online"}
)
KEY_WORDS: Final = frozenset(
    {"id", "ids", "key", "code", "uuid", "guid", "sku", "isbn", "ssn", "number", "no", "num", "nr"}
)


@dataclass(frozen=True, slots=True)
class Habits:
    """How people shorten and join words, see `configs/headers.json`."""

    short: dict[str, str]
    nouns: frozenset[str]
    tails: tuple[str, ...]
    whole: frozenset[str]
    codes: dict[str, dict[str, list[str]]]
    prefixes: frozenset[str]
    actors: frozenset[str]
    no_labels: frozenset[str]


@cache
def habits() -> Habits:
    """The reviewed table, read once."""
    data = orjson.loads((configs_dir() / "headers.json").read_bytes())
    return Habits(
        data["short"],
        frozenset(data["nouns"]),
        tuple(data["tails"]),
        frozenset(data["whole"]),
        data["codes"],
        frozenset(data["prefixes"]),
        frozenset(data["actors"]),
        frozenset(data["no_labels"]),
    )


def words_of(header: str) -> list[str]:
    """Lower-case ASCII words of a header: camel case and glued words are split, umlauts are
    spelled out.
    """
    return [part for word in _written(header) for part in _unglued(word)]


def meant_words(header: str) -> list[str]:
    """The same with short forms written out: `custFName` is "customer first name"."""
    short, spelt = habits().short, _initialled(words_of(header))
    words = [short.get(word, word) for word in spelt]
    if len(spelt) > 1 and spelt[0] == "no":
        words[0] = "no"  # a `no_show` has no number
    if spelt[-1:] == ["min"] and not _LASTING.isdisjoint(spelt):
        words[-1] = "minutes"
    return [part for word in words for part in word.split()]


def _initialled(words: list[str]) -> list[str]:
    """`LName` and `l_name` are one short form."""
    short, out = habits().short, words[:1]
    for word in words[1:]:
        if len(out[-1]) == 1 and word not in KEY_WORDS and out[-1] + word in short:
            out[-1] += word
        else:
            out.append(word)
    return out


def shortens(word: str, long: str) -> bool:
    """Whether a word may stand for a longer one: `stu` for student; `part` is no party."""
    whole = word in habits().nouns and word not in habits().short
    return len(word) > 2 and long.startswith(word) and not whole


def without_prefix(words: list[str]) -> list[str]:
    """A table's words without what only says that it is one: `tbl_orders`, `ref_colors`."""
    return words[1:] if len(words) > 1 and words[0] in habits().prefixes else words


def said_for(header: str, value: str) -> list[str]:
    """What people say for a coded value: "female" for an `f` under `sex`."""
    codes = habits().codes
    for word in meant_words(header):
        if word in codes:
            return codes[word].get(value.lower(), [])
    return []


@lru_cache(maxsize=1 << 14)
def _unglued(word: str) -> tuple[str, ...]:
    known = habits()
    if len(word) < 5 or word in known.nouns or word in known.whole or word in known.short:
        return (word,)
    for tail in known.tails:
        if word.endswith(tail) and word[: -len(tail)] in known.nouns:
            return word[: -len(tail)], tail
    for cut in range(3, len(word) - 2):
        if word[:cut] in known.nouns and word[cut:] in known.nouns:
            return word[:cut], word[cut:]
    return (word,)


@lru_cache(maxsize=1 << 14)
def _written(header: str) -> tuple[str, ...]:
    text = header.translate(_SPELLED)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", text)
    return tuple(w for w in re.split(r"[^a-z0-9]+", text.lower()) if w)


def unit_of(header: str) -> str | None:
    """The unit a header ends with: `latency_ms`, `Größe (cm)`, `load %`; or all of it: `Hours`."""
    bracket = re.search(r"[(\[]\s*([^()\[\]]{1,12})\s*[)\]]\s*$", header)
    if bracket:
        inner = bracket.group(1).strip()
        return _UNITS.get(inner.lower(), inner)
    parts = words_of(header)
    told = len(parts) > 1 or (bool(parts) and len(parts[-1]) > _SHORT)
    return _UNITS.get(parts[-1]) if told else None


def looks_like_time(header: str) -> bool:
    return not _TIME_WORDS.isdisjoint(words_of(header))


def looks_like_money(header: str) -> bool:
    return not _MONEY_WORDS.isdisjoint(words_of(header))


def sounds_like_flag(header: str) -> bool:
    """`is_active`, `no_show`; of one word what somebody may have done: `cancelled`."""
    parts = words_of(header)
    if len(parts) > 1:
        return parts[0] in _FLAG_HEADS
    return bool(parts) and (parts[0].endswith("ed") or parts[0] in _FLAGS)


def looks_like_key(header: str) -> bool:
    """`id`, `order_id`, `code`, `uuid`… as the last word."""
    parts = words_of(header)
    return bool(parts) and parts[-1] in KEY_WORDS


def singular(word: str) -> str:
    """The singular of a plain English plural; other words stay."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
