"""SQL as sketches, and sketches as SQL that gives the same rows."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from orchestrator.planner.network.sketch import Sketch
from orchestrator.training.gold import Unsaid, sketch_of
from orchestrator.training.render import Source, render
from orchestrator.training.spider import names_of
from tests.orchestrator.training.zoo import database, schema

SAID = [
    "SELECT Name FROM Animals",
    "SELECT * FROM Animals ORDER BY Weight DESC",
    "SELECT count(*) FROM Animals WHERE Kind = 'bear'",
    "SELECT count(DISTINCT Kind), max(Weight) FROM Animals",
    "SELECT T2.Name FROM Animals AS T1 JOIN Keepers AS T2 ON T1.Keeper_ID = T2.Keeper_ID "
    "WHERE T1.Kind = \"fox\" OR T1.Weight BETWEEN 150 AND 250",
    "SELECT Name FROM Animals WHERE (Kind = 'fox' OR Kind = 'bear') AND Weight < 250",
    "SELECT Kind, avg(Weight) FROM Animals GROUP BY Kind HAVING count(*) > 1",
    "SELECT Kind FROM Animals GROUP BY Kind ORDER BY count(*) DESC LIMIT 1",
    "SELECT Name FROM Keepers WHERE Keeper_ID NOT IN (SELECT Keeper_ID FROM Animals)",
    "SELECT Name FROM Animals WHERE Weight > (SELECT avg(Weight) FROM Animals)",
    "SELECT Name FROM Animals WHERE Name LIKE '%o%' UNION SELECT Name FROM Keepers",
    "SELECT Name FROM Animals WHERE Name NOT LIKE '%o%' EXCEPT SELECT Name FROM Keepers",
    "SELECT Name FROM Keepers WHERE 35 < Age",
]  # fmt: skip
UNSAID = [
    "SELECT Name || '!' FROM Animals",
    "SELECT A.Name FROM Animals AS A JOIN Animals AS B ON A.Weight = B.Weight",
    "SELECT Name FROM (SELECT Name FROM Animals)",
    "SELECT Name FROM Animals LIMIT 3 OFFSET 2",
    "SELECT Name FROM Dinosaurs",
    "this is no SQL (",
]


def sketched(sql: str, path: Path) -> tuple[Sketch, Source]:
    names, tables, columns = names_of(schema(), path)
    return sketch_of(sql, names), Source(names.schema, tables, columns)


@pytest.mark.parametrize("sql", SAID)
def test_a_sketch_of_sql_gives_the_rows_of_the_sql(sql: str, tmp_path: Path) -> None:
    path = database(tmp_path)
    sketch, source = sketched(sql, path)
    connection = sqlite3.connect(path)
    try:
        again = connection.execute(render(sketch, source)).fetchall()
        given = connection.execute(sql).fetchall()
    finally:
        connection.close()
    assert again == given
    assert given


@pytest.mark.parametrize("sql", UNSAID)
def test_what_a_sketch_cannot_say_is_left_out_with_a_reason(sql: str, tmp_path: Path) -> None:
    with pytest.raises(Unsaid):
        sketched(sql, database(tmp_path))


def test_the_plain_way_needs_no_words(tmp_path: Path) -> None:
    path = database(tmp_path)
    plain, _ = sketched(SAID[4], path)
    assert all(table.on is None for table in plain.tables)
    odd, _ = sketched("SELECT A.Name FROM Keepers K JOIN Animals A ON K.Age = A.Weight", path)
    assert odd.tables[1].on is not None
