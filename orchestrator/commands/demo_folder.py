"""The demo's own data folder: what it remembers, so that running the demo again is safe.

`demo.json` holds the seed and the instant that the company's records end at. It is written before
the first record, so an interrupted run is finished by the next one with the same records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from registry.errors import BadInput, Corrupt, IsothermError, StorageFull, Unavailable

_FILE = "demo.json"


@dataclass(frozen=True, slots=True)
class Memory:
    """What the folder was filled with. `records`: how many by address, once all are stored."""

    version: str
    seed: int
    now_us: int
    records: Mapping[str, int] | None = None


def recall(folder: Path, *, fresh: Memory) -> Memory:
    """The folder's memory; `fresh` becomes it where there is none.

    Refuses (`BadInput`) a folder with other data in it, or filled by another version.
    """
    try:
        held = Memory(**orjson.loads((folder / _FILE).read_bytes()))
    except FileNotFoundError:
        if (folder / "rows").exists():
            raise BadInput(
                f"{folder} holds other data; give the demo a folder of its own."
            ) from None
        remember(folder, fresh)
        return fresh
    except (OSError, orjson.JSONDecodeError, TypeError):
        raise Corrupt(f"{folder / _FILE} cannot be read; remove the folder.") from None
    if held.version != fresh.version:
        raise BadInput(
            f"{folder} was filled by Isotherm {held.version}, this is {fresh.version}; "
            "remove the folder and run the demo again."
        )
    return held


def remember(folder: Path, memory: Memory) -> None:
    """Write the memory, whole or not at all."""
    target = folder / _FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".new")
        draft.write_bytes(orjson.dumps(asdict(memory)))
        draft.replace(target)
    except OSError as bad:
        raise _refused(bad, folder) from None


def _refused(bad: OSError, folder: Path) -> IsothermError:
    if bad.errno == 28:
        return StorageFull(f"The disk under {folder} is full; free some space.")
    return Unavailable(f"{folder} cannot be used: {bad.strerror}; choose another with --data.")
