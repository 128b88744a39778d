"""The core's own machines: table and chart agree on orders that have really lived, extended or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lived import lives

from orderkit import Actor
from orderkit.cases import Case, Living
from orderkit.errors import TransitionError
from orderkit.family import OrderFamily
from orderkit.lifecycles import Ask, Lifecycle, Status, examine, follow, merge, permit
from orderkit.lifecycles.charts import chart_answer
from orderkit.profiles import retail
from orderkit.standing import stand
from orderkit.testing.lifecycle_strategies import extensions

TABLES = retail.lifecycles()


def living(family: OrderFamily) -> Iterator[Living]:
    """Every record of the family whose status moves along a table."""
    yield family.order
    for records in (family.items, family.requests, family.payments, family.operations, family.refunds):
        yield from records


def case_of(family: OrderFamily) -> Case:
    return Case(
        family=family,
        standing=stand(family),
        lifecycles=TABLES,
        actor=Actor.user("u-1"),
        policies=retail.policies,
        at=family.order.changed_at,
    )


def table_answer(lifecycle: Lifecycle, status: str, event: str, ask: Ask) -> Status | None:
    if event in lifecycle.facts:
        return follow(lifecycle, status, event, ask)
    try:
        return permit(lifecycle, status, event, ask)
    except TransitionError:
        return None


@pytest.mark.parametrize("noun", TABLES)
def test_a_core_table_contradicts_itself_nowhere(noun: str) -> None:
    """No table of the plain shop has a finding, of level error or warning (row SX-06)."""
    assert examine(TABLES[noun]) == ()


def test_every_core_chart_answers_as_its_table_does() -> None:
    """For each record of each family and each event of its machine, the chart goes where the table says, or refuses."""
    for family in lives():
        case = case_of(family)
        for record in living(family):
            table, ask = TABLES[record.lifecycle], case.ask(record, {})
            for event in table.events:
                expected = table_answer(table, record.status, event, ask)
                assert chart_answer(table, record.status, event, ask) == expected, (record, event)


@settings(max_examples=40)
@given(st.data())
def test_an_extended_core_chart_answers_as_its_table_does(data: st.DataObject) -> None:
    """The same for random extensions of the core's machines, along random events from a record's own status."""
    noun = data.draw(st.sampled_from(sorted(TABLES)))
    requested = bool(TABLES[noun].requestable)
    table = merge(TABLES[noun], [data.draw(extensions(TABLES[noun], tightens=requested, chooses=requested))])
    family = data.draw(st.sampled_from([each for each in lives() if any(r.lifecycle == noun for r in living(each))]))
    record = data.draw(st.sampled_from([each for each in living(family) if each.lifecycle == noun]))
    ask = case_of(family).ask(record, data.draw(st.sampled_from(({}, {"reason": "because"}))))
    status = record.status
    for event in data.draw(st.lists(st.sampled_from(table.events), min_size=1, max_size=6)):
        expected = table_answer(table, status, event, ask)
        assert chart_answer(table, status, event, ask) == expected
        status = status if expected is None else expected.key
