"""Logs: JSON lines on stderr, one event each. Caller text is a value in a line and never changes
its shape.

stdout belongs to the protocol. No locals, no record bodies: an exception is its type, a short
message and where it was.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Final

import orjson
import structlog
from structlog.typing import WrappedLogger

from registry.errors import shown

_FRAMES_MAX: Final = 12
_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def _where(_: WrappedLogger, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """`exc_info` as data: type, message (cut, escaped) and the innermost frames."""
    given = event.pop("exc_info", None)
    if not given:
        return event
    error = given if isinstance(given, BaseException) else sys.exc_info()[1]
    if isinstance(given, tuple):
        error = given[1]
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_MAX:]
        event["error"] = {
            "type": type(error).__name__,
            "message": shown(error),
            "trace": [f"{f.filename}:{f.lineno} {f.name}" for f in frames],
        }
    return event


def _json(_: WrappedLogger, __: str, event: MutableMapping[str, Any]) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def to_stderr(level: str = "info") -> None:
    """Send our events, and warnings of the libraries, to stderr as JSON lines. Call once, at the
    start of a process.
    """
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _where,
    ]
    structlog.configure(
        processors=[*shared, _json],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # the stderr of this moment
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_library, _json])
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _library(
    _: WrappedLogger, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A library's record: which one, its level, its text."""
    record = event.pop("_record", None)
    event.pop("_from_structlog", None)
    if record is not None:
        event["library"] = record.name
    return event
