"""What the system says of a file we cannot write, in our words."""

from __future__ import annotations

import errno
from typing import Final

from registry.errors import IsothermError, StorageFull, Unavailable

_FULL: Final = frozenset(
    code for name in ("ENOSPC", "EDQUOT", "EFBIG") if (code := getattr(errno, name, None))
)


def unwritable(what: str, bad: OSError) -> IsothermError:
    """`what` says which file could not be written; the rest is why, and what to do."""
    if bad.errno in _FULL:
        return StorageFull(f"{what}: the disk is full. Free some space and try again.")
    return Unavailable(f"{what}: {bad.strerror}. Check that folder and who may write to it.")
