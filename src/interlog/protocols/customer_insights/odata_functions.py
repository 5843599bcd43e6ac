"""The functions of OData expressions (spec 6.5), and ``cast``."""

from collections.abc import Callable
from functools import partial

from interlog.model.conditions import Constant
from interlog.model.expressions import Call, Expression, Function, Kind, Literal

from .odata_lexer import ODataError
from .odata_terms import (
    NUMERIC,
    Dynamic,
    Holds,
    Many,
    Nothing,
    Operand,
    Term,
    deeper,
    literal_of,
    typed,
)
from .values import instant_text

Apply = Callable[[list[Operand], int], Operand]


def called(name: str, arguments: list[Operand], at: int, now: int) -> Operand:
    """Return what a function makes of its arguments. ``now`` is the instant of the request."""
    if name == "now":
        _count(name, arguments, at, 0, 0)
        return Term(Literal(instant_text(now), Kind.INSTANT), Kind.INSTANT, at)
    known = _FUNCTIONS.get(name)
    if known is None:
        raise ODataError(f"there is no function {name}, only {', '.join([*_FUNCTIONS, 'now', 'cast'])}", at)
    least, most, apply = known
    _count(name, arguments, at, least, most)
    return apply(arguments, at)


def _count(name: str, arguments: list[Operand], at: int, least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        takes = str(least) if least == most else f"{least} or {most}"
        raise ODataError(f"{name} takes {takes} argument{'s' * (takes != '1')}, not {len(arguments)}", at)


def _of(functions: dict[int, Function], kinds: tuple[Kind, ...], result: Kind) -> Apply:
    """Return a function of arguments of these kinds; it is null where one of them is."""

    def apply(arguments: list[Operand], at: int) -> Operand:
        depth = deeper(at, *arguments)
        nodes: list[Expression] = []
        for argument, kind in zip(arguments, kinds, strict=False):
            term = typed(argument, kind)
            if term is None:
                return Holds(Constant(None), at) if result is Kind.BOOLEAN else Nothing(at)
            nodes.append(term.node)
        return Term(Call(functions[len(nodes)], tuple(nodes), result), result, at, depth)

    return apply


def _one(function: Function, *kinds: Kind, result: Kind) -> tuple[int, int, Apply]:
    return len(kinds), len(kinds), _of({len(kinds): function}, kinds, result)


def _date_part(function: Function) -> tuple[int, int, Apply]:
    def apply(arguments: list[Operand], at: int) -> Operand:
        (given,) = arguments
        kind = Kind.DATE if isinstance(given, Term) and given.kind is Kind.DATE else Kind.INSTANT
        return _of({1: function}, (kind,), Kind.INTEGER)(arguments, at)

    return 1, 1, apply


def _time_part(function: Function) -> tuple[int, int, Apply]:
    def apply(arguments: list[Operand], at: int) -> Operand:
        (given,) = arguments
        if not (isinstance(given, Term) and given.kind is Kind.TIME):
            given = _of({1: Function.TIME_OF}, (Kind.INSTANT,), Kind.TIME)([given], at)
        return _of({1: function}, (Kind.TIME,), Kind.INTEGER)([given], at)

    return 1, 1, apply


def _concat() -> tuple[int, int, Apply]:
    return _one(Function.CONCAT, Kind.TEXT, Kind.TEXT, result=Kind.TEXT)


_TEXT, _BOOLEAN, _INTEGER = Kind.TEXT, Kind.BOOLEAN, Kind.INTEGER
_FUNCTIONS: dict[str, tuple[int, int, Apply]] = {
    "contains": _one(Function.CONTAINS, _TEXT, _TEXT, result=_BOOLEAN),
    "startswith": _one(Function.STARTS, _TEXT, _TEXT, result=_BOOLEAN),
    "endswith": _one(Function.ENDS, _TEXT, _TEXT, result=_BOOLEAN),
    "tolower": _one(Function.LOWER, _TEXT, result=_TEXT),
    "toupper": _one(Function.UPPER, _TEXT, result=_TEXT),
    "trim": _one(Function.TRIM, _TEXT, result=_TEXT),
    "length": _one(Function.LENGTH, _TEXT, result=_INTEGER),
    "indexof": _one(Function.INDEX_OF, _TEXT, _TEXT, result=_INTEGER),
    "concat": _concat(),
    "substring": (
        2,
        3,
        _of({2: Function.SUBSTRING_FROM, 3: Function.SUBSTRING}, (_TEXT, Kind.NUMBER, Kind.NUMBER), _TEXT),
    ),
    "year": _date_part(Function.YEAR),
    "month": _date_part(Function.MONTH),
    "day": _date_part(Function.DAY),
    "hour": _time_part(Function.HOUR),
    "minute": _time_part(Function.MINUTE),
    "second": _time_part(Function.SECOND),
    "date": _one(Function.DATE_OF, Kind.INSTANT, result=Kind.DATE),
    "time": _one(Function.TIME_OF, Kind.INSTANT, result=Kind.TIME),
}


# cast

_TARGETS = {
    "string": Kind.TEXT,
    "boolean": Kind.BOOLEAN,
    **dict.fromkeys(("byte", "sbyte", "int16", "int32", "int64"), Kind.INTEGER),
    **dict.fromkeys(("decimal", "double", "single"), Kind.NUMBER),
    "datetimeoffset": Kind.INSTANT,
    "datetime": Kind.INSTANT,
    "date": Kind.DATE,
    "timeofday": Kind.TIME,
    "duration": Kind.DURATION,
    "guid": Kind.TEXT,
}


def cast(operand: Operand, target: str, at: int, target_at: int) -> Operand:
    """Return an operand as a value of another type, ``Edm.DateTimeOffset`` and the like; null where it is none."""
    name = target.lower().removeprefix("edm.")
    kind = _TARGETS.get(name)
    if kind is None:
        raise ODataError(f"cast to {target[:60]!r} is not possible, only to Edm.String and its like", target_at)
    if isinstance(operand, Nothing):
        return Nothing(at)
    if isinstance(operand, (Holds, Many)):
        raise ODataError("only values can be cast", operand.at)
    depth = deeper(at, operand) + 1
    if isinstance(operand, Dynamic):
        return _cast_dynamic(operand, kind, at, depth)
    node = operand.node
    if isinstance(node, Literal) and operand.kind is Kind.TEXT:
        return literal_of(str(node.value).lower() if name == "guid" else str(node.value), kind, at)
    if operand.kind is kind or (kind is Kind.NUMBER and operand.kind in NUMERIC):
        return operand._replace(names=None)
    function = _CASTS.get((operand.kind, kind))
    if function is None:
        raise ODataError(f"this cannot be cast to {target}", at)
    if name == "guid":
        function = partial(_made_by, Function.LOWER)
    return Term(function(node), kind, at, depth)


def _cast_dynamic(operand: Dynamic, kind: Kind, at: int, depth: int) -> Term:
    if kind in NUMERIC:
        text = Call(Function.NUMBER_OF, (operand.read(Kind.TEXT),), Kind.NUMBER)
        number: Expression = Call(Function.FIRST, (operand.read(Kind.NUMBER), text), Kind.NUMBER)
        if kind is Kind.INTEGER:
            number = Call(Function.TRUNCATE, (number,), kind)
        return Term(number, kind, at, depth + 1)
    return Term(operand.read(kind), kind, at, depth)


def _made_by(function: Function, node: Expression) -> Expression:
    return Call(function, (node,), _RESULTS.get(function, Kind.TEXT))


_RESULTS = {
    Function.TRUNCATE: Kind.INTEGER,
    Function.INTEGER_OF: Kind.INTEGER,
    Function.NUMBER_OF: Kind.NUMBER,
    Function.MIDNIGHT: Kind.INSTANT,
    Function.INSTANT_OF: Kind.INSTANT,
    Function.DATE_OF: Kind.DATE,
    Function.DATE_IN: Kind.DATE,
    Function.TIME_OF: Kind.TIME,
    Function.BOOLEAN_OF: Kind.BOOLEAN,
}


def _same(node: Expression) -> Expression:
    return node


_CASTS: dict[tuple[Kind, Kind], Callable[[Expression], Expression]] = {
    **{(kind, Kind.TEXT): partial(_made_by, Function.TEXT_OF_NUMBER) for kind in NUMERIC},
    (Kind.BOOLEAN, Kind.TEXT): partial(_made_by, Function.TEXT_OF_BOOLEAN),
    (Kind.INSTANT, Kind.TEXT): partial(_made_by, Function.TEXT_OF_INSTANT),
    (Kind.DATE, Kind.TEXT): _same,
    (Kind.TIME, Kind.TEXT): partial(_made_by, Function.TEXT_OF_TIME),
    (Kind.DURATION, Kind.TEXT): _same,
    (Kind.NUMBER, Kind.INTEGER): partial(_made_by, Function.TRUNCATE),
    (Kind.DECIMAL, Kind.INTEGER): partial(_made_by, Function.TRUNCATE),
    (Kind.TEXT, Kind.INTEGER): partial(_made_by, Function.INTEGER_OF),
    (Kind.TEXT, Kind.NUMBER): partial(_made_by, Function.NUMBER_OF),
    (Kind.TEXT, Kind.BOOLEAN): partial(_made_by, Function.BOOLEAN_OF),
    (Kind.TEXT, Kind.INSTANT): partial(_made_by, Function.INSTANT_OF),
    (Kind.TEXT, Kind.DATE): partial(_made_by, Function.DATE_IN),
    (Kind.DATE, Kind.INSTANT): partial(_made_by, Function.MIDNIGHT),
    (Kind.INSTANT, Kind.DATE): partial(_made_by, Function.DATE_OF),
    (Kind.INSTANT, Kind.TIME): partial(_made_by, Function.TIME_OF),
}
