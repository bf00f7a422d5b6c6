"""A chart as lines of text that need no colour: bars lie, time stands. Every line fits."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from rich.cells import cell_len, set_cell_size

from orchestrator.plot.axis import brief, number, ticks
from orchestrator.plot.chart import Chart, Series

_WIDTH_MIN: Final = 40
_WIDTH_MAX: Final = 100
_BARS_MAX: Final = 40
_ROWS_MIN: Final = 4
_HEIGHT: Final = 8  # rows of one course over time
_HEIGHT_OF_MANY: Final = 4


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What bars are made of. `across`, `up`: parts of a cell, the smallest first."""

    full: str
    across: str
    up: str
    line: str
    wall: str
    corner: str
    tick: str


FINE: Final = Glyphs("█", "▏▎▍▌▋▊▉", "▁▂▃▄▅▆▇", "─", "│", "└", "┤")
ASCII: Final = Glyphs("#", "", ".:", "-", "|", "+", "|")


def lines(chart: Chart, width: int, *, fine: bool) -> list[str]:
    """The drawing, no line wider than `width` (40 to 100 columns). `fine`: beyond ASCII."""
    width = min(max(width, _WIDTH_MIN), _WIDTH_MAX)
    glyphs = FINE if fine else ASCII
    below = min(chart.numbers, default=0.0) < 0
    if chart.kind == "time" and not below:
        chart, body = _course(chart, width, glyphs)
    else:
        chart = chart.head(max(_BARS_MAX // len(chart.series), _ROWS_MIN))
        body = _bars(chart, width, glyphs)
    out = [_plain(text, fine) for text in (chart.title, *body, *chart.notes)]
    return [set_cell_size(text, min(cell_len(text), width)).rstrip() for text in out]


def _plain(text: str, fine: bool) -> str:
    """As the terminal can show it; what would move its cursor never gets there."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if fine else text.replace("–", "-").encode("ascii", "replace").decode()


# -- bars


def _bars(chart: Chart, width: int, glyphs: Glyphs) -> list[str]:
    several = len(chart.series) > 1
    names = _fitted(chart.labels, width // 3)
    kinds = _fitted(tuple(one.name for one in chart.series), width // 5)
    said = [[_said(v, chart.unit) for v in one.values] for one in chart.series]
    room = max((cell_len(text) for row in said for text in row), default=1)
    head = cell_len(names[0]) + (cell_len(kinds[0]) + 1 if several else 0) + 1
    scale = _Scale.over(chart.numbers, max(width - head - room - 1, 8))
    out = []
    for place, name in enumerate(names):
        for n, one in enumerate(chart.series):
            label = name if n == 0 else " " * cell_len(name)
            kind = f" {kinds[n]}" if several else ""
            bar = scale.bar(one.values[place], glyphs)
            out.append(f"{label}{kind} {bar} {said[n][place]}")
    return out


def _fitted(texts: tuple[str, ...], most: int) -> list[str]:
    """The texts, all as wide as the widest; cut where one is wider than `most`."""
    width = min(max(map(cell_len, texts), default=0), max(most, 4))
    return [
        set_cell_size(
            text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…", width
        )
        for text in texts
    ]


def _said(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{number(value)} {unit}".rstrip()


@dataclass(frozen=True, slots=True)
class _Scale:
    """Cells from the least to the most; `zero` of them are below nought."""

    low: float
    high: float
    cells: int

    @classmethod
    def over(cls, numbers: tuple[float, ...], cells: int) -> _Scale:
        low, high = min((0.0, *numbers)), max((0.0, *numbers))
        return cls(low, high, cells - 2 if low < 0 else cells)  # the wall, and what rounding adds

    def bar(self, value: float | None, glyphs: Glyphs) -> str:
        """The bar with blanks around it where some bars lie left of nought, else bare."""
        per_cell = (self.high - self.low) / self.cells or 1.0
        left = math.ceil(-self.low / per_cell - 1e-9) if self.low < 0 else 0
        size = 0.0 if value is None else abs(value) / per_cell
        if left == 0:
            return _part(size, glyphs)
        full = glyphs.full * round(size)
        if value is not None and value < 0:
            return f"{full:>{left}}{glyphs.wall}"
        return f"{'':>{left}}{glyphs.wall}{full}"


def _part(size: float, glyphs: Glyphs) -> str:
    """A bar of so many cells, its last cell in part; what is more than nought is seen."""
    whole, rest = divmod(round(size * (len(glyphs.across) + 1)), len(glyphs.across) + 1)
    bar = glyphs.full * whole + (glyphs.across[rest - 1] if rest else "")
    return bar if bar or size <= 0 else (glyphs.across or glyphs.full)[0]


# -- a course over time


def _course(chart: Chart, width: int, glyphs: Glyphs) -> tuple[Chart, list[str]]:
    """One panel of columns per series, all on one scale."""
    height = _HEIGHT if len(chart.series) == 1 else _HEIGHT_OF_MANY
    marks = ticks(0.0, max(chart.numbers), height // 2)
    margin = max(len(brief(mark)) for mark in marks)
    chart = _thinned(chart, width - margin - 1)
    step = min(max((width - margin - 1) // len(chart.labels), 1), 8)
    out: list[str] = []
    for one in chart.series:
        out += [one.name] if one.name else []
        out += _panel(one, marks, (margin, step, height), glyphs)
    return chart, [*out, _under(chart.labels, margin + 1, step, width)]


def _thinned(chart: Chart, room: int) -> Chart:
    """Where there are more buckets than columns, a column is the largest of some."""
    each = math.ceil(len(chart.labels) / room)
    if each == 1:
        return chart

    def largest(values: tuple[float | None, ...]) -> tuple[float | None, ...]:
        parts = (values[n : n + each] for n in range(0, len(values), each))
        return tuple(max((v for v in part if v is not None), default=None) for part in parts)

    series = tuple(replace(one, values=largest(one.values)) for one in chart.series)
    note = f"each column is the largest of {each} {chart.bucket}s"
    return replace(chart, labels=chart.labels[::each], series=series, notes=(*chart.notes, note))


def _panel(
    one: Series, marks: list[float], sizes: tuple[int, int, int], glyphs: Glyphs
) -> list[str]:
    margin, step, height = sizes
    top = marks[-1] or 1.0
    at = {round(mark / top * height): brief(mark) for mark in marks}
    out = []
    for row in range(height, 0, -1):
        cells = "".join(_column(v, top, row, height, step, glyphs) for v in one.values)
        wall = glyphs.tick if row in at else glyphs.wall
        out.append(f"{at.get(row, ''):>{margin}}{wall}{cells}".rstrip())
    # the ground is broken where a bucket is missing, so that a gap is no nought
    ground = "".join((" " if v is None else glyphs.line) * step for v in one.values)
    out.append(f"{at.get(0, ''):>{margin}}{glyphs.corner}{ground}".rstrip())
    return out


def _column(
    value: float | None, top: float, row: int, height: int, step: int, glyphs: Glyphs
) -> str:
    """A column's cells in one row, counted from the ground."""
    thick = step if step < 3 else step - 1
    size = 0.0 if value is None else value / top * height - (row - 1)
    parts = len(glyphs.up) + 1
    filled = round(min(max(size, 0.0), 1.0) * parts)
    if filled == 0 and row == 1 and value:
        filled = 1
    cell = " " if filled == 0 else glyphs.full if filled == parts else glyphs.up[filled - 1]
    return (cell * thick).ljust(step)


def _under(labels: tuple[str, ...], left: int, step: int, width: int) -> str:
    """As many labels as fit, each beginning under its column."""
    out = " " * left
    for place, label in enumerate(labels):
        at = left + place * step
        if (len(out) < at or place == 0) and at + len(label) <= width:
            out = out.ljust(at) + label
    return out
