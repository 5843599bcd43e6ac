"""Query plans: every statement reads an index range, whatever the size of the store.

Both engines are asked for the plan of every query, with some thousands of interactions loaded. A plan is refused when
it reads a growing table from its beginning to its end, when it narrows an index by nothing but the tenant, or when it
sorts. Sorting is allowed in one place: a page for several parties sorts the union of their arms, none of which is
longer than the page.

A new query fails ``test_every_query_has_a_check`` until it is listed here.
"""

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import cycle, product
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from sqlalchemy import update

import interlog.store
from interlog.ledger import Ledger
from interlog.ledger.persons import kinds_of
from interlog.model.conditions import And, Compare, Condition, Missing, Not, Operator, Or
from interlog.model.ids import uuid7
from interlog.model.instants import HOUR, now
from interlog.model.interactions import Links, Participant
from interlog.model.journal import Entity
from interlog.model.notes import NoteDraft
from interlog.model.parties import Opportunity, Organization, Party, Person, PersonKind
from interlog.model.profiles import Profile
from interlog.model.types import Direction
from interlog.store import (
    access,
    ageing,
    chores,
    definitions,
    deliveries,
    external_ids,
    files,
    identities,
    imports,
    interactions,
    journal,
    merges,
    moments,
    notes,
    numbers,
    opportunities,
    organizations,
    overview,
    persons,
    profile_values,
    profiles,
    reminders,
    schema,
    sessions,
    tenants,
    timeline,
    types,
    usage,
)
from interlog.store.conditions import arguments_of, shape_of
from interlog.store.database import Database
from interlog.store.statements import Query, Unit, parameter
from tests.ledger.conftest import Firm, found_firm, meeting

from .plans import analyze, faults, queries

pytestmark = pytest.mark.asyncio(loop_scope="module")

PARTIES = 3_000
INTERACTIONS = 8_000

READS_EVERYTHING = {
    "merges.OPEN": "returns what an index of just these holds: merges that are under way",
    "check": "verifies the whole store",
    "canvassing_check": "verifies the whole store",
    "orphans": "verifies the whole store",
    "notes.count_query": "a count that one protocol demands with its first page",
    "reminders.count_query": "a count that one protocol demands with its first page",
    "files.count_query": "a count that one protocol demands with its first page",
    "opportunities.LIST_SIZES": "counts each list's opportunities",
    "tenants.LAST_ID": "the tenants themselves, when one is created",
    "tenants.ALL": "the tenants themselves, for whoever runs the server",
    "types.NEWEST": "a tenant's types: few, and read once a second at most",
    "types.NEWEST_OF_PROFILES": "a tenant's types: few, and read once a second at most",
    "types.VERSIONS": "a type's versions: few",
    "types.VERSIONS_OF_PROFILES": "a type's versions: few",
    "types.LAST_PROFILE_TYPE": "a tenant's types: few",
    "chores.LEFT": "what definitions have left to do: few",
    "profiles.COUNTS": "counts a type's profiles",
    "profiles.PERSONS": "counts a tenant's persons",
    "profiles.ORGANIZATIONS": "counts a tenant's organizations",
    "profile_values.READY": "the fields that profiles are looked up by: few",
    "profile_values.FORGET": "the fields that profiles are looked up by: few",
    "profile_values.FORGET_VALUES": "drops the values of all profiles of a type, when nothing refers to them any more",
    "value_check": "verifies the whole store",
    "profiles.DROP_KEYS": "drops the keys of all profiles of a type, when it is defined anew",
    "types.COUNTS": "counts a type's interactions, every five seconds at most",
    "tenants.USERS": "a tenant's users: few",
    "deliveries.DROP_WAITING": "gives up all that waits for a subscription",
    "deliveries.DROP_OF_APPLICATION": "gives up all that waits for an application",
    "deliveries.HASTEN": "brings forward all that waits for a subscription",
    "deliveries.OF_PROTOCOL": "a tenant's webhooks: few",
    "deliveries.page_query": "a tenant's webhooks: few",
    "deliveries.ACTIVE": "the subscriptions, for whoever serves the store: few",
    "access.APPLICATIONS": "a tenant's applications: few",
    "tenants.TOKENS": "a tenant's tokens: few",
    "usage.OF_MONTH": "a month's counts, one for each tenant, every five seconds",
    "staff.USERS": "a tenant's users: few",
    "staff.page_query": "a tenant's users: few",
    "staff.TOKENS": "a tenant's tokens: few",
    "list_entries.SIZES": "counts what stands on each list",
    "party_fields.OF_LIST": "a tenant's fields: few",
    "party_fields.OF_KIND": "a tenant's fields: few",
    "party_values.WITH_VALUE": "finds what was an option that somebody deletes, which hardly ever happens",
    "party_fields.ALL": "a tenant's fields: few",
    "opportunities.LISTS": "a tenant's lists: few",
    "visit_groups": "moves a campaign's visits to another security group, which hardly ever happens",
    "overview.WEEKS": "counts a year's interactions, every ten minutes at most",
}
"""What is meant to read a table, and why."""


ELSEWHERE = {"instances", "field_values", "profile_pages", "resources", "changes", "visits", "visit_reports",
             "visit_quality", "visit_timeline", "canvassing_pages", "search", "search_pages",
             "search_texts", "list_entries", "party_fields", "party_values", "party_search",
             "value_changes"}  # fmt: skip
"""Modules whose queries other tests of plans check: ``test_instance_plans.py``, ``test_canvassing_plans.py`` …"""


class Case(NamedTuple):
    """A query with arguments. ``sorted_arms``: it may sort the union of arms that are no longer than a page."""

    query: Query
    arguments: Callable[["Loaded"], dict[str, Any]]
    sorted_arms: bool = False


