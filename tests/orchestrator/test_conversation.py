"""A conversation through the front door: continued, shown, forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.client import connect
from registry.errors import BadInput
from registry.settings import Settings
from tests.orchestrator.test_cli_data import USERS

pytestmark = pytest.mark.anyio


async def test_turns_edit_the_plan_before_until_the_conversation_is_forgotten(
    tmp_path: Path,
) -> None:
    async with connect(Settings(data=tmp_path)) as client:
        await client.ingest(text=USERS, into="user.users")
        first = await client.ask("how many users are there?")
        handle = first["conversation"]
        pro = await client.ask("only pro", conversation=handle)
        assert (first["rows"], pro["rows"], pro["planner"]) == ([[3]], [[2]], "followup")
        by = await client.ask("by country", conversation=handle)
        assert by["rows"] == [["Spain", 2]]
        assert {"words": "(from before)", "meaning": "plan is pro", "carried": True} in by[
            "understood"
        ]
        assert by["conversation"] == handle

        refused = await client.ask("by shoe size", conversation=handle)
        assert refused["status"] == "refused"
        again = await client.ask("top 1", conversation=handle)
        assert again["rows"] == [["Spain", 2]], "a refused turn leaves the ones before as they are"
        assert again["status"] == "tentative", "it may go on from the refused one"

        gone = await client.call("admin_write", action="forget", arguments={"conversation": handle})
        assert gone == {"forgotten": "conversation", "turns": 5}
        lost = await client.ask("top 1", conversation=handle)
        assert lost["status"] == "refused" and "whole question" in lost["suggestions"][0]


async def test_forgetting_takes_one_thing_at_a_time(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path)) as client:
        with pytest.raises(BadInput):
            await client.call(
                "admin_write", action="forget", arguments={"conversation": "c", "word": "w"}
            )
