"""`isotherm connect` writes into other programs' files and must leave the rest of them alone."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from orchestrator.cli import app
from orchestrator.commands import hosts
from registry.errors import BadInput

DESKTOP, CODE = hosts.HOSTS["claude-desktop"], hosts.HOSTS["vscode"]
ENTRY = {"command": "/opt/isotherm", "args": ["serve"]}


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("darwin", {}, "Library/Application Support/Claude"),
        ("linux", {}, ".config/Claude"),
        ("linux", {"XDG_CONFIG_HOME": "/home/ana/cfg"}, "cfg/Claude"),
        ("win32", {"APPDATA": "/home/ana/Roaming"}, "Roaming/Claude"),
    ],
)
def test_claude_desktop_is_found_on_each_platform(platform: str, environ, folder: str) -> None:
    home = Path("/home/ana")
    found = hosts.config_path(
        "claude-desktop", platform=platform, home=home, here=home, environ=environ
    )
    assert found == home / folder / "claude_desktop_config.json"


def test_the_entry_joins_what_is_there_and_the_old_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    before = b'{"theme": "dark", "mcpServers": {"other": {"command": "x"}}}'
    path.write_bytes(before)
    path.chmod(0o600)
    assert hosts.write(path, DESKTOP, "isotherm", ENTRY) == "written"
    assert orjson.loads(path.read_bytes()) == {
        "theme": "dark",
        "mcpServers": {"other": {"command": "x"}, "isotherm": ENTRY},
    }
    assert (tmp_path / "config.json.bak").read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 or sys.platform == "win32"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["config.json", "config.json.bak"]


def test_writing_the_same_again_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.json"
    assert hosts.write(path, DESKTOP, "isotherm", ENTRY) == "written"
    stamp = path.stat().st_mtime_ns
    assert hosts.write(path, DESKTOP, "isotherm", ENTRY) == "unchanged"
    assert path.stat().st_mtime_ns == stamp
    assert [p.name for p in path.parent.iterdir()] == ["config.json"]


@pytest.mark.parametrize(
    "text", ['{"servers": {} // mine\n}', '{"servers": {},}', "[]", '{"servers": []}']
)
def test_a_file_that_cannot_be_merged_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mcp.json"
    path.write_text(text)
    with pytest.raises(BadInput, match="by hand"):
        hosts.write(path, CODE, "isotherm", ENTRY)
    assert path.read_text() == text
    assert [p.name for p in tmp_path.iterdir()] == ["mcp.json"]


def test_a_byte_order_mark_and_an_empty_file_are_no_obstacle(tmp_path: Path) -> None:
    for body in (b"", b"  \n", b'\xef\xbb\xbf{"mcpServers": {}}'):
        path = tmp_path / "config.json"
        path.write_bytes(body)
        assert hosts.write(path, DESKTOP, "isotherm", ENTRY) == "written"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_linked_configuration_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.json", tmp_path / "config.json"
    real.write_text("{}")
    link.symlink_to(real)
    hosts.write(link, DESKTOP, "isotherm", ENTRY)
    assert link.is_symlink()
    assert "isotherm" in real.read_text()


def test_the_command_is_absolute_and_names_the_data_folder(tmp_path: Path) -> None:
    python = tmp_path / "python"
    data = tmp_path / "data"
    module = hosts.command_line(python, data, None)
    assert module == [str(python), "-m", "orchestrator.cli", "serve", "--data", str(data)]
    (tmp_path / "isotherm").write_text("")
    script = hosts.command_line(python, data, tmp_path / "c.yaml")
    assert script[0] == str(tmp_path / "isotherm")
    assert script[-2:] == ["--config", str(tmp_path / "c.yaml")]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("HOME", "USERPROFILE", "APPDATA"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("client", list(hosts.HOSTS))
def test_each_client_gets_its_file_and_print_writes_none(client: str, home: Path) -> None:
    runner = CliRunner()
    printed = runner.invoke(app, ["connect", client, "--print", "--data", "d"])
    assert not [p for p in home.rglob("*") if p.is_file()]
    host = hosts.HOSTS[client]
    entry = orjson.loads(printed.stdout)[host.section]["isotherm"]
    assert entry["args"][-2:] == ["--data", str(home / "d")]

    written = runner.invoke(app, ["connect", client, "--json", "--data", "d"])
    told = orjson.loads(written.stdout)
    assert orjson.loads(Path(told["path"]).read_bytes())[host.section]["isotherm"] == entry


def test_a_refused_merge_shows_what_to_paste(home: Path) -> None:
    (home / ".vscode").mkdir()
    (home / ".vscode" / "mcp.json").write_text("{} // mine")
    result = CliRunner().invoke(app, ["connect", "vscode"])
    assert result.exit_code == 1
    assert '"servers"' in result.stderr
    assert "bad-input: " in result.stderr
