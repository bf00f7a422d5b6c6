"""A thermal policy says what the YAML says, else what the tier says, and refuses nonsense."""

from __future__ import annotations

from typing import Any

import pytest

from registry.domain import dump_spec, load_yaml, parse_spec
from registry.errors import BadInput
from registry.thermal import DEFAULTS
from registry.tier import Tier


def domain(tier: str = "hot", **thermal: Any) -> dict[str, Any]:
    fields = {"fields": {"a": {"type": "text"}}}
    said = {"thermal": thermal} if thermal else {}
    return {"domain": "shop", "tier": tier, "collections": {"orders": fields}, **said}


def test_what_is_not_said_follows_the_tier() -> None:
    for tier in Tier:
        assert parse_spec(domain(tier)).policy == DEFAULTS[tier]
    policy = parse_spec(domain("cold", cool_after_days=7, pin=["orders"])).policy
    assert (policy.cool_after_days, policy.minimum_stay_hours, policy.pin) == (7, 0, ("orders",))


def test_what_comes_back_is_far_hotter_than_what_cools() -> None:
    for policy in DEFAULTS.values():
        assert policy.promote_at >= 4 * policy.stay_at > 0


def test_a_policy_is_written_and_read_back_equal() -> None:
    spec = parse_spec(domain(promote_at=3, max_rows=5_000, pin=["orders"]))
    assert parse_spec(load_yaml(dump_spec(spec))) == spec
    assert "thermal" not in dump_spec(parse_spec(domain()))


@pytest.mark.parametrize(
    ("thermal", "why"),
    [
        ({"cool_after_days": -1}, "thermal.cool_after_days: should be greater than or equal to 0"),
        ({"cool_after_days": "soon"}, "thermal.cool_after_days: should be a valid integer"),
        ({"cool_after_days": True}, "thermal.cool_after_days: should be a valid integer"),
        ({"cool_afer_days": 1}, "thermal.cool_afer_days: there is no such key"),
        ({"max_rows": 10}, "thermal.max_rows: should be greater than or equal to 1000"),
        ({"promote_at": 0.5}, "thermal.promote_at: under 2 a record would come back for a single"),
        ({"promote_at": float("inf")}, "thermal.promote_at: should be a finite number"),
        ({"pin": ["order"]}, "`thermal.pin`: there is no collection 'order'"),
        ({"minimum_stay_hours": 1e9}, "thermal.minimum_stay_hours: should be"),
    ],
)
def test_nonsense_is_refused_with_where_and_why(thermal: dict[str, Any], why: str) -> None:
    with pytest.raises(BadInput) as no:
        parse_spec(domain(**thermal))
    assert why in no.value.message
