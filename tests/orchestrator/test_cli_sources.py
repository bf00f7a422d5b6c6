"""What `isotherm ingest` is given becomes a list of files."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from orchestrator.commands.ingest import Wanted, constants
from orchestrator.commands.sources import KNOWN, SourceFile, gathered, is_named
from registry.errors import BadInput


def wanted(**changes) -> Wanted:
    given = {"into": None, "format": None, "on_conflict": "update", "constants": {}}
    return Wanted(**{**given, "dry_run": False, "name": None, **changes})


def test_a_folder_expands_to_its_data_files_in_order(tmp_path: Path) -> None:
    for name in ("b.csv", "a.jsonl.gz", "sub/c.parquet", "notes.txt", ".hidden.csv", "x.tar.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    with gathered([str(tmp_path)], format=None) as files:
        assert [f.path.name for f in files] == ["a.jsonl.gz", "b.csv", "c.parquet"]


def test_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("x")
    with pytest.raises(BadInput, match="no data file"), gathered([str(tmp_path)], format=None):
        pass


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.csv")
    with pytest.raises(BadInput, match=r"gone\.csv"), gathered([gone], format=None):
        pass


def test_stdin_is_spooled_and_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"a,b\n1,2\n"))
    monkeypatch.setattr(sys, "stdin", stdin)
    with gathered(["-"], format="csv") as files:
        assert files[0].path.name == "stdin.csv"
        assert files[0].path.read_bytes() == b"a,b\n1,2\n"
        assert files[0].bytes == 8
    assert not files[0].path.exists()


def test_stdin_twice_and_urls_are_refused() -> None:
    for given in (["-", "-"], ["https://example.com/a.csv"]):
        with pytest.raises(BadInput), gathered(given, format=None):
            pass


@pytest.mark.parametrize(
    ("name", "stem"),
    [("art.daily.csv", "art.daily"), ("a.csv.gz", "a"), ("csv", "csv"), ("v1.2", "v1.2")],
)
def test_the_stem_is_the_name_without_known_extensions(name: str, stem: str) -> None:
    assert SourceFile(Path("/x") / name, 0).stem == stem


def test_archives_count_as_data_and_bare_compressions_do_not() -> None:
    assert is_named(Path("a.zip"), KNOWN)
    assert is_named(Path("A.CSV.GZ"), KNOWN)
    assert not is_named(Path("a.gz"), KNOWN)
    assert not is_named(Path("csv"), KNOWN)


def test_a_format_keeps_a_folders_other_files_out(tmp_path: Path) -> None:
    for name in ("a.csv", "b.tsv", "labels.json"):
        (tmp_path / name).write_text("x")
    with gathered([str(tmp_path)], format="csv") as files:
        assert [f.path.name for f in files] == ["a.csv", "b.tsv"]


def test_constants_keep_everything_after_the_first_equals_sign() -> None:
    assert constants(["series={stem}", "note=a=b"]) == {"series": "{stem}", "note": "a=b"}


@pytest.mark.parametrize("text", ["series", "=x"])
def test_a_constant_without_a_field_or_a_value_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="FIELD=VALUE"):
        constants([text])


def test_the_stem_is_filled_in_for_each_file() -> None:
    made = wanted(constants={"series": "nab/{stem}"}).arguments(SourceFile(Path("/d/cpu.csv"), 0))
    assert made["set"] == {"series": "nab/cpu"}
    assert made["path"] == str(Path("/d/cpu.csv"))
