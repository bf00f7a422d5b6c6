"""A person is erased through the front door: in every domain, down to the bytes, with a receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from orchestrator.app import App, running
from orchestrator.client import Client, connect
from orchestrator.erase import erase
from orchestrator.hold import tell
from orchestrator.links import Links
from orchestrator.upkeep import custody
from registry.access import LOCAL, Principal
from registry.clock import ManualClock
from registry.errors import BadInput, Denied, IsothermError, NotFound, Unavailable, UnknownDomain
from registry.limits import SEGMENT_GRACE_SECONDS
from registry.moment import time_us
from registry.settings import Settings

pytestmark = pytest.mark.anyio
NOW = "2026-11-23T12:00:00Z"
MARK = "zzmarkzz"
HER = f"{MARK}-id"


def clock() -> ManualClock:
    now = time_us(NOW)
    assert now
    return ManualClock(now)


async def admin(client: Client, action: str, **arguments: Any) -> dict[str, Any]:
    tool = "admin_read" if action in ("holds", "erasures", "tiers", "taught") else "admin_write"
    return await client.call(tool, action=action, arguments=arguments)


#: {collection: records}; with {w} for her id, and her mark in everything she could have written
OF_HERS: dict[str, list[dict[str, Any]]] = {
    "user.users": [{"id": HER, "name": f"Anna {MARK}", "email": f"{MARK}@example.org", "city": f"{MARK}stadt", "signed_up_at": "2026-01-05T00:00:00Z", "extra": {"nick": f"{MARK}nick"}}],
    "session.sessions": [{"id": f"s{MARK}", "user": HER, "started_at": "2026-01-07T00:00:00Z", "ip": f"{MARK}.1"}],
    "session.logins": [{"id": "l1", "user": HER, "at": "2026-01-07T00:00:00Z", "ip": f"{MARK}.2"}],
    "chat.conversations": [{"id": "c1", "subject": f"help {MARK}", "customer": HER, "opened_at": "2026-01-08T00:00:00Z"}],
    "chat.messages": [
        {"id": "m1", "conversation": "c1", "author": HER, "body": f"I am {MARK} here", "sent_at": "2026-01-08T00:00:00Z"},
        {"id": "m2", "conversation": "c1", "author": "u2", "body": f"Dear {MARK}, sure", "sent_at": "2026-01-08T00:01:00Z"}],
    "analytics.events": [{"id": "e1", "user": HER, "name": "ran_search", "at": "2026-01-09T00:00:00Z"}],
    "analytics.page_views": [{"id": "v1", "session": f"s{MARK}", "path": f"/{MARK}", "at": "2026-01-09T00:00:00Z"}],
    "content.comments": [{"id": "k1", "article": "a1", "author": HER, "body": f"nice {MARK}", "posted_at": "2026-01-09T00:00:00Z"}],
    "logs.entries": [{"id": "g1", "user": HER, "message": f"{MARK} failed", "at": "2026-01-09T00:00:00Z", "service": "api", "level": "error"}],
    "compliance.consents": [{"id": "n1", "user": HER, "granted": True, "decided_at": "2026-01-09T00:00:00Z"}],
    "compliance.requests": [{"id": "r1", "subject": HER, "received_at": "2026-01-09T00:00:00Z"}],
    "compliance.audit": [{"id": "d1", "actor": HER, "ip": f"{MARK}.3", "at": "2026-01-09T00:00:00Z"}],
}  # fmt: skip
#: records of others that mention her
OF_OTHERS: dict[str, list[dict[str, Any]]] = {
    "user.users": [{"id": "u2", "name": "Bert Other", "email": "bert@example.org", "signed_up_at": "2026-01-05T00:00:00Z"}],
    "chat.conversations": [{"id": "c2", "subject": "other", "customer": "u2", "agent": HER, "opened_at": "2026-01-08T00:00:00Z"}],
    "chat.messages": [{"id": "m3", "conversation": "c2", "author": "u2", "body": "hello again", "sent_at": "2026-01-08T00:00:00Z"}],
    "content.articles": [{"id": "a1", "title": "How to", "body": "so", "author": HER, "published_at": "2026-01-08T00:00:00Z"}],
    "workflow.tasks": [{"id": "t1", "title": "look", "assignee": HER, "created_at": "2026-01-08T00:00:00Z"}],
    "backup.jobs": [{"id": "nightly", "name": "nightly", "owner": HER}],
    "archive.documents": [{"id": "o1", "title": "contract", "owner": HER, "filed_at": "2026-01-08T00:00:00Z"}],
    "metrics.alerts": [{"id": "x1", "acknowledged_by": HER, "raised_at": "2026-01-08T00:00:00Z", "title": "cpu"}],
    "session.sessions": [{"id": "s2", "user": "u2", "started_at": "2026-01-07T00:00:00Z"}],
}  # fmt: skip


async def fill(client: Client, *, cold: bool = True) -> None:
    for records in (OF_HERS, OF_OTHERS):
        for address, some in records.items():
            domain, _, name = address.partition(".")
            await client.write(f"{domain}__put", collection=name, records=some)
    if cold:
        await admin(client, "cool")


async def use(client: Client) -> None:
    """Everything else that remembers what passes through."""
    await client.call("ask", question=f'messages mentioning "{MARK}"', conversation="talk")
    rows = [f"q{n},{HER},2026-01-09T00:00:00Z,mobile" for n in range(40)]
    text = "\n".join(["id,user,started_at,device", *rows, f"q40,{HER},2026-01-09T00:00:00Z,{MARK}"])
    await client.call("ingest", text=text, into="session.sessions")
    await client.call("ingest", text=text.replace("q", "p"), dry_run=True)
    message = {"id": f"late {MARK}", "conversation": "c1", "author": HER, "body": f"{MARK} late", "sent_at": "2026-11-08T00:00:00Z"}  # fmt: skip
    await client.write("chat__put", collection="messages", idempotency_key=f"{MARK}-once", records=[message])  # fmt: skip
    await client.write("logs__put", collection="entries", records=[{"id": f"gone {MARK}", "message": MARK, "at": NOW, "service": "api", "level": "error", "user": HER}])  # fmt: skip
    await client.write("logs__delete", collection="entries", ids=[f"gone {MARK}"])
    await client.call("get", collection="user.users", ids=[HER])
    hers = {"from": "user.users", "where": {"op": "=", "field": "name", "value": f"Anna {MARK}"}}
    await admin(client, "teach", question=f"where does Anna {MARK} live", plan=hers)
    by_id = {"from": "session.sessions", "where": {"op": "=", "field": "user", "value": HER}}
    await admin(client, "teach", question="her sessions", plan=by_id)
    await admin(client, "teach", word="the boss", means=f"user.users.name=Anna {MARK}")
    await admin(client, "teach", word="clientele", means="user.teams")


def soiled(folder: Path) -> list[str]:
    """The files in which the mark stands, as bytes; those of segments unpacked."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [str(p.relative_to(folder)) for p in files if MARK.encode() in unpacked(p)]