class Loaded(NamedTuple):
    """A ledger with something in it: ``busy`` took part in a tenth of everything, ``rare`` in hardly anything."""

    firm: Firm
    busy: int
    rare: int

    @property
    def database(self) -> Database:
        """The database that is asked for plans."""
        return self.firm.ledger.store.database


def _page_of_interactions(arms: int, direction: bool, logging: bool, also_person: bool) -> Case:
    def arguments(loaded: Loaded) -> dict[str, Any]:
        found = _list_arguments(loaded) | {
            "types": loaded.database.array(loaded.firm.types), "start": 0, "before_at": now(), "before_number": 0,
        }  # fmt: skip
        for index in range(arms):
            found |= {f"kind_{index}": 0, f"id_{index}": loaded.busy + index}
        return found | {"direction": 0, "logging": 1, "also_person": loaded.firm.mia.id}

    return Case(timeline.page_query(arms, direction, logging, also_person), arguments, sorted_arms=arms > 1)


def _list_arguments(loaded: Loaded) -> dict[str, Any]:
    return {"tenant": loaded.firm.tenant.id, "groups": loaded.database.array([0]), "limit": 20}


def _newest(arms: int, soonest: bool) -> Case:
    def arguments(loaded: Loaded) -> dict[str, Any]:
        found = _list_arguments(loaded) | {f"type_{index}": 1 + index for index in range(arms)}
        return found | {"start": 0, "before_at": 2**60, "before_number": 0}

    return Case(timeline.newest_query(arms, soonest), arguments, sorted_arms=arms > 1)


def _in_order_of_number(condition: Condition | None) -> Case:
    def arguments(loaded: Loaded) -> dict[str, Any]:
        types = loaded.database.array(loaded.firm.types)
        return _list_arguments(loaded) | _values(condition) | {"after": 100, "types": types}

    return Case(timeline.in_order_of_number_query(shape_of(condition) if condition else None), arguments)


def _page_of_notes(by: str | None, roots: bool, condition: Condition | None = None) -> Case:
    def arguments(loaded: Loaded) -> dict[str, Any]:
        return (
            _list_arguments(loaded)
            | _values(condition)
            | {"before_at": now(), "before_id": 0, "party_kind": 0, "party_id": loaded.busy, "creator": 1, "parent": 1}
        )

    shape = shape_of(condition) if condition else None
    chosen = condition in (ONE_NOTE, TWO_NOTES)
    return Case(notes.page_query(by, roots=roots, shape=shape), arguments, sorted_arms=chosen)


def _page_of_reminders(by: tuple[str, ...], condition: Condition) -> Case:
    place = {"after_at": 0, "after_id": 0, "until": 2**62, "limit": 20, "now": now(), "party_kind": 0}
    chosen = condition is REMINDER_CONDITIONS["one"]
    query = reminders.page_query(frozenset(by), shape=shape_of(condition))
    return _simple(query, **place, **dict.fromkeys(by, 1), **_values(condition))._replace(sorted_arms=chosen)


def _values(condition: Condition | None) -> dict[str, Any]:
    return arguments_of(condition) if condition else {}


def _ranges(*fields: str) -> dict[str, Condition]:
    """Conditions of every form on these fields: ranges that leave out little, alone, together, and as alternatives.

    What a condition that leaves out much reads is for the engine to choose.
    """
    lower = [Compare(field, Operator.GREATER_OR_EQUAL, 1) for field in fields]
    upper = [Compare(field, Operator.LESS, 2**60) for field in fields]
    return {
        **{f"{field}-range": And((low, up)) for field, low, up in zip(fields, lower, upper, strict=True)},
        "all": And((*lower, *upper)),
        "any": Or((*lower, *upper)),
        "none": Not(Or((Missing(fields[-1]), Not(And(tuple(upper)))))),
    }


INTERACTION_CONDITIONS = _ranges("occurred_at", "created_at", "modified_at") | {
    "one": Compare("number", Operator.EQUAL, 5),
    "two": Or((Compare("number", Operator.EQUAL, 5), Compare("number", Operator.EQUAL, 6))),
}
ONE_NOTE = Compare("id", Operator.EQUAL, 5)
TWO_NOTES = Or((ONE_NOTE, Compare("id", Operator.EQUAL, 6)))
NOTE_CONDITIONS = _ranges("created_at", "updated_at") | {
    "one": ONE_NOTE,
    "two": TWO_NOTES,
    "author": Compare("creator", Operator.EQUAL, 1),
    "authors": Or((Compare("creator", Operator.EQUAL, 1), Compare("creator", Operator.EQUAL, 2))),
}

REMINDER_CONDITIONS = _ranges("due_at", "created_at", "updated_at") | {
    "one": Compare("id", Operator.EQUAL, 5),
}


def _page_of_persons(bounds: tuple[tuple[str, str], ...], moments: bool, internal: bool) -> Case:
    def arguments(loaded: Loaded) -> dict[str, Any]:
        kinds = kinds_of(loaded.firm.tenant).arguments(loaded.database)
        bound = {f"{edge}_{name}": now() for edge, name in bounds}
        return _list_arguments(loaded) | kinds | bound | {"after": 10, "now": now(), "pattern": "%eve%"}

    return Case(persons.page_query(False, bounds, moments, internal), arguments)


def _simple(query: Query, **arguments: Any) -> Case:
    """A query whose arguments depend on nothing but the tenant; a list becomes an array."""

    def bound(loaded: Loaded) -> dict[str, Any]:
        array = loaded.database.array
        found = {name: array(value) if isinstance(value, list) else value for name, value in arguments.items()}
        return {"tenant": loaded.firm.tenant.id} | found

    return Case(query, bound)


