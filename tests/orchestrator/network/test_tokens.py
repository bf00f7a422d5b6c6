"""Sketches as numbers and back, and what may follow what."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.planner.network.mentions import mentions_of
from orchestrator.planner.network.plans import plan_of
from orchestrator.planner.network.schema import schema_of
from orchestrator.planner.network.sketch import Condition, Order, Sketch, Table, Term
from orchestrator.planner.network.states import Rules, begin, follows
from orchestrator.planner.network.tokens import END, GRAMMAR, WORD, Items, Unwritable, read, write
from orchestrator.planner.words import tokenise
from registry.check import check
from tests.orchestrator.network.shop import shop

SHOP = shop()
SCHEMA = schema_of(SHOP)
TEXT = 'names of customers over 30 from Oslo with 2 "shipped" orders'
ITEMS = Items(SCHEMA, mentions_of(TEXT, tokenise(TEXT), SCHEMA))
CUSTOMERS, ORDERS, CITIES = range(3)


def column(table: int, name: str) -> int:
    return next(n for n in SCHEMA.tables[table].columns if SCHEMA.columns[n].name == name)


NAME, AGE = column(CUSTOMERS, "name"), column(CUSTOMERS, "age")
STATUS, PRICE = column(ORDERS, "status"), column(ORDERS, "total_price")
BUYER, COUNTRY = column(ORDERS, "customer_id"), column(CITIES, "country")
COUNT = Term(None, "count")
BUYERS = Sketch(
    (Table(ORDERS),), (Term(BUYER),), where=(Condition(Term(STATUS), "=", ("shipped",)),)
)
SKETCHES = {
    "list": Sketch((Table(CUSTOMERS),), (Term(NAME), Term(AGE))),
    "everything": Sketch((Table(CUSTOMERS),), ()),
    "count": Sketch((Table(CUSTOMERS),), (COUNT,)),
    "filters": Sketch(
        (Table(CUSTOMERS), Table(CITIES)),
        (Term(NAME),),
        distinct=True,
        where=(
            Condition(Term(AGE), ">", (30,)),
            Condition(Term(COUNTRY), "=", ("Oslo",)),
            Condition(Term(AGE), "=", (2,), link="either"),
            Condition(Term(NAME), "contains", ("Oslo",), link="or"),
        ),
    ),
    "groups": Sketch(
        (Table(CUSTOMERS), Table(ORDERS)),
        (Term(NAME), Term(PRICE, "sum")),
        group=(Term(NAME),),
        having=(Condition(COUNT, ">=", (2,)),),
        order=(Order(Term(PRICE, "sum"), True),),
        limit=1,
    ),
    "never": Sketch(
        (Table(CUSTOMERS),), (Term(NAME),), where=(Condition(Term(0), "not in", inner=BUYERS),)
    ),
    "above average": Sketch(
        (Table(CUSTOMERS),),
        (Term(NAME),),
        where=(Condition(Term(AGE), ">", inner=Sketch((Table(CUSTOMERS),), (Term(AGE, "avg"),))),),
        limit=30,
    ),
    "sets": Sketch((Table(CUSTOMERS),), (Term(0),), combine=("except", BUYERS)),
    "another way": Sketch((Table(CUSTOMERS), Table(ORDERS, (NAME, STATUS))), (COUNT,)),
    "fields": Sketch(
        (Table(ORDERS),), (COUNT,), where=(Condition(Term(BUYER), "!=", other=STATUS),)
    ),
}


@pytest.mark.parametrize("name", SKETCHES)
def test_a_sketch_is_written_by_the_rules_and_read_back(name: str) -> None:
    tokens = write(SKETCHES[name], ITEMS)
    assert follows(tokens, Rules(ITEMS))
    assert read(tokens, ITEMS) == SKETCHES[name]


@pytest.mark.parametrize("name", SKETCHES)
def test_a_sketch_becomes_a_plan_that_checks(name: str) -> None:
    plan = plan_of(SKETCHES[name], SCHEMA, SHOP)
    assert plan is not None
    assert check(plan, SHOP)


def test_a_literal_that_the_question_lacks_cannot_be_written() -> None:
    strange = Sketch(
        (Table(CUSTOMERS),), (Term(NAME),), where=(Condition(Term(NAME), "=", ("Zed",)),)
    )
    with pytest.raises(Unwritable):
        write(strange, ITEMS)


def test_a_column_of_a_table_that_is_not_there_may_not_follow() -> None:
    tokens = [ITEMS.table(CUSTOMERS), WORD["select"], ITEMS.column(PRICE), END]
    assert not follows(tokens, Rules(ITEMS))


def test_sets_need_as_many_columns_on_either_side() -> None:
    wide = Sketch((Table(CUSTOMERS),), (Term(NAME), Term(AGE)), combine=("union", BUYERS))
    assert not follows(write(wide, ITEMS), Rules(ITEMS))


@given(st.integers(0, 2**32))
def test_whatever_the_rules_allow_is_read_and_is_a_plan_or_nothing(seed: int) -> None:
    rng = random.Random(seed)
    rules, stack, tokens = Rules(ITEMS), begin(), list[int]()
    while stack and len(tokens) < 200:
        allowed = rules.allowed(stack).nonzero()[0].tolist()
        assert allowed, "there is always a way on"
        end = [token for token in allowed if token == END]
        token = end[0] if end and len(tokens) > 40 else rng.choice(allowed)
        tokens.append(token)
        stack = rules.step(stack, token)
    if stack:
        return
    sketch = read(tokens, ITEMS)
    if sketch is not None:
        plan = plan_of(sketch, SCHEMA, SHOP)
        assert plan is None or check(plan, SHOP)
        assert all(token < GRAMMAR + ITEMS.size for token in tokens)
