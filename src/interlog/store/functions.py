"""Functions of expressions: the text of each on SQLite and on PostgreSQL, with ``{0}``, ``{1}`` … for its arguments.

A function that needs an argument more than once reads it from a subselect, so that the text of nested functions grows
by their number alone.
"""

from ..model.expressions import Function
from . import folding


def with_argument(sqlite: str, postgresql: str, names: str = "a") -> tuple[str, str]:
    """Return the texts of a function that reads its arguments by names, each computed once."""
    given = ", ".join(f"{{{index}}} AS {name}" for index, name in enumerate(names))
    return (
        f"(SELECT {sqlite} FROM (SELECT {given}))",
        f"(SELECT {postgresql} FROM (SELECT {given} OFFSET 0) AS given)",
    )


_DATE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
_TIME = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"
INSTANT = with_argument(
    f"CASE WHEN a GLOB '{_DATE}T{_TIME}Z' THEN substr(a, 1, 19) || '.000000Z' "
    f"WHEN a GLOB '{_DATE}T{_TIME}.[0-9]*Z' AND substr(a, 21, length(a) - 21) NOT GLOB '*[^0-9]*' "
    "THEN substr(a, 1, 20) || substr(substr(a, 21, length(a) - 21) || '000000', 1, 6) || 'Z' "
    f"WHEN a GLOB '{_DATE}' THEN a || 'T00:00:00.000000Z' END",
    f"CASE WHEN a ~ '^{_DATE}T{_TIME}Z$' THEN substr(a, 1, 19) || '.000000Z' "
    f"WHEN a ~ '^{_DATE}T{_TIME}[.][0-9]+Z$' "
    "THEN substr(a, 1, 20) || substr(substr(a, 21, length(a) - 21) || '000000', 1, 6) || 'Z' "
    f"WHEN a ~ '^{_DATE}$' THEN a || 'T00:00:00.000000Z' END",
)
TIME_OF_DAY = with_argument(
    f"CASE WHEN a GLOB '{_TIME}' THEN a || '.000000' "
    f"WHEN a GLOB '{_TIME}.[0-9]*' AND substr(a, 10) NOT GLOB '*[^0-9]*' "
    "THEN substr(a, 1, 9) || substr(substr(a, 10) || '000000', 1, 6) END",
    f"CASE WHEN a ~ '^{_TIME}$' THEN a || '.000000' "
    f"WHEN a ~ '^{_TIME}[.][0-9]+$' THEN substr(a, 1, 9) || substr(substr(a, 10) || '000000', 1, 6) END",
)
DATE = with_argument(
    f"CASE WHEN a GLOB '{_DATE}' THEN a END",
    f"CASE WHEN a ~ '^{_DATE}$' THEN a END",
)
_DIGITS = "CASE WHEN substr(a, 1, 1) IN ('-', '+') THEN substr(a, 2) ELSE a END"
_INTEGER_OF = with_argument(
    f"CASE WHEN length(a) < 20 AND {_DIGITS} <> '' AND {_DIGITS} NOT GLOB '*[^0-9]*' THEN CAST(a AS INTEGER) END",
    "CASE WHEN length(a) < 20 AND a ~ '^[-+]?[0-9]+$' THEN a::numeric END",
)
_NUMBER_OF = with_argument(
    f"CASE WHEN length(a) < 64 AND {_DIGITS} GLOB '[0-9]*' AND {_DIGITS} NOT GLOB '*[^0-9.]*' "
    f"AND {_DIGITS} NOT GLOB '*.*.*' AND {_DIGITS} NOT GLOB '*.' THEN CAST(a AS REAL) END",
    "CASE WHEN length(a) < 64 AND a ~ '^[-+]?[0-9]+([.][0-9]+)?$' THEN a::numeric END",
)
STORED_DECIMAL = with_argument(
    "CASE WHEN a GLOB '[0-9]*' OR a GLOB '-[0-9]*' THEN CAST(a AS REAL) END",
    "CASE WHEN a ~ '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]{{1,3}})?$' THEN a::numeric END",
)

_SPACES = "' ' || char(9, 10, 11, 12, 13)"
_SPACES_POSTGRESQL = r"E' \t\n\x0b\f\r'"
_MOST = 1_000_000_000


def _own(sqlite: str, postgresql: str, names: str) -> tuple[str, str]:
    """Return the texts of a function that needs its arguments more than once on PostgreSQL only."""
    return sqlite, with_argument("", postgresql, names)[1]


