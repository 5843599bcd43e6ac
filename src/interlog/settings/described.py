"""Settings as the command line and the docs show them: made from their declarations."""

from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from .checks import CHECKS
from .declared import Settings


class Setting(NamedTuple):
    """One setting: its name, its Python type, its default and what it is about."""

    name: str
    type: Any
    default: Any
    description: str

    @property
    def option(self) -> str:
        """The option of the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return "INTERLOG_" + self.name.upper()

    @property
    def key(self) -> str:
        """The key in the TOML file: a protocol's settings stand in a table of their own."""
        for protocol in ("affinity", "customer_insights", "fdc3", "polis"):
            if self.name.startswith(f"{protocol}_"):
                return f"{protocol}.{self.name.removeprefix(f'{protocol}_')}"
        return self.name

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that it takes, if they are few."""
        return tuple(_written(choice) for choice in _choices(self.type))

    @property
    def expected(self) -> str:
        """What values it takes, in plain English."""
        if self.name in CHECKS:
            return CHECKS[self.name][0]
        return " or ".join(self.choices) or _expected(self.type)

    @property
    def default_text(self) -> str:
        """The default as one would write it; empty where there is none."""
        return _written(self.default) if self.default is not None else ""


def _described() -> tuple[Setting, ...]:
    hints = get_type_hints(Settings, include_extras=True)
    defaults = {field.name: field.default for field in msgspec.structs.fields(Settings)}
    found = []
    for name, hint in hints.items():
        descriptions = [meta.description for meta in hint.__metadata__ if meta.description]
        found.append(Setting(name, hint, defaults[name], descriptions[0]))
    return tuple(found)


def _choices(type_: Any) -> tuple[Any, ...]:
    """Return the values that a type lists, of which a value must be one; empty where it lists none."""
    if get_origin(type_) is Annotated:
        return _choices(get_args(type_)[0])
    if get_origin(type_) is Literal:
        return get_args(type_)
    if type_ is bool:
        return (True, False)
    inner = [part for part in get_args(type_) if part is not type(None)]
    return _choices(inner[0]) if inner and len(inner) < len(get_args(type_)) else ()


def _expected(type_: Any) -> str:
    metas = [meta for meta in getattr(type_, "__metadata__", ()) if isinstance(meta, Meta)]
    low = next((meta.ge for meta in metas if meta.ge is not None), None)
    high = next((meta.le for meta in metas if meta.le is not None), None)
    if low is None:
        return "text"
    return f"a whole number from {low} to {high}" if high is not None else f"a whole number, at least {low}"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


SETTINGS = _described()
"""Every setting, in the order of the docs."""
