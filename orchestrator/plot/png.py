"""A chart as a PNG of 600x320: bars lie, a course over time is a line that breaks at its gaps."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from orchestrator.plot.axis import brief, number, ticks
from orchestrator.plot.chart import Chart, Series

WIDTH: Final = 600
HEIGHT: Final = 320
_FINER: Final = 2  # drawn so much larger, then made smaller: smooth lines
_INK, _PALE, _PAPER = (51, 51, 51), (225, 225, 225), (255, 255, 255)
#: told apart by the colour-blind too (Okabe and Ito)
_COLOURS: Final = (
    (0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167), (213, 94, 0), (86, 180, 233),
)  # fmt: skip
_TEXT: Final = 11
_BARS_MAX: Final = 16
_MARGIN: Final = 10
_NOTES_MAX: Final = 2

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """Where the numbers are drawn, and what they reach."""

    left: float
    top: float
    right: float
    bottom: float
    low: float
    high: float

    def part(self, value: float) -> float:
        """How far a value is along its axis, 0 to 1."""
        return (value - self.low) / ((self.high - self.low) or 1.0)


class Sheet:
    """A canvas in points of the finished image."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (WIDTH * _FINER, HEIGHT * _FINER), _PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._fonts = {n: ImageFont.load_default(n * _FINER) for n in (_TEXT - 1, _TEXT, _TEXT + 2)}

    def text(self, at: Point, text: str, *, anchor: str = "la", size: int = _TEXT) -> None:
        """`anchor`: Pillow's; l/m/r of the text, then a(scender)/m(iddle)/d(escender)."""
        place = (at[0] * _FINER, at[1] * _FINER)
        self._draw.text(place, text, fill=_INK, font=self._fonts[size], anchor=anchor)

    def wide(self, text: str, size: int = _TEXT) -> float:
        return self._fonts[size].getlength(text) / _FINER

    def fitted(self, text: str, room: float, size: int = _TEXT) -> str:
        """The text, cut where it is wider than the room."""
        text = "".join(c if c.isprintable() else "?" for c in text[:200])
        if self.wide(text, size) <= room:
            return text
        while text and self.wide(text + "…", size) > room:
            text = text[:-1]
        return text + "…"

    def line(self, points: list[Point], colour: tuple[int, ...], width: float = 1) -> None:
        scaled = [(x * _FINER, y * _FINER) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * _FINER), joint="curve")

    def bar(self, start: Point, end: Point, colour: tuple[int, ...]) -> None:
        (x, y), (x2, y2) = start, end
        corners = [min(x, x2), min(y, y2), max(x, x2), max(y, y2)]
        self._draw.rectangle([c * _FINER for c in corners], fill=colour)

    def dot(self, at: Point, colour: tuple[int, ...], radius: float = 2.2) -> None:
        x, y = at
        around = [x - radius, y - radius, x + radius, y + radius]
        self._draw.ellipse([c * _FINER for c in around], fill=colour)

    def bytes(self) -> bytes:
        small = self._image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.quantize(64).save(out, "PNG", optimize=True)
        return out.getvalue()


