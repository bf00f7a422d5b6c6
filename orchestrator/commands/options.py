"""Options that several commands take, and the settings that follow from them.

The entry point's one look at the environment happens here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import platformdirs
import typer

from registry.settings import Settings, load_settings

Data: TypeAlias = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The data folder; else ISOTHERM_DATA, else yours."),
]
Config: TypeAlias = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="A YAML file of settings.")
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def user_data() -> Path:
    """The platform's folder for this user's data."""
    return Path(platformdirs.user_data_dir("isotherm", appauthor=False))


def settings_of(data: Path | None, config: Path | None, **given: Any) -> Settings:
    """Effective settings of a command; raises `BadInput` for a setting that is not one."""
    return load_settings(
        default_data=user_data(),
        environ=os.environ,
        config=config,
        data=None if data is None else data.absolute(),
        **given,
    )
