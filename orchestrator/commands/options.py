"""Options that several commands take, and the settings that follow from them.

The entry point's one look at the environment happens here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import platformdirs
import typer

from registry.errors import NotFound, shown
from registry.settings import Settings, load_settings


def path_of(text: str | Path) -> Path:
    """A path as it was typed; nothing is no path, though the system takes it for this folder."""
    if not str(text).strip():
        raise typer.BadParameter("the path is empty")
    return Path(text)


Data: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", parser=path_of,
        help="The data folder; else ISOTHERM_DATA, else yours.",
    ),
]  # fmt: skip
Config: TypeAlias = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="A YAML file of settings.")
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def user_data() -> Path:
    """The platform's folder for this user's data."""
    return Path(platformdirs.user_data_dir("isotherm", appauthor=False))


def settings_held(data: Path | None, config: Path | None) -> Settings:
    """The settings of a command that is about data there is; `NotFound` when there is none."""
    settings = settings_of(data, config)
    if settings.topology != "remote" and not (settings.data / "system.db").is_file():
        raise NotFound(f"There is no data in {shown(settings.data)}; say where it is with --data.")
    return settings


def settings_of(data: Path | None, config: Path | None, **given: Any) -> Settings:
    """Effective settings of a command; raises `BadInput` for a setting that is not one."""
    return load_settings(
        default_data=user_data(),
        environ=os.environ,
        config=config,
        data=None if data is None else data.absolute(),
        **given,
    )
