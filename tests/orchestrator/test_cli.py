"""The command line: what it prints, where, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from orchestrator.cli import app
from orchestrator.commands.session import refusal_in
from registry.domain import BUILTIN
from registry.errors import BadInput, Conflict

SPEC = """\
domain: library
description: Books and who has them.
collections:
  books:
    description: Every book.
    key: isbn
    fields:
      isbn: {type: text}
      title: {type: text, search: true}
      reader: {type: ref, to: user.users}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a command in this process, on a data folder of its own."""
    monkeypatch.setenv("ISOTHERM_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("ISOTHERM_CONFIG", raising=False)
    runner = CliRunner()
    return lambda *arguments, **options: runner.invoke(
        app, list(arguments), prog_name="isotherm", **options
    )


def test_without_arguments_the_commands_are_shown(run) -> None:
    result = run()
    assert result.exit_code == 0
    for command in ("demo", "ask", "ingest", "serve", "domain", "connect", "doctor"):
        assert command in result.stdout


def test_a_wrong_option_is_a_usage_error(run) -> None:
    result = run("ask", "--no-such-option")
    assert result.exit_code == 2
    assert result.stdout == ""


def test_help_and_version_start_without_the_mcp_sdk_and_the_engines() -> None:
    code = (
        "import sys, orchestrator.cli\n"
        "heavy = {'mcp', 'duckdb', 'apsw', 'pyarrow', 'uvicorn', 'anyio'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_version_is_printed_as_text_and_as_json(run) -> None:
    assert run("version").stdout.startswith("isotherm ")
    assert {"isotherm", "python", "mcp"} <= orjson.loads(run("version", "--json").stdout).keys()


def test_the_domain_list_holds_the_twelve(run) -> None:
    listed = orjson.loads(run("domain", "list", "--json").stdout)
    assert sorted(entry["domain"] for entry in listed) == sorted(BUILTIN)
    assert {entry["tier"] for entry in listed} == {"hot", "warm", "cold"}


def test_a_shown_domain_passes_the_check(run, tmp_path: Path) -> None:
    file = tmp_path / "chat.yaml"
    file.write_text(run("domain", "show", "chat").stdout)
    result = run("domain", "check", str(file))
    assert result.exit_code == 0
    assert result.stdout.startswith("chat: fine.")


def test_an_unknown_domain_is_refused_on_stderr_with_its_code(run) -> None:
    result = run("domain", "show", "chatt")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("unknown-domain: No domain 'chatt'")


def test_a_bad_domain_file_is_refused_with_what_is_wrong(run, tmp_path: Path) -> None:
    file = tmp_path / "library.yaml"
    file.write_text(SPEC.replace("key: isbn", "key: number"))
    result = run("domain", "check", str(file))
    assert result.exit_code == 1
    assert result.stderr.startswith("bad-input: library.yaml: collections.books:")


def test_the_data_folder_may_be_named_before_the_command_or_after_it(run, tmp_path: Path) -> None:
    folder = tmp_path / "other" / "domains"
    folder.mkdir(parents=True)
    (folder / "library.yaml").write_text(SPEC)
    before = run("--data", str(tmp_path / "other"), "domain", "list", "--json")
    after = run("domain", "list", "--json", "--data", str(tmp_path / "other"))
    assert before.stdout == after.stdout
    assert "library" in before.stdout


def test_control_characters_of_a_refusal_are_written_out(run) -> None:
    result = run("domain", "show", "\x1b[2Jx")
    assert result.exit_code == 1
    assert "\x1b" not in result.stderr


def test_a_missing_config_file_is_a_refusal(run, tmp_path: Path) -> None:
    result = run("domain", "list", "--config", str(tmp_path / "none.yaml"))
    assert result.exit_code == 1
    assert result.stderr.startswith("bad-input: config")


def test_a_refusal_is_found_inside_nested_groups() -> None:
    inner = Conflict("two")
    group = ExceptionGroup("a", [ValueError("x"), ExceptionGroup("b", [inner])])
    assert refusal_in(group) is inner
    assert refusal_in(BadInput("one")) is not None
    assert refusal_in(ValueError("x")) is None


def test_a_reader_that_goes_away_leaves_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "orchestrator.cli", "domain", "show", "chat"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout and child.stderr
    child.stdout.close()
    errors = child.stderr.read()
    child.stderr.close()
    assert child.wait(30) in (0, 1)
    assert errors == b""


@pytest.mark.skipif(os.name != "posix", reason="a signal as a shell sends it")
def test_an_interrupt_ends_a_server_without_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "orchestrator.cli", "domain", "serve", "user"]
    command += ["--transport", "http", "--port", "0", "--data", str(tmp_path / "data")]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout and child.stderr
    assert b"listening" in child.stderr.readline()
    child.send_signal(signal.SIGINT)
    out, errors = child.communicate(timeout=30)
    assert b"Traceback" not in errors
    assert out == b""
    assert child.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the full device is Linux's")
def test_an_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "orchestrator.cli", "domain", "list", "--data", str(tmp_path)]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("storage-full: ") and "Traceback" not in done.stderr
