"""A data folder whose metrics cool month by month however few rows these have."""

from __future__ import annotations

from pathlib import Path

from registry.domain import dump_spec, load_spec
from registry.settings import configs_dir
from registry.thermal import Thermal


def let_small_months_cool(folder: Path) -> None:
    """Before anything runs on it."""
    spec = load_spec(configs_dir() / "domains" / "metrics.yaml")
    spec = spec.model_copy(update={"thermal": Thermal(min_rows=1)})
    (folder / "domains").mkdir(parents=True, exist_ok=True)
    (folder / "domains" / "metrics.yaml").write_text(dump_spec(spec), encoding="utf-8")
