"""Settings, read once: defaults, then the config file, then the environment, then what the caller
passes.

Each value knows where it came from, so `isotherm doctor` can say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from registry.document import load_yaml
from registry.domain import check_domain_name
from registry.errors import BadInput, listed, shown
from registry.folders import configs_dir as configs_dir  # callers find it here
from registry.limits import LLM_SECONDS_MAX, SPEC_BYTES_MAX

Topology = Literal["inproc", "processes", "remote"]
TOPOLOGIES: Final = ("inproc", "processes", "remote")
ENVIRONMENT: Final = {
    "data": "ISOTHERM_DATA",
    "config": "ISOTHERM_CONFIG",
    "topology": "ISOTHERM_TOPOLOGY",
    "llm_provider": "ISOTHERM_LLM_PROVIDER",
    "llm_model": "ISOTHERM_LLM_MODEL",
    "llm_url": "ISOTHERM_LLM_URL",
    "llm_key": "ISOTHERM_LLM_KEY",
}
#: settings whose values are told to nobody
SECRET: Final = frozenset({"llm_key"})
_PROVIDER: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


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
    answer_confidence: float = 0.84
    tentative_confidence: float = 0.2
    #: between two passes of the cooling loop; 0: none
    cool_every_seconds: float = 300.0
    #: the language model that is asked where no planner is sure, by the name that llama-index gives
    #: its provider; none: nobody is
    llm_provider: str | None = None
    llm_model: str | None = None
    #: where it answers, unless at its provider's own address
    llm_url: str | None = None
    llm_key: SecretStr | None = None
    #: for its whole answer, second tries included
    llm_seconds: float = 20.0
    #: whether it is told examples of stored values (never of fields that are about a person)
    llm_values: bool = True
    #: `structured`: by the provider's own tool calls or schemas; `text`: as JSON in its words
    llm_mode: Literal["structured", "text"] = "structured"
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
    _check_llm(settings)
    return settings


def _check_llm(settings: Settings) -> None:
    if settings.llm_provider is None:
        return
    if settings.llm_model is None:
        raise BadInput("llm_provider is set and llm_model is not; name the model to ask.")
    url = urlsplit(settings.llm_url or "")
    if url.scheme == "http" and settings.llm_key and url.hostname not in _LOOPBACK:
        raise BadInput("llm_url is not https, and the key would travel readably; use https.")


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
        got = "" if name in SECRET else f", got {shown(value)}"
        raise BadInput(f"{where}: {name} {bad}{got}.") from None


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


def _provider(value: Any) -> str | None:
    if value is None:
        return None
    name = _text(value).replace("-", "_")
    if not _PROVIDER.fullmatch(name):
        raise ValueError("is a name like openai")
    return name


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _llm_url(value: Any) -> str | None:
    if value is None:
        return None
    if "@" in urlsplit(_url(value)).netloc:
        raise ValueError("holds no name and no password; give a key as llm_key")
    return str(value)


def _secret(value: Any) -> SecretStr | None:
    if value is None:
        return None
    if not _text(value).isascii() or " " in value:
        raise ValueError("is one word of ASCII")
    return SecretStr(value)


def _seconds(value: Any) -> float:
    if type(value) not in (int, float) or not 0.05 <= value <= LLM_SECONDS_MAX:
        raise ValueError(f"is a number of seconds up to {LLM_SECONDS_MAX}")
    return float(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is true or false")
    return value


def _mode(value: Any) -> str:
    if value not in ("structured", "text"):
        raise ValueError("is one of structured, text")
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
    "llm_provider": _provider,
    "llm_model": _text_or_none,
    "llm_url": _llm_url,
    "llm_key": _secret,
    "llm_seconds": _seconds,
    "llm_values": _flag,
    "llm_mode": _mode,
}