def unpacked(path: Path) -> bytes:
    body = path.read_bytes()
    if body.startswith(b"PAR1"):
        body += orjson.dumps(pq.read_table(path).to_pylist(), default=str)
    return body


@pytest.mark.promise(11)
async def test_no_byte_of_an_erased_person_is_left_in_the_data_folder(tmp_path: Path) -> None:
    time = clock()
    async with connect(Settings(data=tmp_path), clock=time) as client:
        await fill(client)
        await use(client)
        assert soiled(tmp_path)
        receipt = await admin(client, "erase", subject=HER)
        assert receipt["status"] == "waiting"
        ends = time_us(receipt["finishes_at"])
        assert ends == time.now_us() + SEGMENT_GRACE_SECONDS * 1_000_000
        told = {f"{d}.{c}": n for d, one in receipt["domains"].items() for c, n in one["collections"].items()}  # fmt: skip
        assert told["chat.messages"] == {"deleted": 3, "emptied": 0}
        assert told["chat.conversations"] == {"deleted": 1, "emptied": 1}
        assert {a for a, n in told.items() if n["deleted"]} == set(OF_HERS)
        assert receipt["system"]["conversations"] >= 1 and receipt["system"]["staged"] >= 1
        assert receipt["system"]["lessons"] == 3
        assert [one["where"] for one in receipt["not_reached"]] == ["backups"]
        time.advance(SEGMENT_GRACE_SECONDS + 1)
        assert (await admin(client, "cool"))["erased"] == 1
        (kept,) = (await admin(client, "erasures"))["erasures"]
        assert kept["done"] and MARK not in str(kept)
    assert soiled(tmp_path) == []


