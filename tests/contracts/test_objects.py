"""The contract of `Objects`: every adapter of the cold tier's bytes keeps it."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from mcp_servers.ports import Objects
from mcp_servers.stores.files import Folder
from registry.errors import Corrupt, StorageFull, Unavailable


def folder(path: Path) -> Objects:
    return Folder(path / "objects" / "domain")


@pytest.fixture(params=[folder])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    made: Objects = request.param(tmp_path)
    return made


def write(data: bytes) -> Callable[[Path], None]:
    def to(path: Path) -> None:
        path.write_bytes(data)

    return to


def test_what_was_put_is_there_whole(objects: Objects) -> None:
    assert objects.put("a/b/one.parquet", write(b"12345")) == 5
    assert objects.local("a/b/one.parquet").read_bytes() == b"12345"
    objects.put("a/b/one.parquet", write(b"again"))
    objects.put("a/two.keys", write(b""))
    assert objects.local("a/b/one.parquet").read_bytes() == b"again"
    assert sorted(objects.names()) == ["a/b/one.parquet", "a/two.keys"]


def test_an_object_that_is_not_there_is_corrupt_to_read_and_easy_to_remove(
    objects: Objects,
) -> None:
    with pytest.raises(Corrupt):
        objects.local("a/none")
    objects.remove("a/none")
    objects.put("a/one", write(b"1"))
    objects.remove("a/one")
    assert list(objects.names()) == []


def test_a_full_disk_leaves_the_object_as_it_was(objects: Objects) -> None:
    objects.put("a/one", write(b"before"))

    def half(path: Path) -> None:
        path.write_bytes(b"ha")
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("a/one", "a/two"):
        with pytest.raises(StorageFull, match="free space"):
            objects.put(name, half)
    assert list(objects.names()) == ["a/one"]
    assert objects.local("a/one").read_bytes() == b"before"


def test_two_who_put_the_same_object_at_once_both_do(objects: Objects) -> None:
    def slowly(path: Path) -> None:
        path.write_bytes(b"123")
        assert objects.put("a/one", write(b"12345")) == 5
        with path.open("ab") as file:
            file.write(b"45")

    assert objects.put("a/one", slowly) == 5
    assert list(objects.names()) == ["a/one"]
    assert objects.local("a/one").read_bytes() == b"12345"


def test_an_unfinished_object_that_is_cleared_away_is_written_again(objects: Objects) -> None:
    times = []

    def cleared_once(path: Path) -> None:
        path.write_bytes(b"123")
        times.append(path)
        if len(times) == 1:
            for name in list(objects.names()):
                objects.remove(name)

    assert objects.put("a/one", cleared_once) == 3
    assert list(objects.names()) == ["a/one"] and len(times) == 2


def test_a_name_never_leads_out(objects: Objects) -> None:
    for name in ("../out", "a/../../out"):
        with pytest.raises(Unavailable):
            objects.put(name, write(b"x"))
        with pytest.raises(Unavailable):
            objects.local(name)
