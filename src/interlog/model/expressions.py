"""Expressions: what a condition computes from a record before it compares.

Each has a kind, which is known before anything is read: whoever makes an expression gives every function what it takes.
Where a value stored is of another kind than the expression says, or not there at all, the expression is null; and so is
every function of null. Numbers are reckoned exactly where the engine can (see ``store/expressions.py``).
"""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct


class Kind(StrEnum):
    """The kind of an expression's value. Instants, dates, times and durations are texts in one canonical form each."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"  # a number that may be stored as its text
    TEXT = "text"
    INSTANT = "instant"  # 2026-03-04T09:15:00.000000Z
    DATE = "date"  # 2026-03-04
    TIME = "time"  # 09:15:00.000000
    DURATION = "duration"  # P1DT2H
    ANY = "any"  # whatever it is: to be asked only whether it is null


class Function(StrEnum):
    """What is computed; ``store/expressions.py`` has the SQL of each."""

    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"  # of numbers; by zero: null
    QUOTIENT = "quotient"  # of integers, without the rest
    REMAINDER = "remainder"  # with the sign of the dividend
    INTEGER_REMAINDER = "integer_remainder"
    NEGATE = "negate"
    LOWER = "lower"  # by the full rules of Unicode
    UPPER = "upper"
    TRIM = "trim"  # white space of ASCII
    LENGTH = "length"  # in characters
    INDEX_OF = "index_of"  # from 0; -1: not in it
    SUBSTRING_FROM = "substring_from"  # from a place, counted from 0
    SUBSTRING = "substring"  # from a place, so many characters
    CONCAT = "concat"
    STARTS = "starts"
    ENDS = "ends"
    CONTAINS = "contains"
    YEAR = "year"  # these of an instant or a date
    MONTH = "month"
    DAY = "day"
    HOUR = "hour"  # these of an instant or a time
    MINUTE = "minute"
    SECOND = "second"
    DATE_OF = "date_of"
    TIME_OF = "time_of"
    MIDNIGHT = "midnight"  # the instant at which a date begins in UTC
    TEXT_OF_NUMBER = "text_of_number"
    TEXT_OF_BOOLEAN = "text_of_boolean"
    TEXT_OF_INSTANT = "text_of_instant"
    TEXT_OF_TIME = "text_of_time"
    NUMBER_OF = "number_of"  # these of a text; null where it says no such thing
    INTEGER_OF = "integer_of"
    INSTANT_OF = "instant_of"
    DATE_IN = "date_in"
    BOOLEAN_OF = "boolean_of"
    FIRST = "first"  # the first of two that is not null
    WHERE = "where"  # the second of two where the first is not null
    TRUNCATE = "truncate"  # a number without its fraction


class Literal(Struct, frozen=True):
    """A value. Numbers stand as their text, so that no digit is lost; integers of 64 bits as they are."""

    value: str | int | bool
    kind: Kind


class Column(Struct, frozen=True):
    """What every interaction has, by the model's name: ``occurred_at``, ``title``. Never more than one value."""

    name: str
    kind: Kind


class Field(Struct, frozen=True):
    """A field of the type, an undeclared one, or what lies deeper in one, read as of one kind.

    ``variable`` is the lambda's whose element the path begins in (0: the outermost), -1 where it begins in the
    record. An empty path is the element itself. An integer in a path is an element of an array, or the member of that
    name. No name in a path contains a quote or a control character.
    """

    path: tuple[str | int, ...]
    kind: Kind
    variable: int = -1


class Part(Struct, frozen=True):
    """Something of the participant that a lambda's variable stands for.

    ``typed_slot``: the id of the interaction's type, a slash, and the slot. ``profile``: its ProfileId, a person's id
    as a text. ``resolved``: whether it is known who that is. ``address``: its e-mail address, where it came with one.
    """

    name: str
    kind: Kind
    variable: int


class Call(Struct, frozen=True):
    """A function of expressions."""

    function: Function
    arguments: tuple["Expression", ...]
    kind: Kind


class Choice(Struct, frozen=True):
    """One of some texts by what a text says; null where it says something else."""

    operand: "Expression"
    choices: tuple[tuple[str, str], ...]
    kind: Kind = Kind.TEXT


Expression: TypeAlias = Literal | Column | Field | Part | Call | Choice


class Order(Struct, frozen=True):
    """By what records are sorted. What is null comes first, or last where it is ``descending``.

    With ``missing_last`` it is the other way round. Texts count by their first 256 characters.
    """

    expression: Expression
    descending: bool = False
    missing_last: bool = False
