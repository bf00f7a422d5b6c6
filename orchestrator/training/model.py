"""The network while it learns: MiniLM's lower layers read the question and each name alone, its
upper layers read them together with what relates them, and a small decoder writes the sketch.

Lower layers and embeddings stay as they were, so what they say of a name is worked out once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from orchestrator.planner.network.features import KINDS_MAX, RELATIONS
from orchestrator.planner.network.tokens import GRAMMAR
from orchestrator.training.quarters import packed, unpacked

WIDTH: Final = 384
HEADS: Final = 12
LAYERS: Final = 6
LOWER: Final = 3
STEPS: Final = 2
INNER: Final = 768
LENGTH_MAX: Final = 96
_TINY: Final = -1e4
#: weights of relations learn this much faster than others
LOUD: Final = 16.0
SCALE: Final = 1 / math.sqrt(WIDTH // HEADS)


class Layer(nn.Module):
    """One layer of BERT, with a weight added to each pair's attention."""

    def __init__(self, inner: int = 4 * WIDTH, drop: float = 0.1) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.up, self.down = nn.Linear(WIDTH, inner), nn.Linear(inner, WIDTH)
        self.norm1, self.norm2 = (nn.LayerNorm(WIDTH, 1e-12) for _ in range(2))
        self.drop = nn.Dropout(drop)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """x (B, L, W); bias (B, H or 1, L or 1, L)."""
        x = self.norm1(x + self.o(attend(self.q(x), self.k(x), self.v(x), bias)))
        return self.norm2(x + self.drop(self.down(functional.gelu(self.up(x)))))


def attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    """q (B, T, W) over k, v (B, L, W); bias (B or 1, H or 1, T or 1, L)."""
    q, k, v = (t.view(*t.shape[:2], HEADS, -1).transpose(1, 2) for t in (q * SCALE, k, v))
    mixed: Tensor = (q @ k.transpose(2, 3) + bias).softmax(-1) @ v
    return mixed.transpose(1, 2).flatten(2)


class Lower(nn.Module):
    """Embeddings and the first layers."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(30522, WIDTH)
        self.places = nn.Embedding(512, WIDTH)
        self.types = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, 1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LOWER))

    def embedded(self, pieces: Tensor) -> Tensor:
        places = torch.arange(pieces.shape[1])
        return self.words(pieces) + self.places(places) + self.types.weight[0]

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, L, W) embedded; mask (B, L), true where there is a piece."""
        x = self.norm(x)
        bias = hidden(mask, x)
        for layer in self.layers:
            x = layer(x, bias)
        return x


def hidden(mask: Tensor, like: Tensor) -> Tensor:
    """A weight per place that keeps attention from what `mask` (B, L) leaves out."""
    return (~mask)[:, None, None, :].to(like.dtype) * _TINY


class Upper(nn.Module):
    """The joint layers over question and items."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds = nn.Embedding(KINDS_MAX, WIDTH)
        self.names = nn.Linear(WIDTH, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS - LOWER))
        self.related = nn.Parameter(torch.zeros((LAYERS - LOWER) * HEADS, RELATIONS))
        self.marks = nn.Parameter(torch.zeros(RELATIONS, WIDTH))
        nn.init.normal_(self.kinds.weight, std=0.02)
        nn.init.normal_(self.marks, std=0.02)
        nn.init.eye_(self.names.weight)
        nn.init.zeros_(self.names.bias)

    def forward(self, x: Tensor, kinds: Tensor, relations: Tensor, mask: Tensor) -> Tensor:
        """x (B, L, W): question pieces, names and mentions; relations (B, L, L)."""
        x = torch.where((kinds > 0)[..., None], self.names(x), x) + self.kinds(kinds)
        near = (relations.flatten()[None] == torch.arange(RELATIONS)[:, None]).to(x.dtype)
        some = near.view(RELATIONS, *relations.shape).amax(-1)
        x = x + torch.einsum("rbl,rw->blw", some, self.marks)
        biases = (self.related * LOUD @ near).view(-1, *relations.shape).split(HEADS)
        out = hidden(mask, x)
        for layer, bias in zip(self.layers, biases, strict=True):
            x = layer(x, bias.transpose(0, 1) + out)
        return x


class Step(nn.Module):
    """One layer of the decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.cq, self.ck, self.cv, self.co = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(WIDTH) for _ in range(3))
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, memory: Tensor, before: Tensor, out: Tensor) -> Tensor:
        x = self.norm1(x + self.drop(self.o(attend(self.q(x), self.k(x), self.v(x), before))))
        crossed = attend(self.cq(x), self.ck(memory), self.cv(memory), out)
        x = self.norm2(x + self.drop(self.co(crossed)))
        return self.norm3(x + self.drop(self.down(functional.gelu(self.up(x)))))


