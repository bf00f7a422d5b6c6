"""Charts on a terminal."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from orchestrator.plot.chart import Chart, Series
from orchestrator.plot.terminal import lines

BARS = Chart(
    "bars", "spent", "country", ("Spain", "Peru", "Chad"), (Series("", (12.5, 3.0, None)),), "EUR"
)
DAYS = Chart(
    "time", "runs", "day", ("03-01", "03-02", "03-03", "03-04"), (Series("", (4.0, None, 0.0, 2.0)),),
    bucket="day", notes=("gaps: 1 of 4 days have no rows",),
)  # fmt: skip


def test_bars_are_as_long_as_their_numbers() -> None:
    assert lines(BARS, 40, fine=True) == [
        "spent (EUR) by country",
        "Spain █████████████████████████ 12.5 EUR",
        "Peru  ██████ 3 EUR",
        "Chad   –",
    ]


def test_the_same_in_ascii() -> None:
    assert lines(BARS, 40, fine=False) == [
        "spent (EUR) by country",
        "Spain ######################### 12.5 EUR",
        "Peru  ###### 3 EUR",
        "Chad   -",
    ]


def test_a_course_stands_over_its_days_and_breaks_at_a_gap_but_not_at_nought() -> None:
    assert lines(DAYS, 40, fine=True) == [
        "runs by day",
        "4┤███████",
        " │███████",
        "3┤███████",
        " │███████",
        "2┤███████                 ███████",
        " │███████                 ███████",
        "1┤███████                 ███████",
        " │███████                 ███████",
        "0└────────        ────────────────",
        "  03-01   03-02   03-03   03-04",
        "gaps: 1 of 4 days have no rows",
    ]


def test_two_series_over_time_are_two_panels_on_one_scale() -> None:
    two = (Series("web", (4.0, 2.0)), Series("app", (1.0, None)))
    made = Chart("time", "runs", "day and device", ("03-01", "03-02"), two, bucket="day")
    assert lines(made, 40, fine=False) == [
        "runs by day and device",
        "web",
        "4|#######",
        " |#######",
        "2|####### #######",
        " |####### #######",
        "0+----------------",
        "app",
        "4|",
        " |",
        "2|",
        " |#######",
        "0+--------",
        "  03-01   03-02",
    ]


def test_what_is_below_nought_goes_to_the_left() -> None:
    made = Chart("bars", "change", "plan", ("a", "b"), (Series("", (-5.0, 10.0)),))
    assert lines(made, 40, fine=False) == [
        "change by plan",
        "a ###########| -5",
        "b            |###################### 10",
    ]


def test_two_series_of_bars_stand_below_each_other() -> None:
    two = (Series("won", (4.0,)), Series("lost", (2.0,)))
    assert lines(Chart("bars", "values", "team", ("red",), two), 40, fine=False) == [
        "values by team",
        "red won  ############################# 4",
        "    lost ############## 2",
    ]


def test_more_buckets_than_columns_are_drawn_by_their_largest() -> None:
    labels = tuple(str(n) for n in range(200))
    made = Chart(
        "time", "n", "day", labels, (Series("", tuple(map(float, range(200)))),), bucket="day"
    )
    out = lines(made, 80, fine=True)
    assert out[-1] == "each column is the largest of 3 days"
    assert out[1].startswith("200┤")


@pytest.mark.parametrize("fine", [True, False])
@pytest.mark.parametrize("width", [20, 40, 80, 300])
def test_no_line_is_wider_than_the_terminal(width: int, fine: bool) -> None:
    labels = tuple(f"{name}\x1b[2J" for name in ("会話" * 30, "x" * 90, "ü", ""))
    numbers = (1e12, -2.5, None, 0.001)
    for values in (numbers, tuple(n and abs(n) for n in numbers)):
        series = tuple(Series("s" * n, values) for n in (1, 60))
        for chart in (
            Chart("bars", "m" * 200, "k", labels, series, "bytes"),
            Chart("time", "m" * 200, "k", labels, series, "bytes", bucket="day"),
        ):
            out = lines(chart, width, fine=fine)
            assert max(map(cell_len, out)) <= min(max(width, 40), 100)
            assert all(text.isprintable() for text in out)
            assert fine or all(text.isascii() for text in out)
