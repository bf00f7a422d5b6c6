"""Settings, read once: defaults, then the config file, then the environment, then what the caller
passes.

Each value knows where it came from, so `isotherm doctor` can say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from registry.document import load_yaml
from registry.domain import check_domain_name
from registry.errors import BadInput, listed, shown
from registry.folders import configs_dir as configs_dir  # callers find it here
from registry.limits import SPEC_BYTES_MAX

Topology = Literal["inproc", "processes", "remote"]
TOPOLOGIES: Final = ("inproc", "processes", "remote")
ENVIRONMENT: Final = {
    "data": "ISOTHERM_DATA",
    "config": "ISOTHERM_CONFIG",
    "topology": "ISOTHERM_TOPOLOGY",
}


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
    #: the one folder that `admin_write` may back up to; none: backups are the command line's
    backups: Path | None = None
    #: confidence from which a reading is `answered`, and below which it is refused
    answer_confidence: float = 0.75
    tentative_confidence: float = 0.2
    #: between two passes of the cooling loop; 0: none
    cool_every_seconds: float = 300.0
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
    settings = Settings(**values, source=source)
    if settings.tentative_confidence > settings.answer_confidence:
        raise BadInput("tentative_confidence is above answer_confidence; lower it.")
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            text = file.read(SPEC_BYTES_MAX + 1)
    except OSError as bad:
        raise BadInput(f"config {shown(path)} cannot be read: {bad.strerror}.") from None
    data = load_yaml(text, name=path.name)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise BadInput(f"config {path.name}: a config file is a mapping of settings.")
    return data


def _coerce(name: str, value: Any, where: str) -> Any:
    check = _CHECKS.get(name)
    if check is None:
        raise BadInput(f"{where}: no setting {shown(name)}; there are {listed(sorted(_CHECKS))}.")
    try:
        return check(value)
    except ValueError as bad:
        raise BadInput(f"{where}: {name} {bad}, got {shown(value)}.") from None


def _path(value: Any) -> Path:
    if not isinstance(value, (str, Path)) or not str(value).strip() or "\x00" in str(value):
        raise ValueError("is a path")
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError("names a home folder that is not known") from None


def _path_or_none(value: Any) -> Path | None:
    return None if value in (None, "") else _path(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise ValueError("is a list")
    return list(value)


def _roots(value: Any) -> tuple[Path, ...]:
    return tuple(_path(root).resolve() for root in _list(value))


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("is text")
    return value


def _hosts(value: Any) -> tuple[str, ...]:
    return tuple(_text(host) for host in _list(value))


def _topology(value: Any) -> str:
    if value not in TOPOLOGIES:
        raise ValueError(f"is one of {', '.join(TOPOLOGIES)}")
    return str(value)


def _remotes(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError("is a mapping of domain names to URLs")
    return {check_domain_name(_text(name)): _url(url) for name, url in value.items()}


def _url(value: Any) -> str:
    if not _text(value).startswith(("http://", "https://")):
        raise ValueError("holds URLs that start with http:// or https://")
    return str(value)


def _port(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 65_535:
        raise ValueError("is a number from 0 to 65535")
    return value


def _confidence(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise ValueError("is a number from 0 to 1")
    return float(value)


def _interval(value: Any) -> float:
    if type(value) not in (int, float) or not (value == 0 or 1 <= value <= 43_200):
        raise ValueError("is 0, or a number of seconds from 1 to 43200")
    return float(value)


_CHECKS: Final[dict[str, Callable[[Any], Any]]] = {
    "data": _path,
    "roots": _roots,
    "topology": _topology,
    "remotes": _remotes,
    "host": _text,
    "port": _port,
    "allowed_hosts": _hosts,
    "tokens": _path_or_none,
    "backups": _path_or_none,
    "answer_confidence": _confidence,
    "tentative_confidence": _confidence,
    "cool_every_seconds": _interval,
}