def _value_row(query: Query) -> Case:
    """A row of ``profile_value``, and the version of whose it is."""
    row = {"type_id": 100, "name": "City", "key": "Bonn", "number": 5, "version": 1}
    return Case(query, lambda loaded: {"tenant_id": loaded.firm.tenant.id} | row)


def _version_guarded(query: Query, *columns: str, **key: int) -> Case:
    values = dict.fromkeys(columns, None)
    return Case(query, lambda loaded: values | {"key_tenant_id": loaded.firm.tenant.id, "read_version": 1} | key)


MOMENT_NAMES = moments.Moments._fields
BOUNDS = [((edge, name),) for edge in ("min", "max") for name in MOMENT_NAMES]

CASES: dict[str, Case] = {
    **{
        f"timeline.page_query-{arms}-{'direction-' * d}{'logging-' * g}{'also_person' * a}": _page_of_interactions(
            arms, d, g, a
        )
        for arms in (1, 2, 8, 64)
        for d, g, a in product((False, True), repeat=3)
    },
    **{
        f"timeline.newest_query-{arms}{'-soonest' * soonest}": _newest(arms, soonest)
        for arms in (1, 2, 8, 64)
        for soonest in (False, True)
    },
    **{
        f"notes.replies_query-{arms}": _simple(
            notes.replies_query(arms), groups=[0], limit=11, **{f"parent_{index}": 1 for index in range(arms)}
        )
        for arms in (1, 8, 64)
    },
    **{
        f"notes.page_query-{by}{'-roots' * roots}": _page_of_notes(by, roots)
        for by, roots in [
            (None, False),
            (None, True),
            ("creator", False),
            ("creator", True),
            ("party", False),
            ("parent", False),
        ]
    },
    **{
        f"notes.page_query-{by}-{name}": _page_of_notes(by, roots, condition)
        for by, roots in [(None, True), ("party", False), ("parent", False)]
        for name, condition in NOTE_CONDITIONS.items()
    },
    "persons.page_query": _page_of_persons((), False, False),
    "persons.page_query-moments": _page_of_persons((), True, False),
    "persons.page_query-internal": _page_of_persons((), False, True),
    **{f"persons.page_query-{bounds[0][0]}_{bounds[0][1]}": _page_of_persons(bounds, True, False) for bounds in BOUNDS},
    "interactions.BY_NUMBER": _simple(interactions.BY_NUMBER, number=5),
    "interactions.BRIEF_BY_NUMBER": _simple(interactions.BRIEF_BY_NUMBER, number=5),
    "interactions.BY_NUMBERS": _simple(interactions.BY_NUMBERS, numbers=[5, 6, 7]),
    "interactions.BRIEFS_BY_NUMBERS": _simple(interactions.BRIEFS_BY_NUMBERS, numbers=[5, 6, 7]),
    "interactions.DETAILS": _simple(interactions.DETAILS, numbers=[5, 6, 7]),
    "interactions.BY_UUID": _simple(interactions.BY_UUID, uuid="x"),
    "interactions.BY_UUIDS": _simple(interactions.BY_UUIDS, uuids=["x", "y"]),
    "interactions.BY_IDENTITY": _simple(interactions.BY_IDENTITY, type_id=1, identity="x"),
    "identities.BY_IDENTITIES": _simple(identities.BY_IDENTITIES, identities=["x", "y"]),
    "identities.OF_TYPE": _simple(identities.OF_TYPE, type_id=1, after_at=1, after_number=1, limit=20),
    "identities.BY_UUIDS": _simple(identities.BY_UUIDS, uuids=["x", "y"]),
    "identities.BY_REQUESTS": _simple(identities.BY_REQUESTS, keys=["x", "y"]),
    "identities.ANY_TYPE": _simple(identities.ANY_TYPE, identity="x", limit=5),
    "interactions.BY_REQUEST": _simple(interactions.BY_REQUEST, key="x"),
    "timeline.LAST_SENT": Case(
        timeline.LAST_SENT,
        lambda loaded: (
            _list_arguments(loaded)
            | {"persons": loaded.database.array([loaded.busy, loaded.rare])}
            | {"types": loaded.database.array(loaded.firm.types)}
        ),
    ),
    "timeline.in_order_of_number_query": _in_order_of_number(None),
    **{
        f"timeline.in_order_of_number_query-{name}": _in_order_of_number(condition)
        for name, condition in INTERACTION_CONDITIONS.items()
    },
    "interactions.WAITING_FOR_ADDRESSES": _simple(interactions.WAITING_FOR_ADDRESSES, addresses=["x"]),
    "interactions.FORGET_ADDRESS": _simple(interactions.FORGET_ADDRESS, address="x", number=1),
    "interactions.REMOVE_PARTICIPANT": _simple(
        interactions.REMOVE_PARTICIPANT, party_kind=0, party_id=1, occurred_at=1, number=1
    ),
    "interactions.UPDATE": _version_guarded(
        interactions.UPDATE,
        *interactions._CHANGING,
        key_number=1,
    ),
    "moments.MOMENTS": Case(
        moments.MOMENTS,
        lambda loaded: (
            _list_arguments(loaded)
            | kinds_of(loaded.firm.tenant).arguments(loaded.database)
            | {"persons": loaded.database.array([loaded.busy, loaded.rare]), "now": now()}
        ),
    ),
    "overview.LAST": Case(
        overview.LAST,
        lambda loaded: _list_arguments(loaded) | {"persons": loaded.database.array([loaded.busy, loaded.rare])},
    ),
    "moments.SHARED_WITH": Case(
        moments.SHARED_WITH,
        lambda loaded: (
            _list_arguments(loaded)
            | {"persons": loaded.database.array([loaded.busy, loaded.rare]), "start": now() - 100 * HOUR, "now": now()}
        ),
    ),
    "journal.SINCE_SQLITE": _simple(journal.SINCE_SQLITE, epoch=0, sequence=100, limit=20),
    "journal.SINCE_POSTGRESQL": _simple(journal.SINCE_POSTGRESQL, epoch=0, sequence=100, limit=20),
    "journal.VERSIONS": _simple(journal.VERSIONS, entity=Entity.INTERACTION.value, entity_id=5, limit=10),
    "journal.ASKED": _simple(
        journal.ASKED,
        epoch=2**62,
        sequence=0,
        looked_through=50,
        actor=1,
        token_id=-1,
        entity_id=-1,
        protocol="",
        entity="interaction",
        since=0,
        until=2**62,
        limit=20,
    )._replace(sorted_arms=True),  # of so many entries as are looked through
    "journal.AWAY": _simple(journal.AWAY, epoch=2**62, sequence=0, away=20),
    "notes.BY_IDS": _simple(notes.BY_IDS, ids=[1, 2]),
    "notes.CHANGE": _simple(
        notes.CHANGE,
        id=1,
        read_version=1,
        new_kind=0,
        new_content=None,
        new_links=None,
        new_version=2,
        new_updated_at=None,
        new_deleted_at=None,
    ),
    "notes.ANSWERED": _simple(notes.ANSWERED, id=1),
    "notes.UNLINK": _simple(notes.UNLINK, party_kind=0, party_id=1, created_at=1, id=1),
    "notes.REPLY_COUNTS": _simple(notes.REPLY_COUNTS, parents=[1, 2]),
    "merges.BY_ID": _simple(merges.BY_ID, id=1),
    "merges.page_query": _simple(merges.page_query(), kind=0, before=2**62, limit=20),
    "merges.page_query-one": _simple(
        merges.page_query(shape_of(ONE_NOTE)), kind=0, before=2**62, limit=20, **arguments_of(ONE_NOTE)
    )._replace(sorted_arms=True),
    "merges.INTO": _simple(merges.INTO, kind=0, party=1, limit=20),
    "merges.CHANGE": _simple(merges.CHANGE, of_id=1, read_state=0, new_state=1, new_ended_at=None),
    "merges.USERS": _simple(merges.USERS, persons=[1, 2]),
    "merges.PARTS": _simple(merges.PARTS, merge=1, limit=250),
    "merges.PARTS_OF_KIND": _simple(merges.PARTS_OF_KIND, merge=1, entity="person"),
    "merges.FORGET": _simple(merges.FORGET, merge=1, entity="person", ids=[1, 2]),
    **{
        f"merges.{name}": _simple(getattr(merges, name), kind=0, party=1, limit=250)
        for name in (
            "INTERACTIONS",
            "NUMBER_OF_INTERACTIONS",
            "NOTES",
            "ENTRIES",
            "NUMBER_OF_ENTRIES",
            "REMINDERS",
            "NUMBER_OF_REMINDERS",
            "FILES",
            "NUMBER_OF_FILES",
            "NUMBER_OF_NOTES",
            "OPPORTUNITIES",
            "NUMBER_OF_OPPORTUNITIES",
        )
    },
    "merges.MEMBERS": _simple(merges.MEMBERS, party=1, limit=250),
    "merges.NUMBER_OF_MEMBERS": _simple(merges.NUMBER_OF_MEMBERS, party=1, limit=250),
    "numbers.RAISE": _simple(numbers.RAISE, kind="person", highest=1),
    **{f"imports.TAKEN-{kind}": _simple(query, ids=[1, 2]) for kind, query in imports.TAKEN.items()},
    "imports.BY_SOURCE": _simple(imports.BY_SOURCE, source="affinity"),
    "imports.CHANGE": _simple(imports.CHANGE, of_source="affinity", read_version=1, new_state="{}", new_version=2),
    "numbers._TAKE": _simple(numbers._TAKE, kind="person", many=1),
    "numbers._GIVE_BACK": _simple(numbers._GIVE_BACK, kind="person", end=1, start=1),
    "persons.LIVE_BY_IDS": _simple(persons.LIVE_BY_IDS, ids=[1, 2]),
    "persons.DELETED": _simple(persons.DELETED, id=1),
    "external_ids.OF_INTERACTIONS": _simple(external_ids.OF_INTERACTIONS, systems=["crm"], ids=["x", "y"]),
    "external_ids.OF_PARTIES": _simple(external_ids.OF_PARTIES, kind=0, systems=["crm", "im"], ids=["x", "y"]),
    "external_ids.BY_PARTIES": _simple(external_ids.BY_PARTIES, kind=0, parties=[1, 2, 3]),
    "external_ids.RELEASE": _simple(external_ids.RELEASE, kind=0, party=1),
    "persons.SUCCESSORS": _simple(persons.SUCCESSORS, ids=[1, 2]),
    "persons.MERGED": _simple(persons.MERGED, ids=[1, 2]),
    "persons.BY_EMAILS": _simple(persons.BY_EMAILS, emails=["a@b.example"]),
    "organizations.BY_UUIDS": _simple(organizations.BY_UUIDS, uuids=["x", "y"]),
    "persons.BY_UUIDS": _simple(persons.BY_UUIDS, uuids=["x", "y"]),
    "persons.NAMESAKES": _simple(persons.NAMESAKES, name_key="eve moll", limit=20),
    "persons.MEMBERS": _simple(persons.MEMBERS, organizations=[1]),
    "persons.WITH_DOMAIN": _simple(persons.WITH_DOMAIN, domain="client.example"),
    "persons.UPDATE": _version_guarded(
        persons.UPDATE,
        "kind",
        "first_name",
        "last_name",
        "emails",
        "primary_email",
        "organization_ids",
        "search",
        "name_key",
        "version",
        "modified_at",
        "deleted_at",
        "merged_into",
        key_id=1,
    ),
    "persons.RELEASE_EMAIL": _simple(persons.RELEASE_EMAIL, email="a@b.example"),
    "persons.LEAVE": _simple(persons.LEAVE, organization=1, person=1),
    "organizations.LIVE_BY_IDS": _simple(organizations.LIVE_BY_IDS, ids=[1, 2]),
    "organizations.DELETED": _simple(organizations.DELETED, id=1),
    "organizations.SUCCESSORS": _simple(organizations.SUCCESSORS, ids=[1, 2]),
    "organizations.MERGED": _simple(organizations.MERGED, ids=[1, 2]),
    "organizations.BY_DOMAINS": _simple(organizations.BY_DOMAINS, domains=["client.example"]),
    "organizations.PAGE": _simple(organizations.PAGE, after=1, limit=20),
    "organizations.NAMESAKES": _simple(organizations.NAMESAKES, name_key="client", limit=20),
    "organizations.UPDATE": _version_guarded(
        organizations.UPDATE,
        "name",
        "domains",
        "search",
        "name_key",
        "version",
        "modified_at",
        "deleted_at",
        "merged_into",
        key_id=1,
    ),
    "organizations.RELEASE_DOMAIN": _simple(organizations.RELEASE_DOMAIN, domain="x", organization=1),
    "opportunities.LIVE_BY_IDS": _simple(opportunities.LIVE_BY_IDS, ids=[1, 2]),
    "opportunities.DELETED": _simple(opportunities.DELETED, id=1),
    "opportunities.PAGE": _simple(opportunities.PAGE, after=1, limit=20),
    "opportunities.ON_LIST": _simple(opportunities.ON_LIST, list=1, after=1, limit=20),
    "opportunities.BY_ENTRY": _simple(opportunities.BY_ENTRY, entry=1),
    "opportunities.OF_PARTIES": _simple(opportunities.OF_PARTIES, party_kind=0, parties=[1]),
    "opportunities.UPDATE": _version_guarded(
        opportunities.UPDATE,
        "name",
        "search",
        "person_ids",
        "organization_ids",
        "version",
        "modified_at",
        "deleted_at",
        key_id=1,
    ),
    "opportunities.UNLINK": _simple(opportunities.UNLINK, party_kind=0, party_id=1, opportunity=1),
    "types.RELEASE": _simple(types.RELEASE, name="x", type_id=1),
    "profiles.BY_NUMBERS": _simple(profiles.BY_NUMBERS, type_id=100, numbers=[1, 2]),
    "profiles.BY_KEYS": _simple(profiles.BY_KEYS, type_id=100, name="ProfileId", keys=["key1", "key2"]),
    "profiles.PAGE": _simple(profiles.PAGE, type_id=100, after=10, limit=20),
    "profiles.UPDATE": _version_guarded(
        profiles.UPDATE, "key", "fields", "version", "modified_at", "changed_at", key_type_id=100, key_number=1
    ),
    "profiles.REMOVE_KEY": _simple(profiles.REMOVE_KEY, type_id=100, name="ProfileId", key="key1", number=1),
    "profile_values.BY_VALUES": _simple(profile_values.BY_VALUES, type_id=100, name="City", keys=["x", "y"]),
    "profile_values.REMOVE": _value_row(profile_values.REMOVE),
    "profile_values.ADD": _value_row(profile_values.ADD),
    "profile_values.ADD_PERSON": _value_row(profile_values.ADD_PERSON),
    "profile_values.ADD_ORGANIZATION": _value_row(profile_values.ADD_ORGANIZATION),
    "types.ANY": _simple(types.ANY, type_id=1, limit=1),
    "definitions.BY_NAME": _simple(definitions.BY_NAME, kind="links", name_key="x"),
    "definitions.BY_NAMES": _simple(definitions.BY_NAMES, kind="links", names=["x", "y"]),
    "definitions.PAGE": _simple(definitions.PAGE, kind="links", after="x", limit=10),
    "definitions.UPDATE": _version_guarded(definitions.UPDATE, "name", "value", "version", "modified_at", key_number=1),
    "definitions.DELETE": _simple(definitions.DELETE, kind="links", name_key="x", read_version=1),
    "definitions.COLLECTIONS": _simple(definitions.COLLECTIONS, names=["x", "y"]),
    "ageing.DOCUMENTS-oldest": _simple(ageing.DOCUMENTS.oldest, kind="links", before=-1, limit=500),
    "ageing.DOCUMENTS-drop": _simple(ageing.DOCUMENTS.drop, kind="links", upto=-1),
    "chores.FORGET": _simple(chores.FORGET, kind="index", subject=1),
    "chores.DONE": _simple(chores.DONE, kind="index", subject=1, made=1),
    "chores.PROGRESS": _simple(chores.PROGRESS, kind="index", subject=1, made=1, place="null"),
    "chores.CLAIM": _simple(chores.CLAIM, kind="index", subject=1, made=1, until=1, read=0),
    "chores.HOLD": _simple(chores.HOLD, kind="index", subject=1, made=1, until=1),
    "ageing.EXPIRED_KEYS-oldest": _simple(ageing.EXPIRED_KEYS.oldest, before=-1, limit=500),
    "ageing.EXPIRED_KEYS-drop": _simple(ageing.EXPIRED_KEYS.drop, upto=-1),
    "ageing.ENDED_DELIVERIES-oldest": _simple(ageing.ENDED_DELIVERIES.oldest, before=-1, limit=500),
    "ageing.ENDED_DELIVERIES-drop": _simple(ageing.ENDED_DELIVERIES.drop, upto=-1),
    "ageing.REQUEST_KEYS-oldest": _simple(ageing.REQUEST_KEYS.oldest, before=-1, limit=500),
    "ageing.REQUEST_KEYS-drop": _simple(ageing.REQUEST_KEYS.drop, upto=-1),
    "tenants.BY_ID": _simple(tenants.BY_ID, id=1),
    "tenants.CONFIGURE": _simple(tenants.CONFIGURE, key_id=1, new_settings="{}", read_version=1),
    "tenants.VERSION": _simple(tenants.VERSION, id=1),
    "tenants.OF_HOME": _simple(tenants.OF_HOME, home=1),
    "tenants.DELETE": _simple(tenants.DELETE, key_id=1, new_name="x", at=1),
    "tenants.BY_NAME": _simple(tenants.BY_NAME, name="acme"),
    "tenants.USER": _simple(tenants.USER, person=1),
    "tenants.SET_GROUPS": _simple(tenants.SET_GROUPS, person=1, read_groups="[]", new_groups="[1]"),
    "tenants.CHANGE_USER": _simple(
        tenants.CHANGE_USER, person=1, read_role="admin", read_active=1, new_role="member", new_active=0
    ),
    "tenants.TOKEN": _simple(tenants.TOKEN, token=1),
    "tenants.TOKEN_BY_DIGEST": _simple(tenants.TOKEN_BY_DIGEST, digest="x"),
    "tenants.REVOKE": _simple(tenants.REVOKE, token=1, at=1),
    "tenants.USED": _simple(tenants.USED, token=1, at=1),
    "deliveries.BY_NAME": _simple(deliveries.BY_NAME, protocol="polis", name="x"),
    "deliveries.CHANGE": _simple(
        deliveries.CHANGE,
        subscription=1,
        new_url="x",
        new_signing_key="x",
        new_bearer=None,
        new_about="{}",
        new_application=None,
        new_person=1,
        new_paused=0,
        new_ended_at=None,
        new_ordered=0,
        new_changed_at=None,
    ),
    **{
        f"reminders.page_query-{'-'.join(by)}-{completed}": _simple(
            reminders.page_query(frozenset(by), completed=completed),
            after_at=0,
            after_id=0,
            until=2**62,
            limit=20,
            **dict.fromkeys(by, 1),
            **dict.fromkeys(["party_kind"] if "party" in by else [], 0),
        )
        for by in ((), ("party",), ("owner",), ("creator",), ("party", "kind", "reset"))
        for completed in (None, False)
    },
    **{
        f"reminders.page_query-{'-'.join(by)}-{name}": _page_of_reminders(by, condition)
        for by in ((), ("party",), ("owner",))
        for name, condition in REMINDER_CONDITIONS.items()
    },
    "reminders.CHANGE": _simple(
        reminders.CHANGE,
        id=1,
        read_version=1,
        new_content=None,
        **dict.fromkeys((f"new_{name}" for name in reminders._CHANGING if name != "content"), 1),
    ),
    "usage.ADD": _simple(usage.ADD, of_protocol="affinity", of_month=24_000, many=5),
    "reminders.BY_IDS": _simple(reminders.BY_IDS, ids=[1, 2]),
    "reminders.OF_PARTIES": _simple(reminders.OF_PARTIES, party_kind=0, parties=[1, 2]),
    "reminders.RECURRING": _simple(reminders.RECURRING, party_kind=0, parties=[1, 2]),
    "files.BY_IDS": _simple(files.BY_IDS, ids=[1, 2]),
    "files.feed_query": _simple(files.feed_query(), before=9_000, limit=20),
    "files.DELETED": _simple(files.DELETED, id=1),
    "files.PAGE": _simple(files.PAGE, after=1, limit=20),
    "files.PAGE_OF_PARTIES": _simple(files.PAGE_OF_PARTIES, after=1, limit=20),
    "files.PAGE_OF": _simple(files.PAGE_OF, holder_kind=0, holder=1, after=1, limit=20),
    "files.LATEST_OF": _simple(files.LATEST_OF, holder_kind=0, holder=1, before=9, limit=20),
    "files.EVERY": _simple(files.EVERY, after=1, limit=20),
    "files.KEYS": _simple(files.KEYS, keys=["x", "y"]),
    "files.CHANGE": _version_guarded(files.CHANGE, "holder_id", "version", "deleted_at", key_id=5),
    "deliveries.REST": _simple(deliveries.REST, subscription=1, new_changed_at=1),
    "deliveries.OF_PROTOCOL": _simple(deliveries.OF_PROTOCOL, protocol="affinity"),
    "deliveries.HEAD": _simple(deliveries.HEAD, subscription=1),
    "deliveries.MOVE": _simple(
        deliveries.MOVE, subscription=1, read_epoch=0, read_sequence=0, new_epoch=0, new_sequence=0, made=1
    ),
    "deliveries.DUE": _simple(deliveries.DUE, subscription=1, at=1, limit=20),
    "deliveries.CLAIM": _simple(deliveries.CLAIM, subscription=1, id=1, read_attempts=0, until=1),
    "deliveries.SETTLE": _simple(
        deliveries.SETTLE,
        subscription=1,
        id=1,
        read_attempts=0,
        new_state="dead",
        new_body=None,
        new_next_at=None,
        new_ended_at=1,
        new_status=None,
        new_problem=None,
    ),
    "deliveries.REVIVE": _simple(deliveries.REVIVE, subscription=1, id=1, at=1),
    "deliveries.END_OF_APPLICATION": _simple(deliveries.END_OF_APPLICATION, application=1, at=1),
    "deliveries.LOG": _simple(deliveries.LOG, subscription=1, before=9, limit=20),
    "deliveries.DEAD": _simple(deliveries.DEAD, subscription=1, before=9, limit=20),
    "sessions.BY_DIGEST": _simple(sessions.BY_DIGEST, digest="x"),
    "sessions.OF_PERSON": _simple(sessions.OF_PERSON, person=1, kind="session", at=1),
    "sessions.USE": _simple(sessions.USE, id=1, at=1),
    "sessions.SEEN": _simple(sessions.SEEN, id=1, at=1),
    "sessions.END": _simple(sessions.END, id=1, person=1, at=1),
    "sessions.END_ALL": _simple(sessions.END_ALL, person=1, but=1, at=1),
    "access.PASSWORD": _simple(access.PASSWORD, person=1),
    "access.SET_PASSWORD": _simple(access.SET_PASSWORD, person=1, read_hash="x", new_hash="y", at=1),
    "access.APPLICATION": _simple(access.APPLICATION, client_id="x"),
    "access.REVOKE_APPLICATION": _simple(access.REVOKE_APPLICATION, application=1, at=1),
    "access.CONSENT": _simple(access.CONSENT, consent=1),
    "access.STANDS": _simple(access.STANDS, consent=1),
    "access.REVOKE_CONSENT": _simple(access.REVOKE_CONSENT, consent=1, at=1),
    "access.GRANT": _simple(access.GRANT, digest="x"),
    "access.USE_GRANT": _simple(access.USE_GRANT, digest="x", at=1),
    "access.REVOKE_TOKENS_OF_APPLICATION": _simple(access.REVOKE_TOKENS_OF_APPLICATION, application=1, at=1),
    "access.REVOKE_TOKENS_OF_CONSENT": _simple(access.REVOKE_TOKENS_OF_CONSENT, application=1, consent=1, at=1),
}

