"""The training loop: fixed seeds, a time limit, a checkpoint from which it goes on."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from orchestrator.training.model import Batch, Network
from orchestrator.training.prepare import NameBook, Prepared, batches, collate
from registry.clock import Clock

_NEVER: Final = -1e9
_CLIP: Final = 1.0
_OLD: Final = "upper.layers"


@dataclass(frozen=True, slots=True)
class Course:
    """How to train. `epochs` x (data weighted by `repeat` elsewhere); learning rates fall linearly
    to nothing at the end of the last."""

    epochs: int
    batch: int = 32
    rate: float = 1.5e-4
    rate_new: float = 6e-4
    warm: int = 150
    hide: float = 0.15
    thin: float = 0.5
    smooth: float = 0.0
    seed: int = 0
    save_every: int = 100
    #: what comes out is the mean of the weights that are saved behind this share of the course
    settles: float = 0.85


def loss_of(scores: Tensor, b: Batch, smooth: float = 0.0) -> Tensor:
    """Mean over tokens of minus the log-probability among what was allowed."""
    scores = scores.float().masked_fill(~b.allowed, _NEVER)
    flat = functional.cross_entropy(
        scores.flatten(0, 1), b.targets.flatten(), ignore_index=-100, reduction="sum"
    )
    return flat / b.targets.shape[0]


def learn(
    network: Network,
    epoch: Callable[[int], Sequence[Prepared]],
    steps: int,
    book: NameBook,
    course: Course,
    *,
    checkpoint: Path,
    clock: Clock,
    told: Callable[[str], None],
    each: Callable[[int], None] = lambda _: None,
    gone: Callable[[int], float] | None = None,
) -> None:
    """Train for `steps` batches in all. `epoch(n)`: the data of the n-th round; `gone(step)`: the
    share of the course that is over then, by which rates fall and at whose end it stops."""
    over = gone or (lambda step: step / steps)
    masters = Masters(network, course)
    done, round_, skip = 0, 0, 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        masters.load(kept)
        done, round_, skip = kept["done"], kept["round"], kept["skip"]
        told(f"going on from step {done}")
    mean, began, first = 0.0, clock.monotonic(), done
    while over(done) < 1:
        rng = random.Random(course.seed * 1009 + round_)  # noqa: S311 - repeatable, not secret
        torch.manual_seed(course.seed * 1009 + round_)
        for number, rows in enumerate(batches(epoch(round_), course.batch, course.seed + round_)):
            if number < skip:
                continue
            if over(done) >= 1:
                break
            batch = collate(rows, book, hide=course.hide, thin=course.thin, rng=rng)
            share = min(1.0, (done + 1) / course.warm) * max(0.02, 1.0 - over(done))
            value = _step(network, masters, batch, share, course.smooth)
            done += 1
            skip = number + 1
            mean = value if mean == 0.0 else 0.98 * mean + 0.02 * value
            if done % 100 == 0:
                spent = max(clock.monotonic() - began, 1e-3)
                pace = f"{spent / 60:.1f} min {(done - first) * course.batch / spent:.0f}/s"
                told(f"round {round_} step {done}/{steps} loss {mean:.3f} {pace}")
            if done % course.save_every == 0:
                if over(done) >= course.settles:
                    masters.settle()
                _save(masters, checkpoint, done, round_, skip)
        round_, skip = round_ + 1, 0
        each(round_)
    _save(masters, checkpoint, done, round_, skip)
    masters.settled()


class Masters:
    """The weights that learn, in full precision, beside the network's own in half."""

    def __init__(self, network: Network, course: Course) -> None:
        named = [(n, p) for n, p in network.named_parameters() if p.requires_grad]
        self.names = [n for n, _ in named]
        self.full = [p.detach().float().clone() for _, p in named]
        #: of the last weights that were saved, and of how many
        self.mean: list[Tensor] = []
        self.counted = 0
        network.to(torch.bfloat16)
        self.half = [p for _, p in network.named_parameters() if p.requires_grad]
        old = [p for n, p in zip(self.names, self.full, strict=True) if n.startswith(_OLD)]
        new = [p for n, p in zip(self.names, self.full, strict=True) if not n.startswith(_OLD)]
        self._groups = [(old, course.rate), (new, course.rate_new)]
        self.optimiser = torch.optim.AdamW(
            [{"params": params, "lr": rate} for params, rate in self._groups],
            weight_decay=0.01,
            fused=True,
        )

    def step(self, share: float) -> None:
        """One step with `share` of the full rates, then the halves follow."""
        for full, half in zip(self.full, self.half, strict=True):
            full.grad = None if half.grad is None else half.grad.float()
            half.grad = None
        torch.nn.utils.clip_grad_norm_(self.full, _CLIP)
        for group, (_, rate) in zip(self.optimiser.param_groups, self._groups, strict=True):
            group["lr"] = rate * share
        self.optimiser.step()
        self.follow()

    def follow(self) -> None:
        with torch.no_grad():
            for full, half in zip(self.full, self.half, strict=True):
                half.copy_(full)

    def settle(self) -> None:
        """The weights as they are now are one more that the mean is of."""
        self.counted += 1
        if self.counted == 1:
            self.mean = [full.clone() for full in self.full]
        for mean, full in zip(self.mean, self.full, strict=True):
            mean += (full - mean) / self.counted

    def settled(self) -> None:
        """The network takes the mean, where there is one."""
        with torch.no_grad():
            for mean, half in zip(self.mean, self.half, strict=False):
                half.copy_(mean)

    def state(self) -> dict[str, Any]:
        return {
            "mean": dict(zip(self.names, self.mean, strict=False)),
            "counted": self.counted,
            "weights": dict(zip(self.names, self.full, strict=True)),
            "optimiser": self.optimiser.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        for name, full in zip(self.names, self.full, strict=True):
            full.copy_(state["weights"][name])
        self.optimiser.load_state_dict(state["optimiser"])
        self.mean = list(state["mean"].values())
        self.counted = state["counted"]
        self.follow()


def _step(network: Network, masters: Masters, batch: Batch, share: float, smooth: float) -> float:
    network.train()
    loss = loss_of(network(batch), batch, smooth)
    loss.backward()
    masters.step(share)
    return loss.item()


def _save(masters: Masters, path: Path, done: int, round_: int, skip: int) -> None:
    fresh = path.with_suffix(".new")
    torch.save({**masters.state(), "done": done, "round": round_, "skip": skip}, fresh)
    fresh.replace(path)
