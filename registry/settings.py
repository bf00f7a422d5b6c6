"""Settings, read once: defaults, then the config file, then the environment, then what the caller
passes.

Each value knows where it came from, so `isotherm doctor` can say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

from registry.domain import load_yaml
from registry.errors import BadInput, shown

Topology = Literal["inproc", "processes", "remote"]
TOPOLOGIES: Final = ("inproc", "processes", "remote")
ENVIRONMENT: Final = {
    "data": "ISOTHERM_DATA",
    "config": "ISOTHERM_CONFIG",
    "topology": "ISOTHERM_TOPOLOGY",
}


def configs_dir() -> Path:
    """Where `default.yaml` and `domains/` lie: inside the wheel, or beside the packages in a
    checkout.
    """
    here = Path(__file__).parent
    inside = here / "configs"
    return inside if inside.is_dir() else here.parent / "configs"


@dataclass(frozen=True, slots=True)
class Settings:
    """Effective settings. `source` names where each differing one came from."""

    data: Path
    #: folders that `path` in a tool call may reach; none: files come only through the command line
    roots: tuple[Path, ...] = ()
    topology: Topology = "inproc"
    #: {domain: MCP URL} for topology `remote`
    remotes: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 8700
    #: Host headers accepted beside loopback's; needed to bind anything else
    allowed_hosts: tuple[str, ...] = ()
    #: file with one bearer token per line, `TOKEN SUBJECT ROLE[,ROLE]`
    tokens: Path | None = None
    #: confidence from which a reading is `answered`, and below which it is refused
    answer_confidence: float = 0.75
    tentative_confidence: float = 0.45
    source: Mapping[str, str] = field(default_factory=dict)


def load_settings(
    *, default_data: Path, environ: Mapping[str, str], config: Path | None = None, **given: Any
) -> Settings:
    """Merge the layers. `given` values that are `None` are not given."""
    config = config or (
        Path(environ[ENVIRONMENT["config"]]) if environ.get(ENVIRONMENT["config"]) else None
    )
    layers: list[tuple[str, dict[str, Any]]] = [
        ("default.yaml", _read(configs_dir() / "default.yaml"))
    ]
    if config is not None:
        layers.append((str(config), _read(config)))
    layers.append(
        (
            "environment",
            {
                name: environ[variable]
                for name, variable in ENVIRONMENT.items()
                if environ.get(variable) and name != "config"
            },
        )
    )
    layers.append(
        ("command line", {name: value for name, value in given.items() if value is not None})
    )
    values: dict[str, Any] = {"data": default_data}
    source: dict[str, str] = {"data": "platform"}
    for where, layer in layers:
        for name, value in layer.items():
            values[name] = _coerce(name, value, where)
            source[name] = where
    return Settings(**values, source=source)


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes()
    except OSError as bad:
        raise BadInput(f"config {shown(path)} cannot be read: {bad.strerror}.") from None
    data = load_yaml(text, name=path.name)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise BadInput(f"config {path.name}: a config file is a mapping of settings.")
    return data


def _coerce(name: str, value: Any, where: str) -> Any:
    known = {f.name for f in fields(Settings)} - {"source"}
    if name not in known:
        raise BadInput(f"{where}: no setting {shown(name)}; there are {', '.join(sorted(known))}.")
    if name in ("data", "tokens"):
        return Path(value).expanduser() if value else None
    if name == "roots":
        return tuple(Path(root).expanduser().resolve() for root in value)
    if name == "allowed_hosts":
        return tuple(str(host) for host in value)
    if name == "topology" and value not in TOPOLOGIES:
        raise BadInput(f"{where}: topology is one of {', '.join(TOPOLOGIES)}.")
    if name == "port" and not (isinstance(value, int) and 0 <= value <= 65_535):
        raise BadInput(f"{where}: port is a number from 0 to 65535.")
    return value