SEARCHES = {
    "persons.page_query-term": (
        persons.page_query(True, (), False, False),
        "a part of a name may stand anywhere: every person's text is read, in order of ids, off the loop",
    ),
    "organizations.SEARCH": (organizations.SEARCH, "as for persons"),
    "opportunities.SEARCH": (opportunities.SEARCH, "as for persons"),
}
"""What looks for a part of a text."""


def _factories() -> Iterator[str]:
    """Every cached function that returns queries."""
    for info in pkgutil.iter_modules(interlog.store.__path__):
        if not info.ispkg:
            module = importlib.import_module(f"interlog.store.{info.name}")
            for name, value in vars(module).items():
                if (
                    callable(value)
                    and hasattr(value, "cache_info")
                    and inspect.signature(value).return_annotation is Query
                ):
                    yield f"{info.name}.{name}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(module_database_url: str) -> AsyncIterator[Loaded]:
    """A ledger with two tenants, thousands of interactions, and the statistics that PostgreSQL gathers by itself."""
    ledger = await Ledger.open(module_database_url)
    small = await found_firm(ledger, "small")
    await ledger.interactions.log_many(small.actor, [meeting(small.eve, small.ben, body="x") for _ in range(50)])
    firm = await found_firm(ledger, "large")
    yield await _load(firm)
    await ledger.close()


