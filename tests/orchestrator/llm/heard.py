"""A planner at a stub, and the notes that it leaves in a refusal."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from pydantic import SecretStr

from orchestrator.planner.llm.asking import Asking
from orchestrator.planner.llm.planner import Model
from orchestrator.planner.llm.provider import opened
from orchestrator.planner.reading import Context, Question, Readings
from registry.catalog import Catalogue
from registry.clock import SystemClock
from registry.settings import Settings
from tests.orchestrator.planner.company import NOW_US

KEY = "sk-0123456789abcdef"
ASKED = "how many users in Germany?"
PLAN = {
    "from": "user.users",
    "where": {"op": "=", "field": "country", "value": "Germany"},
    "measures": [{"fn": "count", "as": "users"}],
}
NOTHING = Readings("rules", reason="Not understood.")
#: nobody waits so long where nothing is wrong
LONG = 60.0


class Heard:
    """A model at a stub, and how long it paused between tries."""

    def __init__(self, url: str, *, seconds: float = LONG, **more: Any) -> None:
        self.pauses: list[float] = []
        given = {"llm_model": "some-model", "llm_key": SecretStr(KEY), **more}
        settings = Settings(Path("nowhere"), llm_provider="openai", llm_url=url, **given)
        clock = SystemClock()
        self.asking = Asking(
            lambda: opened(settings, clock), clock, Random(1), seconds, sleep=self._sleep
        )
        self.ask = Model(self.asking, values=settings.llm_values)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def __call__(
        self, catalogue: Catalogue, text: str = ASKED, found: Readings = NOTHING,
        context: Context | None = None,
    ) -> Readings:  # fmt: skip
        return await self.ask(Question(text, NOW_US), catalogue, context or Context(), found)


def not_heard(found: Readings, note: str) -> bool:
    return not found.readings and found.reason == f"Not understood. The language model {note}"


AWAY = "could not be asked; ask again later."
SLOW = "did not answer in time; ask again later."
UNFIT = "gave no plan that fits the data."
