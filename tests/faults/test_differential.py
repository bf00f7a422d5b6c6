"""Thousands of plans over records that are in rows, in segments, dead, merged and moved back: each gives what an
oracle of nested loops says. The quick form is `tests/mcp_servers/test_tiers.py`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mcp_servers.tiered import open_store
from registry.clock import SystemClock
from tests.faults.figures import figure
from tests.mcp_servers.plans import RECORDS, SPEC, groups, lists
from tests.mcp_servers.test_compile import meant
from tests.mcp_servers.test_tiers import ask
from tests.oracle import same_rows

SEED = 20261123
PLANS = 2_000


@pytest.mark.full
@pytest.mark.timeout(7_200)
def test_thousands_of_plans_mean_the_same_in_every_tier(tmp_path: Path) -> None:
    store = open_store(SPEC, tmp_path, SystemClock())
    asked = []

    @seed(SEED)
    @settings(
        max_examples=PLANS, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(lists() | groups(), RECORDS, st.integers(0, 2**32))
    def agree(plan: dict, records: dict, spread: int) -> None:  # type: ignore[type-arg]
        asked.append(plan)
        wanted = meant(plan, records)
        rows = ask(store, plan, records, spread)
        joined = plan["joins"]
        if plan.get("measures") or plan.get("group"):
            ordered = not joined
        else:
            ordered = not plan["distinct"] and all(j["on"][1] == "id" for j in joined)
        assert same_rows(rows, wanted, ordered=ordered)

    try:
        agree()
    finally:
        asyncio.run(store.close())
    figure("B10 differential", seed=SEED, plans=len(asked), mismatches=0)
