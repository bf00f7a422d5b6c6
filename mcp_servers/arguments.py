"""The arguments of the verbs, bounded. Shapes only; what they mean is said in `verbs`."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import Field

from mcp_servers.ports import OnConflict
from registry import limits
from registry.tool import Params

Collection: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=80, description="Name of the collection.")
]
Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=limits.ID_CHARS_MAX)]
ExpectedVersion: TypeAlias = Annotated[
    int | None,
    Field(ge=0, le=2**53, description="Refuse unless this is the version now; 0: must not exist."),
]


class PutParams(Params):
    collection: Collection
    #: `Any`: each record is checked by `records`, which says which one is wrong
    records: list[Any] = Field(
        min_length=1,
        max_length=limits.PUT_RECORDS_MAX,
        description="Whole records: {field: value, …, extra?: {…}}, with id unless a key makes it.",
        json_schema_extra={"items": {"type": "object"}},
    )
    on_conflict: OnConflict = Field(
        default="update", description="What happens to a record that is there and differs."
    )
    expected_version: ExpectedVersion = None
    idempotency_key: str | None = Field(
        default=None, min_length=1, max_length=200, description="The same key is stored once."
    )
    merge: bool = Field(
        default=False, description="A record that is there keeps the fields not named here."
    )
    partial: bool = Field(
        default=False, description="Write the good records and count the bad ones."
    )


class GetParams(Params):
    collection: Collection
    ids: list[Id] = Field(min_length=1, max_length=limits.GET_IDS_MAX)


class QueryParams(Params):
    plan: dict[str, Any] = Field(
        description='{"from": "domain.collection", "where"?, "select"?, "group"?, "measures"?, '
        '"order"?, "limit"?, "joins"?, "having"?, "distinct"?}. '
        'A predicate is {"op", "field", "value"}; '
        "ops: = != < <= > >= in null contains starts ends match and or not."
    )
    cursor: str | None = Field(
        default=None, max_length=4_096, description="From the page before, with the same plan."
    )


class SearchParams(Params):
    text: str = Field(
        min_length=1, max_length=500, description='Words (all must occur), "a phrase", prefix*, OR.'
    )
    collection: Collection | None = None
    limit: int = Field(default=20, ge=1, le=200)


class DeleteParams(Params):
    collection: Collection
    ids: list[Id] = Field(min_length=1, max_length=limits.GET_IDS_MAX)
    expected_version: ExpectedVersion = None


class LoadParams(Params):
    handle: str = Field(min_length=1, max_length=200, description="Of a staged source.")
    table: str | None = Field(default=None, max_length=200)
    collection: Collection
    mapping: dict[str, Any]
    on_conflict: OnConflict = "update"


class StatsParams(Params):
    collection: Collection | None = None


class DescribeParams(Params):
    collection: Collection | None = None
    values: bool = Field(default=False, description="With the values that text fields hold.")
    since_seq: int | None = Field(
        default=None, ge=0, le=2**63 - 1, description="Leave facts out if nothing changed since."
    )
