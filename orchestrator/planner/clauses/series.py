"""Tables of many series: "average cpu_percent" is a fold of the one number that such a table holds,
of the records that the value names.
"""

from __future__ import annotations

from typing import Final

from orchestrator.planner.clauses.sentence import Sentence
from orchestrator.planner.grammar import AGGREGATES
from registry.catalog import Catalogue
from registry.domain import CollectionSpec
from registry.record import NUMERIC

_FOLDED: Final = (
    rf"(?:{'|'.join(AGGREGATES)}|P\d+|highest|lowest)(?: (?:of|the))* (?P<v>V\d+)(?! [CFNDB]\d+)"
)
_ENDS: Final = {"highest": "maximum", "lowest": "minimum"}
_READING: Final = frozenset({"value", "reading", "measurement", "measured_value"})


def held(spec: CollectionSpec) -> str | None:
    """The number that a table of series holds; none in a table of another kind."""
    found = [n for n, f in spec.fields.items() if n in _READING and f.type in NUMERIC]
    return found[0] if len(found) == 1 else None


def measured(sentence: Sentence, catalogue: Catalogue) -> str | None:
    """The table of series that a fold of a value asks for."""
    found = sentence.whole.first(_FOLDED)
    if found is None or sentence.whole.items("CNM"):
        return None
    item = found.item("v")
    assert item is not None
    named = (m.address for m in item.of_kind("value"))
    series = next((a for a in named if held(catalogue.collections[a]) is not None), None)
    place = sentence.whole.at[found.first]
    if series is not None:  # "the highest" is of its numbers, and no record of a rank
        sentence.tokens[place] = _ENDS.get(sentence.tokens[place], sentence.tokens[place])
    return series
