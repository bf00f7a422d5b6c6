"""From an answer to a chart of it, or to the reason why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orchestrator.plot.axis import between, short
from orchestrator.plot.chart import SERIES_MAX, Chart, Series
from orchestrator.plot.columns import TEMPORAL, Key, Numbers, alike, columns_of, text
from registry.plan import Bucket


def chart_of(answer: dict[str, Any]) -> Chart | str:
    """The chart of an answer in wire form; a text says in one line why it cannot be drawn."""
    if answer.get("status") not in ("answered", "tentative"):
        return "there are no rows"
    if not answer.get("rows"):
        return "there are no rows"
    keys, numbers = columns_of(answer)
    numbers = [one for one in numbers if any(v is not None for v in one.values)]
    if not numbers:
        return "the rows hold no number to compare"
    keys = _needed(keys)
    if len(keys) > 2:
        return f"a drawing shows at most two keys, and these rows have {len(keys)}"
    made = _of(keys, numbers, len(answer["rows"]))
    if isinstance(made, Chart) and answer.get("truncated"):
        return replace(made, notes=(*made.notes, "cut: there are more rows"))
    return made


def _of(keys: list[Key], numbers: list[Numbers], rows: int) -> Chart | str:
    if not keys:
        return _single(numbers) if rows == 1 else "nothing tells the rows apart"
    if rows == 1:
        return "one row needs no drawing"
    if len(keys) == 1:
        return _one_key(keys[0], numbers)
    return _two_keys(keys[0], keys[1], numbers)


def _needed(keys: list[Key]) -> list[Key]:
    """Without keys that have one value only, and without those that another implies."""
    keys = [key for key in keys if len(key.distinct) > 1] or keys[:1]
    alone = next((key for key in keys if key.told and key.type not in TEMPORAL), None)
    return [alone] if alone is not None else keys


def _single(numbers: list[Numbers]) -> Chart | str:
    shown = alike(numbers)
    if len(shown) == 1:
        return "one number needs no drawing"
    labels = tuple(one.name for one in shown)
    values = tuple(one.values[0] for one in shown)
    return Chart("bars", "value", "", labels, (Series("", values),), shown[0].unit)


def _left_out(numbers: list[Numbers], shown: list[Numbers]) -> tuple[str, ...]:
    names = [one.name for one in numbers if one not in shown]
    return (f"not drawn: {', '.join(names)}",) if names else ()


def _one_key(key: Key, numbers: list[Numbers]) -> Chart | str:
    if not key.told:
        return f"several rows have the same {key.name}"
    shown = alike(numbers)[:SERIES_MAX]
    told = [Series(one.name if len(shown) > 1 else "", one.values) for one in shown]
    measured = shown[0].name if len(shown) == 1 else "values"
    made = Chart(
        "bars", measured, key.name, tuple(map(text, key.values)), tuple(told), shown[0].unit,
        notes=_left_out(numbers, shown),
    )  # fmt: skip
    return _timed(made, key, key.values) if _bucket(key) else made


def _two_keys(first: Key, second: Key, numbers: list[Numbers]) -> Chart | str:
    """The one over time, else the one with more values, is the axis; the other makes series."""
    axis, by = (first, second) if len(first.distinct) >= len(second.distinct) else (second, first)
    if _bucket(by) and not _bucket(axis):
        axis, by = by, axis
    shown = numbers[0]
    cells: dict[tuple[Any, Any], float | None] = {}
    for place, pair in enumerate(zip(axis.values, by.values, strict=True)):
        if pair in cells:
            return f"several rows have the same {axis.name} and {by.name}"
        cells[pair] = shown.values[place]
    total = {
        name: sum(abs(cells.get((at, name)) or 0.0) for at in axis.distinct) for name in by.distinct
    }
    names = sorted(by.distinct, key=lambda name: -total[name])[:SERIES_MAX]
    series = (
        Series(text(name), tuple(cells.get((at, name)) for at in axis.distinct)) for name in names
    )
    notes = _left_out(numbers, [shown])
    if len(by.distinct) > SERIES_MAX:
        notes += (f"the {SERIES_MAX} largest of {len(by.distinct)} {by.name}",)
    made = Chart(
        "bars", shown.name, f"{axis.name} and {by.name}", tuple(map(text, axis.distinct)),
        tuple(series), shown.unit, notes=notes,
    )  # fmt: skip
    return _timed(made, axis, axis.distinct) if _bucket(axis) else made


def _bucket(key: Key) -> Bucket | None:
    """A date without a bucket is a day; an instant without one is no place on an axis."""
    if key.type not in TEMPORAL or any(value is None for value in key.distinct):
        return None
    return key.bucket or ("day" if key.type == "date" else None)


def _timed(chart: Chart, key: Key, at: tuple[Any, ...]) -> Chart:
    """The chart over the whole stretch of time: a bucket without a row is a gap."""
    bucket = _bucket(key)
    assert bucket is not None
    starts = between([str(start) for start in at], bucket)
    place = {str(start): n for n, start in enumerate(at)}
    series = tuple(
        replace(
            one,
            values=tuple(one.values[place[s]] if s in place else None for s in starts),
        )
        for one in chart.series
    )
    missing = len(starts) - len(place)
    gaps = (f"gaps: {missing} of {len(starts)} {bucket}s have no rows",) if missing else ()
    return replace(
        chart, kind="time", labels=tuple(short(starts, bucket)), series=series, bucket=bucket,
        notes=(*chart.notes, *gaps),
    )  # fmt: skip
