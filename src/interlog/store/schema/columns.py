"""What all tables are made of."""

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, PrimaryKeyConstraint, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_WHOLE = BigInteger().with_variant(Integer, "sqlite")

_ORDERED = Text().with_variant(Text(collation="C"), "postgresql")


def whole(name: str, **options: Any) -> Column[int]:
    """Return a column of integers."""
    return Column(name, _WHOLE, **{"nullable": False, "autoincrement": False} | options)


def text_column(name: str, **options: Any) -> Column[str]:
    """Return a column of texts."""
    return Column(name, Text, **{"nullable": False} | options)


def ordered_text(name: str, **options: Any) -> Column[str]:
    """Return a column of texts that compare by their characters' code points on both engines."""
    return Column(name, _ORDERED, **{"nullable": False} | options)


def key(*names: str) -> PrimaryKeyConstraint:
    """Return the key of a table."""
    return PrimaryKeyConstraint(*names)


NULL = {"nullable": True}
