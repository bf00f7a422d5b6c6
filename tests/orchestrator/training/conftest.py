"""Tests of training need the extra `train`; without it there is nothing to test."""

from __future__ import annotations

from importlib.util import find_spec

_NEEDS = {
    "sqlglot": ["test_gold.py"],
    "torch": ["test_learn.py", "test_train.py"],
}
collect_ignore = [
    name for module, names in _NEEDS.items() if not find_spec(module) for name in names
]
