"""What tenants taught, in system.db: bounded, theirs alone, on disk, forgotten by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_servers.system import lessons as room
from mcp_servers.system.lessons import Lessons
from mcp_servers.system.store import SystemStore
from registry.clock import ManualClock
from registry.errors import NotFound, TooLarge


@pytest.fixture
def lessons(tmp_path: Path) -> Iterator[Lessons]:
    store = SystemStore(tmp_path, ManualClock(1))  # makes the tables
    made = Lessons(tmp_path, ManualClock(1_000_000))
    yield made
    made.close()
    store.close()


def bodies(lessons: Lessons, tenant: str = "a") -> list[object]:
    return [lesson["body"] for lesson in lessons.all(tenant)]


def test_a_lesson_about_the_same_text_takes_the_place_of_the_old_one(lessons: Lessons) -> None:
    assert lessons.put("a", "word", "The  Boss", {"word": "the boss", "means": "x"})
    assert not lessons.put("a", "word", "the boss", {"word": "the boss", "means": "y"})
    assert bodies(lessons) == [{"word": "the boss", "means": "y"}]


@pytest.mark.promise(7)
def test_a_tenant_sees_changes_and_forgets_its_own_lessons_only(lessons: Lessons) -> None:
    lessons.put("a", "word", "boss", {"word": "boss"})
    assert (lessons.all("b"), lessons.epoch("b")) == ([], 0)
    lessons.put("b", "word", "boss", {"word": "boss", "means": "z"})
    assert lessons.forget("b", ["boss"]) == 1
    assert bodies(lessons) == [{"word": "boss"}]


def test_each_change_moves_the_epoch(lessons: Lessons) -> None:
    before = lessons.epoch("a")
    lessons.put("a", "word", "boss", {})
    lessons.drop("a", "word", "BOSS")
    assert lessons.epoch("a") == before + 2


def test_nothing_is_forgotten_that_was_not_taught(lessons: Lessons) -> None:
    with pytest.raises(NotFound, match="'boss' was taught"):
        lessons.drop("a", "word", "boss")


def test_a_name_is_a_whole_word_of_a_lesson(lessons: Lessons) -> None:
    lessons.put("a", "question", "q1", {"question": "Susanna's orders", "plan": "{}"})
    lessons.put("a", "question", "q2", {"question": "her orders", "plan": '{"value":"ANNA"}'})
    assert lessons.forget("a", ["anna", ""]) == 1
    assert bodies(lessons) == [{"question": "Susanna's orders", "plan": "{}"}]


@pytest.mark.promise(6)
def test_lessons_and_their_number_are_bounded(
    lessons: Lessons, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TooLarge, match="64 KiB"):
        lessons.put("a", "word", "boss", {"word": "x" * 70_000})
    monkeypatch.setattr(room, "LESSONS_MAX", 2)
    for word in ("one", "two"):
        lessons.put("a", "word", word, {"word": word})
    with pytest.raises(TooLarge, match="2 lessons already"):
        lessons.put("a", "word", "three", {"word": "three"})
    assert not lessons.put("a", "word", "two", {"word": "two", "means": "x"})


@pytest.mark.promise(1)
def test_a_lesson_outlives_its_process(lessons: Lessons, tmp_path: Path) -> None:
    lessons.put("a", "word", "boss", {"word": "boss"})
    another = Lessons(tmp_path, ManualClock(1))
    assert bodies(another) == [{"word": "boss"}]
    another.close()
