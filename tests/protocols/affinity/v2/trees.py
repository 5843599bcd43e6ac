"""Random trees of conditions, and the many ways to write each one as a filter."""

import random
from typing import Any

from hypothesis import strategies as st

from interlog.model.conditions import And, Compare, Not, Or
from interlog.protocols.affinity.v2.filters import RESERVED


def canonical(tree: Any) -> Any:
    """Return a tree as it is parsed: no level that says nothing."""
    match tree:
        case Not(operand):
            inner = canonical(operand)
            return inner.operand if isinstance(inner, Not) else Not(inner)
        case And(operands) | Or(operands):
            kind, found = type(tree), []
            for operand in map(canonical, operands):
                found += operand.operands if isinstance(operand, kind) else [operand]
            return kind(tuple(found)) if len(found) > 1 else found[0]
        case _:
            return tree


def trees(leaves: st.SearchStrategy[Any], most: int = 8) -> st.SearchStrategy[Any]:
    """Return trees of these leaves."""
    return st.recursive(
        leaves,
        lambda inner: (
            inner.map(Not)
            | st.lists(inner, min_size=2, max_size=4).map(lambda found: And(tuple(found)))
            | st.lists(inner, min_size=2, max_size=4).map(lambda found: Or(tuple(found)))
        ),
        max_leaves=most,
    )


class Writer:
    """Writes trees as text, with spaces, quotes and parentheses where they may stand or not."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def tree(self, tree: Any, within: int = 0) -> str:
        """Write a tree; ``within``: 0 an alternative, 1 a part of ``&``, 2 behind ``!``."""
        match tree:
            case Or(operands):
                text, level = self.joined("|", [self.tree(operand, 1) for operand in operands]), 0
            case And(operands):
                text, level = self.joined("&", [self.tree(operand, 2) for operand in operands]), 1
            case Not(operand):
                text, level = f"!{self.space()}{self.tree(operand, 3)}", 3
            case Compare():
                text, level = (
                    f"{bare(tree.field)}{self.space()}{tree.operator}{self.space()}{self.value(tree.value)}",
                    3,
                )
            case _:
                raise AssertionError(tree)
        if level < within or self.chance.random() < 0.1:
            text = f"({self.space()}{text}{self.space()})"
        return self.space() + text + self.space()

    def joined(self, symbol: str, texts: list[str]) -> str:
        """Write operands with a symbol between them."""
        return symbol.join(texts)

    def value(self, value: Any, in_list: bool = False) -> str:
        """Write a value."""
        if value is None:
            return "*"
        if isinstance(value, tuple):
            return f"[{self.space()}{','.join(self.space() + self.value(v, True) + self.space() for v in value)}]"
        if not value or any(c.isspace() for c in value) or (in_list and "," in value) or self.chance.random() < 0.3:
            return '"' + "".join(self.maybe_escaped(character) for character in value) + '"'
        return bare(value)

    def maybe_escaped(self, character: str) -> str:
        """Write a character between quotes, where most need no backslash."""
        escaped = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character, f"\\{character}")
        may = character in RESERVED or character in "\n\t\r"
        return escaped if character in '\\"' or (may and self.chance.random() < 0.5) else character

    def space(self) -> str:
        """Write spaces, or none."""
        return self.chance.choice(["", "", "", " ", "  ", "\t", "\n"])


def bare(text: str) -> str:
    """Return a text without quotes."""
    return "".join(f"\\{character}" if character in RESERVED else character for character in text)