@pytest.mark.parametrize(
    "given", [{"dry_run": "yes"}, {"dry_run": 1}, {"dry_run": None}, {"dryrun": True}]
)
async def test_an_erasure_with_an_argument_that_it_does_not_know_erases_nothing(
    tmp_path: Path, given: dict[str, Any]
) -> None:
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        await client.write("user__put", collection="users", records=OF_HERS["user.users"])
        with pytest.raises(BadInput, match=r"dry_?run"):
            await admin(client, "erase", subject=HER, **given)
        assert (await client.get("user.users", HER))["records"]


async def test_others_keep_their_records_and_only_lose_the_reference(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        await fill(client)
        await admin(client, "erase", subject=HER)
        for address, records in OF_OTHERS.items():
            for record in records:
                (found,) = (await client.get(address, record["id"]))["records"]
                want = {n: v for n, v in record.items() if v != HER}
                if address == "content.articles":
                    want["author"] = "erased"
                assert {n: v for n, v in found.items() if n in record} == want
        for address, records in OF_HERS.items():
            assert (await client.get(address, *[r["id"] for r in records]))["records"] == []
        answer = await client.call("ask", question=f'messages mentioning "{MARK}"')
        assert answer.get("row_count", 0) == 0


async def test_a_dry_run_says_what_would_go_and_leaves_it(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        await fill(client)
        found = await admin(client, "erase", subject=HER, dry_run=True)
        assert found["status"] == "dry-run"
        assert found["domains"]["chat"]["messages"] == {"deleted": 2, "emptied": 0}
        assert found["domains"]["content"]["articles"] == {"deleted": 0, "emptied": 1}
        assert len((await client.get("user.users", HER))["records"]) == 1
        assert (await admin(client, "erasures"))["erasures"] == []


async def test_erasing_again_finds_nothing_and_says_so(tmp_path: Path) -> None:
    time = clock()
    async with connect(Settings(data=tmp_path), clock=time) as client:
        await fill(client)
        await admin(client, "erase", subject=HER)
        time.advance(SEGMENT_GRACE_SECONDS + 1)
        assert (await admin(client, "erase", subject=HER))["status"] == "done"
        again = await admin(client, "erase", subject=HER)
        assert (again["status"], again["domains"]) == ("nothing", {})
        assert (await admin(client, "erase", subject="nobody"))["status"] == "nothing"


async def test_an_erasure_in_one_tenant_never_touches_anothers(tmp_path: Path) -> None:
    time, other = clock(), Principal("op", tenant="other")
    async with running(Settings(data=tmp_path), clock=time) as app:
        for principal in (LOCAL, other):
            for address, records in OF_HERS.items():
                domain, _, name = address.partition(".")
                given = {"collection": name, "records": records}
                await app.links.call(domain, "put", given, principal=principal)
        mine = await stored(app, LOCAL)
        specs = app.catalogue.specs
        receipt = await erase(app.links, specs, other, HER)
        assert receipt["domains"]["chat"]["collections"]["messages"]["deleted"] == 2
        assert not any(await stored(app, other))
        assert await stored(app, LOCAL) == mine
        time.advance(SEGMENT_GRACE_SECONDS + 1)
        assert await custody(app.links, specs, LOCAL) == {"erased": 0}, "it was done already"
        assert (await app.links.call("system", "erasures", {}))["erasures"] == []
        assert await stored(app, LOCAL) == mine


async def stored(app: App, principal: Principal) -> list[Any]:
    found = []
    for address, records in OF_HERS.items():
        domain, _, name = address.partition(".")
        given = {"collection": name, "ids": [r["id"] for r in records]}
        data = await app.links.call(domain, "get", given, principal=principal)
        found.append([{n: v for n, v in r.items() if n != "tier"} for r in data["records"]])
    return found


@pytest.mark.promise(11)
async def test_older_backups_are_named_as_not_reached_and_new_ones_hold_nothing(
    tmp_path: Path,
) -> None:
    time = clock()
    settings = Settings(data=tmp_path / "data", backups=tmp_path / "backups")
    async with connect(settings, clock=time) as client:
        await fill(client)
        made = await admin(client, "backup")
        assert soiled(tmp_path / "backups")
        (named,) = (await admin(client, "erase", subject=HER))["not_reached"]
        assert [one["id"] for one in named["known"]] == [made["id"]]
        time.advance(SEGMENT_GRACE_SECONDS + 1)
        await admin(client, "cool")
        await admin(client, "backup", keep=1)
    assert soiled(tmp_path / "backups") == []


async def test_records_that_name_her_undeclared_are_told_and_left(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        spec = {"domain": "crm", "collections": {"calls": {"fields": {"who": {"type": "text"}}}}}
        await admin(client, "domain_add", spec=spec)
        await client.write("crm__put", collection="calls", records=[{"id": "1", "who": HER}])
        told = (await admin(client, "erase", subject=HER))["not_reached"][0]
        assert told["where"] == "crm.calls" and "1 records" in told["why"]
        spec["collections"]["calls"]["subject"] = "who"  # type: ignore[index]
        await admin(client, "domain_add", spec=spec)
        done = await admin(client, "erase", subject=HER)
        assert done["domains"]["crm"]["collections"]["calls"]["deleted"] == 1


class Crash(Exception):
    """The process ends here."""


@pytest.mark.promise(11)
async def test_a_saga_that_ends_after_any_step_is_finished_by_the_next(tmp_path: Path) -> None:
    """Each run dies one step later than the one before, until one comes to its end."""
    time = clock()
    async with running(Settings(data=tmp_path), clock=time) as app:
        specs = {name: app.catalogue.specs[name] for name in ("user", "session", "chat")}
        for records in (OF_HERS, OF_OTHERS):
            for address, some in records.items():
                domain, _, name = address.partition(".")
                if domain in specs:
                    await app.links.call(domain, "put", {"collection": name, "records": some})
        links, steps = Dying(app.links), 0
        while True:
            links.left = steps
            try:
                receipt = await erase(links, specs, LOCAL, HER)  # type: ignore[arg-type]
                break
            except Crash:
                steps += 1
        assert steps > 20
        assert receipt["status"] == "nothing", "the last run before had come to its end unheard"
        kept = (await app.links.call("system", "erasures", {}))["erasures"]
        assert all(one["done"] for one in kept)
        domains = kept[0]["receipt"]["domains"]
        told = {f"{d}.{c}": n["deleted"] for d, one in domains.items() for c, n in one["collections"].items()}  # fmt: skip
        wanted = {a: len(r) for a, r in OF_HERS.items() if a.partition(".")[0] in specs}
        assert told == wanted
    assert soiled(tmp_path) == []


class Dying:
    """Links of a process that ends after so many calls were answered."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self.left = 0

    async def call(self, *given: Any, **how: Any) -> dict[str, Any]:
        data = await self._links.call(*given, **how)
        self.left -= 1
        if self.left < 0:
            raise Crash(given[1])
        return data


# -- legal holds ---------------------------------------------------------------------------------


async def test_a_person_under_hold_is_neither_erased_nor_deleted(tmp_path: Path) -> None:
    settings, time = Settings(data=tmp_path), clock()
    async with connect(settings, clock=time) as client:
        await fill(client)
        put = await admin(client, "hold_add", kind="subject", target=HER, reason="case 7")
        assert put == {"kind": "subject", "target": HER, "new": True}
        with pytest.raises(Denied, match=r"case 7.*hold remove subject"):
            await admin(client, "erase", subject=HER)
    async with connect(settings, clock=time) as client:
        with pytest.raises(Denied):
            await admin(client, "erase", subject=HER, dry_run=True)
        for collection, id in (("conversations", "c1"), ("messages", "m2")):
            with pytest.raises(Denied, match="legal hold"):
                await client.write("chat__delete", collection=collection, ids=[id])
        await client.write("chat__delete", collection="messages", ids=["m3"])
        found = await admin(client, "holds")
        assert [(h["kind"], h["target"], h["reason"]) for h in found["holds"]] == [
            ("subject", HER, "case 7")
        ]
        await admin(client, "hold_remove", kind="subject", target=HER)
        assert [e["action"] for e in (await admin(client, "holds"))["log"]] == ["hold", "release"]
        await client.write("chat__delete", collection="messages", ids=["m2"])
        assert (await admin(client, "erase", subject=HER))["status"] == "waiting"


async def test_a_held_collection_is_named_in_the_receipt_as_not_reached(tmp_path: Path) -> None:
    time = clock()
    async with connect(Settings(data=tmp_path), clock=time) as client:
        await fill(client)
        await admin(client, "hold_add", kind="collection", target="chat.messages", reason="audit")
        await admin(client, "hold_add", kind="domain", target="logs", reason="breach")
        receipt = await admin(client, "erase", subject=HER)
        kept = {one["where"] for one in receipt["not_reached"]}
        assert kept == {"chat.messages", "logs.entries", "backups"}
        assert len((await client.get("chat.messages", "m1", "m2"))["records"]) == 2
        assert (await client.get("chat.conversations", "c1"))["records"] == []


async def test_a_new_record_of_a_held_person_is_held_after_the_next_pass(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        await fill(client, cold=False)
        await admin(client, "hold_add", kind="subject", target=HER, reason="case 7")
        late = {"subject": "x", "opened_at": "2026-11-08T00:00:00Z"}
        message = {"author": "u2", "body": "b", "sent_at": "2026-11-08T00:00:00Z"}
        await client.write("chat__put", collection="conversations", records=[{"id": "c9", "customer": HER, **late}])  # fmt: skip
        await client.write("chat__put", collection="messages", records=[{"id": "m9", "conversation": "c9", **message}])  # fmt: skip
        with pytest.raises(Denied):
            await client.write("chat__delete", collection="conversations", ids=["c9"])
        await admin(client, "cool")
        with pytest.raises(Denied):
            await client.write("chat__delete", collection="messages", ids=["m9"])


class Silent:
    """Links over which one domain does not say whose its records are."""

    def __init__(self, links: Links, domain: str) -> None:
        self._links, self._domain = links, domain

    async def call(self, domain: str, tool: str, *given: Any, **how: Any) -> dict[str, Any]:
        if (domain, tool) == (self._domain, "subject_find"):
            raise Unavailable(f"{domain} does not answer.")
        return await self._links.call(domain, tool, *given, **how)


async def test_what_is_held_stays_held_while_a_domain_cannot_say_whose_its_records_are(
    tmp_path: Path,
) -> None:
    settings = Settings(data=tmp_path)
    async with running(settings, clock=clock()) as app, connect(settings, clock=clock()) as client:
        await fill(client, cold=False)
        await admin(client, "hold_add", kind="subject", target=HER, reason="case 7")
        links: Any = Silent(app.links, "session")
        assert "session" in await tell(links, app.catalogue.specs, LOCAL)
        with pytest.raises(Denied):
            await client.write("analytics__delete", collection="page_views", ids=["v1"])
        assert await tell(app.links, app.catalogue.specs, LOCAL) == {}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"kind": "subject", "target": "x"}, IsothermError),
        ({"kind": "planet", "target": "x", "reason": "r"}, IsothermError),
        ({"kind": "domain", "target": "x", "reason": "r"}, UnknownDomain),
        ({"kind": "collection", "target": "chat.x", "reason": "r"}, UnknownDomain),
    ],
)
async def test_a_hold_on_nothing_is_refused(
    tmp_path: Path, given: dict[str, Any], error: type[Exception]
) -> None:
    async with connect(Settings(data=tmp_path), clock=clock()) as client:
        with pytest.raises(error):
            await admin(client, "hold_add", **given)
        with pytest.raises(NotFound):
            await admin(client, "hold_remove", kind="subject", target="nobody")
