"""Cold start of the default server over stdio to its first reply, and the memory it then holds.

Beside it in the same run: a bare server of the `mcp` SDK with one tool, and `isotherm serve` with
every domain in a process of its own. Memory is resident (RSS) of the process and its children.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.house import command, scratch
from benchmarks.measure import ROOT, options, publish, quantile, rounded

_HELLO = (
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "benchmark", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}},
)


def once(line: list[str]) -> tuple[float, float | None]:
    """(s from spawn to the reply to tools/list, MB then resident)."""
    began = time.perf_counter()
    child = subprocess.Popen(
        line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        for message in _HELLO:
            child.stdin.write(json.dumps(message).encode() + b"\n")
        child.stdin.flush()
        for answer in child.stdout:
            if json.loads(answer).get("id") == 2:
                break
        else:
            raise RuntimeError(f"{line} ended before it answered")
        spent = time.perf_counter() - began
        return spent, resident_mb(child.pid)


def resident_mb(pid: int) -> float | None:
    """Of a process and what it started; `None` where there is no /proc to look in."""
    if not Path("/proc/self/status").exists():
        return None
    own = next(
        int(line.split()[1])
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS")
    )
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own / 1024 + sum(resident_mb(int(child)) or 0 for child in children)


def measured(folder: Path, *, rounds: int, processes: bool) -> dict[str, Any]:
    """s and MB by kind of server. `new_folder`: the first start ever, which makes every file."""
    lines = {
        "bare_mcp": [sys.executable, "-m", "benchmarks.bare"],
        "domain": command("domain", "serve", "user", folder=folder),
        "serve": command("serve", folder=folder),
    }
    if processes:
        lines["serve_processes"] = command("serve", "--topology", "processes", folder=folder)
    seen: dict[str, list[tuple[float, float | None]]] = {name: [] for name in lines}
    new = [once(command("serve", folder=folder / f"new{n}")) for n in range(max(1, rounds // 3))]
    for _ in range(rounds):
        for name, line in lines.items():
            seen[name].append(once(line))
    found = {name: _report(some) for name, some in {"new_folder": new, **seen}.items()}
    return {
        **found,
        "serve_over_bare": rounded(found["serve"]["s_p50"] / found["bare_mcp"]["s_p50"]),
    }


def _report(some: list[tuple[float, float | None]]) -> dict[str, Any]:
    memory = [mb for _, mb in some if mb is not None]
    return {
        "s_p50": rounded(quantile([s for s, _ in some], 0.5)),
        "rss_mb": rounded(quantile(memory, 0.5)) if memory else None,
    }


def main() -> None:
    given = options(__doc__, rounds=(7, 1, "starts of each kind"))
    with scratch(given.scratch) as folder:
        publish("start", measured(folder, rounds=given.rounds, processes=not given.quick))


if __name__ == "__main__":
    main()
