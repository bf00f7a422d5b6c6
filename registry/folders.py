"""Where the files lie that come with the packages."""

from __future__ import annotations

from pathlib import Path


def configs_dir() -> Path:
    """Where `default.yaml`, `headers.json` and `domains/` lie: inside the wheel, or beside the
    packages in a checkout.
    """
    here = Path(__file__).parent
    inside = here / "configs"
    return inside if inside.is_dir() else here.parent / "configs"
