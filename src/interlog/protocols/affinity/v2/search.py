"""Searching persons, companies and entries by what stands in their fields (spec 14.6)."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from interlog.model.errors import Invalid, Problem
from interlog.model.fields import Field
from interlog.model.parties import Party
from interlog.model.party_search import Criteria, Group, Has, Scope, Sort

from ..operations import PATH_ID, Call, Handler, Kind, Param
from . import search_fields, translate, translate_fields
from .columns import FIELDS, Wanted, wanted
from .fields import normal_id
from .lists import rows_of, shown_entry
from .paging import MAX_LIMIT, PAGING, first_args, page
from .parties import with_fields

_BODY = ("filters", "sorts", "search")
_PARAMS = (
    *(Param(name=name, kind=Kind.OBJECT) for name in _BODY),
    Param(name="totalCount", kind=Kind.FLAG),
    *FIELDS,
    *PAGING,
)
OF_KIND = _PARAMS
OF_LIST = (PATH_ID, *_PARAMS)

MOST_PARTS = 50
MOST_CONDITIONS = 200
MAX_DEPTH = 10
MOST_SORTS = 5
SHORTEST_TERM = 3
LONGEST_TERM = 500
MOST_TERM_FIELDS = 100


def of_kind(kind: Party) -> Handler:
    """Return the handler that searches all persons or companies."""

    async def search(call: Call) -> dict[str, Any]:
        fields = await call.ledger.party_fields.of_kind(call.actor, kind)
        asked = await _asked(call, Scope(kind), fields)
        if kind is Party.PERSON:
            people = await call.ledger.persons.get_many(call.actor, asked.ids)
            items = [(id_, translate.person(people[id_])) for id_ in asked.ids if id_ in people]
            return asked.page(await with_fields(call, asked.args, kind, items))
        companies = await call.ledger.organizations.get_many(call.actor, asked.ids)
        shown = [(id_, translate.company(companies[id_])) for id_ in asked.ids if id_ in companies]
        return asked.page(await with_fields(call, asked.args, kind, shown))

    return search


async def of_list(call: Call) -> dict[str, Any]:
    """``POST /v2/lists/{id}/list-entries/search``."""
    item, fields = await call.ledger.party_fields.of_list(call.actor, call.args["id"])
    asked = await _asked(call, Scope(item.kind, item.id), fields)
    named: Wanted | None = wanted(asked.args)
    if named is not None:
        sheet = await call.ledger.sheets.chosen(call.actor, item.id, asked.ids)
        return asked.page(await rows_of(call, sheet, named))
    found = await call.ledger.list_entries.some_of(call.actor, item, asked.ids)
    return asked.page([shown_entry(listed, item.name) for listed in found])


class _Asked(NamedTuple):
    """A page of a search: the parameters of the first one, the ids on this one, and where the next one begins."""

    call: Call
    args: dict[str, Any]
    ids: Sequence[int]
    following: int | None
    more: dict[str, int]

    def page(self, items: Sequence[Any]) -> dict[str, Any]:
        """Return the page with its items."""
        following = None if self.following is None else (self.following,)
        return page(self.call, self.args, items, following, **self.more)


async def _asked(call: Call, scope: Scope, fields: Sequence[Field]) -> _Asked:
    """Search. A cursor is given out for one body, of which it holds a fingerprint: it is sent again with each page."""
    body = {name: call.args[name] for name in _BODY if name in call.args}
    plain = {name: value for name, value in call.args.items() if name not in _BODY}
    if body:
        text = msgspec.json.encode(body, order="sorted")
        plain["body"] = hashlib.blake2s(text, digest_size=12).hexdigest()
    call = replace(call, args=plain)
    args, place = first_args(call)
    wanted(args)
    criteria = criteria_of(body, fields)
    ids, following = await call.ledger.party_search.page(
        call.actor, scope, criteria, limit=args.get("limit", MAX_LIMIT), place=place[0] if place else 0
    )
    more = {}
    if args.get("totalCount"):
        more["totalCount"] = await call.ledger.party_search.how_many(call.actor, scope, criteria)
    return _Asked(call, args, ids, following, more)


def criteria_of(body: dict[str, Any], fields: Sequence[Field]) -> Criteria:
    """Return the search that a body describes; raises ``Invalid`` with everything wrong with it."""
    reader = _Reader(fields)
    filter_ = reader.filters(body["filters"]) if "filters" in body else None
    sorts = reader.sorts(body["sorts"]) if "sorts" in body else ()
    term, named = reader.term(body["search"]) if "search" in body else (None, ())
    if reader.problems:
        raise Invalid(*reader.problems)
    return Criteria(filter=filter_, sorts=sorts, term=term, fields=named)


class _Reader:
    """Reads the parts of a body, and keeps what is wrong with them."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = {translate_fields.public_id(field): field for field in fields}
        self.problems: list[Problem] = []
        self._conditions = 0

    def filters(self, given: Any) -> Group | None:
        """Return the tree of conditions."""
        return self._group(given, "filters", 1)

    def sorts(self, given: Any) -> tuple[Sort, ...]:
        """Return the orders."""
        if not isinstance(given, list) or len(given) > MOST_SORTS:
            self._wrong("sorts", f"must be a list of at most {MOST_SORTS}")
            return ()
        found = []
        for place, one in enumerate(given):
            path = f"sorts[{place}]"
            if not isinstance(one, dict):
                self._wrong(path, "must be an object with fieldId and direction")
                continue
            field = self._field(one.get("fieldId"), f"{path}.fieldId")
            if one.get("direction") not in ("asc", "desc"):
                self._wrong(f"{path}.direction", "must be asc or desc")
            if "attributeId" in one:
                self._wrong(f"{path}.attributeId", "is for no field here")
            if field is not None and search_fields.sortability(field) is None:
                self._wrong(f"{path}.fieldId", "is the id of a field that cannot be sorted by")
            elif field is not None:
                found.append(search_fields.sort_by(field, descending=one.get("direction") == "desc"))
        return tuple(found)

    def term(self, given: Any) -> tuple[str | None, tuple[Has, ...]]:
        """Return the text that is looked for, and in which fields besides."""
        if not isinstance(given, dict):
            self._wrong("search", "must be an object with term")
            return None, ()
        term, ids = given.get("term"), given.get("fieldIds", [])
        if not isinstance(term, str) or not SHORTEST_TERM <= len(term.strip()) <= LONGEST_TERM or not _readable(term):
            self._wrong("search.term", f"must be a text of {SHORTEST_TERM} to {LONGEST_TERM} characters")
            term = None
        if not isinstance(ids, list) or len(ids) > MOST_TERM_FIELDS:
            self._wrong("search.fieldIds", f"must be a list of at most {MOST_TERM_FIELDS} ids of fields")
            ids = []
        fields = [self._field(id_, f"search.fieldIds[{place}]") for place, id_ in enumerate(ids)]
        if term is None:
            return None, ()
        found = (search_fields.holding(field, term.strip()) for field in fields if field is not None)
        return term.strip(), tuple(one for one in found if one is not None)

    def _group(self, given: Any, path: str, depth: int) -> Group | None:
        if depth > MAX_DEPTH:
            self._wrong(path, f"is nested more than {MAX_DEPTH} levels deep")
            return None
        operator, filters = (given.get("operator"), given.get("filters")) if isinstance(given, dict) else (None, None)
        if operator not in ("and", "or"):
            self._wrong(f"{path}.operator", "must be and or or")
        if not isinstance(filters, list) or len(filters) > MOST_PARTS:
            self._wrong(f"{path}.filters", f"must be a list of at most {MOST_PARTS} conditions or groups")
            return None
        parts: list[Has | Group] = []
        for place, one in enumerate(filters):
            inner = f"{path}.filters[{place}]"
            self._conditions += 1
            if self._conditions > MOST_CONDITIONS:
                if self._conditions == MOST_CONDITIONS + 1:
                    self._wrong(path, f"has more than {MOST_CONDITIONS} conditions")
                return None
            is_group = isinstance(one, dict) and "filters" in one
            part = self._group(one, inner, depth + 1) if is_group else self._condition(one, inner)
            if part is not None:
                parts.append(part)
        return Group(operator == "and", tuple(parts))

    def _condition(self, given: Any, path: str) -> Has | Group | None:
        if not isinstance(given, dict):
            self._wrong(path, "must be a condition or a group")
            return None
        field = self._field(given.get("fieldId"), f"{path}.fieldId")
        if field is None:
            return None
        if "attributeId" in given:
            self._wrong(f"{path}.attributeId", "is for no field here")
        name, operator = search_fields.filter_type(field), given.get("operator")
        if name is None:
            self._wrong(f"{path}.fieldId", "is the id of a field that cannot be filtered")
            return None
        if given.get("valueType") != name:
            self._wrong(f"{path}.valueType", f"must be {name}")
            return None
        operators = search_fields.OPERATORS[name]
        if not isinstance(operator, str) or operator not in operators:
            self._wrong(f"{path}.operator", f"must be one of {', '.join(operators)}")
            return None
        return search_fields.condition_of(field, operator, given.get("value"), f"{path}.value", self.problems)

    def _field(self, given: Any, path: str) -> Field | None:
        field = self._fields.get(normal_id(given)) if isinstance(given, str) else None
        if field is None:
            self._wrong(path, "must be the id of a field that can be searched by")
        return field

    def _wrong(self, path: str, message: str) -> None:
        if len(self.problems) < MOST_CONDITIONS:
            self.problems.append(Problem(path, message))


def _readable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
