"""What the README says is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from orchestrator.cli import app
from orchestrator.server import FrontDoor
from registry.domain import BUILTIN, load_yaml, parse_spec
from registry.thermal import KEYS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def commands() -> dict[str, Any]:
    """Every command line word by word: `ask`, `domain list`, …"""
    found: dict[str, Any] = {}
    for name, command in get_command(app).commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {n}": c for n, c in inner.items()} if inner else {name: command}
    return found


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_it_stays_short_enough_to_read() -> None:
    assert 90 <= README.count("\n") < 200


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_is_in_the_table(command: str) -> None:
    table = section("Commands")
    group, _, word = command.rpartition(" ")
    assert f"`isotherm {command}" in table or (group and f"`{word}`" in table)


def test_every_command_in_the_text_exists() -> None:
    known = set(commands())
    for words in re.findall(r"isotherm ((?:[a-z]+ ?){1,2})", README):
        first, _, second = words.strip().partition(" ")
        if first not in {"is", "serve"} and f"isotherm {first}" in README:
            assert first in known or f"{first} {second}" in known, words


def test_every_option_named_in_the_text_exists() -> None:
    options = {name for command in commands().values() for p in command.params for name in p.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", README)) <= options


def test_the_tool_list_is_the_front_doors() -> None:
    table = section("Tools")
    named = re.findall(
        r"`(\w+)`", " ".join(r.split("|")[1] for r in table.splitlines() if "|" in r)
    )
    tools = FrontDoor(asker=None, links=None, toolbox=None, actions=None).surface().tools()
    assert named == [tool.name for tool in tools]


def test_the_twelve_domains_are_named() -> None:
    rows = [
        r for r in section("Domains").splitlines() if r.startswith(("| hot", "| warm", "| cold"))
    ]
    assert tuple(re.findall(r"`(\w+)`", " ".join(rows))) == BUILTIN


def test_the_example_domain_is_one() -> None:
    spec = parse_spec(load_yaml(README.split("```yaml\n")[1].split("```")[0]))
    assert spec.domain == "library"


def test_folders_and_files_named_in_the_tree_exist() -> None:
    tree = section("Carrying on").split("```\n")[1].split("```")[0]
    for folder in re.findall(r"^(\w+)/", tree, re.M):
        assert (ROOT / folder).is_dir(), folder
    assert (ROOT / "orchestrator" / "app.py").is_file()
    assert (ROOT / ".ci" / "run").is_file()


def test_the_two_commands_stand_there_word_for_word() -> None:
    assert "python3 -m pip install . && isotherm demo" in README
    assert "python3 -m pip install '.[test]' && python3 -m pytest" in README


def test_it_names_all_that_a_thermal_policy_may_say() -> None:
    assert not [name for name in KEYS if f"`{name}`" not in README]