class Decoder(nn.Module):
    """Writes a sketch's tokens: words of the grammar, or pointers at items."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(GRAMMAR, WIDTH)
        self.places = nn.Embedding(LENGTH_MAX, WIDTH)
        self.shown = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.steps = nn.ModuleList(Step() for _ in range(STEPS))
        self.ask, self.key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, GRAMMAR)
        for table in (self.words, self.places):
            nn.init.normal_(table.weight, std=0.05)

    def inputs(self, items: Tensor) -> Tensor:
        """What each token looks like when it was written: (B, GRAMMAR + items, W)."""
        words = self.words.weight[None].expand(items.shape[0], -1, -1)
        return torch.cat([words, self.shown(items).to(words.dtype)], 1)

    def scores(self, x: Tensor, items: Tensor) -> Tensor:
        """(B, T, GRAMMAR + items)."""
        pointed = self.ask(x) @ self.key(items).transpose(1, 2) / math.sqrt(WIDTH)
        return torch.cat([self.out(x), pointed], -1)

    def forward(self, tokens: Tensor, memory: Tensor, mask: Tensor, items: Tensor) -> Tensor:
        """tokens (B, T) as given so far; memory (B, L, W); items (B, N, W)."""
        table = self.inputs(items)
        x = torch.gather(table, 1, tokens[..., None].expand(-1, -1, WIDTH))
        x = self.norm(x + self.places.weight[: tokens.shape[1]])
        length = tokens.shape[1]
        before = torch.full((length, length), _TINY, dtype=x.dtype).triu(1)
        out = hidden(mask, x)
        for step in self.steps:
            x = step(x, memory, before, out)
        return self.scores(x, items)


@dataclass(slots=True)
class Batch:
    """Questions as arrays, filled up to equal lengths. `spots` (B, N): the place of each item in
    the sequence; `names` (B, L, W): what lower layers say of tables, columns and few mentions."""

    pieces: Tensor
    piece_mask: Tensor
    names: Tensor
    pool: Tensor
    kinds: Tensor
    relations: Tensor
    mask: Tensor
    spots: Tensor
    tokens: Tensor
    targets: Tensor
    allowed: Tensor


class Network(nn.Module):
    """All of it. `forward` gives the score of every token at every step."""

    def __init__(self) -> None:
        super().__init__()
        self.lower, self.upper, self.decoder = Lower(), Upper(), Decoder()
        for parameter in self.lower.parameters():
            parameter.requires_grad = False

    def memory(self, b: Batch) -> Tensor:
        with torch.no_grad():
            self.lower.eval()
            read = self.lower(self.lower.embedded(b.pieces), b.piece_mask)
            read = read * b.piece_mask[..., None]
            x = b.names.to(read.dtype) + b.pool.to(read.dtype) @ read
            x[:, : read.shape[1]] += read
        out: Tensor = self.upper(x, b.kinds, b.relations, b.mask)
        return out

    def forward(self, b: Batch) -> Tensor:
        memory = self.memory(b)
        items = torch.gather(memory, 1, b.spots[..., None].expand(-1, -1, WIDTH))
        out: Tensor = self.decoder(b.tokens, memory, b.mask, items)
        return out


PARTS: Final = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "o": "attention.output.dense", "norm1": "attention.output.LayerNorm",
    "up": "intermediate.dense", "down": "output.dense", "norm2": "output.LayerNorm",
}  # fmt: skip


def load_encoder(network: Network, path: Path) -> None:
    """Fill lower and upper layers from MiniLM's own weights, the words' in the four bits that are
    shipped."""
    given = load_file(str(path))
    filled: dict[str, Tensor] = {}
    for ours, theirs in (
        ("words", "word_embeddings"), ("places", "position_embeddings"),
        ("types", "token_type_embeddings"),
    ):  # fmt: skip
        filled[f"lower.{ours}.weight"] = given[f"embeddings.{theirs}.weight"]
    for end in ("weight", "bias"):
        filled[f"lower.norm.{end}"] = given[f"embeddings.LayerNorm.{end}"]
    for number in range(LAYERS):
        ours = f"lower.layers.{number}" if number < LOWER else f"upper.layers.{number - LOWER}"
        for mine, theirs in PARTS.items():
            for end in ("weight", "bias"):
                filled[f"{ours}.{mine}.{end}"] = given[f"encoder.layer.{number}.{theirs}.{end}"]
    words = filled["lower.words.weight"].numpy()
    filled["lower.words.weight"] = torch.from_numpy(unpacked(*packed(words)))
    network.load_state_dict(filled, strict=False)
