"""A suite of questions as its folder says it: `questions.jsonl` and `databases/`. Reads no data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from registry.errors import BadInput, NotFound, shown
from registry.fault import first_fault

#: the database that is the demo company over the twelve domains
DEMO: Final = "demo"


class SuiteQuestion(BaseModel):
    """One line of `questions.jsonl`. Other keys, as a suite's own notes, are passed over."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: str
    db: str = Field(pattern=r"^[^/\\]+$")
    question: str
    sql: str | None = None
    answer: list[list[Any]] | None = None
    expect: Literal["refuse", "clarify"] | None = None
    now: str | None = None
    conversation: str | None = None
    domains: list[str] | None = None

    @model_validator(mode="after")
    def _one_gold(self) -> SuiteQuestion:
        if sum(gold is not None for gold in (self.sql, self.answer, self.expect)) != 1:
            raise ValueError("give one of `sql`, `answer` and `expect`")
        if self.sql is not None and self.db == DEMO:
            raise ValueError("a question about the demo needs `answer` or `expect`, not `sql`")
        return self


@dataclass(frozen=True, slots=True)
class Suite:
    """Questions in their order. `databases`: {name: (data file, spec file or none)}, `None` for the
    demo."""

    folder: Path
    questions: tuple[SuiteQuestion, ...]
    databases: dict[str, tuple[Path, Path | None] | None]


def load_suite(folder: Path) -> Suite:
    """The suite of a folder; `BadInput` with the line of what is wrong, `NotFound` with the path of
    what is missing."""
    listed = folder / "questions.jsonl"
    if not listed.is_file():
        raise NotFound(f"{listed} is missing; a suite is a folder with questions.jsonl.")
    questions = tuple(_lines(listed))
    if not questions:
        raise BadInput(f"{listed} has no questions.")
    names = dict.fromkeys(question.db for question in questions)
    return Suite(folder, questions, {name: _database(folder, name) for name in names})


def _lines(path: Path) -> Iterator[SuiteQuestion]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield SuiteQuestion.model_validate(orjson.loads(line))
            except orjson.JSONDecodeError as bad:
                raise BadInput(f"{path.name} line {number} is not JSON: {bad}.") from None
            except ValidationError as bad:
                raise BadInput(f"{path.name} line {number}: {first_fault(bad)}") from None


def _database(folder: Path, name: str) -> tuple[Path, Path | None] | None:
    if name == DEMO:
        return None
    data, spec = (folder / "databases" / f"{name}.{end}" for end in ("sqlite", "yaml"))
    if not data.is_file():
        raise NotFound(f"{data} is missing; questions of {shown(name)} need it.")
    return data, spec if spec.is_file() else None
