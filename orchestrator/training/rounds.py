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
from orchestrator.planner.network.schema import Schema, schema_of
from orchestrator.planner.network.sketch import Sketch
from orchestrator.training import wikisql
from orchestrator.training.inventions import Inventor
from orchestrator.training.prepare import Prepared, prepare
from orchestrator.training.transplant import Stock, Template, stream
from registry.catalog import Catalogue

Said = tuple[str, Schema, Sketch]
_SEED: Final = 7700
INVENTED: Final = 2


@dataclass(frozen=True, slots=True)
class Rounds:
    """The sources of every round, and how many of each go into one. `catalogues`: of databases to
    learn from; transplants go there and to as many times `INVENTED` that are made up.
    """

    given: Sequence[Prepared]
    templates: Sequence[Template]
    catalogues: Sequence[Catalogue]
    renamed: dict[str, list[str]]
    wiki: Sequence[wikisql.WikiTable]
    pieces: Pieces
    transplants: int
    wiki_questions: int
    told: Callable[[str], None]

    def __call__(self, number: int) -> list[Prepared]:
        """The data of a round."""
        rng = random.Random(_SEED + number)  # noqa: S311 - repeatable, not secret
        moved = self._prepared(
            stream(self.templates, self._stock(rng), rng, self.renamed, self.transplants)
        )
        asked = self._prepared(islice(wikisql.questions(self.wiki, rng), self.wiki_questions))
        self.told(f"round {number}: {len(self.given)} + {len(moved)} + {len(asked)} questions")
        return [*self.given, *moved, *asked]

    def _stock(self, rng: random.Random) -> Stock:
        count = INVENTED * len(self.catalogues) if self.wiki else 0
        inventor = Inventor(self.wiki)
        made = [*self.catalogues, *(inventor.catalogue(rng) for _ in range(count))]
        return Stock([schema_of(catalogue) for catalogue in made], made)

    def _prepared(self, said: Iterable[Said]) -> list[Prepared]:
        made = (prepare(text, schema, sketch, self.pieces) for text, schema, sketch in said)
        return [one for one in made if one is not None]
