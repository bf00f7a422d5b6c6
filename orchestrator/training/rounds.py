"""What is learned in each round: the given questions, transplants of them, and some of WikiSQL's.
Fixed by a seed and the round's number.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from orchestrator.planner.network.pieces import Pieces
from orchestrator.planner.network.schema import Schema
from orchestrator.planner.network.sketch import Sketch
from orchestrator.training import wikisql
from orchestrator.training.prepare import Prepared, prepare
from orchestrator.training.transplant import Stock, Template, stream

Said = tuple[str, Schema, Sketch]
_SEED: Final = 7700


@dataclass(frozen=True, slots=True)
class Rounds:
    """The sources of every round, and how many of each go into one."""

    given: Sequence[Prepared]
    templates: Sequence[Template]
    stock: Stock
    renamed: dict[str, list[str]]
    wiki: Sequence[wikisql.WikiTable]
    pieces: Pieces
    transplants: int
    wiki_questions: int
    told: Callable[[str], None]

    def __call__(self, number: int) -> list[Prepared]:
        """The data of a round."""
        rng = random.Random(_SEED + number)  # noqa: S311 - repeatable, not secret
        moved = self._prepared(islice(stream(self.templates, self.stock, rng, self.renamed),
                                      self.transplants))  # fmt: skip
        asked = self._prepared(islice(wikisql.questions(self.wiki, rng), self.wiki_questions))
        self.told(f"round {number}: {len(self.given)} + {len(moved)} + {len(asked)} questions")
        return [*self.given, *moved, *asked]

    def _prepared(self, said: Iterable[Said]) -> list[Prepared]:
        made = (prepare(text, schema, sketch, self.pieces) for text, schema, sketch in said)
        return [one for one in made if one is not None]
