"""Backups, restores and deep checks, through the command line and the front door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from orchestrator.cli import app
from orchestrator.client import connect
from registry.errors import BadInput, IsothermError, NotFound
from registry.settings import Settings

NOW = "2026-11-23T12:00:00Z"
POINTS = b"\n".join(
    orjson.dumps({"id": f"p{n}", "series": "s", "at": f"2025-03-0{n + 1}T00:00:00Z", "value": n})
    for n in range(4)
)
ASKED = {"from": "metrics.points", "select": ["id", "value"], "order": [{"by": "id"}]}


class Line:
    """A command line over a data folder with four records in one segment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data, self.target = folder / "data", folder / "target"
        self.runner = CliRunner(env={"ISOTHERM_DATA": str(self.data), "ISOTHERM_CONFIG": ""})
        source = folder / "points.jsonl"
        source.write_bytes(POINTS)
        assert self("ingest", str(source), "--into", "metrics.points").exit_code == 0
        assert self("move", "metrics.points/2025-03", "cold").exit_code == 0

    def __call__(self, *words: str) -> Any:
        return self.runner.invoke(app, list(words))

    def json(self, *words: str) -> Any:
        found = self(*words, "--json")
        assert found.exit_code == 0, found.output
        return orjson.loads(found.stdout)

    @property
    def object(self) -> Path:
        (path,) = (self.data / "objects").rglob("*.parquet")
        return path


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path)


def test_a_folder_goes_to_a_target_and_comes_back(line: Line) -> None:
    first = line.json("backup", str(line.target))
    assert first["written"] == first["bytes"] and "metrics" in first["domains"]
    told = line("backup", str(line.target), "--keep", "1")
    assert "0 of them new" in told.stdout and f"Forgotten: {first['id']}" in told.stdout
    (listed,) = line.json("backup", str(line.target), "--list")["backups"]
    assert listed["id"] != first["id"]
    assert line("backup", str(line.target), "--verify").exit_code == 0
    assert "are whole" in line("restore", str(line.target), "--dry-run").stdout
    refused = line("restore", str(line.target))
    assert refused.exit_code == 1 and "conflict: " in refused.stderr
    made = line.json("restore", str(line.target), "--replace")
    assert Path(made["folder"]) == line.data and Path(made["aside"]).is_dir()
    other = line("restore", str(line.target), "--into", str(line.folder / "other"))
    assert other.exit_code == 0 and str(line.folder / "other") in other.stdout
    plan = line.folder / "plan.json"
    plan.write_bytes(orjson.dumps(ASKED))
    for folder in (line.data, line.folder / "other"):
        rows = line.json("--data", str(folder), "query", str(plan))["rows"]
        assert rows == [[f"p{n}", float(n)] for n in range(4)]
        assert line("--data", str(folder), "check", "--deep").exit_code == 0


def test_a_restore_says_that_erased_people_are_back_and_holds_are_gone(line: Line) -> None:
    assert line("backup", str(line.target)).exit_code == 0
    assert line("erase", "somebody").exit_code == 0
    assert line("hold", "add", "domain", "metrics", "--reason", "case 7").exit_code == 0
    made = line("restore", str(line.target), "--replace")
    assert made.exit_code == 0 and "1 erasures are younger" in made.stderr
    assert "1 holds are younger" in made.stderr


def test_damage_goes_to_quarantine_and_a_backup_repairs_it(line: Line) -> None:
    assert line("backup", str(line.target)).exit_code == 0
    sound = line.object.read_bytes()
    line.object.write_bytes(sound[:60] + bytes([sound[60] ^ 1]) + sound[61:])
    assert line("check").exit_code == 0
    found = line("check", "--deep")
    assert found.exit_code == 1 and "it is not what was written (quarantined)" in found.stderr
    assert not list((line.data / "objects").rglob("*.parquet"))
    asked = line("get", "metrics.points", "p1")
    assert asked.exit_code == 1 and "corrupt: " in asked.stderr and "check --repair" in asked.stderr
    repaired = line("check", "--repair", str(line.target))
    assert repaired.exit_code == 0 and "(restored)" in repaired.stderr
    assert line.object.read_bytes() == sound
    assert line("get", "metrics.points", "p1").exit_code == 0
    assert "1 segments hold" in line("check", "--deep").stdout


def test_a_sidecar_that_is_wrong_is_said_once_and_made_again(line: Line) -> None:
    (keys,) = (line.data / "objects").rglob("*.keys")
    keys.write_bytes(b"wrong")
    told = line("check", "--deep")
    assert told.exit_code == 1 and "(made again)" in told.stderr
    assert line("check", "--deep").exit_code == 0


