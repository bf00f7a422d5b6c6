"""What YAML cannot say: a few domains have tools of their own.

A module `domains/NAME.py` has `extend(server, store)` and returns its tools. It asks only through
`server` (so access and plan checks hold) and returns none where the spec at hand lacks what the
tool needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mcp_servers.domains import chat, metrics, session, workflow
from mcp_servers.tiered import Tiered
from mcp_servers.verbs import Verbs
from registry.tool import Tool

Extend = Callable[[Verbs, Tiered], tuple[Tool, ...]]
_EXTENSIONS: Final[dict[str, Extend]] = {
    "chat": chat.extend,
    "metrics": metrics.extend,
    "session": session.extend,
    "workflow": workflow.extend,
}


def extend(server: Verbs, store: Tiered) -> tuple[Tool, ...]:
    """The domain's own tools; none for most."""
    own = _EXTENSIONS.get(server.spec.domain)
    return own(server, store) if own is not None else ()
