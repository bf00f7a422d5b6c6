"""The contract of `Cache`: every adapter of hot rows keeps it."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from mcp_servers.ports import Cache, Row
from mcp_servers.stores.memory import MemoryCache, bytes_of


def row(id: str, seq: int, text: str = "") -> Row:
    return Row(id, 1, seq, {"text": text})


def make(bytes_max: int = 1 << 20) -> Cache:
    return MemoryCache(bytes_max)


def test_a_row_is_found_under_its_own_tenant_and_collection_only() -> None:
    cache = make()
    cache.put("t", "c", row("a", 1))
    assert cache.get("t", "c", "a") == row("a", 1)
    assert cache.get("u", "c", "a") is cache.get("t", "d", "a") is cache.get("t", "c", "b") is None


def test_an_older_row_never_replaces_a_newer_one() -> None:
    cache = make()
    cache.put("t", "c", row("a", 5))
    cache.put("t", "c", row("a", 4))
    assert cache.get("t", "c", "a") == row("a", 5)


def test_a_change_drops_only_what_is_older_than_it() -> None:
    cache = make()
    cache.put("t", "c", row("a", 5))
    cache.drop("t", "c", "a", 5)
    assert cache.get("t", "c", "a") is not None
    cache.drop("t", "c", "a", 6)
    assert cache.get("t", "c", "a") is None


def test_a_change_of_a_whole_collection_drops_its_older_rows_and_no_others() -> None:
    cache = make()
    for tenant, collection, seq in (("t", "c", 1), ("t", "d", 1), ("u", "c", 1)):
        cache.put(tenant, collection, row("a", seq))
    cache.put("t", "c", row("b", 9))
    cache.drop("t", "c", "", 9)
    assert cache.get("t", "c", "a") is None
    assert all(cache.get(*key) for key in (("t", "c", "b"), ("t", "d", "a"), ("u", "c", "a")))


def test_all_that_is_resident_of_a_tenant_is_listed_which_is_no_read() -> None:
    cache = make()
    for tenant, collection in (("t", "c"), ("t", "d"), ("u", "c")):
        cache.put(tenant, collection, row("a", 1))
    assert sorted(name for name, _ in cache.rows("t")) == ["c", "d"]
    assert cache.rows("nobody") == []
    assert cache.statistics()["hits"] == cache.statistics()["misses"] == 0


def test_clearing_forgets_everything() -> None:
    cache = make()
    cache.put("t", "c", row("a", 1))
    cache.clear()
    assert cache.get("t", "c", "a") is None
    assert cache.statistics()["bytes"] == cache.statistics()["rows"] == 0


def test_a_row_larger_than_a_tenth_of_the_budget_is_not_kept() -> None:
    cache = make(20_000)
    cache.put("t", "c", row("a", 1, "x" * 20_000))
    assert cache.get("t", "c", "a") is None


def test_whether_a_row_is_held_is_no_read_of_it() -> None:
    cache = make()
    cache.put("t", "c", row("a", 1), unread=True)
    assert cache.holds("t", "c", "a") and not cache.holds("t", "c", "b")
    assert not cache.holds("u", "c", "a")
    counts = cache.statistics()
    assert (counts["hits"], counts["misses"]) == (0, 0)


def test_a_row_is_wanted_when_it_was_asked_about_before() -> None:
    cache = make()
    assert [cache.wants("t", "c", "a") for _ in range(2)] == [False, True]
    assert not cache.wants("u", "c", "a")


def test_a_row_that_was_moved_here_is_held_in_its_newest_form() -> None:
    cache = make()
    cache.put("t", "c", row("a", 5))
    cache.move("t", "c", row("a", 4))
    cache.move("t", "c", row("b", 1))
    assert [cache.get("t", "c", id) for id in "ab"] == [row("a", 5), row("b", 1)]


def test_the_rows_of_a_tenant_are_told_with_their_collections() -> None:
    cache = make()
    for tenant, collection, id in (("t", "c", "a"), ("t", "d", "a"), ("u", "c", "b")):
        cache.put(tenant, collection, row(id, 1))
    assert sorted(cache.rows("t")) == [("c", row("a", 1)), ("d", row("a", 1))]


def test_the_figures_tell_what_came_stayed_and_went() -> None:
    cache = make(20_000)
    for n in range(60):
        if cache.get("t", "c", f"k{n % 30}") is None:
            cache.put("t", "c", row(f"k{n % 30}", 1))
    cache.drop("t", "c", "k29", 2)
    counts = cache.statistics()
    assert counts["hits"] + counts["misses"] == 60
    assert counts["kept"] <= counts["misses"] <= counts["kept"] + counts["admitted"]
    assert counts["rows"] == counts["misses"] - counts["evicted"] - counts["dropped"]
    assert counts["evicted"] and counts["dropped"] == 1


ACTIONS = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 30), st.integers(0, 50), st.integers(0, 900)),
    st.tuples(st.just("drop"), st.integers(-1, 30), st.integers(0, 50), st.just(0)),
    st.tuples(st.just("get"), st.integers(0, 30), st.just(0), st.just(0)),
)


@given(st.lists(ACTIONS, max_size=80))
def test_the_budget_holds_and_what_is_found_was_the_last_put(
    actions: list[tuple[str, int, int, int]],
) -> None:
    cache, model = make(20_000), dict[str, Row]()
    act: dict[str, Callable[[str, int, int], None]] = {}

    def put(id: str, seq: int, size: int) -> None:
        new = row(id, seq, "x" * size)
        if id not in model or model[id].seq <= seq or cache.get("t", "c", id) is None:
            model[id] = new
        cache.put("t", "c", new)

    def drop(id: str, seq: int, _: int) -> None:
        cache.drop("t", "c", id if id != "k-1" else "", seq)

    def get(id: str, _: int, __: int) -> None:
        found = cache.get("t", "c", id)
        assert found is None or found == model[id]

    act = {"put": put, "drop": drop, "get": get}
    for name, n, seq, size in actions:
        act[name](f"k{n}", seq, size)
        assert cache.statistics()["bytes"] <= 20_000
    kept = [found for id in model if (found := cache.get("t", "c", id))]
    assert cache.statistics()["bytes"] == sum(map(bytes_of, kept))
