"""Arithmetic and lists in OData expressions (spec 6.5)."""

from typing import Any

from interlog.model.conditions import Among, Condition, Constant, Operator, Or, Relation
from interlog.model.expressions import Call, Expression, Function, Kind, Literal

from .odata_lexer import ODataError
from .odata_terms import Holds, Nothing, Operand, Term, condition_that, deeper, number_of, number_term

_ARITHMETIC = {
    "add": (Function.ADD, Function.ADD),
    "sub": (Function.SUBTRACT, Function.SUBTRACT),
    "mul": (Function.MULTIPLY, Function.MULTIPLY),
    "div": (Function.QUOTIENT, Function.DIVIDE),
    "mod": (Function.INTEGER_REMAINDER, Function.REMAINDER),
    "divby": (Function.DIVIDE, Function.DIVIDE),
}


def calculated(word: str, left: Operand, right: Operand, at: int) -> Operand:
    """Return what arithmetic makes of two operands; null where one is null."""
    depth = deeper(at, left, right)
    first, second = number_term(left), number_term(right)
    if first is None or second is None:
        return Nothing(left.at)
    whole = first.kind is second.kind is Kind.INTEGER
    kind = Kind.INTEGER if whole and word != "divby" else Kind.NUMBER
    return Term(Call(_ARITHMETIC[word][not whole], (first.node, second.node), kind), kind, left.at, depth)


def negated(operand: Operand, at: int) -> Operand:
    """Return the negative of a number."""
    term = number_term(operand)
    if term is None:
        return Nothing(at)
    if isinstance(term.node, Literal):
        return number_of(f"-{term.node.value}".replace("--", ""), at)
    return Term(Call(Function.NEGATE, (term.node,), term.kind), term.kind, at, deeper(at, operand))


def among(operand: Operand, items: list[Operand], at: int) -> Holds:
    """Return whether an operand equals one of some literals."""
    depth = deeper(at, operand)
    found: list[Condition] = []
    groups: dict[Kind, tuple[Expression, list[Any]]] = {}
    for item in items:
        if not isinstance(item, Nothing) and not (isinstance(item, Term) and isinstance(item.node, Literal)):
            raise ODataError("a list holds literals", item.at)
        equal = condition_that(Operator.EQUAL, operand, item, at)
        if isinstance(equal, Relation) and isinstance(equal.right, Literal) and not isinstance(equal.left, Literal):
            group = groups.setdefault(equal.right.kind, (equal.left, []))
            group[1].append(equal.right.value)
        else:
            found.append(equal)
    found += [Among(left, tuple(values), kind) for kind, (left, values) in groups.items()]
    if not found:
        return Holds(Constant(False), operand.at)
    return Holds(Or(tuple(found)) if len(found) > 1 else found[0], operand.at, depth + 2)
