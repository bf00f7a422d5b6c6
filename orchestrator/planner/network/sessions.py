"""The trained graphs, run by onnxruntime on one thread. The only file that knows the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from orchestrator.planner.network.pieces import Pieces

Floats = NDArray[np.float32]
_GROUP: Final = 32
_ZERO: Final = 8


class Sessions:
    """Graphs and embeddings of one folder of weights; see `training.export`."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3

        def opened(name: str) -> Any:
            return onnxruntime.InferenceSession(
                str(folder / name), options, providers=["CPUExecutionProvider"]
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
        shape = self._step.get_inputs()[2].shape
        self.width = int(shape[3]) * int(shape[5])
        #: nothing is held before the first step
        self.past: Floats = np.zeros((shape[0], 2, 1, shape[3], 0, shape[5]), dtype=np.float32)

    def words(self, pieces: NDArray[np.int64]) -> Floats:
        """The embeddings of pieces: (…, W)."""
        packed = self._packed[pieces]
        whole = np.empty((*packed.shape[:-1], packed.shape[-1] * 2), dtype=np.float32)
        whole[..., ::2], whole[..., 1::2] = packed >> 4, packed & 15
        scales = np.repeat(self._scales[pieces].astype(np.float32), _GROUP, axis=-1)
        out: Floats = (whole - _ZERO) * scales
        return out

    def read(self, pieces: NDArray[np.int64], mask: NDArray[np.bool_]) -> Floats:
        """What the lower layers say of each piece: (B, n, W)."""
        out: Floats = self._lower.run(None, {"x": self.words(pieces), "mask": mask})[0]
        return out

    def joined(self, **arrays: Any) -> tuple[Floats, Floats, Floats]:
        """Memory's keys and values per layer of a step; the items as inputs and as targets."""
        memory, shown, keys = self._upper.run(None, arrays)
        return memory, shown, keys

    def step(self, **arrays: Any) -> tuple[Floats, Floats]:
        """Scores (B, GRAMMAR + items), and the keys and values so far."""
        scores, held = self._step.run(None, arrays)
        return scores, held
