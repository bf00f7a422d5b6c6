"""The form of a model's reply: the plan language, in shapes that every provider's schemas can say.

Data only, and loose: `registry.plan` is who reads the plan strictly.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Value: TypeAlias = str | int | float | bool


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Condition(_Part):
    """A predicate. `op`: = != < <= > >= in null contains starts ends match and or not."""

    op: str
    field: str | None = None
    value: Value | None = None
    values: list[Value] | None = None
    other: str | None = None
    text: str | None = None
    alias: str | None = None
    args: list[Condition] | None = None
    arg: Condition | None = None
    plan: Plan | None = None


class Joined(_Part):
    name: str = Field(alias="as")
    to: str
    on: list[str]
    kind: str | None = None


class Key(_Part):
    field: str
    bucket: str | None = None
    name: str | None = Field(default=None, alias="as")


class Fold(_Part):
    fn: str
    field: str | None = None
    q: float | None = None
    where: Condition | None = None
    name: str | None = Field(default=None, alias="as")


class Computed(_Part):
    name: str = Field(alias="as")
    op: str
    args: list[str | int | float]


class Ordered(_Part):
    by: str
    desc: bool | None = None


class First(_Part):
    by: list[str]
    n: int


class Combined(_Part):
    op: str
    plan: Plan


class Plan(_Part):
    """A query plan over the collections of the catalogue."""

    source: str = Field(alias="from")
    joins: list[Joined] | None = None
    where: Condition | None = None
    select: list[str] | None = None
    distinct: bool | None = None
    group: list[Key] | None = None
    measures: list[Fold] | None = None
    compute: list[Computed] | None = None
    having: Condition | None = None
    show: list[str] | None = None
    order: list[Ordered] | None = None
    per: First | None = None
    limit: int | None = None
    combine: Combined | None = None


class PlanReply(_Part):
    """The plan that answers the question, or none where the data cannot answer it."""

    plan: Plan | None = None
    #: the last key, and needed: a reply that was cut short is none
    answers: bool = Field(
        description="Last: true if the plan gives exactly what was asked, false if none can."
    )


def wire(reply: PlanReply) -> dict[str, Any] | None:
    """The plan in wire form, empty parts left out, not checked; `None` where it gives none."""
    if not reply.answers or reply.plan is None:
        return None
    found = _filled(reply.plan.model_dump(by_alias=True))
    assert isinstance(found, dict)
    return found


def _filled(data: Any) -> Any:
    if isinstance(data, list):
        return [_filled(item) for item in data]
    if not isinstance(data, dict):
        return data
    filled = {key: _filled(item) for key, item in data.items() if item is not None}
    # an empty list says as much as none, but for the values of `in`, which then are none
    return {k: v for k, v in filled.items() if v != [] or (k == "values" and data["op"] == "in")}


for _model in (Condition, Fold, Combined, Plan, PlanReply):
    _model.model_rebuild()
