"""`isotherm demo`: loaded once, answered in full, safe to run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from orchestrator.cli import app
from orchestrator.commands.demo_folder import Memory, recall, remember
from orchestrator.commands.demo_run import as_expected
from orchestrator.demo.questions import QUESTIONS, DemoQuestion
from registry.errors import BadInput, Corrupt

FRESH = Memory("1.0", 7, 1_000_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "company"


@pytest.fixture(scope="module")
def first(folder: Path) -> dict[str, Any]:
    """What the first run of the demo says, as JSON."""
    result = CliRunner().invoke(app, ["demo", "--json", "--data", str(folder)])
    return {**orjson.loads(result.stdout), "exit": result.exit_code}


def test_every_question_is_answered_or_refused_as_it_should_be(first: dict[str, Any]) -> None:
    wrong = [q["question"] for q in first["questions"] if not q["fine"]]
    assert not wrong
    assert first["exit"] == 0
    assert len(first["questions"]) == len(QUESTIONS)
    assert first["loaded"] == sum(first["records"].values()) > 20_000


def test_it_ends_with_records_in_all_three_tiers_and_the_same_answer(
    first: dict[str, Any],
) -> None:
    shown = first["tiers"]
    assert shown["fine"]
    assert shown["before"]["rows"] == shown["after"]["rows"] != []
    assert {source["tier"] for source in shown["before"]["sources"]} == {"warm"}
    assert {source["tier"] for source in shown["after"]["sources"]} == {"warm", "cold"}
    assert shown["cooled"] and all(moved["tier"] == "cold" for moved in shown["cooled"])
    (promoted,) = shown["promoted"]
    assert promoted["rows"] == shown["read"]["records"]
    assert promoted["why"].startswith("it is read often")
    assert sum(sum(tiers.values()) for tiers in shown["tiers"].values()) == first["loaded"]
    assert all(shown["tiers"]["logs"][tier] for tier in ("hot", "cold"))


def test_a_second_run_loads_nothing_and_gives_the_same_answers(
    first: dict[str, Any], folder: Path
) -> None:
    result = CliRunner().invoke(app, ["demo", "--json", "--data", str(folder)])
    again = orjson.loads(result.stdout)
    assert again["loaded"] == 0
    assert again["tiers"]["fine"]
    assert again["tiers"]["after"]["rows"] == first["tiers"]["after"]["rows"]
    assert again["now"] == first["now"]
    for before, after in zip(first["questions"], again["questions"], strict=True):
        assert after["answer"].get("rows") == before["answer"].get("rows")


def test_a_run_after_everything_has_cooled_shows_the_same(
    first: dict[str, Any], folder: Path
) -> None:
    runner = CliRunner()
    for place in orjson.loads(
        runner.invoke(app, ["tiers", "logs", "--json", "--data", str(folder)]).stdout
    )["places"]:
        if place["tier"] != "cold":
            runner.invoke(app, ["move", place["place"], "cold", "--data", str(folder)])
    again = runner.invoke(app, ["demo", "--json", "--data", str(folder)])
    assert orjson.loads(again.stdout)["tiers"]["fine"]


def test_it_ends_with_lines_to_paste_that_name_real_paths(
    first: dict[str, Any], folder: Path
) -> None:
    text = CliRunner().invoke(app, ["demo", "--data", str(folder)]).stdout
    for question in QUESTIONS:
        assert question.text in text
    entry = orjson.loads(text[text.index('{\n  "mcpServers"') :].partition("For the MCP")[0])
    server = entry["mcpServers"]["isotherm"]
    assert Path(server["command"]).is_file()
    assert str(folder) in server["args"]
    assert "npx @modelcontextprotocol/inspector" in text
    assert "isotherm ask" in text
    assert "cold: segments" in text and "(after: the same answer)" in text


def test_a_folder_remembers_its_instant_and_seed(tmp_path: Path) -> None:
    assert recall(tmp_path / "new", fresh=FRESH) == FRESH
    later = Memory("1.0", 8, 2_000_000)
    assert recall(tmp_path / "new", fresh=later) == FRESH
    remember(tmp_path / "new", later)
    assert recall(tmp_path / "new", fresh=FRESH) == later


def test_a_folder_with_other_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    with pytest.raises(BadInput, match="holds other data"):
        recall(tmp_path, fresh=FRESH)


def test_a_folder_of_another_version_is_refused(tmp_path: Path) -> None:
    remember(tmp_path, FRESH)
    with pytest.raises(BadInput, match=r"filled by Isotherm 1\.0"):
        recall(tmp_path, fresh=Memory("2.0", 7, 1))


def test_a_memory_that_is_garbage_is_named(tmp_path: Path) -> None:
    for body in (b"", b"{", b'{"seed": 1}', b"[1]"):
        (tmp_path / "demo.json").write_bytes(body)
        with pytest.raises(Corrupt):
            recall(tmp_path, fresh=FRESH)


def test_an_answer_from_elsewhere_or_unsure_is_not_fine() -> None:
    question = DemoQuestion("?", "", ("user", "chat"))
    sources = [{"collection": "user.users"}, {"collection": "chat.messages"}]
    good = {"status": "answered", "partial": False, "sources": sources}
    assert as_expected(question, good)
    assert not as_expected(question, {**good, "sources": sources[:1]})
    assert not as_expected(question, {**good, "status": "tentative"})
    assert not as_expected(question, {**good, "partial": True})
    assert as_expected(DemoQuestion("?", "", ()), {"status": "refused"})
    assert not as_expected(DemoQuestion("?", "", ()), good)