async def _load(firm: Firm) -> Loaded:
    """Fill a tenant: persons and the like by the rows themselves, interactions and notes by their use cases."""
    ledger, actor, tenant = firm.ledger, firm.actor, firm.tenant.id
    unit, numbers_ = Unit(), ledger.store.numbers
    ids = await numbers_.take(tenant, "person", PARTIES)
    organization_ids = await numbers_.take(tenant, "organization", PARTIES)
    opportunity_ids = await numbers_.take(tenant, "opportunity", PARTIES)
    for index, (id_, organization, opportunity) in enumerate(zip(ids, organization_ids, opportunity_ids, strict=True)):
        person = Person(
            id=id_, kind=PersonKind.EXTERNAL, first_name="Eve", last_name=f"No {index}", uuid=uuid7(),
            emails=(f"eve{index}@client{index % 500}.example",), organization_ids=(organization_ids[index % 500],),
        )  # fmt: skip
        persons.insert(unit, tenant, person)
        domains = (f"client{index}.example",)
        organizations.insert(
            unit, tenant, Organization(id=organization, name=f"Client {index}", domains=domains, uuid=uuid7())
        )
        deal = Opportunity(
            id=opportunity, name=f"Deal {index}", list_id=1 + index % 2, entry_id=index, creator=1, uuid=uuid7(),
            person_ids=(id_,), organization_ids=(organization,),
        )  # fmt: skip
        opportunities.insert(unit, tenant, deal)
    unit.insert(schema.unbound, [(tenant, f"waiting{index}@client.example", index) for index in range(PARTIES)])
    unit.insert(
        schema.grant,
        [(tenant, f"digest{index}", "code", 1, 1, 1, None, None, index, None) for index in range(PARTIES)],
    )
    told = [("waiting", 1, None), ("delivered", None, 1), ("dead", None, 1)]
    unit.insert(
        schema.delivery,
        [
            (tenant, 1, index, "k", "e", None, state, 1, next_at, 1, ended_at, None, None)
            for index, (state, next_at, ended_at) in zip(range(PARTIES), cycle(told), strict=False)
        ],
    )
    unit.insert(schema.list_entry, [(tenant, 9_000 + index, 1, 0, index, 1, 1, 1, None) for index in range(PARTIES)])
    pairs = [(tenant, 1_000 + index, 0, index, index + 1, index % 4, 1, "rest", 1, 1) for index in range(PARTIES)]
    unit.insert(schema.merge, pairs)
    unit.insert(
        schema.reminder,
        [
            (tenant, index + 1, index % 2, None, index, 0, index, index, index, 1, None, None, 0, 1, 2, 1, None)
            for index in range(PARTIES)
        ],
    )
    unit.insert(
        schema.file,
        [
            (tenant, index + 1, f"key{index}", 50 * (index % 2), index, "a.txt", "text/plain", 1, "d", 1, 1, 1, None)
            for index in range(PARTIES)
        ],
    )
    unit.insert(schema.list_entry, [(tenant, index + 1, 9, 0, index, 1, 1, index, None) for index in range(PARTIES)])
    unit.insert(schema.merge_part, [(tenant, 1_000 + index % 9, "note", index, 2) for index in range(PARTIES)])
    names = [f"link{index}" for index in range(PARTIES)]
    numbered = [(tenant, "links", name, index, name, "{}", 1, 0, None) for index, name in enumerate(names)]
    unit.insert(schema.definition, numbered)
    found = [Profile(type_id=100, number=index, key=f"key{index}", fields={}) for index in range(PARTIES)]
    profiles.insert(unit, tenant, found, 1)
    profiles.insert_keys(unit, tenant, 100, [("ProfileId", item.key, item.number) for item in found])
    external_ids.insert(unit, tenant, Party.PERSON, {("crm", f"p{index}"): id_ for index, id_ in enumerate(ids)})
    profile_values.change(unit, set(), {(tenant, 100, "City", f"City {n % 90}", n) for n in range(PARTIES)})
    await ledger.store.database.write(unit)

    start = now() - INTERACTIONS * HOUR
    drafts = [
        meeting(
            *(Participant(ids[0] if index % 10 == 0 else ids[1 + index * 7 % 300]), Participant(firm.mia.id)),
            at=start + index * HOUR, body=f"note {index}" if index % 3 else None, direction=Direction(index % 2),
            draft={"request_key": f"key {index}", "external_ids": {"calendar": str(index)}} if index % 4 == 0 else None,
        )
        for index in range(INTERACTIONS)
    ]  # fmt: skip
    for at in range(0, INTERACTIONS, 1_000):
        await ledger.interactions.log_many(actor, drafts[at : at + 1_000])
    parent = await ledger.notes.create(actor, NoteDraft(content="root", links=Links(persons=(ids[0],))))
    for index in range(200):
        links = Links(persons=(ids[index % 20],))
        reply = NoteDraft(content="x", parent=parent.id)
        await ledger.notes.create(actor, reply if index % 3 == 0 else NoteDraft(content="x", links=links))
    changed = Unit()
    for table, column in ((schema.interaction, "modified_at"), (schema.note, "updated_at")):
        in_tenant = table.c.tenant_id == parameter("tenant")
        changes = Query(update(table).where(in_tenant).values({column: start}))
        changed.change(changes, {"tenant": tenant}, expect=None)
    await ledger.store.database.write(changed)
    await analyze(ledger.store.url)
    return Loaded(firm, busy=ids[0], rare=ids[-1])


