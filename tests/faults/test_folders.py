"""A data folder that is read-only, from a newer version or half-written: said in one sentence, no harm done to it,
and what is whole keeps working.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mcp_servers.stores import sqlite_sums as sums
from tests.faults.peer import ROOT, Peer, Refused, command

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


def heed_modes() -> None:
    """Root writes anywhere; a child without this capability heeds file modes like everybody."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has been used."""
    data = tmp_path_factory.mktemp("used")
    with Peer(data) as peer:
        peer.write(
            "metrics__put", collection="series", records=[{"name": "a", "description": "one"}]
        )
        peer.write("user__put", collection="users", records=[{"id": "u1", "name": "Ann"}])
        assert peer.end() == 0
    return data


@pytest.fixture
def data(used: Path, tmp_path: Path) -> Path:
    """A copy of it, to break."""
    return shutil.copytree(used, tmp_path / "data")


def start(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`isotherm` run to its end with nothing on stdin."""
    return subprocess.run(
        command(*(arguments or ("serve",)), "--data", str(data)), cwd=ROOT, text=True, capture_output=True,
        stdin=subprocess.DEVNULL, preexec_fn=heed_modes, timeout=60,
    )  # fmt: skip


def refusal(peer: Peer, tool: str, **arguments: object) -> Refused:
    with pytest.raises(Refused) as caught:
        peer.call(tool, **arguments)
    return caught.value


def test_a_new_folder_where_nothing_may_be_written_is_refused_in_one_sentence(
    tmp_path: Path,
) -> None:
    tmp_path.chmod(0o500)
    ended = start(tmp_path / "data")
    assert ended.returncode == 1
    assert ended.stderr.startswith("unavailable: ") and "--data" in ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr


def test_a_used_folder_made_read_only_is_refused_or_read_but_never_written(data: Path) -> None:
    paths = [data, *data.rglob("*")]
    for path in paths:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        with Peer(data, preexec_fn=heed_modes) as peer:
            code = None
            try:
                peer.write("user__put", collection="users", records=[{"id": "u2", "name": "Bob"}])
            except Refused as refused:
                code = refused.code
            except Exception:
                peer.process.wait(20)
            log = peer.errors()
        assert code == "unavailable" or log.startswith("unavailable: "), (code, log[-2_000:])
        assert "Traceback" not in log, log[-3_000:]
    finally:
        for path in paths:
            path.chmod(0o700 if path.is_dir() else 0o600)


def newer(path: Path) -> None:
    connection = sums.open_file(path)
    connection.execute(
        "PRAGMA user_version = 99"
        if path.name == "system.db"
        else "UPDATE _meta SET value = 99 WHERE name = 'format'"
    )
    connection.close()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 100])


def overwritten(path: Path) -> None:
    path.write_bytes(
        b"not a database at all, but long enough to look like a file of some kind\n" * 99
    )


BROKEN: list[tuple[Callable[[Path], None], str, str]] = [
    (newer, "unavailable", "newer version"),
    (cut, "corrupt", "metrics.db"),
    (overwritten, "corrupt", "metrics.db"),
]


@pytest.mark.parametrize(("break_it", "code", "words"), BROKEN)
def test_a_broken_file_takes_only_its_own_domain_away_and_says_why(
    data: Path, break_it: Callable[[Path], None], code: str, words: str
) -> None:
    victim = data / "rows" / "metrics.db"
    break_it(victim)
    before = victim.read_bytes()
    with Peer(data) as peer:
        assert peer.call("get", collection="user.users", ids=["u1"])["missing"] == []
        refused = refusal(peer, "get", collection="metrics.series", ids=["a"])
        assert (refused.code, words in refused.message) == (code, True), refused
        write = {
            "name": "metrics__put",
            "arguments": {"collection": "series", "records": [{"name": "b"}]},
        }
        assert refusal(peer, "call_write", **write).code == code
        assert "Traceback" not in peer.errors(), peer.errors()[-3_000:]
        assert peer.end() == 0
    assert victim.read_bytes() == before, "what is broken is left as it was"
    alone = start(data, "domain", "serve", "metrics")
    assert alone.returncode == 1 and alone.stderr.startswith(f"{code}: "), alone.stderr
    assert words in alone.stderr and alone.stderr.count("\n") == 1, alone.stderr


@pytest.mark.parametrize(
    ("break_it", "code"), [(newer, "unavailable"), (cut, "corrupt"), (overwritten, "corrupt")]
)
def test_a_broken_system_file_stops_the_start_with_one_sentence(
    data: Path, break_it: Callable[[Path], None], code: str
) -> None:
    break_it(data / "system.db")
    ended = start(data)
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr.startswith(f"{code}: ") and ended.stderr.count("\n") == 1, ended.stderr


def test_a_half_written_domain_file_is_reported_and_the_others_serve(tmp_path: Path) -> None:
    (tmp_path / "domains").mkdir(parents=True)
    (tmp_path / "domains" / "broken.yaml").write_text(
        "domain: broken\ncollections:\n  things:\n    fie"
    )
    with Peer(tmp_path) as peer:
        peer.ready()
        servers = str(peer.call("admin_read", action="health"))
        assert "broken" in servers
        assert "Traceback" not in peer.errors(), peer.errors()[-3_000:]
        assert peer.end() == 0


def test_a_key_of_the_wrong_size_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    ended = start(tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("corrupt: ") and ended.stderr.count("\n") == 1, ended.stderr
