"""Every way of saying no keeps its code on the wire, and quotes a stranger's text safely."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import CODES, Bug, IsothermError, from_dict, listed, shown
from registry.limits import NAMES_SHOWN_MAX, SHOWN_CHARS_MAX

RETRYABLE = {"too-slow", "too-busy", "unavailable", "storage-full"}


def all_errors(cls: type[IsothermError] = IsothermError) -> set[type[IsothermError]]:
    return {cls}.union(*(all_errors(sub) for sub in cls.__subclasses__()))


def test_every_error_of_the_tree_has_a_code_of_its_own() -> None:
    ours = {cls for cls in all_errors() if cls.__module__ == "registry.errors"}
    assert set(CODES.values()) == ours - {IsothermError}
    assert all(code == cls.code for code, cls in CODES.items())


@pytest.mark.parametrize("code", CODES)
def test_an_error_comes_back_from_the_wire_as_itself(code: str) -> None:
    sent = CODES[code]("No table; make one.", retry_after_ms=250)
    got = from_dict(sent.to_dict())
    assert type(got) is type(sent)
    assert got.to_dict() == sent.to_dict()
    assert got.retryable == (code in RETRYABLE)


def test_without_a_delay_the_wire_form_has_none() -> None:
    assert Bug("x").to_dict() == {"code": "bug", "message": "x", "retryable": False}


@pytest.mark.parametrize("code", ["teapot", None, 7, ["bad-input"]])
def test_an_unknown_code_becomes_a_bug_that_names_it(code: object) -> None:
    got = from_dict({"code": code, "message": "short and stout"})
    assert type(got) is Bug
    assert str(code)[:5] in got.message
    assert "short and stout" in got.message


@pytest.mark.parametrize("delay", [True, "5", 1.5, None])
def test_a_delay_that_is_no_whole_number_is_dropped(delay: object) -> None:
    assert from_dict({"code": "too-busy", "retry_after_ms": delay}).retry_after_ms is None


@given(st.text(st.characters(), max_size=200))
def test_shown_text_is_short_and_printable(text: str) -> None:
    out = shown(text)
    assert out.isprintable()
    assert len(out) <= 10 * SHOWN_CHARS_MAX + 3
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in out)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("users", "'users'"),
        ("Straße 東京", "'Straße 東京'"),
        ("a\x1b[31mb", r"'a\x1b[31mb'"),
        ("abc\u202edcba", r"'abc\u202edcba'"),
        ("a\nb\x00", r"'a\nb\x00'"),
        ("\ud800", r"'\ud800'"),
        ("\u2066x\u200b", r"'\u2066x\u200b'"),
        ("x" * 61, f"'{'x' * 60}…'"),
        ("x" * 60, f"'{'x' * 60}'"),
        (12, "'12'"),
    ],
)
def test_shown_escapes_and_cuts(text: object, expected: str) -> None:
    assert shown(text) == expected


def test_a_value_without_a_text_can_be_shown_too() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert shown(10**5_000) == "'a very large int'"
    assert shown(nested) == "'a very large list'"
    while nested:  # freed step by step
        nested = nested.pop()  # type: ignore[assignment]


def test_a_list_of_names_is_cut() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([]) == "none"
    many = listed(f"n{i}" for i in range(10_000))
    assert many.endswith(f"n{NAMES_SHOWN_MAX - 1}, …")
