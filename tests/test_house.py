"""The tree keeps the house style: this test reads the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_command

from orchestrator.cli import app

ROOT = Path(__file__).parent.parent
FLOORS = ("registry", "mcp_servers", "orchestrator")
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 50
POSITIONAL_MAX = 6  # four is the custom
README_LINES_MAX = 200
VAGUE = {"manager", "helper", "helpers", "util", "utils", "service", "base", "impl", "common"}

#: where the machine's clock, chance or environment may be read: {file or folder: why}
EDGES = {
    "registry/clock.py": "it is the clock",
    "orchestrator/cli.py": "an entry point",
    "orchestrator/commands/": "entry points",
    "orchestrator/supervisor.py": "hands its environment to the processes it starts",
    "mcp_servers/readers/": "makes the environment of the process it starts",
}
AMBIENT = re.compile(
    r"(datetime\.)?(datetime|date)\.(now|utcnow|today)"
    r"|time\.(time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns)"
    r"|(uuid\.)?uuid[14]|os\.(environ|getenv|urandom)"
    r"|random\.(random|choice|choices|randint|randrange|shuffle|sample|uniform|gauss|seed)"
    r"|secrets\.\w+"
)
#: parts of texts that belong to a machine, not to the tree; written so that this file passes
FOREIGN = [
    "/" + "work/",
    "/" + "root/",
    "/" + "tmp/",
    "pythonhosted" + ".org",
    "pypi" + ".org",
    "registry." + "npmjs",
]


def files(*suffixes: str) -> Iterator[Path]:
    """The tree's own files; hidden ones (but `.ci`) and what tools leave behind are not."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if any(p.startswith(".") and p != ".ci" for p in parts) or "__pycache__" in parts:
            continue
        if parts[:1] not in [("build",), ("dist",), ("reports",)] and path.suffix in suffixes:
            yield path


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


CODE = [path for path in files(".py") if path.relative_to(ROOT).parts[0] in FLOORS]
PYTHON = list(files(".py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    return (
        n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_there_is_code_to_read() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in CODE} == set(FLOORS)


def test_no_file_is_long() -> None:
    long = {name_of(p): n for p in PYTHON if (n := _lines(p)) > FILE_LINES_MAX}
    assert not long, f"more than {FILE_LINES_MAX} lines; make two files of it"


def test_no_function_is_long() -> None:
    long = {
        f"{name_of(path)}:{f.name}": lines
        for path in CODE
        for f in functions(path)
        if f.end_lineno and (lines := f.end_lineno - f.lineno + 1) > FUNCTION_LINES_MAX
    }
    assert not long, f"more than {FUNCTION_LINES_MAX} lines; name a part of it"


def test_functions_take_few_positional_arguments() -> None:
    many = {}
    for path in CODE:
        if name_of(path).startswith("orchestrator/commands/"):
            continue  # a command's parameters are its options
        for f in functions(path):
            given = [a.arg for a in (*f.args.posonlyargs, *f.args.args)]
            count = len(given) - (given[:1] in (["self"], ["cls"]))
            if count > POSITIONAL_MAX:
                many[f"{name_of(path)}:{f.name}"] = count
    assert not many, "make the rest keyword-only"


def test_every_module_says_what_it_is_for() -> None:
    mute = [name_of(path) for path in CODE if not ast.get_docstring(tree(path))]
    assert not mute


def test_names_are_nouns_and_never_vague() -> None:
    vague = [name_of(path) for path in CODE if set(path.stem.split("_")) & VAGUE]
    for path in CODE:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                words = {w.lower() for w in re.findall(r"[A-Z][a-z]*", node.name)}
                vague += [f"{name_of(path)}:{node.name}"] if words & VAGUE else []
    assert not vague
    odd = [name_of(path) for path in CODE if not re.fullmatch(r"_{0,2}[a-z][a-z0-9_]*", path.stem)]
    assert not odd


def test_time_chance_and_environment_come_in_as_arguments() -> None:
    found = []
    for path in CODE:
        if name_of(path).startswith(tuple(EDGES)):
            continue
        found += [
            f"{name_of(path)}:{node.lineno} {ast.unparse(node)}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute | ast.Name) and AMBIENT.fullmatch(ast.unparse(node))
        ]
    assert not found, "take a Clock, a seed or Settings instead, or name the file in EDGES and why"


def test_edges_that_no_longer_exist_are_not_listed() -> None:
    assert not [edge for edge in EDGES if not (ROOT / edge).exists()]


def test_no_exception_is_swallowed_in_silence() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in PYTHON
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and all(isinstance(statement, ast.Pass) for statement in node.body)
    ]
    assert not found, "say with contextlib.suppress or in words why nothing is to be done"


@pytest.mark.parametrize("foreign", FOREIGN)
def test_nothing_names_a_machine_or_a_package_registry(foreign: str) -> None:
    texts = files(".py", ".md", ".yaml", ".yml", ".toml", ".json", ".txt", ".sh", "")
    found = [
        name_of(path)
        for path in texts
        if path.is_file() and foreign in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert not found


def test_lint_exceptions_say_why() -> None:
    bare = [
        f"{name_of(path)}:{number}"
        for path in CODE
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"#\s*noqa(?!: [A-Z]+\d+(, ?[A-Z]+\d+)* - \w)", line)
    ]
    assert not bare, "write `# noqa: CODE - the reason`"


def test_the_tree_holds_what_the_layout_names() -> None:
    allowed = {
        *FLOORS,
        "configs",
        "tests",
        "benchmarks",
        "deploy",
        "docs",
        "build",
        "dist",
        "reports",
        "compose.yaml",
        "pyproject.toml",
        "README.md",
        "LICENSE",
    }
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert not {name for name in found - allowed if not name.endswith(".egg-info")}


def commands() -> Iterator[str]:
    """Each command as one types it: `isotherm domain list`."""
    for name, command in vars(get_command(app))["commands"].items():
        below = getattr(command, "commands", {})
        yield from (
            (f"isotherm {name} {inner}" for inner in below) if below else (f"isotherm {name}",)
        )


def orchestrator_tools() -> Iterator[str]:
    """Names in the calls `tool("name", …)` that make the front door."""
    for node in ast.walk(tree(ROOT / "orchestrator" / "server.py")):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "tool":
            yield ast.literal_eval(node.args[0])


def test_the_front_door_has_at_most_ten_tools() -> None:
    assert 0 < len(list(orchestrator_tools())) <= 10


def test_the_readme_is_short_and_names_every_command_and_tool() -> None:
    for readme in ROOT.glob("README.md"):
        text = readme.read_text(encoding="utf-8")
        assert _lines(readme) < README_LINES_MAX
        lines = [set(re.findall(r"\w+", line)) for line in text.splitlines() if "isotherm " in line]
        named = [c for c in commands() if any(set(c.split()) <= line for line in lines)]
        assert named == list(commands())
        assert not [tool for tool in orchestrator_tools() if f"`{tool}`" not in text]
