"""Conditions as SQL: one text for each shape, bound values, and no more texts than so many."""

import pytest

from interlog.model.conditions import And, Compare, Condition, Missing, Not, Operator, Or, both
from interlog.store.conditions import SHAPES, arguments_of, matching, shape_of
from interlog.store.postgresql import PostgresqlDatabase
from interlog.store.schema import interaction
from interlog.store.sqlite import SqliteDatabase
from interlog.store.statements import Query
from interlog.store.timeline import in_order_of_number_query

COLUMNS = {"number": interaction.c.number, "modified_at": interaction.c.modified_at}


def number(value: int, operator: Operator = Operator.EQUAL) -> Compare:
    """Return a comparison of the number."""
    return Compare("number", operator, value)


def sql(condition: Condition) -> str:
    """Return the SQL of a condition, without the table's name."""
    text = str(matching(shape_of(condition), COLUMNS).compile(dialect=SqliteDatabase.dialect))
    return text.replace("interaction.", "")


class TestBoth:
    """``both``"""

    def test_leaves_out_none(self) -> None:
        """What is no condition does not count; one alone stands for itself."""
        assert both() is None
        assert both(None, None) is None
        assert both(None, number(1)) == number(1)
        assert both(number(1), None, number(2)) == And((number(1), number(2)))


class TestShapeOf:
    """``shape_of`` and ``arguments_of``"""

    def test_differs_in_nothing_but_values(self) -> None:
        """Conditions that differ in their values share a shape; any other difference is one."""

        def condition(value: int, operator: Operator = Operator.LESS) -> Condition:
            return And((number(value), Not(Or((number(value + 1, operator), Missing("modified_at"))))))

        assert shape_of(condition(1)) == shape_of(condition(7))
        assert hash(shape_of(condition(1))) == hash(shape_of(condition(7)))
        assert shape_of(condition(1)) != shape_of(condition(1, Operator.GREATER))
        assert shape_of(And((number(1), number(2)))) != shape_of(Or((number(1), number(2))))

    def test_values_are_in_the_order_of_their_parameters(self) -> None:
        """Each parameter of the SQL has its own value."""
        condition = Or((number(1), And((number(2), Not(number(3)))), Missing("modified_at"), number(4)))
        assert arguments_of(condition) == {"value_0": 1, "value_1": 2, "value_2": 3, "value_3": 4}
        assert arguments_of(Missing("number")) == {}
        compiled = Query(matching(shape_of(condition), COLUMNS)).compiled(SqliteDatabase.dialect)
        assert compiled.bind(arguments_of(condition)) == (1, 2, 3, 4)


class TestMatching:
    """``matching``"""

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            (number(1), "number = ?"),
            (number(1, Operator.NOT_EQUAL), "number != ?"),
            (number(1, Operator.GREATER), "number > ?"),
            (number(1, Operator.GREATER_OR_EQUAL), "number >= ?"),
            (number(1, Operator.LESS), "number < ?"),
            (number(1, Operator.LESS_OR_EQUAL), "number <= ?"),
            (Missing("modified_at"), "modified_at IS NULL"),
            (Not(Missing("modified_at")), "modified_at IS NOT NULL"),
            (Not(And((number(1), number(2)))), "NOT (number = ? AND number = ?)"),
            (And((Or((number(1), number(2))), number(3))), "(number = ? OR number = ?) AND number = ?"),
            (Or((And((number(1), number(2))), number(3))), "number = ? AND number = ? OR number = ?"),
        ],
    )
    def test_says_the_same(self, condition: Condition, expected: str) -> None:
        """The text says what the tree says, with a place for each value and no value in it."""
        assert sql(condition) == expected

    def test_knows_only_the_fields_it_is_given(self) -> None:
        """A condition about another field is a fault of whoever made it."""
        with pytest.raises(KeyError):
            matching(shape_of(Compare("body", Operator.EQUAL, "x")), COLUMNS)


class TestQueries:
    """What is kept of the queries that are made from shapes."""

    def test_one_for_each_shape(self) -> None:
        """The same shape is the same query, and its text is put together once for each engine."""
        first, second = (in_order_of_number_query(shape_of(number(value))) for value in (1, 2))
        assert first is second
        for dialect in (SqliteDatabase.dialect, PostgresqlDatabase.dialect):
            assert first.compiled(dialect) is second.compiled(dialect)
        assert first.compiled(SqliteDatabase.dialect) is not first.compiled(PostgresqlDatabase.dialect)

    def test_so_many_and_no_more(self) -> None:
        """However many shapes arrive, the oldest ones are forgotten, with their texts."""
        for terms in range(2, 2 * SHAPES):
            operands = (number(1),) * (terms % 20 + 2) + (Missing("number"),) * (terms // 20)
            in_order_of_number_query(shape_of(And(operands)))
        assert in_order_of_number_query.cache_info().currsize == SHAPES
