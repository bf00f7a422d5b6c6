"""When a domain's records move between tiers: what its YAML may say, and what holds where it is
silent. Decides nothing itself.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from registry.limits import FEW_ROWS, ROWS_STORED_MAX, SEGMENT_ROWS_MAX
from registry.tier import Tier

_DAYS_MAX: Final = 36_500
_HOURS_MAX: Final = 24 * 366


@dataclass(frozen=True, slots=True)
class Policy:
    """The thermal policy in force.

    `cool_after_days`: rows cool that long after their month ended, or after the last touch where
    there is no time; 0: at the next pass. `min_rows`: fewer of a bucket are not worth a segment,
    which every question would have to open. `minimum_stay_hours`: what was moved stays at least so
    long. `max_rows`, `max_bytes`: of one collection as rows; past it the oldest cool. `promote_at`:
    the heat of a record, recent reads and updates, at which it comes back from cold; 0: never.
    `pin`: collections that move only by hand.
    """

    cool_after_days: int
    min_rows: int
    minimum_stay_hours: int
    max_rows: int
    max_bytes: int
    promote_at: float
    pin: tuple[str, ...] = ()

    @property
    def stay_at(self) -> float:
        """The heat of a record under which it may cool: far below what brings it back."""
        return self.promote_at / 4

    def to_wire(self) -> dict[str, Any]:
        return {**asdict(self), "pin": list(self.pin)}


_LIVELY: Final = Policy(90, FEW_ROWS, 24, ROWS_STORED_MAX, 1 << 30, 4.0)
DEFAULTS: Final = {
    Tier.HOT: _LIVELY,
    Tier.WARM: _LIVELY,
    Tier.COLD: replace(_LIVELY, cool_after_days=0, min_rows=1, minimum_stay_hours=0),
}


class Thermal(BaseModel):
    """The `thermal` block of a domain's YAML; see `Policy`. What is not said follows the tier."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    cool_after_days: int | None = Field(default=None, ge=0, le=_DAYS_MAX)
    min_rows: int | None = Field(default=None, ge=1, le=SEGMENT_ROWS_MAX)
    minimum_stay_hours: int | None = Field(default=None, ge=0, le=_HOURS_MAX)
    max_rows: int | None = Field(default=None, ge=1_000, le=1_000_000_000)
    max_bytes: int | None = Field(default=None, ge=1 << 20, le=1 << 50)
    promote_at: float | None = Field(default=None, ge=0, le=1e6, allow_inf_nan=False)
    pin: tuple[str, ...] = Field(default=(), strict=False)

    @field_validator("promote_at")
    @classmethod
    def _more_than_once(cls, value: float | None) -> float | None:
        if value is not None and 0 < value < 2:
            raise ValueError("under 2 a record would come back for a single read; 0 is never")
        return value

    def policy(self, tier: Tier) -> Policy:
        """What holds in a domain that starts in `tier`."""
        return replace(DEFAULTS[tier], **self.model_dump(exclude_defaults=True))


#: the names that a policy may set
KEYS: Final = tuple(Thermal.model_fields)
