"""The data folder's signing key: made once, readable by its owner only."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

from registry.errors import Corrupt, StorageFull, Unavailable, shown

KEY_BYTES = 32


def load_key(folder: Path, rng: Random) -> bytes:
    """The key of a data folder, made if there is none. Two processes that make it at once agree."""
    path = folder / "key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path, rng)
        key = path.read_bytes()
    except OSError as bad:
        if bad.errno == 28:
            raise StorageFull(f"The disk under {shown(folder)} is full; free some space.") from None
        raise Unavailable(
            f"The data folder {shown(folder)} cannot be used: {bad.strerror}. "
            "Choose another with --data."
        ) from None
    if len(key) != KEY_BYTES:
        raise Corrupt(f"{shown(path)} is not a key; remove it and it is made anew.")
    return key


def _make(path: Path, rng: Random) -> None:
    draft = path.with_name(f"key.{rng.getrandbits(64):016x}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(rng.randbytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:
        # A file system without hard links: the last writer wins, before anybody has read.
        os.replace(draft, path)
        return
    finally:
        draft.unlink(missing_ok=True)
