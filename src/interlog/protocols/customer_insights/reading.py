"""Collections: pages of interactions and profiles, counts, and what is expanded in them (spec 6.5)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from interlog.model.conditions import Condition, both
from interlog.model.errors import NotFound
from interlog.model.expressions import Order
from interlog.model.instants import now
from interlog.model.interactions import Interaction
from interlog.model.profiles import CONTACT, Profile

from . import instances
from .asks import Ask
from .entities import InteractionEntity, ProfileEntity
from .errors import ApiError
from .ids import Key, key_text
from .odata_filter import filter_of
from .odata_lexer import ODataError
from .odata_search import search_of
from .odata_vocabulary import Interactions
from .operations import Reply
from .options import (
    MOST,
    Expand,
    Window,
    bad_option,
    bad_skip_token,
    expand_of,
    flag_of,
    next_links,
    number_of,
    require_known,
    select_of,
    window_of,
)
from .ordering import orders_of
from .present import Form, interaction_json, participants_json, profile_json

CONFLATION = "type=conflation"
"""What stands for matched interactions in the original: here there are none."""

MAX_EXPANDED = 100
"""Interactions that are expanded in each profile, where nothing else is said."""

Of = tuple[ProfileEntity, Profile]


class Query:
    """What of interactions is asked for: of which types, by which condition, in which order."""

    def __init__(self, ask: Ask, entity: InteractionEntity | None, params: Mapping[str, str]) -> None:
        tenant = ask.actor.tenant
        types = [entity.type] if entity is not None else list(tenant.types)
        self.types = [type_.id for type_ in types]
        self.condition: Condition | None = None
        self.orders: tuple[Order, ...] = ()
        self.voided = ask.flag("includevoided")
        vocabulary = Interactions(types)
        text = params.get("$filter", "").strip()
        if text.strip("'\"").replace(" ", "").lower() == CONFLATION:
            self.types = []
        elif text:
            self.condition = _parsed("$filter", "InvalidFilter", lambda: filter_of(text, vocabulary, now()))
        orders = params.get("$orderby", "").strip()
        if orders:
            self.orders = _parsed("$orderby", "InvalidOrderBy", lambda: orders_of(orders, vocabulary, now()))
        search = params.get("$search", "").strip()
        if search:
            self.condition = both(self.condition, _parsed("$search", "InvalidQueryOption", lambda: search_of(search)))


def _parsed(name: str, code: str, parse: Any) -> Any:
    try:
        return parse()
    except ODataError as error:
        raise bad_option(name, f"cannot be understood: {error}", code) from None


# Interactions


async def interactions(ask: Ask, entity: InteractionEntity | None, of: Of | None = None) -> Reply:
    """Answer a page of interactions: all, those of a type, or those of a profile."""
    require_known(ask.params)
    form = _form(ask, ("InteractionId",))
    expands = expand_of(ask.params.get("$expand"), ("Participants",))
    query, window = Query(ask, entity, ask.params), window_of(ask)
    party = _party(of)
    items, links = await _page(ask, query, window, party)
    name = entity.set_name if entity is not None else instances.ALL_SET
    if of is not None:
        name = f"{of[0].set_name}{key_text(of[1].key)}/Interactions"
    body = ask.context(name, form)
    if flag_of(ask.params, "$count"):
        body["@odata.count"] = await ask.listing.count(
            ask.actor, query.types, condition=query.condition, party=party, voided=query.voided
        )
    body["value"] = await interactions_json(ask, items, form, typed=entity is not None, participants=bool(expands))
    headers = {"Preference-Applied": f"odata.maxpagesize={window.size}"} if window.preferred else {}
    return ask.reply(body | links, headers=headers)


async def _page(
    ask: Ask, query: Query, window: Window, party: tuple[int, int] | None
) -> tuple[list[Interaction], dict[str, str]]:
    if not window.size or not query.types:
        return [], {}
    try:
        found = await ask.listing.page(
            ask.actor,
            query.types,
            limit=window.size,
            condition=query.condition,
            orders=query.orders,
            after=window.after,
            skip=window.skip,
            party=party,
            voided=query.voided,
        )
    except ValueError:
        raise bad_skip_token() from None
    return found.interactions, next_links(ask, window, found.next, len(found.interactions))


def _party(of: Of | None) -> tuple[int, int] | None:
    return (int(of[0].type.party), of[1].number) if of is not None else None


def _form(ask: Ask, always: Sequence[str]) -> Form:
    form = ask.form
    select = select_of(ask.params.get("$select"), always)
    return Form(form.root, form.metadata, form.exact, select)


async def interactions_json(
    ask: Ask, items: Sequence[Interaction], form: Form, *, typed: bool, participants: bool = False
) -> list[dict[str, Any]]:
    """Return interactions as answers have them, with those who took part where that is wanted."""
    types = ask.actor.tenant.types_by_id
    ids = await _profile_ids(ask, items) if participants else {}
    found = []
    for item in items:
        entity = ask.hub.of_type(types[item.type_id])
        shown = interaction_json(item, entity, ask.hub, form, typed=typed)
        if participants:
            shown["Participants"] = participants_json(item, entity, ids, ask.hub)
        found.append(shown)
    return found


async def _profile_ids(ask: Ask, items: Sequence[Interaction]) -> dict[tuple[int, int], str]:
    """Return the ProfileId of everybody who takes part in one of these, by type and number."""
    wanted = {(CONTACT.id, part.person) for item in items for part in item.participants if part.person is not None}
    wanted |= {(p.type_id, p.number) for item in items for p in item.content.profiles if p.number is not None}
    return await ask.ledger.profiles.ids_of(ask.actor, wanted) if wanted else {}


async def count(ask: Ask, entity: InteractionEntity | None, of: Of | None = None) -> Reply:
    """Answer how many interactions meet the filter, as plain text."""
    require_known(ask.params)
    query = Query(ask, entity, ask.params)
    number = 0
    if query.types:
        number = await ask.listing.count(
            ask.actor, query.types, condition=query.condition, party=_party(of), voided=query.voided
        )
    return Reply(str(number).encode(), content_type="text/plain; charset=utf-8")


async def participants(ask: Ask, key: Key, entity: InteractionEntity | None) -> Reply:
    """Answer who took part in one interaction."""
    item, own = await instances.find(ask, key, entity)
    value = participants_json(item, own, await _profile_ids(ask, [item]), ask.hub)
    name = f"{own.set_name}{key_text(item.public_id)}/Participants"
    return ask.reply(ask.context(name, ask.form) | {"value": value})


async def expanded(ask: Ask, of: Of, expand: Expand) -> dict[str, Any]:
    """Return the interactions of a profile as they are expanded in it (spec 6.5: depth 1)."""
    query = Query(ask, None, expand.options)
    top = number_of(expand.options, "$top")
    size = min(top if top is not None else MAX_EXPANDED, 1_000)
    items: list[Interaction] = []
    if size and query.types:
        found = await ask.listing.page(
            ask.actor,
            query.types,
            limit=size,
            condition=query.condition,
            orders=query.orders,
            skip=number_of(expand.options, "$skip") or 0,
            party=_party(of),
            voided=query.voided,
        )
        items = found.interactions
    form = ask.form
    inner = Form(form.root, form.metadata, form.exact, select_of(expand.options.get("$select"), ("InteractionId",)))
    body: dict[str, Any] = {"Interactions": await interactions_json(ask, items, inner, typed=False)}
    if flag_of(expand.options, "$count"):
        body["Interactions@odata.count"] = await ask.listing.count(
            ask.actor, query.types, condition=query.condition, party=_party(of), voided=query.voided
        )
    return body


# Profiles


async def profiles(ask: Ask, entity: ProfileEntity) -> Reply:
    """Answer a page of profiles, in the order in which they came (spec 6.1).

    A filter names the values of a key: ``Email eq 'ola@client.example'``.
    """
    require_known(ask.params)
    for name in ("$orderby", "$search"):
        if ask.params.get(name, "").strip():
            raise ApiError(501, "NotImplemented", f"Profiles are not listed by {name}.", target=name)
    expands = expand_of(ask.params.get("$expand"), ("Interactions",))
    form, window = _form(ask, ("ProfileId",)), window_of(ask)
    body = ask.context(entity.set_name, form)
    links: dict[str, str] = {}
    if ask.params.get("$filter", "").strip():
        items = await _filtered(ask, entity)
        if flag_of(ask.params, "$count"):
            body["@odata.count"] = len(items)
        items = items[window.skip : window.skip + window.size] if window.after is None else []
    else:
        if flag_of(ask.params, "$count"):
            body["@odata.count"] = await _number(ask, entity)
        items, links = await _profile_page(ask, entity, window)
    value = []
    for item in items:
        shown = profile_json(item, entity, ask.hub, form)
        for expand in expands:
            shown |= await expanded(ask, (entity, item), expand)
        value.append(shown)
    headers = {"Preference-Applied": f"odata.maxpagesize={window.size}"} if window.preferred else {}
    return ask.reply(body | {"value": value} | links, headers=headers)


async def _profile_page(ask: Ask, entity: ProfileEntity, window: Window) -> tuple[list[Profile], dict[str, str]]:
    if not window.size:
        return [], {}
    after = 0
    if window.after is not None:
        (place,) = window.after if len(window.after) == 1 else (None,)
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < 2**53:
            raise bad_skip_token()
        after = place
    skip = window.skip
    while skip:  # there is no jumping ahead in a list that goes on behind its last one
        passed = await ask.ledger.profiles.page(ask.actor, entity.type, after=after, limit=min(skip, MOST))
        if not passed:
            return [], {}
        skip, after = skip - len(passed), passed[-1].number
    items = await ask.ledger.profiles.page(ask.actor, entity.type, after=after, limit=window.size + 1)
    shown = items[: window.size]
    next_ = (shown[-1].number,) if len(items) > window.size else None
    return shown, next_links(ask, window, next_, len(shown))


async def _filtered(ask: Ask, entity: ProfileEntity) -> list[Profile]:
    """Return the profile that has the values of a key."""
    text = ask.params["$filter"].strip()
    if text.strip("'\"").replace(" ", "").lower() == CONFLATION:
        return []
    values: dict[str, Any] = {}
    names = {name.lower(): name for name in entity.validator.fields} | {"profileid": "ProfileId"}
    for part in text.split(" and "):
        match = _EQUALS.fullmatch(part)
        if match is None:
            message = "of profiles names the values of a key, such as ProfileId eq '42', and nothing else"
            raise bad_option("$filter", message, "InvalidFilter")
        name = names.get(match[1].lower(), match[1])
        values[name] = match[2].replace("''", "'") if match[2] is not None else match[3]
    given = values.pop("ProfileId", None)
    checked = entity.validator.check(values)
    if checked.problems:
        return []
    wanted = checked.fields | ({"ProfileId": given} if given is not None else {})
    keys = [{"ProfileId"}, *({*key.fields} for key in entity.type.strong_ids)]
    if not any(key <= set(wanted) for key in keys):
        raise ApiError(501, "NotImplemented", "Profiles are filtered by all fields of a strong id.", target="$filter")
    try:
        return [await ask.ledger.profiles.find_by(ask.actor, entity.type, wanted)]
    except NotFound:
        return []


_EQUALS = re.compile(r"\s*\(?\s*([^\W\d]\w*)\s+eq\s+(?:'((?:[^']|'')*)'|([\w.:+-]+))\s*\)?\s*")


async def count_profiles(ask: Ask, entity: ProfileEntity) -> Reply:
    """Answer how many profiles there are, as plain text."""
    require_known(ask.params)
    number = len(await _filtered(ask, entity)) if ask.params.get("$filter", "").strip() else await _number(ask, entity)
    return Reply(str(number).encode(), content_type="text/plain; charset=utf-8")


async def _number(ask: Ask, entity: ProfileEntity) -> int:
    return (await ask.ledger.profile_types.instances_counts(ask.actor, [entity.type])).get(entity.type.id, 0)
