"""The check of an instance against its type, compiled once for each version of a definition (spec 6.3, steps 2-5).

``Validator.check`` takes the members of one JSON object and returns the declared fields under their declared casing
with canonical values, the dynamic properties, and every problem at once, each with the property that it is about.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from .bodies import DECODING_ERRORS, typed_decoder
from .errors import Detail
from .values import DEFAULT_MAX_LENGTH, INTEGER_BOUNDS, BadValue, Coercion, coercion_of

MAX_DYNAMIC = 64 * 1024
"""Bytes of JSON that the value of a dynamic property may take."""

MAX_DEPTH = 32
MAX_NAME = 128
MAX_PROBLEMS = 600
"""Problems of an instance that are told: more than a type has fields."""

IDENTIFIER = re.compile(r"[^\W\d]\w*")
"""An OData simple identifier: a letter or ``_``, then letters, digits and ``_``."""

_TYPE = "InteractionType"
_EXACT = (Decimal,)
_encode = msgspec.json.Encoder(decimal_format="number").encode

READ_ONLY = frozenset({"lastmodifiedtimestamp"})
"""Members that answers have and requests may repeat without effect, in lower case."""


class Checked(NamedTuple):
    """What came of an instance: its fields, what its body says about itself, fields set to null, and its problems.

    ``system`` holds members such as ``InteractionType`` under their canonical names, as they were sent.
    """

    fields: dict[str, Any]
    system: dict[str, Any]
    cleared: list[str]
    problems: list[Detail]


class Validator:
    """The check of one version of a type.

    ``definition`` is the canonical definition document; ``system`` are the names of members that are not properties
    (``InteractionType``, ``Timestamp`` …) but where the type declares a field of that name; ``required`` are the
    fields that an instance must have. ``apart`` is a field that ``quick`` leaves as it is, ``name`` the type's own.
    """

    def __init__(
        self,
        definition: Mapping[str, Any],
        system: Mapping[str, str],
        required: Iterable[str] = (),
        apart: str | None = None,
        name: str | None = None,
    ) -> None:
        fields = definition.get("fields") or ()
        self.fields: dict[str, Mapping[str, Any]] = {field["fieldName"]: field for field in fields}
        self._rules: dict[str, tuple[str, Coercion]] = {name: (name, coercion_of(f)) for name, f in self.fields.items()}
        self._declared = {name.casefold(): rule for name, rule in self._rules.items()}
        self._system = {name.casefold(): canonical for name, canonical in system.items()}
        self._required = frozenset(required)
        plain = {n: _plain_type(field) if n != apart else Any for n, field in self.fields.items()}
        self._coerced = [(n, rule[1]) for n, rule in self._rules.items() if plain[n] is Any and n != apart]
        self._is_typed = name is not None and _TYPE not in self._rules
        members = plain | ({_TYPE: Literal[name]} if self._is_typed else {})
        self._shape = msgspec.defstruct(
            "Shape",
            [
                (f"f{i}", kind) if n in self._required else (f"f{i}", kind, None)
                for i, (n, kind) in enumerate(members.items())
            ],
            rename={f"f{i}": n for i, n in enumerate(members)},
            forbid_unknown_fields=True,
            omit_defaults=True,
            kw_only=True,
            gc=False,
        )
        self._decode = typed_decoder(self._shape).decode
        self.name_of = {name.casefold(): name for name in self.fields}

    def check(self, body: Mapping[str, Any], *, partial: bool = False) -> Checked:
        """Check the members of an instance; a ``partial`` one, a change, need not have what is required."""
        rules = self._rules
        fields: dict[str, Any] = {}
        system: dict[str, Any] = {}
        cleared: list[str] = []
        problems: list[Detail] = []
        for name, value in body.items():
            if len(problems) >= MAX_PROBLEMS:
                break
            rule = rules.get(name)
            if rule is None:
                self._other(name, value, fields, system, cleared, problems)
            elif value is None:
                cleared.append(name)
            else:
                try:
                    fields[rule[0]] = rule[1](value)
                except BadValue as bad:
                    problems.append(Detail(bad.code, f"{rule[0]} {bad.message}.", rule[0] + bad.path))
        if not partial and not self._required <= fields.keys():
            self._note_missing(fields, problems)
        elif partial and cleared:
            problems += [
                Detail("MissingRequiredField", f"{name} is required and cannot be cleared.", name)
                for name in cleared
                if name in self._required
            ]
        return Checked(fields, system, cleared, problems)

    def quick(self, body: Mapping[str, Any] | bytes) -> dict[str, Any] | None:
        """Return the fields of what most instances are, in a third of the time: declared ones in their own casing.

        ``body``: members, or the JSON of an object. No text may hold U+0000. Returns None for all else, also for what
        is wrong: ``check`` says what it is.
        """
        try:
            found = self._decode(body) if type(body) is bytes else msgspec.convert(body, self._shape)
            fields: dict[str, Any] = msgspec.to_builtins(found, builtin_types=_EXACT)
            if self._is_typed:
                fields.pop(_TYPE, None)
            for name, coerce in self._coerced:
                if name in fields:
                    fields[name] = coerce(fields[name])
        except (*DECODING_ERRORS, BadValue):
            return None
        return fields

    def _other(
        self,
        name: str,
        value: Any,
        fields: dict[str, Any],
        system: dict[str, Any],
        cleared: list[str],
        problems: list[Detail],
    ) -> None:
        """Take a member that is no field in its declared casing."""
        if "@" in name:  # @odata.type, VisitKey@odata.type and the like say nothing that we need
            return
        key = name.casefold()
        rule = self._declared.get(key)
        if rule is not None:
            canonical = rule[0]
            if value is None:
                cleared.append(canonical)
                return
            try:
                coerced = rule[1](value)
            except BadValue as bad:
                problems.append(Detail(bad.code, f"{canonical} {bad.message}.", canonical + bad.path))
                return
            _put(fields, canonical, coerced, problems)
        elif key in self._system:
            if value is not None:
                _put(system, self._system[key], value, problems)
        elif key not in READ_ONLY:
            if not IDENTIFIER.fullmatch(name) or len(name) > MAX_NAME:
                message = f"A property's name is made of at most {MAX_NAME} letters, digits and _."
                problems.append(Detail("InvalidPropertyName", message, name[:MAX_NAME]))
            elif value is None:
                cleared.append(name)
            else:
                try:
                    fields[name] = dynamic_value(value)
                except BadValue as bad:
                    problems.append(Detail(bad.code, f"{name} {bad.message}.", name))

    def _note_missing(self, fields: Mapping[str, Any], problems: list[Detail]) -> None:
        failed = {(problem.target or "").partition("[")[0] for problem in problems}
        problems += [
            Detail("MissingRequiredField", f"{name} is required.", name)
            for name in self.fields
            if name in self._required and name not in fields and name not in failed
        ]


def _plain_type(field: Mapping[str, Any]) -> Any:
    """Return the type of JSON values of which msgspec makes the canonical ones; Any where a coercion must.

    Null is none of them, and no coercion takes it either: what holds one is looked at in full.
    """
    if any(field.get(flag) for flag in ("isEnum", "isLocalizedString", "isImage")):
        return Any
    kind = field["fieldType"]
    single: Any = _PLAIN.get(kind, Any)
    if kind == "Edm.String":
        single = Annotated[str, msgspec.Meta(max_length=field.get("maxLength") or DEFAULT_MAX_LENGTH)]
    elif kind in INTEGER_BOUNDS:
        low, high = INTEGER_BOUNDS[kind]
        single = Annotated[int, msgspec.Meta(ge=low, le=high)]
    return list[single] if field.get("isArray") and single is not Any else single


_FINITE = Annotated[float, msgspec.Meta(ge=-sys.float_info.max, le=sys.float_info.max)]
_PLAIN = {
    "Edm.Boolean": bool,
    "Edm.Date": date,
    "Edm.Double": _FINITE,
    "Edm.Guid": UUID,
    "Edm.Single": _FINITE,
}


def _put(target: dict[str, Any], name: str, value: Any, problems: list[Detail]) -> None:
    """Set a member that may have been given before in another casing."""
    if name in target and target[name] != value:
        problems.append(Detail("DuplicateProperty", f"{name} is given twice, with different values.", name))
    else:
        target[name] = value


def dynamic_value(value: Any) -> Any:
    """Return the value of an undeclared property as it is stored: any JSON up to 64 KiB; raises ``BadValue``."""
    kind = type(value)
    if kind is bool or kind is int:
        return value
    if kind is str:
        if len(value) > MAX_DYNAMIC // 4 and len(value.encode()) > MAX_DYNAMIC:
            raise BadValue("must not be longer than 64 KiB", "ValueTooLong")
        if "\x00" in value:
            raise BadValue("must not contain the character U+0000")
        return value
    value = _plain(value)
    text = _encode(value)
    if len(text) > MAX_DYNAMIC:
        raise BadValue("must not be longer than 64 KiB", "ValueTooLong")
    if b"\\u0000" in text and "\x00" in "".join(_texts(value)):
        raise BadValue("must not contain the character U+0000")
    return value


def _plain(value: Any, depth: int = 0) -> Any:
    """Return JSON with its fractions as floats: where no type says that digits matter, they are measures."""
    if depth > MAX_DEPTH:
        raise BadValue(f"must not be nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, (Decimal, float)):
        number = float(value)
        if not isfinite(number):
            raise BadValue("must be a number that a double can hold")
        return number
    if isinstance(value, dict):
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    return value


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
