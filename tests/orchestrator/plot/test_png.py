"""Charts as images, decoded again."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from orchestrator.plot.chart import Chart, Series
from orchestrator.plot.png import HEIGHT, WIDTH, png


def image(chart: Chart) -> Image.Image:
    found = Image.open(io.BytesIO(png(chart)))
    assert (found.format, found.size) == ("PNG", (WIDTH, HEIGHT))
    return found.convert("RGB")


def blue(chart: Chart) -> list[tuple[int, int]]:
    """Where the first series is drawn."""
    cells = image(chart).tobytes()
    return [
        (n // 3 % WIDTH, n // 3 // WIDTH)
        for n in range(0, len(cells), 3)
        if cells[n + 2] - cells[n] > 60
    ]


def bars(*values: float | None) -> Chart:
    labels = tuple(f"label {n}" for n in range(len(values)))
    return Chart("bars", "spent", "country", labels, (Series("", values),), "EUR")


def course(*values: float | None) -> Chart:
    labels = tuple(f"03-0{n}" for n in range(1, len(values) + 1))
    return Chart("time", "n", "day", labels, (Series("", values),), bucket="day")


def test_bars_are_as_long_as_their_numbers() -> None:
    spots = blue(bars(40.0, 20.0, None))
    rows = {y: sum(1 for _, other in spots if other == y) for _, y in spots}
    lengths = sorted({length for length in rows.values() if length > 20})
    assert lengths[-1] / lengths[0] == pytest.approx(2.0, rel=0.05)


def test_a_gap_in_a_course_is_paper() -> None:
    whole = {x for x, _ in blue(course(*([5.0] * 9)))}
    broken = {x for x, _ in blue(course(5.0, 5.0, 5.0, None, None, None, 5.0, 5.0, 5.0))}
    gap = whole - broken
    assert broken < whole and max(gap) - min(gap) + 1 == len(gap) > 150


def test_a_bar_below_nought_lies_left_of_one_above() -> None:
    spots = blue(bars(-30.0, 30.0))
    upper = [x for x, y in spots if y < HEIGHT / 2]
    lower = [x for x, y in spots if y > HEIGHT / 2]
    assert max(upper) <= min(lower) + 2


@pytest.mark.parametrize(
    "chart",
    [
        bars(*([1.0] * 300)),
        bars(0.0, 0.0),
        bars(1e300, -1e300),
        Chart("bars", "m" * 500, "k", ("会話" * 99, "\x00\n"), tuple(Series("n" * 99, (1.0, None)) for _ in range(6))),
        Chart("time", "n", "day", ("03-01",), (Series("", (None,)),), bucket="day", notes=("x" * 500,) * 9),
        Chart("time", "n", "day", ("a",) * 2000, (Series("", (0.5,) * 2000),), bucket="day"),
    ],
)  # fmt: skip
def test_whatever_the_answer_holds_the_image_is_small_and_whole(chart: Chart) -> None:
    assert image(chart).size == (WIDTH, HEIGHT)
    assert len(png(chart)) < 40_000
