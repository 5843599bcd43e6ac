"""``$orderby``: by what a list is sorted (spec 6.5)."""

from interlog.model.expressions import Kind, Order

from .odata_filter import Parser, Vocabulary
from .odata_lexer import ODataError, Sort
from .odata_terms import Dynamic, Term

MOST = 8
"""Expressions that a list can be sorted by."""


def orders_of(text: str, vocabulary: Vocabulary, now: int) -> tuple[Order, ...]:
    """Return by what ``Minutes desc, length(VisitKey)`` sorts. ``now`` is the instant of the request.

    Raises ``ODataError``.
    """
    parser = Parser(text, vocabulary, now)
    found: list[Order] = []
    for number in range(1, MOST + 2):
        at = parser.token.at
        if number > MOST:
            raise ODataError(f"a list is sorted by at most {MOST} expressions", at)
        operand = parser.expression()
        descending = parser.take("desc", Sort.NAME)
        if not descending:
            parser.take("asc", Sort.NAME)
        if isinstance(operand, Term):
            found.append(Order(operand.node, descending))
        elif isinstance(operand, Dynamic):  # what no type declares may be of either kind: numbers apart from texts
            found += (Order(operand.read(kind), descending) for kind in (Kind.NUMBER, Kind.TEXT))
        else:
            raise ODataError("a list is sorted by properties and what is computed from them", at)
        if not parser.take(","):
            break
    parser.end()
    return tuple(found)
