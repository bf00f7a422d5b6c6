"""A small source with its catalogue, as ingest would make it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from orchestrator.planner.network.schema import Schema, schema_of
from registry.catalog import Catalogue, Facts, FieldValues
from registry.domain import parse_spec

_SPEC = {
    "domain": "zoo",
    "collections": {
        "keepers": {
            "key": ["keeper_id"],
            "fields": {
                "keeper_id": {"type": "int"},
                "name": {"type": "text"},
                "age": {"type": "int"},
            },
        },
        "animals": {
            "key": ["animal_id"],
            "fields": {
                "animal_id": {"type": "int"},
                "name": {"type": "text"},
                "kind": {"type": "text"},
                "weight": {"type": "float"},
                "keeper_id": {"type": "ref", "to": "zoo.keepers"},
            },
        },
    },
}
_VALUES = {"zoo.animals": {"name": ("Ada", "Bo", "Cy"), "kind": ("bear", "fox")},
           "zoo.keepers": {"name": ("Kim", "Lou")}}  # fmt: skip


def catalogue() -> Catalogue:
    facts = {
        address: Facts(rows=3, values={n: FieldValues(v, True) for n, v in named.items()})
        for address, named in _VALUES.items()
    }
    return Catalogue([parse_spec(_SPEC)], facts)


def schema() -> Schema:
    return schema_of(catalogue())


def database(folder: Path) -> Path:
    path = folder / "zoo.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE Keepers(Keeper_ID INTEGER PRIMARY KEY, Name TEXT, Age INT);"
        "CREATE TABLE Animals(Animal_ID INTEGER PRIMARY KEY, Name TEXT, Kind TEXT, Weight REAL,"
        " Keeper_ID INT REFERENCES Keepers(Keeper_ID));"
        "INSERT INTO Keepers VALUES (1, 'Kim', 30), (2, 'Lou', 40), (3, 'Max', 50);"
        "INSERT INTO Animals VALUES (1, 'Ada', 'bear', 200, 1), (2, 'Bo', 'bear', 300, 1),"
        " (3, 'Cy', 'fox', 10, 2)"
    )
    connection.close()
    return path
