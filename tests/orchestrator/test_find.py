from __future__ import annotations

from orchestrator.find import Entry, Index


def index() -> Index:
    texts = {
        "chat__search": "search messages conversations text chat",
        "chat__put": "store write messages chat",
        "metrics__query": "query points series measurements metrics",
        "logs__query": "query log entries errors warnings",
    }
    return Index(Entry(key, ((1.0, text),), {"name": key}) for key, text in texts.items())


def names(words: str, limit: int = 10) -> list[str]:
    return [entry.key for _, entry in index().search(words, limit)]


def test_the_tool_that_shares_the_rarest_words_comes_first() -> None:
    assert names("search chat messages")[0] == "chat__search"
    assert names("error entries")[0] == "logs__query"


def test_words_match_by_stem() -> None:
    assert names("searching message")[0] == "chat__search"


def test_words_that_nothing_shares_find_nothing() -> None:
    assert names("zebra") == [] and names("!!!") == []


def test_equal_scores_stand_in_a_fixed_order() -> None:
    assert names("query") == sorted(names("query"), key=lambda n: ("logs" not in n, n))


def test_the_limit_holds() -> None:
    assert len(names("chat query", limit=1)) == 1


def test_an_empty_index_answers() -> None:
    assert Index(()).search("anything", 5) == []
