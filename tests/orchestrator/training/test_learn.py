"""The loop learns, stops and goes on."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from orchestrator.planner.network.pieces import Pieces
from orchestrator.training.learn import Course, learn, loss_of
from orchestrator.training.model import Network
from orchestrator.training.prepare import NameBook, Prepared, collate, prepare
from registry.clock import ManualClock
from tests.orchestrator.training.test_data import HEAVY, SKETCH, ZOO

PIECES = Pieces([f"w{n}" for n in range(30_000)])


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    return Network()


def example() -> Prepared:
    made = prepare(HEAVY, ZOO, SKETCH, PIECES)
    assert made is not None
    return made


def trained(network: Network, steps: int, path: Path, told: Callable[[str], object] = str) -> float:
    book = NameBook(network.lower, PIECES)
    course = Course(1, batch=2, warm=1, thin=0.0, hide=0.0)
    learn(network, lambda _: [example()] * 4, steps, book, course,
          checkpoint=path, clock=ManualClock(), told=told)  # fmt: skip
    batch = collate([example()], book, rng=random.Random(0))
    with torch.no_grad():
        return loss_of(network.eval()(batch), batch).item()


def test_a_question_seen_again_and_again_is_learned(network: Network, tmp_path: Path) -> None:
    book = NameBook(network.lower, PIECES)
    batch = collate([example()], book, rng=random.Random(0))
    before = loss_of(network.eval()(batch), batch).item()
    assert trained(network, 12, tmp_path / "kept.pt") < before / 2


def test_an_interrupted_run_goes_on_where_it_was(network: Network, tmp_path: Path) -> None:
    heard: list[str] = []
    trained(network, 3, tmp_path / "kept.pt")
    trained(Network(), 5, tmp_path / "kept.pt", heard.append)
    assert heard[0] == "going on from step 3"


def test_what_comes_out_is_the_mean_of_the_last_weights(network: Network, tmp_path: Path) -> None:
    seen: list[torch.Tensor] = []
    book = NameBook(network.lower, PIECES)
    course = Course(1, batch=2, warm=1, save_every=1, settles=0.4)

    def told(text: str) -> None:
        seen.append(torch.load(tmp_path / "kept.pt")["weights"]["decoder.out.bias"])

    for steps in (1, 2, 3, 4):
        learn(network, lambda _: [example()] * 8, 4, book, course, checkpoint=tmp_path / "kept.pt",
              clock=ManualClock(), told=str, gone=lambda done, steps=steps: done / steps
              if done >= steps else done / 4)  # fmt: skip
        told("")
    mean = torch.stack(seen[1:]).mean(0)
    assert torch.allclose(network.decoder.out.bias.float(), mean, atol=1e-2)
    assert not torch.allclose(seen[-1], mean, atol=1e-6)


def test_thinning_keeps_what_the_sketch_points_at() -> None:
    from orchestrator.training.prepare import thinned

    whole = example()
    for seed in range(20):
        part = thinned(whole, random.Random(seed), 1.0)
        words = [" ".join(name[0]) for name in part.names]
        pointed = [words[t - 64] for t in part.tokens if t >= 64]
        assert pointed[:2] == ["animals", "weight"]
        allowed = np.unpackbits(part.allowed, axis=1, count=64 + part.size)
        assert all(allowed[n, t] for n, t in enumerate(part.tokens))