FUNCTIONS: dict[Function, tuple[str, str | None]] = {
    Function.ADD: ("({0} + {1})", None),
    Function.SUBTRACT: ("({0} - {1})", None),
    Function.MULTIPLY: ("({0} * {1})", None),
    Function.DIVIDE: ("(CAST({0} AS REAL) / {1})", "({0} / nullif({1}, 0))"),
    Function.QUOTIENT: ("({0} / {1})", "div({0}, nullif({1}, 0))"),
    Function.REMAINDER: with_argument("a - b * CAST(a / b AS INTEGER)", "mod(a, nullif(b, 0))", "ab"),
    Function.INTEGER_REMAINDER: ("({0} % {1})", "mod({0}, nullif({1}, 0))"),
    Function.NEGATE: ("(- {0})", None),
    Function.LOWER: (with_argument(folding.LOWER[0], "")[0], folding.LOWER[1]),
    Function.UPPER: (with_argument(folding.UPPER[0], "")[0], folding.UPPER[1]),
    Function.TRIM: (f"trim({{0}}, {_SPACES})", f"btrim({{0}}, {_SPACES_POSTGRESQL})"),
    Function.LENGTH: ("length({0})", "length({0})::numeric"),
    Function.INDEX_OF: ("(instr({0}, {1}) - 1)", "(strpos({0}, {1}) - 1)::numeric"),
    Function.SUBSTRING_FROM: _own(
        f"substr({{0}}, min(max({{1}}, 0), {_MOST}) + 1)",
        f"CASE WHEN b IS NOT NULL THEN substr(a, least(greatest(b, 0), {_MOST})::integer + 1) END",
        "ab",
    ),
    Function.SUBSTRING: _own(
        f"substr({{0}}, min(max({{1}}, 0), {_MOST}) + 1, min(max({{2}}, 0), {_MOST}))",
        f"CASE WHEN b IS NOT NULL AND c IS NOT NULL THEN substr(a, least(greatest(b, 0), {_MOST})::integer + 1, "
        f"least(greatest(c, 0), {_MOST})::integer) END",
        "abc",
    ),
    Function.CONCAT: ("({0} || {1})", None),
    Function.STARTS: ("(instr({0}, {1}) = 1)", "starts_with({0}, {1})"),
    Function.ENDS: with_argument(
        "CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN b = '' OR substr(a, - length(b)) = b END",
        "right(a, length(b)) = b",
        "ab",
    ),
    Function.CONTAINS: ("(instr({0}, {1}) > 0)", "(strpos({0}, {1}) > 0)"),
    Function.YEAR: ("CAST(substr({0}, 1, 4) AS INTEGER)", "substr({0}, 1, 4)::numeric"),
    Function.MONTH: ("CAST(substr({0}, 6, 2) AS INTEGER)", "substr({0}, 6, 2)::numeric"),
    Function.DAY: ("CAST(substr({0}, 9, 2) AS INTEGER)", "substr({0}, 9, 2)::numeric"),
    Function.HOUR: ("CAST(substr({0}, 1, 2) AS INTEGER)", "substr({0}, 1, 2)::numeric"),
    Function.MINUTE: ("CAST(substr({0}, 4, 2) AS INTEGER)", "substr({0}, 4, 2)::numeric"),
    Function.SECOND: ("CAST(substr({0}, 7, 2) AS INTEGER)", "substr({0}, 7, 2)::numeric"),
    Function.DATE_OF: ("substr({0}, 1, 10)", None),
    Function.TIME_OF: ("substr({0}, 12, 15)", None),
    Function.MIDNIGHT: ("({0} || 'T00:00:00.000000Z')", None),
    Function.TEXT_OF_NUMBER: with_argument(
        "CASE WHEN a = CAST(a AS INTEGER) THEN CAST(CAST(a AS INTEGER) AS TEXT) ELSE CAST(a AS TEXT) END",
        '(trim_scale(a)::text COLLATE "C")',
    ),
    Function.TEXT_OF_BOOLEAN: (
        "CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END",
        "(CASE {0} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END COLLATE \"C\")",
    ),
    Function.TEXT_OF_INSTANT: with_argument(
        "CASE WHEN substr(a, 20) = '.000000Z' THEN substr(a, 1, 19) ELSE rtrim(substr(a, 1, 26), '0') END || 'Z'",
        "CASE WHEN substr(a, 20) = '.000000Z' THEN substr(a, 1, 19) ELSE rtrim(substr(a, 1, 26), '0') END || 'Z'",
    ),
    Function.TEXT_OF_TIME: with_argument(
        "CASE WHEN substr(a, 9) = '.000000' THEN substr(a, 1, 8) ELSE rtrim(a, '0') END",
        "CASE WHEN substr(a, 9) = '.000000' THEN substr(a, 1, 8) ELSE rtrim(a, '0') END",
    ),
    Function.NUMBER_OF: _NUMBER_OF,
    Function.INTEGER_OF: _INTEGER_OF,
    Function.INSTANT_OF: INSTANT,
    Function.DATE_IN: DATE,
    Function.BOOLEAN_OF: (
        "CASE {0} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END",
        "CASE {0} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END",
    ),
    Function.FIRST: ("coalesce({0}, {1})", None),
    Function.WHERE: ("CASE WHEN {0} IS NOT NULL THEN {1} END", None),
    Function.TRUNCATE: ("CAST({0} AS INTEGER)", "trunc({0})"),
}
