"""The whole way, with tiny amounts: questions in, weights out, and a planner that runs on them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from orchestrator.planner.network.planner import Opinion, heard
from orchestrator.planner.parts import measured, query
from orchestrator.planner.reading import Question
from orchestrator.training.model import LAYERS, PARTS, Network
from orchestrator.training.train import Amounts, Sources, train
from registry.clock import SystemClock
from registry.settings import Settings
from tests.orchestrator.training.zoo import catalogue, database

# what exporting warns of is of other makers' doing
pytestmark = pytest.mark.filterwarnings("ignore")
SHIPPED_MAX = 25 * 10**6
ASKED = (
    ("How many animals are there?", "SELECT count(*) FROM animals"),
    ("What are the names of all keepers?", "SELECT name FROM keepers"),
    ("Which animals weigh more than 20?", "SELECT name FROM animals WHERE weight > 20"),
    ("List the kinds of animals.", "SELECT DISTINCT kind FROM animals"),
)
WORDS = "how many animals are there what the names of all keepers which weigh more than list"


def suite(folder: Path) -> Path:
    """`zoo` is one of the databases that are kept apart, `garden` is learned from."""
    (folder / "databases").mkdir(parents=True)
    rows = []
    zoo = database(folder / "databases")
    zoo.with_stem("garden").write_bytes(zoo.read_bytes())
    for name, times in (("zoo", 1), ("garden", 6)):
        rows += [
            {"id": f"{name}-{n}", "db": name, "question": question, "sql": sql,
             "synonym_question": question.replace("animals", "beasts")}
            for n, (question, sql) in enumerate(ASKED * times)
        ]  # fmt: skip
    (folder / "questions.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return folder


def encoder(folder: Path) -> Path:
    """Files of MiniLM's form, with weights by chance."""
    folder.mkdir()
    torch.manual_seed(1)
    network = Network()
    weights = {
        f"embeddings.{theirs}.weight": ours.weight.detach().clone()
        for ours, theirs in (
            (network.lower.words, "word_embeddings"),
            (network.lower.places, "position_embeddings"),
            (network.lower.types, "token_type_embeddings"),
        )
    }
    for end in ("weight", "bias"):
        weights[f"embeddings.LayerNorm.{end}"] = getattr(network.lower.norm, end).detach().clone()
    layers = [*network.lower.layers, *network.upper.layers]
    for number in range(LAYERS):
        own = layers[number].state_dict()
        for mine, theirs in PARTS.items():
            for end in ("weight", "bias"):
                weights[f"encoder.layer.{number}.{theirs}.{end}"] = own[f"{mine}.{end}"].clone()
    save_file(weights, str(folder / "model.safetensors"))
    known = ["[PAD]"] * 100 + ["[UNK]", "[CLS]", "[SEP]", *WORDS.split()]
    rest = [f"[unused{n}]" for n in range(30522 - len(known))]
    (folder / "vocab.txt").write_text("\n".join([*known, *rest]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def given_(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    top = tmp_path_factory.mktemp("train")
    return Sources(suite(top / "suite"), None, encoder(top / "encoder"), top / "scratch",
                   top / "weights")  # fmt: skip


@pytest.fixture(scope="module")
def run_once(given_: Sources) -> tuple[dict[str, Any], list[str]]:
    told: list[str] = []
    amounts = Amounts(rounds=1, transplants=2, wiki_questions=0)
    own = Settings(given_.scratch)

    async def go() -> dict[str, Any]:
        return await train(given_, amounts, own, SystemClock(), told.append)

    return anyio.run(go), told


def digest(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_the_report_tells_what_was_measured_and_on_what(
    run_once: tuple[dict[str, Any], list[str]], given_: Sources
) -> None:
    report, _ = run_once
    assert report == orjson.loads((given_.out / "report.json").read_bytes())
    assert report["held_out"] == ["zoo"]
    assert set(report["strict"]) == {"questions", "synonyms"}
    assert report["seed"] == 0


def test_what_is_shipped_is_small_and_says_where_it_comes_from(
    run_once: tuple[dict[str, Any], list[str]], given_: Sources
) -> None:
    sizes = {path.name: path.stat().st_size for path in given_.out.iterdir()}
    assert set(sizes) == {"lower.onnx", "upper.onnx", "step.onnx", "words.npz", "vocab.txt",
                          "report.json", "README.md"}  # fmt: skip
    assert sum(sizes.values()) <= SHIPPED_MAX
    assert "CC BY-SA 4.0" in (given_.out / "README.md").read_text()


def test_a_finished_run_is_not_done_again_and_writes_the_same(
    run_once: tuple[dict[str, Any], list[str]], given_: Sources
) -> None:
    before = digest(given_.out)
    amounts = Amounts(rounds=1, transplants=2, wiki_questions=0)
    told: list[str] = []
    again = Settings(given_.scratch)
    anyio.run(lambda: train(given_, amounts, again, SystemClock(), told.append))
    assert any(line.startswith("going on from step") for line in told)
    assert digest(given_.out) == before


def said(text: str, weights: Path) -> Opinion:
    plan = query("zoo.animals", measures=(measured("count", None, "count"),))
    return heard(Question(text, 0), catalogue(), weights, [plan])


def test_the_planner_runs_on_them_and_says_the_same_each_time(
    run_once: tuple[dict[str, Any], list[str]], given_: Sources
) -> None:
    first = said("How many animals are there?", given_.out)
    assert first == said("How many animals are there?", given_.out)
    assert first.likely[0] is not None
    assert first.likely[0] < 0
    assert all(0 < reading.confidence <= 1 for reading in first.found.readings)


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=400))
def test_it_raises_on_no_text(
    text: str, run_once: tuple[dict[str, Any], list[str]], given_: Sources
) -> None:
    found = said(text, given_.out).found
    assert all(reading.plan.collections for reading in found.readings)


@pytest.mark.parametrize("text", ["\x00\x1b[2J" * 50, "zoo " * 25_000, "'" * 999, "‮" * 99])
def test_hostile_text_is_read_like_any_other(
    text: str, run_once: tuple[dict[str, Any], list[str]], given_: Sources
) -> None:
    assert said(text, given_.out) == said(text, given_.out)
