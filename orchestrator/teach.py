"""The teaching trip: what somebody vouches for is checked against the catalogue, then kept by
`system` for the tenant. Makes no plan of its own and changes no domain.

    {question, plan, now?}      this question is answered by this plan
    {word, means}               this word means a collection, field, measure or value
    {default, time?, label?}    this collection's event time or naming field
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import orjson

from orchestrator.catalogue import LiveCatalogue
from orchestrator.links import Call
from orchestrator.planner.meant import check_word, meant
from orchestrator.planner.pattern import Slot, pattern
from registry.access import Principal
from registry.catalog import Catalogue
from registry.check import check
from registry.errors import BadInput, shown
from registry.limits import QUESTION_CHARS_MAX
from registry.plan import parse_plan
from registry.record import TEMPORAL, TIME, decode
from registry.taught import KINDS, Verified

_KEYS: Final = {
    "question": {"question", "plan", "now"},
    "word": {"word", "means"},
    "default": {"default", "time", "label"},
}


async def teach(
    call: Call,
    live: LiveCatalogue,
    principal: Principal,
    arguments: Mapping[str, Any],
    now_us: int,
) -> dict[str, Any]:
    """{taught: kind, new, …what was understood}. `BadInput`, or what the check of a plan raises."""
    kind = _kind(arguments)
    known = await live.fresh(principal)
    body, told = _LESSONS[kind](arguments, known, now_us)
    text = arguments[kind]
    given = {"kind": kind, "text": text, "body": body}
    data = await call("system", "lesson_put", given, principal=principal)
    live.learned(principal.tenant)
    return {"taught": kind, "new": data["new"], **told}


async def forget(
    call: Call, live: LiveCatalogue, principal: Principal, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """{forgotten: kind}; `NotFound` where nothing of the kind was taught."""
    kind = _kind(arguments)
    given = {"kind": kind, "text": _text(arguments, kind)}
    await call("system", "lesson_drop", given, principal=principal)
    live.learned(principal.tenant)
    return {"forgotten": kind}


async def taught(call: Call, principal: Principal) -> dict[str, Any]:
    """{questions, words, defaults}, each with the time it was taught, oldest first."""
    data = await call("system", "lessons", {}, principal=principal, retry=True)
    out: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for lesson in data["lessons"]:
        body = dict(lesson["body"])
        if "plan" in body:
            body["plan"] = orjson.loads(body["plan"])
            del body["now_us"]
        out[lesson["kind"]].append({**body, "at": lesson["at"]})
    return {f"{kind}s": lessons for kind, lessons in out.items()}


def _kind(arguments: Mapping[str, Any]) -> str:
    kinds = [kind for kind in KINDS if kind in arguments]
    if len(kinds) != 1:
        raise BadInput("Give one of `question`, `word` and `default`.")
    if unknown := set(arguments) - _KEYS[kinds[0]]:
        raise BadInput(f"A {kinds[0]} goes with no argument {shown(min(unknown))}.")
    _text(arguments, kinds[0])
    return kinds[0]


def _text(arguments: Mapping[str, Any], name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > QUESTION_CHARS_MAX:
        raise BadInput(f"`{name}` is a text of 1 to {QUESTION_CHARS_MAX:,} characters.")
    return value


Lesson = tuple[dict[str, Any], dict[str, Any]]


def _question(arguments: Mapping[str, Any], known: Catalogue, now_us: int) -> Lesson:
    if "now" in arguments:
        said = decode(_text(arguments, "now"), TIME, where="now")
        assert isinstance(said, int)
        now_us = said
    plan = parse_plan(arguments.get("plan"))
    check(plan, known)
    wire = orjson.dumps(plan.to_wire()).decode()
    vouched = Verified(_text(arguments, "question"), wire, now_us)
    slots = [part.kind for part in pattern(vouched).parts if isinstance(part, Slot)]
    return asdict(vouched), {"slots": slots}


def _word(arguments: Mapping[str, Any], known: Catalogue, now_us: int) -> Lesson:
    word, means = check_word(_text(arguments, "word"), known), _text(arguments, "means")
    found = meant(means, known)
    return {"word": word, "means": means}, {"means": found.kind}


def _default(arguments: Mapping[str, Any], known: Catalogue, now_us: int) -> Lesson:
    address = _text(arguments, "default")
    spec = known.collection(address)
    body = {"collection": address}
    for name in ("time", "label"):
        if name in arguments:
            body[name] = _text(arguments, name)
            kind = spec.field(body[name]).type
            if name == "time" and kind not in TEMPORAL:
                raise BadInput(f"{shown(body[name])} is {kind}; an event time is a time or a date.")
            if body[name] not in spec.fields:
                raise BadInput(f"{shown(body[name])} is part of every record; choose a field.")
    if len(body) == 1:
        raise BadInput("Give the collection's `time` or `label`.")
    return body, {"collection": address}


_LESSONS: Final = {"question": _question, "word": _word, "default": _default}
