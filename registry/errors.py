"""Every way Isotherm says no.

    IsothermError
    ├── BadInput        bad-input       the call is malformed; fix it and call again
    ├── BadPlan         bad-plan        the plan does not fit the catalogue
    ├── NotUnderstood   not-understood  the question was not understood
    ├── UnknownDomain   unknown-domain  no such domain or collection
    ├── UnknownField    unknown-field   no such field
    ├── Denied          denied          the principal may not
    ├── NotFound        not-found       no such record, handle or cursor
    ├── Conflict        conflict        somebody else changed it first
    ├── TooLarge        too-large       over a bound on size
    ├── TooSlow         too-slow        over a bound on time        (retryable)
    ├── TooBusy         too-busy        over a bound on concurrency (retryable)
    ├── Unavailable     unavailable     a backend or domain is sick (retryable)
    ├── StorageFull     storage-full    the disk or quota is full   (retryable)
    ├── Corrupt         corrupt         bytes disagree with the ledger
    └── Bug             bug             our fault

A message says what, which and what to do next. It never echoes a record, a secret or a long input:
quote names through `shown`. Driver exceptions never cross a store's boundary.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, ClassVar

from registry.limits import NAMES_SHOWN_MAX, SHOWN_CHARS_MAX


def shown(text: object) -> str:
    """Quote caller-given text for an error: short, with control and bidi characters escaped."""
    try:
        raw = str(text)
    except (ValueError, RecursionError):  # thousands of digits, or of brackets
        raw = f"a very large {type(text).__name__}"
    cut = raw[:SHOWN_CHARS_MAX]
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
    return f"'{safe}{'…' if len(raw) > len(cut) else ''}'"


def listed(names: Iterable[str]) -> str:
    """What there is, for an error: the first `NAMES_SHOWN_MAX` names, then an ellipsis."""
    first = list(islice(names, NAMES_SHOWN_MAX + 1))
    if len(first) > NAMES_SHOWN_MAX:
        first[-1] = "…"
    return ", ".join(first) or "none"


class IsothermError(Exception):
    """Base of the tree above. `code` is stable and public."""

    code: ClassVar[str] = "bug"
    retryable: ClassVar[bool] = False
    #: the domain that said it, where a link knows
    domain: str | None = None

    def __init__(self, message: str, *, retry_after_ms: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_ms = retry_after_ms

    def to_dict(self) -> dict[str, Any]:
        """The wire form: `{code, message, retryable, retry_after_ms?}`."""
        out: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "retryable": self.retryable,
        }
        if self.retry_after_ms is not None:
            out["retry_after_ms"] = self.retry_after_ms
        return out


class BadInput(IsothermError):
    code = "bad-input"


class BadPlan(IsothermError):
    code = "bad-plan"


class NotUnderstood(IsothermError):
    code = "not-understood"


class UnknownDomain(IsothermError):
    code = "unknown-domain"


class UnknownField(IsothermError):
    code = "unknown-field"


class Denied(IsothermError):
    code = "denied"


class NotFound(IsothermError):
    code = "not-found"


class Conflict(IsothermError):
    code = "conflict"


class TooLarge(IsothermError):
    code = "too-large"


class TooSlow(IsothermError):
    code = "too-slow"
    retryable = True


class TooBusy(IsothermError):
    code = "too-busy"
    retryable = True


class Unavailable(IsothermError):
    code = "unavailable"
    retryable = True


class StorageFull(IsothermError):
    code = "storage-full"
    retryable = True


class Corrupt(IsothermError):
    code = "corrupt"


class Bug(IsothermError):
    code = "bug"


CODES: dict[str, type[IsothermError]] = {
    cls.code: cls
    for cls in (
        BadInput,
        BadPlan,
        NotUnderstood,
        UnknownDomain,
        UnknownField,
        Denied,
        NotFound,
        Conflict,
        TooLarge,
        TooSlow,
        TooBusy,
        Unavailable,
        StorageFull,
        Corrupt,
        Bug,
    )
}


def from_dict(data: dict[str, Any]) -> IsothermError:
    """The inverse of `to_dict`; an unknown code becomes `Bug` with the code named."""
    code = str(data.get("code"))
    message = str(data.get("message", "no message"))
    retry = data.get("retry_after_ms")
    if code not in CODES:
        message = f"{message} (unknown code {shown(code)})"
    return CODES.get(code, Bug)(
        message,
        retry_after_ms=retry if isinstance(retry, int) and not isinstance(retry, bool) else None,
    )