def test_a_loss_can_be_accepted(line: Line) -> None:
    line.object.write_bytes(b"")
    assert line("check", "--deep").exit_code == 1
    place = next(p["place"] for p in line.json("tiers", "metrics")["places"] if p["tier"] == "cold")
    assert "4 records are given up" in line("check", "--forget", place).stdout
    assert line("check", "--deep").exit_code == 0
    assert line("check", "--forget", place).exit_code == 1


def test_damaged_files_of_a_target_are_told_and_copied_again(line: Line) -> None:
    assert line("backup", str(line.target)).exit_code == 0
    blob = max((line.target / "blobs").rglob("*/*"), key=lambda p: p.stat().st_size)
    blob.write_bytes(b"x" * blob.stat().st_size)
    assert line("restore", str(line.target), "--into", str(line.folder / "o")).exit_code == 1
    assert not (line.folder / "o").exists()
    told = line("backup", str(line.target), "--verify")
    assert told.exit_code == 1 and "copies it again" in told.stderr
    assert line("backup", str(line.target)).exit_code == 0
    assert line("restore", str(line.target), "--into", str(line.folder / "o")).exit_code == 0


@pytest.mark.anyio
async def test_an_operator_backs_up_only_to_the_configured_folder(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", backups=tmp_path / "target")

    async def admin(client: Any, action: str, **arguments: Any) -> dict[str, Any]:
        tool = "admin_read" if action == "backups" else "admin_write"
        found: dict[str, Any] = await client.call(tool, action=action, arguments=arguments)
        return found

    async with connect(Settings(data=tmp_path / "data")) as client:
        for action in ("backup", "backups"):
            with pytest.raises(BadInput, match="isotherm backup"):
                await admin(client, action)
        with pytest.raises(BadInput):
            await admin(client, "check", repair=True)
        assert (await admin(client, "check"))["sound"] is True
    async with connect(settings) as client:
        point = {"id": "a", "series": "s", "at": NOW, "value": 1}
        await client.write("metrics__put", collection="points", records=[point])
        with pytest.raises(NotFound):
            await admin(client, "restore", into="again")
        taken = await admin(client, "backup", keep=3)
        assert taken["domains"]["metrics"]["seq"] == 1 and taken["pruned"] == []
        (listed,) = (await admin(client, "backups"))["backups"]
        assert listed["id"] == taken["id"]
        erased = await admin(client, "erase", subject="somebody")
        (kept,) = [o for o in erased["not_reached"] if o["where"] == "backups"]
        assert [(k["id"], k["target"]) for k in kept["known"]] == [
            (taken["id"], str(tmp_path / "target"))
        ]
        made = await admin(client, "restore", into="again")
        assert made["folder"] == str(tmp_path / "target-restored" / "again")
        for wrong in ({"into": "../x"}, {"into": "again"}, {}, {"target": "/x", "into": "y"}):
            with pytest.raises(IsothermError):
                await admin(client, "restore", **wrong)
        with pytest.raises(IsothermError):
            await admin(client, "backup", target=str(tmp_path / "else"))
        assert (await admin(client, "check", repair=True))["sound"] is True
    async with connect(Settings(data=tmp_path / "target-restored" / "again")) as client:
        (record,) = (await client.get("metrics.points", "a"))["records"]
        assert record["value"] == 1


def test_a_folder_without_data_is_neither_checked_nor_backed_up_nor_erased_from(
    tmp_path: Path,
) -> None:
    runner = CliRunner(env={"ISOTHERM_DATA": str(tmp_path / "typo"), "ISOTHERM_CONFIG": ""})
    for words in (["check"], ["backup", str(tmp_path / "target")], ["erase", "u1"]):
        told = runner.invoke(app, words)
        assert told.exit_code == 1 and "--data" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_target_without_a_backup_does_not_pass_for_a_verified_one(line: Line) -> None:
    told = line("backup", str(line.folder / "typo"), "--verify")
    assert told.exit_code == 1 and "no backup" in told.stderr


def test_an_empty_path_is_not_this_folder(
    line: Line, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(here)
    for words in (["backup", ""], ["restore", ""], ["restore", str(line.target), "--into", ""]):
        assert line(*words).exit_code == 2
    assert line("check", "--data", "").exit_code == 2
    assert list(here.iterdir()) == []
