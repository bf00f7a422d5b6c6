"""A token holds for one audience, for a while, unaltered; everything else is `Denied`, all alike."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.access import (
    LOCAL,
    ROLES,
    Action,
    Principal,
    allowed,
    decide,
    mint,
    verified,
    verify,
)
from registry.errors import Denied
from registry.limits import DOMAINS_MAX, PRINCIPAL_SECONDS

KEY = bytes(range(32))
NOW_US = 1_790_000_000_500_000
ANN = Principal("ann", "acme", ("reader", "writer"), ("user", "chat"))
TOKEN = mint(ANN, "user", key=KEY, now_us=NOW_US)
CLAIMS = {"sub": "a", "ten": "t", "rol": ["reader"], "dom": None, "aud": "user", "exp": 2 * 10**9}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(payload: bytes, key: bytes = KEY) -> str:
    """A token with any payload, truly signed: as by a broken minter that holds the key."""
    body = b64(payload)
    return f"{body}.{b64(hmac.new(key, body.encode(), hashlib.sha256).digest())}"


def claims(**changed: Any) -> str:
    return signed(orjson.dumps({**CLAIMS, **changed}))


def refused(token: object, audience: str = "user", key: bytes = KEY, now_us: int = NOW_US) -> str:
    with pytest.raises(Denied) as no:
        verify(token, audience, key=key, now_us=now_us)
    return no.value.message


SUBJECTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
PRINCIPALS = st.builds(
    Principal,
    SUBJECTS,
    SUBJECTS,
    st.lists(SUBJECTS, max_size=4).map(tuple),
    st.none() | st.lists(SUBJECTS, max_size=4).map(tuple),
)


@given(PRINCIPALS, SUBJECTS)
def test_a_principal_travels_in_a_token_unchanged(who: Principal, audience: str) -> None:
    token = mint(who, audience, key=KEY, now_us=NOW_US)
    assert token.isascii()
    assert verify(token, audience, key=KEY, now_us=NOW_US) == who


def test_a_token_says_until_when_it_holds() -> None:
    who, until_us = verified(TOKEN, "user", key=KEY, now_us=NOW_US)
    assert who == ANN
    assert until_us == NOW_US // 1_000_000 * 1_000_000 + PRINCIPAL_SECONDS * 1_000_000
    assert verify(TOKEN, "user", key=KEY, now_us=until_us) == ANN
    refused(TOKEN, now_us=until_us + 1)


def test_a_token_may_name_every_domain_there_can_be() -> None:
    who = Principal("ann", "acme", ("reader",), tuple(f"d{i:023}" for i in range(DOMAINS_MAX)))
    assert verify(mint(who, "user", key=KEY, now_us=0), "user", key=KEY, now_us=0) == who


HEADER = b64(b'{"alg":"none","typ":"JWT"}')
BODY, SIGNATURE = TOKEN.split(".")
FORGED: dict[str, object] = {
    "nothing": None,
    "empty": "",
    "a dot": ".",
    "bytes": TOKEN.encode(),
    "a number": 7,
    "a list": [TOKEN],
    "no signature": BODY,
    "empty signature": f"{BODY}.",
    "only signature": f".{SIGNATURE}",
    "truncated": TOKEN[:-1],
    "truncated body": TOKEN[1:],
    "padded": f"{TOKEN}=",
    "trailing space": f"{TOKEN} ",
    "trailing newline": f"{TOKEN}\n",
    "twice": f"{TOKEN}.{SIGNATURE}",
    "alg none": f"{HEADER}.{BODY}.",
    "alg HS256 as a JWT": f"{HEADER}.{BODY}.{SIGNATURE}",
    "hex signature": f"{BODY}.{hmac.new(KEY, BODY.encode(), hashlib.sha256).hexdigest()}",
    "empty key": signed(orjson.dumps(CLAIMS), b""),
    "another key": signed(orjson.dumps(CLAIMS), bytes(32)),
    "other body": f"{b64(orjson.dumps(CLAIMS))}.{SIGNATURE}",
    "non-ASCII": TOKEN + "é",
    "surrogate": TOKEN + "\ud800",
    "NUL": TOKEN + "\x00",
    "giant": "a" * 10_000_000,
    "giant and signed": claims(sub="a" * 100_000),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_refused_like_every_other(name: str) -> None:
    assert refused(FORGED[name]) == refused("x.y")


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("ABab01-_.= "))
def test_no_character_of_a_token_can_be_changed(at: int, character: str) -> None:
    other = TOKEN[:at] + character + TOKEN[at + 1 :]
    if other != TOKEN:
        refused(other)


@given(st.text(st.characters()) | st.binary() | st.none() | st.integers())
def test_no_garbage_makes_verify_raise_anything_else(token: object) -> None:
    refused(token)


@pytest.mark.parametrize("audience", ["chat", "", "users", "USER", "user "])
def test_a_token_is_for_one_audience_only(audience: str) -> None:
    refused(TOKEN, audience=audience)


MALFORMED: dict[str, str] = {
    **{f"no {name}": signed(orjson.dumps({k: v for k, v in CLAIMS.items() if k != name}))
       for name in CLAIMS},
    **{f"{name} {value!r}": claims(**{name: value})
       for name in CLAIMS for value in (7, True, {}, [1], [None], 1.5, [["reader"]])
       if (name, value) != ("exp", 7)},
    "roles as text": claims(rol="administrator"),
    "roles null": claims(rol=None),
    "domains as text": claims(dom="user"),
    "no subject": claims(sub=None),
    "expiry as text": claims(exp="2000000000"),
    "expiry null": claims(exp=None),
    "expiry past": claims(exp=7),
    "expiry negative": claims(exp=-1),
    "a list": signed(b"[]"),
    "a text": signed(b'"aud"'),
    "null": signed(b"null"),
    "not JSON": signed(b"{"),
    "not UTF-8": signed(b"\xff\xfe"),
    "infinite": signed(b'{"exp":Infinity}'),
    "deep": signed(b"[" * 2_000),
    "empty": signed(b""),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_a_signed_token_with_odd_claims_is_refused_too(name: str) -> None:
    assert refused(MALFORMED[name]) == refused("x.y")


ACTIONS: tuple[Action, ...] = ("read", "write", "delete", "admin")
GRANTED = {
    "reader": "r",
    "writer": "rw",
    "editor": "rwd",
    "administrator": "rwda",
    "stranger": "",
    "": "",
    "READER": "",
}


@pytest.mark.parametrize("role", GRANTED)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("domains", [None, ("user",), ("chat",), ()])
def test_a_role_grants_its_actions_in_its_domains(
    role: str, action: Action, domains: tuple[str, ...] | None
) -> None:
    who = Principal("ann", "acme", (role,), domains)
    granted = action[0] in GRANTED[role] and (domains is None or "user" in domains)
    assert allowed(who, action, "user") == granted
    if granted:
        decide(who, action, "user")
    else:
        with pytest.raises(Denied, match=rf"'ann' may not {action} in user"):
            decide(who, action, "user")


def test_the_table_above_names_every_role() -> None:
    assert set(ROLES) <= set(GRANTED)


def test_roles_add_up_and_nobody_has_none() -> None:
    assert allowed(Principal(roles=("reader", "editor")), "delete", "user")
    assert not allowed(Principal(roles=()), "read", "user")
    assert all(allowed(LOCAL, action, "anything") for action in ACTIONS)


def test_a_refusal_does_not_carry_control_characters_of_a_subject() -> None:
    with pytest.raises(Denied) as no:
        decide(Principal("a\x1b[2J\u202e", roles=()), "read", "user")
    assert no.value.message.isprintable()
