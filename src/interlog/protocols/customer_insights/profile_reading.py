"""Collections of profiles: pages, counts, and what is expanded in them (spec 6.1, 6.5)."""

import re
from typing import Any

from msgspec.structs import replace

from interlog.model.conditions import Condition, Constant, both
from interlog.model.errors import MergedAway, NotFound
from interlog.model.expressions import Order
from interlog.model.instants import now
from interlog.model.profiles import Profile

from .asks import Ask
from .entities import ProfileEntity
from .odata_filter import filter_of
from .odata_search import search_of
from .odata_vocabulary import Profiles
from .operations import Reply
from .options import Window, expand_of, flag_of, next_links, require_known, window_of
from .ordering import orders_of
from .present import profile_json
from .reading import CONFLATION, answered, expanded, form_of, parsed

MOST_EXPANDED = 100
"""Profiles on a page that are expanded: each takes a read of its own."""


class Query:
    """Which profiles are asked for: by which condition, in which order; or the one that a key names."""

    def __init__(self, ask: Ask, entity: ProfileEntity) -> None:
        self.type = entity.type
        self.condition: Condition | None = None
        self.orders: tuple[Order, ...] = ()
        self.key = _key_of(ask, entity)
        vocabulary = Profiles(entity.type)
        text = ask.params.get("$filter", "").strip()
        if text.strip("'\"").replace(" ", "").lower() == CONFLATION:
            self.condition = Constant(False)
        elif text:
            self.condition = parsed("$filter", "InvalidFilter", lambda: filter_of(text, vocabulary, now()))
        orders = ask.params.get("$orderby", "").strip()
        if orders:
            self.orders = parsed("$orderby", "InvalidOrderBy", lambda: orders_of(orders, vocabulary, now()))
        search = ask.params.get("$search", "").strip()
        if search:
            self.condition = both(self.condition, parsed("$search", "InvalidQueryOption", lambda: search_of(search)))
            self.key = None

    @property
    def is_plain(self) -> bool:
        """Whether all profiles of the type are asked for."""
        return self.condition is None


async def profiles(ask: Ask, entity: ProfileEntity) -> Reply:
    """Answer a page of profiles; without ``$orderby`` in the order in which they came."""
    require_known(ask.params)
    expands = expand_of(ask.params.get("$expand"), ("Interactions",))
    form, window, query = form_of(ask, ("ProfileId",)), window_of(ask), Query(ask, entity)
    if expands:
        window = replace(window, size=min(window.size, MOST_EXPANDED))
    body = ask.context(entity.set_name, form)
    links: dict[str, str] = {}
    if query.key is not None:
        items = await _by_key(ask, query)
        if flag_of(ask.params, "$count"):
            body["@odata.count"] = len(items)
        items = items[window.skip : window.skip + window.size] if window.after is None else []
    else:
        if flag_of(ask.params, "$count"):
            body["@odata.count"] = await _number(ask, query)
        items, links = await _page(ask, query, window)
    value = []
    for item in items:
        shown = profile_json(item, entity, ask.hub, form)
        for expand in expands:
            shown |= await expanded(ask, (entity, item), expand)
        value.append(shown)
    headers = {"Preference-Applied": f"odata.maxpagesize={window.size}"} if window.preferred else {}
    return ask.reply(body | {"value": value} | links, headers=headers)


async def _page(ask: Ask, query: Query, window: Window) -> tuple[list[Profile], dict[str, str]]:
    if not window.size:
        return [], {}
    found = await answered(
        ask.listing.profiles(
            ask.actor,
            query.type.id,
            limit=window.size,
            condition=query.condition,
            orders=query.orders,
            after=window.after,
            skip=window.skip,
        )
    )
    known = await ask.ledger.profiles.get_many(ask.actor, query.type, found.numbers)
    items = [known[number] for number in found.numbers if number in known]
    return items, next_links(ask, window, found.next, len(found.numbers))


async def count_profiles(ask: Ask, entity: ProfileEntity) -> Reply:
    """Answer how many profiles there are, as plain text."""
    require_known(ask.params)
    query = Query(ask, entity)
    number = len(await _by_key(ask, query)) if query.key is not None else await _number(ask, query)
    return Reply(str(number).encode(), content_type="text/plain; charset=utf-8")


async def _number(ask: Ask, query: Query) -> int:
    if query.is_plain:
        counts = await ask.ledger.profile_types.instances_counts(ask.actor, [query.type])
        return counts.get(query.type.id, 0)
    return await answered(ask.listing.count_profiles(ask.actor, query.type.id, condition=query.condition))


# One profile, by its key

_EQUALS = re.compile(r"\s*\(?\s*([^\W\d]\w*)\s+eq\s+(?:'((?:[^']|'')*)'|([\w.:+-]+))\s*\)?\s*")


def _key_of(ask: Ask, entity: ProfileEntity) -> dict[str, Any] | None:
    """Return the values of a key where the filter asks for nothing else: it is looked up, whatever its case."""
    values: dict[str, Any] = {}
    names = {name.lower(): name for name in entity.validator.fields} | {"profileid": "ProfileId"}
    for part in ask.params.get("$filter", "").split(" and "):
        match = _EQUALS.fullmatch(part)
        if match is None or match[3] == "null":
            return None
        name = names.get(match[1].lower(), match[1])
        if name in values:
            return None
        values[name] = match[2].replace("''", "'") if match[2] is not None else match[3]
    given = values.pop("ProfileId", None)
    checked = entity.validator.check(values)
    if checked.problems:
        return None
    wanted = checked.fields | ({"ProfileId": given} if given is not None else {})
    keys = [{"ProfileId"}, *({*key.fields} for key in entity.type.strong_ids)]
    return wanted if any(key <= set(wanted) for key in keys) else None


async def _by_key(ask: Ask, query: Query) -> list[Profile]:
    assert query.key is not None
    try:
        return [await ask.ledger.profiles.find_by(ask.actor, query.type, query.key)]
    except (MergedAway, NotFound):
        return []
