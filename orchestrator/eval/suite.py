"""A suite of questions as its folder says it: `questions.jsonl` and `databases/`. Reads no data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from registry.errors import BadInput, NotFound, shown
from registry.fault import first_fault

#: the database that is the demo company over the twelve domains
DEMO: Final = "demo"
_ENDS: Final = ("sqlite", "csv", "yaml")
#: data file (SQLite or CSV), spec file or none
_Files: TypeAlias = tuple[Path, Path | None]


class SuiteQuestion(BaseModel):
    """One line of `questions.jsonl`. Other keys, as a suite's own notes, are passed over.

    `ordered`: the rows of `answer` in this order. `further`: the question names no columns, so that
    more of them than the gold has do no harm. `kind` and `half` part the report.
    """

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
    ordered: bool = False
    further: bool = False
    kind: str | None = None
    half: Literal["tuning", "frozen"] | None = None

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
    databases: dict[str, _Files | None]


def load_suite(folder: Path) -> Suite:
    """The suite of a folder; `BadInput` with the line of what is wrong, `NotFound` with the path of
    what is missing."""
    listed = folder / "questions.jsonl"
    if not listed.is_file():
        raise NotFound(f"{listed} is missing; a suite is a folder with questions.jsonl.")
    questions = tuple(_lines(listed))
    if not questions:
        raise BadInput(f"{listed} has no questions.")
    _refuse_repeated(questions)
    names = dict.fromkeys(question.db for question in questions)
    databases = {name: _database(folder, name) for name in names}
    for question in questions:
        _refuse_sql_over_csv(question, databases[question.db])
    return Suite(folder, questions, databases)


def half_of(suite: Suite, half: str) -> Suite:
    """Only the questions of that half; `BadInput` where there are none."""
    questions = tuple(question for question in suite.questions if question.half == half)
    if not questions:
        raise BadInput(f"{suite.folder} has no questions of the half {shown(half)}.")
    kept = {question.db for question in questions}
    databases = {name: source for name, source in suite.databases.items() if name in kept}
    return Suite(suite.folder, questions, databases)


def _refuse_repeated(questions: Iterable[SuiteQuestion]) -> None:
    """There is one outcome for each id."""
    [(most, times)] = Counter(question.id for question in questions).most_common(1)
    if times > 1:
        raise BadInput(f"{times} questions have the id {shown(most)}; give each its own.")


def _refuse_sql_over_csv(question: SuiteQuestion, database: _Files | None) -> None:
    if question.sql is not None and database is not None and database[0].suffix == ".csv":
        raise BadInput(
            f"The SQL of question {shown(question.id)} cannot run over {database[0].name}; "
            "give its `answer`."
        )


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


def _database(folder: Path, name: str) -> _Files | None:
    if name == DEMO:
        return None
    data, listed, spec = (folder / "databases" / f"{name}.{end}" for end in _ENDS)
    found = next((path for path in (data, listed) if path.is_file()), None)
    if found is None:
        raise NotFound(f"{data} (or .csv) is missing; questions of {shown(name)} need it.")
    return found, spec if spec.is_file() else None
