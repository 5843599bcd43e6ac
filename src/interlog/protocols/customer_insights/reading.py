"""Collections of interactions: pages, counts, and what is expanded in them (spec 6.5)."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeVar

from interlog.model.conditions import Condition, both
from interlog.model.errors import Invalid
from interlog.model.expressions import Order
from interlog.model.instants import now
from interlog.model.interactions import Interaction
from interlog.model.profiles import CONTACT, Profile

from . import instances, linking
from .asks import Ask
from .entities import InteractionEntity, ProfileEntity
from .ids import Key, key_text
from .odata_filter import filter_of
from .odata_lexer import ODataError
from .odata_search import search_of
from .odata_vocabulary import Interactions
from .operations import Reply
from .options import (
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
from .present import Form, interaction_json, participants_json

CONFLATION = "type=conflation"
"""What stands for matched interactions in the original: here there are none."""

MAX_EXPANDED = 100
"""Interactions that are expanded in each profile, where nothing else is said."""

Of = tuple[ProfileEntity, Profile]
Answer = TypeVar("Answer")


class Query:
    """What of interactions is asked for: of which types, by which condition, in which order."""

    def __init__(self, ask: Ask, entity: InteractionEntity | None, params: Mapping[str, str]) -> None:
        tenant = ask.actor.tenant
        types = [entity.type] if entity is not None else list(tenant.types)
        self.types = [type_.id for type_ in types]
        self.condition: Condition | None = None
        self.orders: tuple[Order, ...] = ()
        self.party: tuple[int, int] | None = None
        self.attached: Condition | None = None
        self.voided = ask.flag("includevoided")
        vocabulary = self._vocabulary = Interactions(types)
        text = params.get("$filter", "").strip()
        if text.strip("'\"").replace(" ", "").lower() == CONFLATION:
            self.types = []
        elif text:
            self.condition = parsed("$filter", "InvalidFilter", lambda: filter_of(text, vocabulary, now()))
        orders = params.get("$orderby", "").strip()
        if orders:
            self.orders = parsed("$orderby", "InvalidOrderBy", lambda: orders_of(orders, vocabulary, now()))
        search = params.get("$search", "").strip()
        if search:
            self.condition = both(self.condition, parsed("$search", "InvalidQueryOption", lambda: search_of(search)))

    async def narrow(self, ask: Ask, of: Of) -> None:
        """Narrow it to a profile's: those in which it takes part, and those that a link attaches to it."""
        self.party = int(of[0].type.party), of[1].number
        text = await linking.attached(ask, *of)
        if text is not None:
            self.attached = parsed("$filter", "InvalidFilter", lambda: filter_of(text, self._vocabulary, now()))


def parsed(name: str, code: str, parse: Any) -> Any:
    """Return what is made of an option; refuses it, with the place, where nothing can be."""
    try:
        return parse()
    except ODataError as error:
        raise bad_option(name, f"cannot be understood: {error}", code) from None


async def answered(work: Awaitable[Answer]) -> Answer:
    """Return what a list answers; refuses a place that is none of its, and values that the store cannot look for."""
    try:
        return await work
    except Invalid as error:  # a number that no engine holds, half a character, more levels than SQLite reads
        raise bad_option("$filter", f"cannot be answered: {error.problems[0].message}", "InvalidFilter") from None
    except ValueError:
        raise bad_skip_token() from None


# Interactions


async def interactions(ask: Ask, entity: InteractionEntity | None, of: Of | None = None) -> Reply:
    """Answer a page of interactions: all, those of a type, or those of a profile."""
    require_known(ask.params)
    form = form_of(ask, ("InteractionId",))
    expands = expand_of(ask.params.get("$expand"), ("Participants",))
    query, window = Query(ask, entity, ask.params), window_of(ask)
    if of is not None:
        await query.narrow(ask, of)
    items, links = await _page(ask, query, window)
    name = entity.set_name if entity is not None else instances.ALL_SET
    if of is not None:
        name = f"{of[0].set_name}{key_text(of[1].key)}/Interactions"
    body = ask.context(name, form)
    if flag_of(ask.params, "$count"):
        body["@odata.count"] = await _number(ask, query)
    body["value"] = await interactions_json(ask, items, form, typed=entity is not None, participants=bool(expands))
    headers = {"Preference-Applied": f"odata.maxpagesize={window.size}"} if window.preferred else {}
    return ask.reply(body | links, headers=headers)


async def _page(ask: Ask, query: Query, window: Window) -> tuple[list[Interaction], dict[str, str]]:
    if not window.size or not query.types:
        return [], {}
    found = await answered(
        ask.listing.page(
            ask.actor,
            query.types,
            limit=window.size,
            condition=query.condition,
            orders=query.orders,
            after=window.after,
            skip=window.skip,
            party=query.party,
            voided=query.voided,
            attached=query.attached,
        )
    )
    return found.interactions, next_links(ask, window, found.next, len(found.interactions))


async def _number(ask: Ask, query: Query) -> int:
    """Return how many interactions are on all pages."""
    work = ask.listing.count(
        ask.actor,
        query.types,
        condition=query.condition,
        party=query.party,
        voided=query.voided,
        attached=query.attached,
    )
    return await answered(work)


def form_of(ask: Ask, always: Sequence[str]) -> Form:
    """Return how an answer is to be written, with what is selected; what is in ``always`` is."""
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
    if of is not None:
        await query.narrow(ask, of)
    number = await _number(ask, query)
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
    await query.narrow(ask, of)
    top = number_of(expand.options, "$top")
    size = min(top if top is not None else MAX_EXPANDED, 1_000)
    items: list[Interaction] = []
    if size and query.types:
        found = await answered(
            ask.listing.page(
                ask.actor,
                query.types,
                limit=size,
                condition=query.condition,
                orders=query.orders,
                skip=number_of(expand.options, "$skip") or 0,
                party=query.party,
                voided=query.voided,
                attached=query.attached,
            )
        )
        items = found.interactions
    form = ask.form
    inner = Form(form.root, form.metadata, form.exact, select_of(expand.options.get("$select"), ("InteractionId",)))
    body: dict[str, Any] = {"Interactions": await interactions_json(ask, items, inner, typed=False)}
    if flag_of(expand.options, "$count"):
        body["Interactions@odata.count"] = await _number(ask, query)
    return body
