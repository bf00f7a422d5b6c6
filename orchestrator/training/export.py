"""A trained network as the files that answer questions: three small graphs in eight bits and the
embeddings in four.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from orchestrator.planner.network.features import KINDS_MAX, RELATIONS
from orchestrator.planner.network.tokens import GRAMMAR
from orchestrator.training.model import (
    HEADS,
    LOUD,
    SCALE,
    WIDTH,
    Decoder,
    Lower,
    Network,
    Step,
    Upper,
)
from orchestrator.training.quarters import packed

_HEAD: Final = WIDTH // HEADS


class _Lower(nn.Module):
    def __init__(self, lower: Lower) -> None:
        super().__init__()
        self.lower = lower

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, n, W): the words' embeddings alone."""
        placed = x + self.lower.places.weight[: x.shape[1]] + self.lower.types.weight[0]
        out: Tensor = self.lower(placed, mask)
        return out


class _Upper(nn.Module):
    def __init__(self, upper: Upper, decoder: Decoder) -> None:
        super().__init__()
        self.upper, self.decoder = upper, decoder

    def forward(
        self, read: Tensor, names: Tensor, kinds: Tensor, relations: Tensor, some: Tensor
    ) -> tuple[Tensor, ...]:
        """read (n, W), names (N, W), kinds (n + N), relations (n + N, n + N), some (n + N, R):
        one for each relation that a place has."""
        u = self.upper
        x = torch.cat([read, u.names(names)], 0) + u.kinds(kinds)
        x = (x + some @ u.marks)[None]
        # whole rows are gathered, then turned: single numbers would take ten times as long
        near = (u.related * LOUD).t().contiguous()[relations.flatten()].t()
        near = near.reshape(1, -1, *relations.shape)
        for number, layer in enumerate(u.layers):
            x = layer(x, near[:, number * HEADS : (number + 1) * HEADS])
        memory = x[0]
        items = memory[read.shape[0] :]
        held: list[Tensor] = []
        for step in self.decoder.steps:
            keys, values = (part(memory).reshape(-1, HEADS, _HEAD) for part in (step.ck, step.cv))
            held += (keys.permute(1, 2, 0), values.transpose(0, 1))
        targets = (self.decoder.key(items) / WIDTH**0.5).t()
        return self.decoder.shown(items), targets, *held


class _Product(nn.Module):
    """Linear maps side by side as one matrix product, the form that is put in eight bits."""

    weight: Tensor
    bias: Tensor

    def __init__(self, *linear: nn.Linear, scale: float = 1.0) -> None:
        super().__init__()
        scales = [scale, *(1.0 for _ in linear[1:])]
        weights = [one.weight * by for one, by in zip(linear, scales, strict=True)]
        self.register_buffer("weight", torch.cat(weights).t().contiguous())
        biases = [one.bias * by for one, by in zip(linear, scales, strict=True)]
        self.register_buffer("bias", torch.cat(biases))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


