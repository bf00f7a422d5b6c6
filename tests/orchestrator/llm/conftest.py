"""The catalogue that a language model is told of."""

from __future__ import annotations

import pytest

from registry.catalog import Catalogue
from tests.orchestrator.planner.company import company


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return company()
