"""The trained graphs, run by onnxruntime on one thread. The only file that knows the engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from orchestrator.planner.network.pieces import Pieces

Floats = NDArray[np.float32]
Held: TypeAlias = list[Floats]
_GROUP: Final = 32
_ZERO: Final = 8
#: the two numbers of a byte
_TWO: Final = np.array(
    [(byte // 16 - _ZERO, byte % 16 - _ZERO) for byte in range(256)], dtype=np.float32
)
#: a sum and a norm in one take longer than one after the other
_SLOWER: Final = ["SkipLayerNormFusion"]


class Sessions:
    """Graphs and embeddings of one folder of weights; see `training.export`."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # a plan of memory is kept for each shape of inputs, and no two questions have the same
        options.enable_mem_pattern = False
        options.log_severity_level = 3

        def opened(name: str) -> Any:
            return onnxruntime.InferenceSession(
                str(folder / name),
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=_SLOWER,
            )

        self._lower, self._upper, self._step = map(
            opened, ("lower.onnx", "upper.onnx", "step.onnx")
        )
        with np.load(folder / "words.npz") as kept:
            self._packed: NDArray[np.uint8] = kept["packed"]
            self._scales: NDArray[np.float16] = kept["scales"]
            self.grammar: Floats = kept["grammar"].astype(np.float32)
        words = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self.pieces = Pieces(words)
        inputs = self._step.get_inputs()
        held = [given for given in inputs if given.name.startswith("past")]
        self._past = [given.name for given in held]
        self._memory = [given.name for given in inputs if given.name.startswith("memory")]
        _, heads, _, part = held[0].shape
        self.width = int(heads) * int(part)
        #: keys and values of each layer; nothing is held before the first step
        self.past: Held = [np.zeros((2, heads, 0, part), dtype=np.float32)] * len(held)

    def words(self, pieces: NDArray[np.int64]) -> Floats:
        """The embeddings of pieces: (…, W)."""
        grouped = _TWO[self._packed[pieces]].reshape(*pieces.shape, -1, _GROUP)
        out = grouped * self._scales[pieces].astype(np.float32)[..., None]
        return out.reshape(*pieces.shape, -1)

    def read(self, pieces: NDArray[np.int64], mask: NDArray[np.bool_]) -> Floats:
        """What the lower layers say of each piece: (B, n, W)."""
        out: Floats = self._lower.run(None, {"x": self.words(pieces), "mask": mask})[0]
        return out

    def joined(self, **arrays: Any) -> tuple[Floats, dict[str, Floats]]:
        """The items as inputs of a step, and what every step is given of this question."""
        shown, keys, *memory = self._upper.run(None, arrays)
        return shown, {"keys": keys, **dict(zip(self._memory, memory, strict=True))}

    def step(self, memory: Mapping[str, Floats], past: Held, **arrays: Any) -> tuple[Floats, Held]:
        """Scores (R, GRAMMAR + items), and the keys and values so far."""
        given = {**memory, **dict(zip(self._past, past, strict=True)), **arrays}
        scores, *held = self._step.run(None, given)
        return scores, held
