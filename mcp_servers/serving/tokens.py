"""Bearer tokens of HTTP callers: a file with one line each, `TOKEN SUBJECT ROLE[,ROLE]`; `#` starts
a comment.

Only digests are kept, and looked up by digest: neither an error nor the time taken says anything
about a token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

from registry.access import ROLES, Principal
from registry.errors import BadInput, shown

Tokens: TypeAlias = Mapping[bytes, Principal]
_TOKEN_CHARS_MIN: Final = 16
_FILE_BYTES_MAX: Final = 1 << 20


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def read_tokens(path: Path) -> dict[bytes, Principal]:
    """{digest: principal}; `BadInput` with the line number when the file is unreadable, empty or
    malformed.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_FILE_BYTES_MAX + 1)
        text = raw.decode()
    except OSError as bad:
        raise BadInput(f"tokens {shown(path)} cannot be read: {bad.strerror}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"tokens {shown(path)} is not UTF-8 text.") from None
    if len(raw) > _FILE_BYTES_MAX:
        raise BadInput(f"tokens {shown(path)} is larger than {_FILE_BYTES_MAX >> 20} MiB.")
    found: dict[bytes, Principal] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].split()
        if words:
            token, principal = _parse(words, f"tokens {path.name} line {number}")
            found[digest(token)] = principal
    if not found:
        raise BadInput(
            f"tokens {shown(path)} holds no token; write `TOKEN SUBJECT ROLE[,ROLE]` lines."
        )
    return found


def _parse(words: list[str], where: str) -> tuple[str, Principal]:
    if len(words) != 3:
        raise BadInput(f"{where}: write `TOKEN SUBJECT ROLE[,ROLE]`, separated by spaces.")
    token, subject, listed = words
    if len(token) < _TOKEN_CHARS_MIN:
        raise BadInput(f"{where}: a token has at least {_TOKEN_CHARS_MIN} characters.")
    roles = tuple(listed.split(","))
    for role in roles:
        if role not in ROLES:
            raise BadInput(f"{where}: no role {shown(role)}; there are {', '.join(ROLES)}.")
    return token, Principal(subject, roles=roles)
