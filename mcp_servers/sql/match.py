"""Full-text search words -> an FTS5 expression. Pure; no text a caller can write is a syntax error.

words           all of them             quarterly report
OR              either side             refund OR chargeback
"a phrase"      in this order           "out of memory"
prefix*         words that start so     secur*
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_TOKEN: Final = re.compile(r'"([^"]*)"?(\*?)|([^\s"]+)')


def fts5(text: str) -> str | None:
    """The FTS5 expression of a caller's search text; `None` when there is no word in it to look
    for."""
    either: list[list[str]] = [[]]
    for found in _TOKEN.finditer(text):
        phrase, phrase_star, word = found.groups()
        if word == "OR":
            either.append([])
        elif word == "AND":
            continue
        elif phrase is not None:
            _add(either[-1], phrase, bool(phrase_star))
        else:
            _add(either[-1], word.rstrip("*"), word.endswith("*"))
    parts = [f"({' AND '.join(words)})" for words in either if words]
    return " OR ".join(parts) or None


def _add(words: list[str], text: str, prefix: bool) -> None:
    """Append one quoted term, if the tokenizer will find a token in it."""
    if any(_is_token(char) for char in text):
        plain = text.replace('"', " ").replace("\x00", " ")
        words.append(f'"{plain}"{"*" if prefix else ""}')


def _is_token(char: str) -> bool:
    """What `unicode61` takes for part of a token: letters, numbers, private use."""
    category = unicodedata.category(char)
    return category[0] in "LN" or category == "Co"
