"""The demo's end: a domain cools, what is read often comes back, the answer stays, and where
everything is now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from orchestrator.commands import answers, screen
from registry.limits import GET_IDS_MAX
from registry.tier import Tier

if TYPE_CHECKING:
    from orchestrator.client import Client

_TIERS: Final = tuple(tier.value for tier in Tier)
_DOMAIN: Final = "logs"
_QUESTION: Final = "How many errors did each service log?"
_READS: Final = 5  # of each record; more than brings a record back
_FEW: Final = 12  # records read where there is one segment only
_SHOWN_MAX: Final = 4  # moves of one pass


@dataclass(frozen=True, slots=True)
class Map:
    """What moved before the user's eyes, the same question before and after, and `tiers`: {domain:
    {tier: records}}. `read`: how many records were read often, of which place.
    """

    question: str
    before: dict[str, Any]
    after: dict[str, Any]
    cooled: tuple[dict[str, Any], ...]
    read: tuple[str, int]
    promoted: tuple[dict[str, Any], ...]
    tiers: Mapping[str, Mapping[str, int]]

    @property
    def fine(self) -> bool:
        """Something cooled, something came back, no answer changed, and no tier is empty."""
        total = totals(self.tiers)
        return bool(
            self.cooled
            and self.promoted
            and self.before["status"] == self.after["status"] == "answered"
            and self.before["rows"] == self.after["rows"]
            and all(total[tier] for tier in _TIERS)
        )

    def to_wire(self) -> dict[str, Any]:
        """As `--json` shows it."""
        return {
            "question": self.question,
            "before": self.before,
            "cooled": list(self.cooled),
            "read": {"place": self.read[0], "records": self.read[1], "times": _READS},
            "promoted": list(self.promoted),
            "after": self.after,
            "tiers": self.tiers,
            "fine": self.fine,
        }


async def show_tiers(client: Client, now: str) -> Map:
    """Cool a cold domain, read a part of it often, and let that come back by itself."""
    await _warm_something(client)
    before = await client.ask(_QUESTION, now=now)
    cooled = await _cool(client)
    cooled += await _cool_by_hand(client)
    place, ids = await _chosen(client)
    for _ in range(_READS):
        for first in range(0, len(ids), GET_IDS_MAX):
            await client.get(place.split("/")[0], *ids[first : first + GET_IDS_MAX])
    promoted = [moved for moved in await _cool(client) if moved["tier"] == "warm"]
    after = await client.ask(_QUESTION, now=now)
    found = await client.call("admin_read", action="tiers")
    return Map(
        _QUESTION,
        before,
        after,
        tuple(cooled),
        (place, len(ids)),
        tuple(promoted),
        _tiers(found["places"]),
    )


async def _cool(client: Client) -> list[dict[str, Any]]:
    done = await client.call("admin_write", action="cool", arguments={"domain": _DOMAIN})
    moved: list[dict[str, Any]] = done["moved"]
    return moved


async def _places(client: Client) -> list[dict[str, Any]]:
    found = await client.call("admin_read", action="tiers", arguments={"domain": _DOMAIN})
    places: list[dict[str, Any]] = found["places"]
    return places


async def _warm_something(client: Client) -> None:
    """Where a server has cooled everything since the last run, a part comes back first."""
    places = await _places(client)
    if all(place["tier"] == "cold" for place in places):
        smallest = min(places, key=lambda place: int(place["rows"]))
        await _move(client, smallest["place"], "warm")


async def _move(client: Client, place: str, tier: str) -> dict[str, Any]:
    given = {"place": place, "tier": tier}
    return await client.call("admin_write", action="move", arguments=given)


async def _cool_by_hand(client: Client) -> list[dict[str, Any]]:
    """What came back in an earlier run, and would stay as long as it is warm."""
    moved = []
    for place in await _places(client):
        if place["tier"] != "cold":
            done = await _move(client, place["place"], "cold")
            moved.append({**done, "why": "it came back in an earlier run of the demo"})
    return moved


async def _chosen(client: Client) -> tuple[str, list[str]]:
    """The smallest segment and its records; a few of them where it is the only one."""
    places = await _places(client)
    chosen = min(places, key=lambda place: int(place["rows"]))
    address, bucket = str(chosen["place"]).split("/")[:2]
    bounds = [
        {"op": op, "field": "at", "value": f"{month}-01T00:00:00Z"}
        for op, month in ((">=", bucket), ("<", _next_month(bucket)))
    ]
    page = await client.query(
        {
            "from": address,
            "select": ["id"],
            "where": {"op": "and", "args": bounds},
            "limit": int(chosen["rows"]) if len(places) > 1 else _FEW,
        }
    )
    return str(chosen["place"]), [id for (id,) in page["rows"]]


def _next_month(bucket: str) -> str:
    year, month = map(int, bucket.split("-"))
    return f"{year + month // 12}-{month % 12 + 1:02}"


def _tiers(places: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """{domain: {tier: records}}; what the cache holds is hot, wherever its truth is."""
    out: dict[str, dict[str, int]] = {}
    for place in places:
        domain = str(place["place"]).partition(".")[0]
        counts = out.setdefault(domain, dict.fromkeys(_TIERS, 0))
        hot = place.get("resident", 0)
        below = "cold" if place["tier"] == "cold" else "warm"
        counts["hot"] += hot
        counts[below] += place["rows"] - hot
    return out


def totals(tiers: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """{tier: records} over all domains."""
    return {tier: sum(counts[tier] for counts in tiers.values()) for tier in _TIERS}


# -- for a person --------------------------------------------------------------------------------


def print_map(shown: Map) -> None:
    """The story, then the map."""
    screen.line("Data moves by itself", style="bold cyan")
    screen.line(f"{shown.question} (before)", style="dim")
    answers.print_answer(shown.before)
    _print_moved("One cooling pass:", shown.cooled)
    place, count = shown.read
    read = f"Then {count:,} records of {place} are read {_READS} times each."
    _print_moved(f"{read} The next pass:", shown.promoted)
    same = "the same answer" if shown.before["rows"] == shown.after["rows"] else "ANOTHER ANSWER"
    screen.line(f"{shown.question} (after: {same})", style="dim")
    screen.line(answers.provenance(shown.after), style="dim")
    screen.line()
    counted = {**shown.tiers, "all": totals(shown.tiers)}
    rows = [(name, *counts.values(), sum(counts.values())) for name, counts in counted.items()]
    headers = ("domain", "hot: cache", "warm: rows", "cold: segments", "records")
    screen.grid(headers, rows, right=(1, 2, 3, 4))
    if not shown.fine:
        screen.line("This is not how it should have gone.", style="bold red")
    screen.line()


def _print_moved(title: str, moved: tuple[dict[str, Any], ...]) -> None:
    screen.line(title)
    for one in moved[:_SHOWN_MAX]:
        what = f"{one['rows']:,} records are {one['tier']} now: {one['place']}"
        screen.line(f"  {what}; {one['why']}")
    if len(moved) > _SHOWN_MAX:
        screen.line(f"  … {len(moved) - _SHOWN_MAX} more")
