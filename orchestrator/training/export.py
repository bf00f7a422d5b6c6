"""A trained network as the files that answer questions: three small graphs in eight bits and the
embeddings in four.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from orchestrator.planner.network.features import KINDS_MAX, RELATIONS
from orchestrator.planner.network.tokens import GRAMMAR
from orchestrator.training.model import (
    HEADS,
    LOUD,
    WIDTH,
    Decoder,
    Lower,
    Network,
    Upper,
    attend,
)
from orchestrator.training.quarters import packed


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
        self, read: Tensor, names: Tensor, pool: Tensor, kinds: Tensor, relations: Tensor
    ) -> tuple[Tensor, ...]:
        """read (n, W), names (N, W), pool (N, n), kinds (n + N), relations (n + N, n + N)."""
        u = self.upper
        own = names + pool @ read
        x = torch.cat([read, u.names(own)], 0) + u.kinds(kinds)
        some = (relations[..., None] == torch.arange(RELATIONS)).to(x.dtype).amax(1)
        x = (x + some @ u.marks)[None]
        near = (u.related * LOUD).t()[relations].permute(2, 0, 1)[None]
        for number, layer in enumerate(u.layers):
            x = layer(x, near[:, number * HEADS : (number + 1) * HEADS])
        memory = x[0]
        items = memory[read.shape[0] :]
        held = torch.stack(
            [
                torch.stack([step.ck(memory) for step in self.decoder.steps]),
                torch.stack([step.cv(memory) for step in self.decoder.steps]),
            ]
        )
        return held, self.decoder.shown(items), self.decoder.key(items)


class _Step(nn.Module):
    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(
        self, x: Tensor, place: Tensor, past: Tensor, memory: Tensor, keys: Tensor
    ) -> tuple[Tensor, Tensor]:
        """x (B, W): the token before; place (1); keys and values: past (2, S, B, T, W), memory
        (2, S, L, W)."""
        d = self.decoder
        x = d.norm(x + d.places(place))[:, None]
        zero = torch.zeros(1, 1, 1, 1)
        made_k, made_v = [], []
        for number, step in enumerate(d.steps):
            k = torch.cat([past[0, number], step.k(x)], 1)
            v = torch.cat([past[1, number], step.v(x)], 1)
            made_k.append(k)
            made_v.append(v)
            x = step.norm1(x + step.o(attend(step.q(x), k, v, zero)))
            count = x.shape[0]
            crossed = attend(
                step.cq(x).transpose(0, 1), memory[0, number][None], memory[1, number][None], zero
            ).transpose(0, 1)
            x = step.norm2(x + step.co(crossed.reshape(count, 1, WIDTH)))
            x = step.norm3(x + step.down(torch.nn.functional.gelu(step.up(x))))
        x = x[:, 0]
        pointed = d.ask(x) @ keys.t() / WIDTH**0.5
        held = torch.stack([torch.stack(made_k), torch.stack(made_v)])
        return torch.cat([d.out(x), pointed], -1), held


def export(network: Network, folder: Path) -> None:
    """Write the files of a network into a folder."""
    network = network.float().eval()
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
         "pool": (torch.rand(items, n), {0: "N", 1: "n"}),
         "kinds": (torch.randint(0, KINDS_MAX, (size,)), {0: "L"}),
         "relations": (torch.randint(0, 40, (size, size)), {0: "L", 1: "L"})},
        {"memory": {2: "L"}, "shown": {0: "N"}, "keys": {0: "N"}},
    )  # fmt: skip
    _graph(
        _Step(network.decoder), folder / "step.onnx",
        {"x": (torch.randn(2, WIDTH), {0: "B"}),
         "place": (torch.tensor([3]), {}),
         "past": (torch.randn(2, steps, 2, 3, WIDTH), {2: "B", 3: "T"}),
         "memory": (torch.randn(2, steps, size, WIDTH), {2: "L"}),
         "keys": (torch.randn(items, WIDTH), {0: "N"})},
        {"scores": {0: "B", 1: "V"}, "held": {2: "B", 3: "U"}},
    )  # fmt: skip
    small, scales = packed(network.lower.words.weight.detach().numpy())
    np.savez(
        folder / "words.npz",
        packed=small,
        scales=scales,
        grammar=network.decoder.words.weight.detach().numpy()[:GRAMMAR].astype(np.float16),
    )


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