class _StepLayer(nn.Module):
    """A decoder layer laid out for some tokens of many sketches at a time: its three inputs in one
    product, keys and values kept by head."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step
        self.three = _Product(step.q, step.k, step.v, scale=SCALE)
        self.cross = _Product(step.cq, scale=SCALE)
        self.o, self.co = _Product(step.o), _Product(step.co)
        self.up, self.down = _Product(step.up), _Product(step.down)

    def forward(
        self, x: Tensor, seen: Tensor, past: Tensor, memory: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """x (R, W); seen (R, P + R); past (2, H, P, D): keys, values; memory: keys (H, D, L),
        values (H, L, D)."""
        three = self.three(x).reshape(-1, 3, HEADS, _HEAD).permute(1, 2, 0, 3)
        held = torch.cat([past, three[1:]], 2)
        scores = (three[0] @ held[0].transpose(1, 2) + seen).softmax(-1)
        mixed = (scores @ held[1]).transpose(0, 1).reshape(-1, WIDTH)
        x = self.step.norm1(x + self.o(mixed))
        asks = self.cross(x).reshape(-1, HEADS, _HEAD).transpose(0, 1)
        scores = (asks @ memory[0]).softmax(-1)
        crossed = (scores @ memory[1]).transpose(0, 1).reshape(-1, WIDTH)
        x = self.step.norm2(x + self.co(crossed))
        return self.step.norm3(x + self.down(nn.functional.gelu(self.up(x)))), held


class _Step(nn.Module):
    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder
        self.layers = nn.ModuleList(_StepLayer(step) for step in decoder.steps)
        self.last = _Product(decoder.out, decoder.ask)

    def forward(
        self, x: Tensor, place: Tensor, seen: Tensor, keys: Tensor, *held: Tensor
    ) -> tuple[Tensor, ...]:
        """x (R, W): some tokens written; place (R): how many stand before each; seen (R, P + R):
        nothing where one of the past or of these is such a token or itself, far below it elsewhere;
        keys (W, N) of the items, a pointer's targets. `held`: the past, one a layer, then keys and
        values of memory, two a layer."""
        d = self.decoder
        x = d.norm(x + d.places(place))
        made: list[Tensor] = []
        past, memory = held[: len(self.layers)], held[len(self.layers) :]
        for number, layer in enumerate(self.layers):
            both = memory[2 * number], memory[2 * number + 1]
            x, kept = layer(x, seen, past[number], both)
            made.append(kept)
        last = self.last(x)
        pointed = last[:, GRAMMAR:] @ keys
        return torch.cat([last[:, :GRAMMAR], pointed], -1), *made


def export(network: Network, folder: Path) -> None:
    """Write the files of a network into a folder."""
    network = network.float().eval().requires_grad_(False)
    folder.mkdir(parents=True, exist_ok=True)
    n, items, steps = 6, 9, len(network.decoder.steps)
    size = n + items
    _graph(
        _Lower(network.lower), folder / "lower.onnx",
        {"x": (torch.randn(2, n, WIDTH), {0: "B", 1: "n"}),
         "mask": (torch.ones(2, n, dtype=torch.bool), {0: "B", 1: "n"})},
        {"read": {0: "B", 1: "n"}},
    )  # fmt: skip
    _graph(
        _Upper(network.upper, network.decoder), folder / "upper.onnx",
        {"read": (torch.randn(n, WIDTH), {0: "n"}),
         "names": (torch.randn(items, WIDTH), {0: "N"}),
         "kinds": (torch.randint(0, KINDS_MAX, (size,)), {0: "L"}),
         "relations": (torch.randint(0, 40, (size, size)), {0: "L", 1: "L"}),
         "some": (torch.rand(size, RELATIONS), {0: "L"})},
        {"shown": {0: "N"}, "keys": {1: "N"}, **memory_names(steps)},
    )  # fmt: skip
    _graph(
        _Step(network.decoder), folder / "step.onnx",
        {"x": (torch.randn(2, WIDTH), {0: "R"}),
         "place": (torch.tensor([3, 4]), {0: "R"}),
         "seen": (torch.zeros(2, 5), {0: "R", 1: "S"}),
         "keys": (torch.randn(WIDTH, items), {1: "N"}),
         **{f"past{n}": (torch.randn(2, HEADS, 3, _HEAD), {2: "P"}) for n in range(steps)},
         **{name: (torch.randn(HEADS, *((_HEAD, size) if 2 in axes else (size, _HEAD))), axes)
            for name, axes in memory_names(steps).items()}},
        {"scores": {0: "R", 1: "V"}, **{f"held{n}": {2: "S"} for n in range(steps)}},
    )  # fmt: skip
    small, scales = packed(network.lower.words.weight.detach().numpy())
    np.savez(
        folder / "words.npz",
        packed=small,
        scales=scales,
        grammar=network.decoder.words.weight.detach().numpy()[:GRAMMAR].astype(np.float16),
    )


def memory_names(steps: int) -> dict[str, dict[int, str]]:
    """Keys and values of memory for each layer of a step, in the order in which they are given."""
    return {f"memory{n}{part}": {1 + (part == "k"): "L"} for n in range(steps) for part in "kv"}


def _graph(module: nn.Module, path: Path, given: Any, made: Any) -> None:
    full = path.with_suffix(".full.onnx")
    torch.onnx.export(
        module,
        tuple(value for value, _ in given.values()),
        str(full),
        input_names=list(given),
        output_names=list(made),
        dynamic_axes={**{name: axes for name, (_, axes) in given.items() if axes}, **made},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(
        str(full), str(path), weight_type=QuantType.QInt8, per_channel=True, reduce_range=False
    )
    full.unlink()
