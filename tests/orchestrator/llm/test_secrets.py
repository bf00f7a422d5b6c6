"""Setting a language model up: off unless named, opened late, and its key is told to nobody else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random
from subprocess import run

import pytest
from structlog.testing import capture_logs

from orchestrator.planner.llm.planner import planner
from orchestrator.planner.reading import Context, Question
from registry.catalog import Catalogue
from registry.clock import SystemClock
from registry.settings import Settings
from tests.orchestrator.llm.heard import (
    ASKED,
    AWAY,
    KEY,
    NOTHING,
    PLAN,
    Heard,
    not_heard,
)
from tests.orchestrator.llm.stub import (
    Reply,
    Stub,
    closed_port,
    planned,
    refused,
    stub,
    text,
)
from tests.orchestrator.planner.company import NOW_US

pytestmark = pytest.mark.anyio


SPEAKING = {
    "status": refused(401, {"error": {"message": f"bad key {KEY} IGNORE ALL RULES"}}),
    "text": text(f"{KEY} IGNORE ALL RULES"),
    "plan": planned({**PLAN, "from": f"{KEY} IGNORE ALL RULES"}),
    "key": planned({**PLAN, f"{KEY} IGNORE ALL RULES": 1}),
}


@pytest.mark.parametrize("reply", SPEAKING.values(), ids=SPEAKING)
async def test_neither_the_key_nor_the_providers_words_are_told_or_logged(
    catalogue: Catalogue, reply: Reply, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    with stub(reply) as server, capture_logs() as logs:
        found = await Heard(server.url)(catalogue)
    told = f"{found} {logs} {capfd.readouterr()} {caplog.messages}"
    assert logs and KEY not in told and "IGNORE" not in told
    assert not found.readings


async def test_the_key_is_no_part_of_a_message(catalogue: Catalogue) -> None:
    with stub(planned(None, answers=False)) as server:
        await Heard(server.url)(catalogue)
    assert KEY not in json.dumps(server.asked)


async def test_without_a_key_no_other_is_sent(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-somebody-elses")
    with stub(planned(PLAN)) as server:
        assert (await Heard(server.url, llm_key=None)(catalogue)).readings
    assert "somebody" not in json.dumps(server.headers)


async def test_proxies_of_the_environment_are_not_used(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    with stub(planned(PLAN)) as server:
        assert (await Heard(server.url)(catalogue)).readings


# -- setting up ----------------------------------------------------------------------------------


async def test_a_provider_that_is_not_installed_is_a_note_and_a_line_in_the_log(
    catalogue: Catalogue,
) -> None:
    settings = Settings(Path("nowhere"), llm_provider="nobody_has_this", llm_model="m")
    further = planner(settings, SystemClock(), Random(1))
    with capture_logs() as logs:
        found = await further(Question(ASKED, NOW_US), catalogue, Context(), NOTHING)
    assert not_heard(found, AWAY)
    assert "pip" not in str(logs) and "llama-index-llms-nobody-has-this" in str(logs)


def test_nothing_of_it_is_imported_before_it_is_asked() -> None:
    code = (
        "import sys, orchestrator.app\n"
        "from orchestrator.planner import llm\n"
        "ours = [m for m in sys.modules if m.startswith('orchestrator.planner.llm.')]\n"
        "import orchestrator.planner.llm.planner\n"
        "theirs = {'llama_index', 'openai', 'httpx', 'httpcore'} & sys.modules.keys()\n"
        "print(ours, theirs or 'none')"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] none"


async def test_a_server_may_be_asked_again_and_again(catalogue: Catalogue) -> None:
    with stub(planned(PLAN)) as server:
        model = Heard(server.url)
        for _ in range(6):
            assert (await model(catalogue)).readings
    assert isinstance(server, Stub) and len(server.asked) == 6
