"""What Isotherm promises, and since which version each promise holds.

A test claims a promise with `@pytest.mark.promise(number)`; `test_promises.py` compares both ways.

Fault model: any process may die at any instruction; un-synced writes may vanish in any subset; objects
may rot or disappear; backends may be slow, silent or half-open; clocks may jump; clients, files and
stored text are hostile. Not promised: surviving the loss of the only disk.
"""

from __future__ import annotations

from dataclasses import dataclass

SPINE = "The spine: twelve domain servers behind one orchestrator"
TIERS = "Hot, warm and cold: data moves by itself"
FIRST = "0.1.0"


@dataclass(frozen=True)
class Promise:
    """`since`: the version from which it holds; none: it awaits the work named in `brought_by`."""

    text: str
    brought_by: str
    since: str | None = None


PROMISES = {
    1: Promise(
        "Acknowledged is durable, through kill -9 and loss of un-synced writes.", SPINE, FIRST
    ),
    2: Promise("The same source or key twice is stored once.", SPINE, FIRST),
    3: Promise("While moving, exactly one copy is readable.", TIERS, FIRST),
    4: Promise(
        "Ledger and bytes agree; disagreement is found and quarantined, never served.", TIERS, FIRST
    ),
    5: Promise("Cache and search are disposable.", SPINE, FIRST),
    6: Promise("Everything is bounded.", SPINE, FIRST),
    7: Promise("No byte crosses tenants.", SPINE, FIRST),
    8: Promise("A question can only read, and only what the asker may read.", SPINE, FIRST),
    9: Promise(
        "A sick backend or domain harms only its own answers, and those say so.", SPINE, FIRST
    ),
    10: Promise(
        "Stored text is data: it binds only as a literal where the question names it, schema and "
        "grammar words outrank it, and it never changes a tool description, an error or a log's "
        "structure.",
        SPINE,
        FIRST,
    ),
    11: Promise("Erased is gone.", TIERS, FIRST),
}
