"""A chart over MCP and on the command line, on request only."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from orchestrator.client import Client, connect
from registry.settings import Settings
from tests.orchestrator.test_cli_data import USERS, runner_on

QUESTION = "how many users per country?"


async def asked(client: Client, **arguments: Any) -> tuple[list[Any], dict[str, Any]]:
    result = await client.mcp.call_tool("ask", arguments)
    assert isinstance(result.structured_content, dict)
    return list(result.content), result.structured_content


@pytest.mark.anyio
async def test_an_answer_carries_a_chart_when_asked_and_only_then(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path)) as client:
        await client.ingest(text=USERS, into="user.users")
        content, data = await asked(client, question=QUESTION, plot=True)
        assert [block.type for block in content] == ["text", "image"]
        assert content[1].mime_type == "image/png"
        assert Image.open(io.BytesIO(base64.b64decode(content[1].data))).format == "PNG"
        assert data["plot"] == {"drawn": True, "kind": "bars", "title": "users by country"}
        plain, bare = await asked(client, question=QUESTION)
        assert [block.type for block in plain] == ["text"] and "plot" not in bare
        assert bare["rows"] == data["rows"]


@pytest.mark.anyio
async def test_what_cannot_be_drawn_is_answered_all_the_same(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path)) as client:
        content, data = await asked(client, question="how many users?", plot=True)
        assert data["rows"] == [[0]]
        assert data["plot"] == {"drawn": False, "reason": "one number needs no drawing"}
        assert [block.type for block in content] == ["text"]
        assert "Not drawn: one number" in content[0].text


def test_the_command_line_draws_or_says_why_not_and_shows_the_table(tmp_path: Path) -> None:
    run = runner_on(tmp_path / "data")
    (tmp_path / "users.csv").write_text(USERS)
    run("ingest", str(tmp_path / "users.csv"), "--into", "user.users")
    drawn = run("ask", QUESTION, "--plot").stdout
    assert "users by country" in drawn and "Sweden ███" in drawn
    assert "from user.users" in drawn, "where the rows are from is told with a drawing too"
    table = run("ask", "how many users?", "--plot").stdout
    assert "not drawn: one number needs no drawing." in table and "users\n    3" in table


def test_nothing_loads_the_image_library_before_a_chart_is_wanted() -> None:
    program = "import sys, orchestrator.app, orchestrator.commands.ask; print('PIL' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
