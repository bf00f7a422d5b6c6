"""The trip chooses among readings: it answers, shows doubtfully, asks back or refuses. The planner is a plain function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from orchestrator.ask import Asker, AskRequest
from orchestrator.catalogue import LiveCatalogue
from orchestrator.planner.reading import Context, Question, Reading, Readings
from registry.access import LOCAL, Principal
from registry.catalog import Catalogue
from registry.clock import ManualClock
from registry.domain import parse_spec
from registry.errors import BadInput, NotFound, Unavailable, UnknownDomain
from registry.plan import parse_plan
from registry.settings import Settings

pytestmark = pytest.mark.anyio
SHOP = parse_spec({
    "domain": "shop",
    "collections": {"orders": {"fields": {"state": {"type": "text"}, "amount": {"type": "int"}}}},
})  # fmt: skip
USERS = parse_spec({
    "domain": "user", "collections": {"users": {"fields": {"name": {"type": "text"}}}},
})  # fmt: skip
COUNT = {"from": "shop.orders", "measures": [{"fn": "count", "as": "orders"}]}
SUM = {"from": "shop.orders", "measures": [{"fn": "sum", "field": "amount", "as": "total"}]}


class House:
    """One domain and the system server, as mappings; counts what it is asked."""

    def __init__(self) -> None:
        self.turns: dict[str, list[Any]] = {}
        self.values = ["open"]
        self.seq = 1
        self.asked: list[str] = []
        self.sick = False

    async def __call__(
        self, domain: str, tool: str, arguments: Mapping[str, Any], *,
        principal: Principal = LOCAL, retry: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        self.asked.append(f"{domain}.{tool}")
        if domain == "system":
            key = arguments.get("id", "c1")
            if tool == "conversation_put":
                self.turns.setdefault(key, []).append(arguments["turn"])
            return {"id": key, "turns": self.turns.get(key, [])}
        if tool == "describe":
            if arguments.get("since_seq") == self.seq:
                return {"seq": self.seq}
            fact = {
                "rows": 3,
                "seq": self.seq,
                "values": {"state": {"values": self.values, "complete": True}},
            }
            return {"seq": self.seq, "facts": {"shop.orders": fact}}
        if self.sick:
            failure = Unavailable("shop is away")
            failure.domain = "shop"
            raise failure
        source = {"collection": "shop.orders", "tier": "warm", "rows_scanned": 3, "ms": 0.1,
                  "as_of": "2026-01-01T00:00:00Z"}  # fmt: skip
        return {"columns": [], "rows": [[3]], "truncated": False, "sources": [source]}


def reading(plan: dict[str, Any], confidence: float, *unknown: str) -> Reading:
    return Reading(
        parse_plan(plan), confidence, f"reading of {plan['measures'][0]['as']}", (), unknown
    )


def asker(house: House, *readings: Reading, reason: str | None = None) -> Asker:
    clock = ManualClock(1)

    def planner(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        return Readings("test", readings, reason, suggestions=("Try orders.",))

    live = LiveCatalogue(house, clock)
    live.adopt({"shop": SHOP})
    return Asker(house, live, planner, clock, Settings(data=None))  # type: ignore[arg-type]


async def test_a_sure_reading_is_answered_with_its_evidence() -> None:
    answer = await asker(House(), reading(COUNT, 0.9)).ask(AskRequest("how many orders?"), LOCAL)
    wire = answer.to_wire()
    assert (answer.status, answer.rows) == ("answered", [[3]])
    assert wire["text"] == "reading of orders: 3."
    assert wire["sources"][0]["collection"] == "shop.orders"
    assert wire["plan"]["from"] == "shop.orders" and wire["planner"] == "test"
    assert set(wire["ms"]) == {"understand", "route", "execute", "total"}


async def test_a_likely_reading_is_tentative_and_an_unlikely_one_is_refused_by_its_words() -> None:
    likely = await asker(House(), reading(COUNT, 0.6, "frobs")).ask(AskRequest("frobs?"), LOCAL)
    assert (likely.status, likely.not_understood) == ("tentative", ("frobs",))
    unlikely = await asker(House(), reading(COUNT, 0.1, "frobs")).ask(AskRequest("frobs?"), LOCAL)
    assert unlikely.status == "refused" and "'frobs'" in unlikely.text and not unlikely.rows


@pytest.mark.parametrize(
    ("there", "everywhere", "told", "status"),
    [
        (reading(COUNT, 0.9), reading(SUM, 0.95), [["shop"]], "answered"),
        (reading(COUNT, 0.5, "names"), reading(SUM, 0.9), [["shop"], ["shop", "user"]], "answered"),
        (reading(COUNT, 0.9, "names"), reading(SUM, 0.5), [["shop"], ["shop", "user"]], "answered"),
        (reading(COUNT, 0.9, "frobs"), reading(SUM, 0.95), [["shop"]], "answered"),
        (None, reading(SUM, 0.9), [["shop"], ["shop", "user"]], "answered"),
        (None, None, [["shop"], ["shop", "user"]], "refused"),
    ],
    ids=["clear", "likelier elsewhere", "likelier there", "strange", "only elsewhere", "nowhere"],
)
async def test_words_mean_what_is_stored_before_what_only_an_empty_domain_knows(
    there: Reading | None, everywhere: Reading | None, told: list[list[str]], status: str
) -> None:
    house, seen = House(), []

    def planner(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        seen.append(sorted(catalogue.domains))
        one = everywhere if "user" in catalogue.domains else there
        return Readings("test", (one,) if one else ())

    live = LiveCatalogue(house, ManualClock(1))
    live.adopt({"shop": SHOP, "user": USERS})
    trip = Asker(house, live, planner, ManualClock(1), Settings(data=None))  # type: ignore[arg-type]
    answer = await trip.ask(AskRequest("how many frobs?"), LOCAL)
    assert (answer.status, seen) == (status, told)
    if there is not None:
        best = max(filter(None, (there, everywhere)), key=lambda r: r.confidence)
        wanted = there if len(told) == 1 else best
        assert answer.plan == wanted.plan.to_wire()


async def test_what_only_an_empty_domain_knows_is_never_sure() -> None:
    house = House()
    users = {"from": "user.users", "measures": [{"fn": "count", "as": "users"}]}

    def planner(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        known = "user" in catalogue.domains
        return Readings("test", (reading(users, 0.99),) if known else ())

    live = LiveCatalogue(house, ManualClock(1))
    live.adopt({"shop": SHOP, "user": USERS})
    trip = Asker(house, live, planner, ManualClock(1), Settings(data=None))  # type: ignore[arg-type]
    assert (await trip.ask(AskRequest("busiest day"), LOCAL)).status == "tentative"


async def test_an_unlikely_reading_is_refused_with_what_was_said_beside_it() -> None:
    trip = asker(House(), reading(COUNT, 0.1, "frobs"), reason="Nobody else knows.")
    answer = await trip.ask(AskRequest("frobs?"), LOCAL)
    assert answer.reason == "Not understood: 'frobs'. Nobody else knows."


async def test_two_close_readings_are_asked_back_and_either_can_be_picked() -> None:
    trip = asker(House(), reading(COUNT, 0.9), reading(SUM, 0.89))
    asked = await trip.ask(AskRequest("orders?"), LOCAL)
    assert asked.status == "clarify" and len(asked.choices) == 2
    for choice in asked.choices:
        picked = await trip.ask(AskRequest("orders?", choice=choice.id), LOCAL)
        assert picked.status == "answered" and picked.plan == choice.plan


async def test_two_unlikely_readings_are_no_choice() -> None:
    unlikely = (reading(COUNT, 0.1, "frobs"), reading(SUM, 0.1, "frobs"))
    answer = await asker(House(), *unlikely).ask(AskRequest("frobs?"), LOCAL)
    assert answer.status == "refused"


async def test_a_choice_that_was_not_offered_is_an_error() -> None:
    with pytest.raises(NotFound, match="'zz'"):
        await asker(House(), reading(COUNT, 0.9)).ask(AskRequest("orders?", choice="zz"), LOCAL)


async def test_no_reading_is_a_refusal_with_reason_and_suggestions() -> None:
    answer = await asker(House(), reason="That is not about the data.").ask(
        AskRequest("why?"), LOCAL
    )
    assert (answer.status, answer.reason) == ("refused", "That is not about the data.")
    assert answer.suggestions == ("Try orders.",)


@pytest.mark.promise(9)
async def test_a_sick_domain_is_named_and_gives_no_rows() -> None:
    house = House()
    house.sick = True
    answer = await asker(house, reading(COUNT, 0.9)).ask(AskRequest("orders?"), LOCAL)
    assert (answer.status, answer.partial, answer.missing) == ("refused", True, ("shop",))
    assert "away" in answer.text


async def test_words_not_understood_get_one_look_at_what_was_stored_since() -> None:
    house = House()
    trip = asker(house, reading(COUNT, 0.6, "late"))
    await trip.ask(AskRequest("late orders?"), LOCAL)
    assert house.asked.count("shop.describe") == 2


async def test_a_conversation_is_handed_out_and_remembered() -> None:
    house = House()
    seen: list[Context] = []

    def planner(question: Question, catalogue: Catalogue, context: Context) -> Readings:
        seen.append(context)
        return Readings("test", (reading(COUNT, 0.9),))

    trip = asker(house)
    trip = Asker(house, trip.catalogue, planner, trip.clock, trip.settings)
    first = await trip.ask(AskRequest("how many orders?"), LOCAL)
    await trip.ask(AskRequest("and last week?", conversation=first.conversation), LOCAL)
    assert seen[0] == Context()
    assert seen[-1].question == "how many orders?" and seen[-1].plan == parse_plan(COUNT)


async def test_explain_stops_after_routing() -> None:
    house = House()
    answer = await asker(house, reading(COUNT, 0.9)).ask(AskRequest("orders?", explain=True), LOCAL)
    assert "shop.query" not in house.asked
    assert [(s.domain, s.plan) for s in answer.steps] == [("shop", answer.plan)]
    assert house.turns == {}, "what was not run is no turn of a conversation"


async def test_a_tenant_or_a_role_that_may_not_read_sees_no_domain() -> None:
    outsider = Principal("eve", "other", ("reader",), domains=("user",))
    with pytest.raises(UnknownDomain):
        await asker(House(), reading(COUNT, 0.9)).ask(AskRequest("orders?"), outsider)


@pytest.mark.promise(8)
async def test_a_plan_within_a_plan_keeps_to_what_may_be_read_and_to_the_domains_asked() -> None:
    within = {"from": "user.users", "select": ["id"]}
    plan = {**COUNT, "where": {"op": "in", "field": "state", "plan": within}}
    both = {**COUNT, "combine": {"op": "except", "plan": {**COUNT, "from": "user.users"}}}
    for made in (plan, both):
        house = House()
        trip = asker(house, reading(made, 0.9))
        trip.catalogue.adopt({"shop": SHOP, "user": USERS})
        outsider = Principal("eve", "other", ("reader",), domains=("shop",))
        with pytest.raises(UnknownDomain, match="'user'"):
            await trip.ask(AskRequest("orders?"), outsider)
        with pytest.raises(UnknownDomain, match="'user'"):
            await trip.ask(AskRequest("orders?", domains=("shop",)), LOCAL)
        assert not {"shop.query", "user.query"} & set(house.asked)


async def test_explain_names_the_plans_within_first() -> None:
    average = {"from": "shop.orders", "measures": [{"fn": "avg", "field": "amount"}]}
    plan = {**COUNT, "where": {"op": ">", "field": "amount", "plan": average}}
    house = House()
    answer = await asker(house, reading(plan, 0.9)).ask(AskRequest("x", explain=True), LOCAL)
    assert "shop.query" not in house.asked
    first, then = answer.steps
    assert first.plan["measures"][0]["fn"] == "avg" and then.plan["measures"][0]["fn"] == "count"


@pytest.mark.parametrize("question", ["", "  \n ", "x" * 2_001])
async def test_an_empty_or_endless_question_is_refused(question: str) -> None:
    with pytest.raises(BadInput):
        await asker(House()).ask(AskRequest(question), LOCAL)


async def test_vocabulary_stays_the_same_object_until_something_was_written() -> None:
    house, clock = House(), ManualClock(1)
    live = LiveCatalogue(house, clock)
    live.adopt({"shop": SHOP})
    first = await live.fresh(LOCAL)
    assert await live.fresh(LOCAL) is first
    clock.advance(5)
    assert await live.fresh(LOCAL) is first, "nothing was written, so the snapshot stays"
    house.seq, house.values = 2, ["open", "late"]
    clock.advance(5)
    assert (await live.fresh(LOCAL)).facts_of("shop.orders").values["state"].values == (
        "open",
        "late",
    )


async def test_what_was_written_here_is_known_to_the_next_question() -> None:
    house, clock = House(), ManualClock(1)
    live = LiveCatalogue(house, clock)
    live.adopt({"shop": SHOP})
    await live.fresh(LOCAL)
    house.seq, house.values = 2, ["open", "late"]
    live.wrote(LOCAL.tenant, "shop")
    known = await live.fresh(LOCAL)
    assert known.facts_of("shop.orders").values["state"].values == ("open", "late")


async def test_what_is_written_while_facts_are_fetched_is_fetched_again() -> None:
    house, clock = House(), ManualClock(1)
    live: LiveCatalogue

    async def call(
        domain: str, tool: str, arguments: Mapping[str, Any], **rest: Any
    ) -> dict[str, Any]:
        found = await house(domain, tool, arguments)
        clock.advance(1)
        if house.seq == 1:
            house.seq, house.values = 2, ["late"]
            live.wrote(LOCAL.tenant, "shop")
        return found

    live = LiveCatalogue(call, clock)
    live.adopt({"shop": SHOP})
    await live.fresh(LOCAL)
    known = await live.fresh(LOCAL)
    assert known.facts_of("shop.orders").values["state"].values == ("late",)


async def test_each_tenant_has_a_vocabulary_of_its_own() -> None:
    house = House()
    live = LiveCatalogue(house, ManualClock(1))
    live.adopt({"shop": SHOP})
    await live.fresh(Principal(tenant="a"))
    assert not live.bare(Principal(tenant="b")).facts


async def test_what_goes_on_from_a_forgotten_turn_is_told_so() -> None:
    trip = asker(House(), reason="Nothing.")
    lost = await trip.ask(AskRequest("and last week?", conversation="gone"), LOCAL)
    assert lost.status == "refused" and "whole question" in lost.suggestions[0]
    whole = await trip.ask(AskRequest("zzz", conversation="gone"), LOCAL)
    assert whole.suggestions == ("Try orders.",)
