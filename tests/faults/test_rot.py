"""F10: files that rot, shrink, grow, vanish or change places. A deep check finds every one of them, no answer is
ever wrong, and what a backup has comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcp_servers.safety import quarantine
from mcp_servers.stores import parquet, parquet_check
from mcp_servers.stores import sqlite_sums as sums
from tests.faults.figures import figure
from tests.faults.rot import Trials, Verdict

SEED = 20261123


def run(folder: Path, count: int, *, mutant: bool = False) -> Verdict:
    async def go() -> Verdict:
        trials = Trials(folder, SEED)
        await trials.begin()
        for n in range(count):
            await trials.one()
            if n % 5 == 0:
                await trials.sound_one()
            if mutant and not trials.verdict.clean:
                break
        return trials.verdict

    return asyncio.run(go())


@pytest.mark.promise(4)
@pytest.mark.parametrize(
    "count",
    [10, pytest.param(500, marks=[pytest.mark.full, pytest.mark.timeout(3_600)])],
    ids=["quick", "full"],
)
def test_whatever_rots_is_found_never_served_and_comes_back_from_a_backup(
    tmp_path: Path, count: int
) -> None:
    verdict = run(tmp_path, count)
    figure(
        "F10 rot", seed=SEED, injected=verdict.trials, kinds=len(verdict.kinds), missed=len(verdict.missed),
        wrong=len(verdict.wrong), refused=verdict.refused, quarantined=verdict.quarantined, healed=verdict.healed,
        unhealed=len(verdict.unhealed), false=len(verdict.false),
    )  # fmt: skip
    assert verdict.clean, verdict


# -- mutants -------------------------------------------------------------------------------------


def no_page_sums(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sums, "kept", lambda: False)
    patch.setattr(sums, "carried", lambda path: False)


def trusts_objects(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(parquet, "_has_sum", lambda path, checksum: True)


def seals_without_names(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(parquet, "_seal", lambda name, data: parquet._sum(data))
    patch.setattr(parquet_check, "_same_keys", lambda *_: True)


def looks_at_sizes_only(patch: pytest.MonkeyPatch) -> None:
    deep = parquet_check.object_fault
    patch.setattr(parquet_check, "object_fault", lambda objects, s, *, deep: fault(objects, s))
    patch.setattr(parquet_check, "_same_keys", lambda *_: True)  # it would read rows

    def fault(objects: Any, segment: Any) -> str | None:
        return deep(objects, segment, deep=False)


def never_marks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(quarantine, "_mark", lambda transaction, *, segment: True)


def brings_back_anything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(quarantine, "digest_of", lambda path: "")
    patch.setattr(quarantine.Quarantine, "_brought", lambda self, segment, copy: True)


@pytest.mark.parametrize(
    "mutant",
    [no_page_sums, trusts_objects, seals_without_names, looks_at_sizes_only, never_marks, brings_back_anything],
)  # fmt: skip
def test_the_trials_catch_a_product_that_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    mutant(monkeypatch)
    assert not run(tmp_path, 120, mutant=True).clean