@pytest.mark.parametrize("name", CASES)
async def test_reads_an_index_range(loaded: Loaded, name: str) -> None:
    """The query reads as much as it returns, however large the store is."""
    query, arguments, sorted_arms = CASES[name]
    postgresql = not loaded.firm.ledger.store.url.startswith("sqlite")
    if name == f"journal.SINCE_{'SQLITE' if postgresql else 'POSTGRESQL'}":
        pytest.skip("is the other engine's")

    plan = await loaded.database.explain(query, **arguments(loaded))

    assert faults(plan, postgresql=postgresql, sorted_arms=sorted_arms) == [], "\n".join(plan[:30])


@pytest.mark.parametrize("name", SEARCHES)
async def test_a_search_reads_in_order_and_stops_at_the_page(loaded: Loaded, name: str) -> None:
    """A search reads the text of record after record in order of ids, and never sorts."""
    arguments = {"tenant": loaded.firm.tenant.id, "after": 10, "limit": 20, "pattern": "%a%"}
    postgresql = not loaded.firm.ledger.store.url.startswith("sqlite")

    plan = await loaded.database.explain(SEARCHES[name][0], **arguments)

    assert faults(plan, postgresql=postgresql, sorted_arms=False) == [], "\n".join(plan[:30])


async def test_every_query_has_a_check() -> None:
    """Each query of the store is checked above, or is one that is meant to read everything, with a reason."""
    checked = {id(case.query) for case in CASES.values()} | {id(query) for query, _ in SEARCHES.values()}
    unchecked = [
        name
        for name, query in queries()
        if id(query) not in checked and not {name, name.split(".")[0]} & (READS_EVERYTHING.keys() | ELSEWHERE)
    ]

    assert unchecked == []


async def test_every_factory_of_queries_has_a_check() -> None:
    """Each cached function that makes queries is called above, or is meant to read everything."""
    found = {name for name in _factories() if name.split(".")[0] not in ELSEWHERE}
    assert {name.partition("-")[0] for name in CASES} | set(READS_EVERYTHING) >= found
    assert len(found) == 14


async def test_a_scan_is_noticed(loaded: Loaded) -> None:
    """The check itself works: a query that reads everything or sorts is refused."""
    postgresql = not loaded.firm.ledger.store.url.startswith("sqlite")
    for query in (profiles.PERSONS, opportunities.LIST_SIZES):
        plan = await loaded.database.explain(query, tenant=loaded.firm.tenant.id)
        assert faults(plan, postgresql=postgresql, sorted_arms=False), "\n".join(plan[:30])