def png(chart: Chart) -> bytes:
    """The chart's image, some 10 kB."""
    sheet = Sheet()
    if chart.kind == "bars":
        several = len(chart.series) > 1
        chart = chart.head(_BARS_MAX * 2 // len(chart.series) if several else _BARS_MAX)
    sheet.text(
        (_MARGIN, 8), sheet.fitted(chart.title, WIDTH - 2 * _MARGIN, _TEXT + 2), size=_TEXT + 2
    )
    top = _legend(sheet, chart, 28) + 8
    bottom = _notes(sheet, chart.notes)
    draw = _bars if chart.kind == "bars" else _course
    draw(sheet, chart, top, bottom)
    return sheet.bytes()


def _legend(sheet: Sheet, chart: Chart, top: float) -> float:
    """The names of several series; where the drawing may begin."""
    if len(chart.series) == 1:
        return top
    each = (WIDTH - 2 * _MARGIN) / min(len(chart.series), 3)
    for n, one in enumerate(chart.series):
        x, y = _MARGIN + (n % 3) * each, top + (n // 3) * 15
        sheet.bar((x, y + 2), (x + 9, y + 11), _COLOURS[n])
        sheet.text((x + 14, y), sheet.fitted(one.name, each - 20))
    return top + 15 * ((len(chart.series) + 2) // 3)


def _notes(sheet: Sheet, notes: tuple[str, ...]) -> float:
    """The notes at the foot; where the drawing must end."""
    shown = notes[:_NOTES_MAX]
    for n, note in enumerate(shown):
        y = HEIGHT - 16 - 13 * (len(shown) - 1 - n)
        sheet.text((_MARGIN, y), sheet.fitted(note, WIDTH - 2 * _MARGIN, _TEXT - 1), size=_TEXT - 1)
    return HEIGHT - 8 - 13 * len(shown)


def _bars(sheet: Sheet, chart: Chart, top: float, bottom: float) -> None:
    numbers = chart.numbers
    marks = ticks(min((0.0, *numbers)), max((0.0, *numbers)), 4)
    names = [sheet.fitted(label, WIDTH * 0.32) for label in chart.labels]
    said = max(sheet.wide(number(v)) for v in numbers) + 6
    left = _MARGIN + max(map(sheet.wide, names)) + 8
    box = Box(left, top, WIDTH - _MARGIN - said, bottom - 16, marks[0], marks[-1])
    for mark in marks:
        x = box.left + box.part(mark) * (box.right - box.left)
        sheet.line([(x, box.top), (x, box.bottom)], _PALE)
        sheet.text((x, box.bottom + 3), brief(mark), anchor="ma", size=_TEXT - 1)
    each = (box.bottom - box.top) / len(names)
    for place, name in enumerate(names):
        middle = box.top + (place + 0.5) * each
        sheet.text((left - 8, middle), name, anchor="rm")
        for n, one in enumerate(chart.series):
            thick = min(each * 0.8, 26.0) / len(chart.series)
            y = middle + (n - len(chart.series) / 2) * thick
            _bar(sheet, box, one.values[place], (y, y + thick), _COLOURS[n])


def _bar(
    sheet: Sheet, box: Box, value: float | None, sides: Point, colour: tuple[int, ...]
) -> None:
    if value is None:
        return
    width = box.right - box.left
    zero, end = (box.left + box.part(v) * width for v in (0.0, value))
    sheet.bar((zero, sides[0] + 0.5), (end, sides[1] - 0.5), colour)
    if sides[1] - sides[0] >= _TEXT - 3:
        middle = sum(sides) / 2
        sheet.text((max(zero, end) + 4, middle), number(value), anchor="lm", size=_TEXT - 1)


def _course(sheet: Sheet, chart: Chart, top: float, bottom: float) -> None:
    numbers = chart.numbers
    marks = ticks(min((0.0, *numbers)), max((0.0, *numbers)), 4)
    left = _MARGIN + max(sheet.wide(brief(mark)) for mark in marks) + 6
    box = Box(left, top + 4, WIDTH - _MARGIN - 12, bottom - 18, marks[0], marks[-1])
    for mark in marks:
        y = _height(box, mark)
        sheet.line([(box.left, y), (box.right, y)], _PALE)
        sheet.text((left - 6, y), brief(mark), anchor="rm", size=_TEXT - 1)
    _times(sheet, chart.labels, box)
    for n, one in enumerate(chart.series):
        for run in _runs(one, box, len(chart.labels)):
            sheet.line(run, _COLOURS[n], 1.8)
            for point in run if len(chart.labels) <= 60 or len(run) == 1 else ():
                sheet.dot(point, _COLOURS[n])


def _height(box: Box, value: float) -> float:
    return box.bottom - box.part(value) * (box.bottom - box.top)


def _across(box: Box, place: int, count: int) -> float:
    return box.left + 8 + place / max(count - 1, 1) * (box.right - box.left - 8)


def _times(sheet: Sheet, labels: tuple[str, ...], box: Box) -> None:
    """As many labels as fit side by side."""
    free = 0.0
    for place, label in enumerate(labels):
        x, half = _across(box, place, len(labels)), sheet.wide(label, _TEXT - 1) / 2
        if x - half >= free and x + half <= WIDTH:
            sheet.text((x, box.bottom + 4), label, anchor="ma", size=_TEXT - 1)
            free = x + half + 12


def _runs(one: Series, box: Box, count: int) -> list[list[Point]]:
    """The points between gaps."""
    runs: list[list[Point]] = [[]]
    for place, value in enumerate(one.values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((_across(box, place, count), _height(box, value)))
    return [run for run in runs if run]
