"""Tenants: two with the same data, and nothing of one that the other could see or change."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from interlog.ledger import Ledger
from interlog.ledger.bulk import Bulk
from interlog.ledger.change_sets import InstanceChange, ProfileChange
from interlog.ledger.definitions import Copied
from interlog.ledger.value_sets import Setting
from interlog.model.conditions import Compare, Operator
from interlog.model.errors import InterlogError
from interlog.model.fields import ChangeAction, Field, FieldDraft, ValueType
from interlog.model.files import Holder
from interlog.model.imports import (
    Import,
    Imported,
    ImportedChange,
    ImportedFile,
    ImportedMerge,
    ImportedValue,
    ImportedWebhook,
)
from interlog.model.instances import Instance, Put
from interlog.model.interactions import Content, Links, Participant
from interlog.model.notes import Note, NoteDraft
from interlog.model.parties import (
    Card,
    ListEntry,
    Opportunity,
    OpportunityDraft,
    Organization,
    OrganizationDraft,
    Party,
    PartyList,
    Person,
    PersonDraft,
    PersonKind,
)
from interlog.model.party_search import Column, Criteria, Group, Has, Scope
from interlog.model.profiles import CONTACT, ORGANIZATION, ProfileDraft, ProfileType
from interlog.model.reminders import Reminder, ReminderKind
from interlog.model.searching import Kind
from interlog.model.tenancy import User, UserRole
from interlog.model.types import BUILT_IN_TYPES, MEETING, InteractionType, Logging
from tests.ledger.conftest import ALL_TIMES, Firm, content, found_firm, journal_of, meeting
from tests.uploads import content_of, parts_of, put_file

pytestmark = pytest.mark.asyncio(loop_scope="module")

Attempt = Callable[[Firm, dict[str, int]], Awaitable[Any]]


async def _filled(ledger: Ledger, name: str) -> tuple[Firm, dict[str, int]]:
    """Return a firm with something of everything, and the ids."""
    tenant, _, _ = await ledger.tenants.init(name, domains=("own.example",), owner=("Mia", "Kern", "mia@own.example"))
    for kind in (
        "person",
        "organization",
        "opportunity",
        "entry",
        "file",
        "list",
        "interaction",
        "note",
        "token",
        "merge",
        "field",
        "field_value",
    ):
        await ledger.store.numbers.take(tenant.id, kind, 1_000)  # so that no id is another one's by chance
    firm = await found_firm(ledger, name)
    actor = firm.actor
    organization = await ledger.organizations.create(
        actor, OrganizationDraft(name="Client", domains=("client.example",))
    )
    deals = await ledger.opportunities.create_list(actor, "Own", Party.OPPORTUNITY, is_public=True)
    people = await ledger.opportunities.create_list(actor, "People", Party.PERSON, is_public=True)
    standing, _ = await ledger.list_entries.add(actor, people.id, firm.eve.id)
    noted = FieldDraft(name="Noted", kind=Party.PERSON, value_type=ValueType.TEXT, list_id=people.id)
    noted_field = await ledger.party_fields.create(actor, noted)
    await ledger.party_values.create(actor, noted_field.id, firm.eve.id, "x", standing.id)
    await ledger.persons.create(actor, PersonDraft(first_name="Only", emails=("only@filled.example",)))
    field = await ledger.party_fields.create(
        actor, FieldDraft(name="Field", kind=Party.PERSON, value_type=ValueType.TEXT)
    )
    value, _ = await ledger.party_values.create(actor, field.id, firm.eve.id, "text")
    picks = FieldDraft(
        name="Pick", kind=Party.PERSON, value_type=ValueType.DROPDOWN, list_id=people.id, options=(("x", 0, 0),)
    )
    pick = await ledger.party_fields.create(actor, picks)
    opportunity = await ledger.opportunities.create(
        actor, OpportunityDraft(name="Deal", list_id=deals.id, person_ids=(firm.eve.id,))
    )
    logged = await ledger.interactions.log(
        actor,
        meeting(firm.eve, firm.ben, body="text", links=Links(organizations=(organization.id,)),
                draft={"request_key": "key", "external_ids": {"crm": "1"}}),
    )  # fmt: skip
    _uuids.append(logged.interaction.uuid)
    await ledger.persons.update(actor, firm.eve.id, new_ids=EVE.ids)
    await ledger.interactions.log(actor, meeting(firm.ola))
    await ledger.instances.put(actor, Instance(type="Meeting", identity="M-1", title="Kick-off"))
    await ledger.profile_types.define(actor, ProfileType(id=0, name="House", collections=("Houses",)))
    await ledger.profiles.put(actor, HOUSE, ProfileDraft(key="H-1"))
    await ledger.profiles.put(actor, CONTACT, ProfileDraft(key="C", fields={"Phone": "1"}))
    await ledger.types.define(actor, InteractionType(id=0, name="Visit", collections=("Visits",)))
    await ledger.definitions.put(actor, "links", "One", {"a": 1})
    application, *_ = await ledger.applications.create(actor, "Map")
    _clients.append(application.client_id)
    note = await ledger.notes.create(actor, NoteDraft(content="note", links=Links(persons=(firm.eve.id,))))
    reply = await ledger.notes.create(actor, NoteDraft(content="reply", parent=note.id))
    twin = await ledger.persons.create(actor, PersonDraft(first_name="Twin"))
    await ledger.imports.begin(actor, Import(source="filled", begun_at=1, totals={}), {})
    merge = await ledger.merges.merge(actor, Party.PERSON, firm.eve.id, twin.id)
    former = await ledger.organizations.create(actor, OrganizationDraft(name="Former"))
    await ledger.merges.merge(actor, Party.ORGANIZATION, organization.id, former.id)
    user = await ledger.tenants.user(firm.tenant, "ben@own.example")
    _, token = await ledger.access.create_token(actor, user)
    lost = await ledger.persons.create(actor, PersonDraft(first_name="Lost", emails=("lost@client.example",)))
    closed = await ledger.organizations.create(actor, OrganizationDraft(name="Closed", person_ids=(firm.eve.id,)))
    over = await ledger.opportunities.create(actor, OpportunityDraft(name="Over", list_id=deals.id))
    file = await put_file(ledger, actor, Holder.PERSON, firm.eve.id)
    lost_file = await put_file(ledger, actor, Holder.PERSON, firm.eve.id)
    await ledger.files.delete(actor, lost_file.id)
    await ledger.persons.delete(actor, lost.id)
    await ledger.organizations.delete(actor, closed.id)
    await ledger.opportunities.delete(actor, over.id)
    return firm, {
        "person": firm.eve.id, "internal": firm.ben.id, "organization": organization.id, "list": deals.id,
        "opportunity": opportunity.id, "entry": opportunity.entry_id, "interaction": logged.interaction.number,
        "root_note": logged.interaction.note_id or 0, "note": note.id, "reply": reply.id, "token": token.id,
        "lost": lost.id, "closed": closed.id, "over": over.id,
        "merge": merge.id, "gone": twin.id, "people": people.id, "field": field.id, "pick": pick.id,
        "option": pick.options[0].id, "value": value.id,
        "standing": standing.id,
        "gone_organization": former.id, "file": file.id, "lost_file": lost_file.id,
    }  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module")
async def both(ledger: Ledger) -> AsyncIterator[tuple[Firm, dict[str, int], Firm]]:
    """A filled firm with its ids, and another one with none of these ids."""
    filled, ids = await _filled(ledger, f"filled-{next(_counter)}")
    other = await found_firm(ledger)
    yield filled, ids, other


_counter = iter(range(1_000_000))
_clients: list[str] = []
_uuids: list[str] = []
EVE = Card(name="Eve Changed", ids=(("crm", "e-1"),))
HOUSE = ProfileType(id=100, name="House")
FAR: dict[str, Any] = {"limit": 99, **ALL_TIMES}

READS: dict[str, Attempt] = {
    "files.get": lambda firm, ids: firm.ledger.files.get(firm.actor, ids["file"]),
    "files.get_many": lambda firm, ids: firm.ledger.files.get_many(firm.actor, [ids["file"]]),
    "files.deleted": lambda firm, ids: firm.ledger.files.deleted(firm.actor, ids["lost_file"]),
    "files.page": lambda firm, ids: _first(firm.ledger.files.page(firm.actor, limit=9)),
    "files.feed": lambda firm, ids: _first(firm.ledger.files.feed(firm.actor, limit=9)),
    "files.count": lambda firm, ids: firm.ledger.files.count(firm.actor),
    "files.page_of": lambda firm, ids: _first(
        firm.ledger.files.page_of(firm.actor, Holder.PERSON, ids["person"], limit=9)
    ),
    "files.latest": lambda firm, ids: _first(
        firm.ledger.files.latest(firm.actor, Holder.PERSON, ids["person"], limit=9)
    ),
    "files.there": lambda firm, ids: firm.ledger.files.there(firm.actor, [(Holder.PERSON, ids["person"])]),
    "files.open": lambda firm, ids: content_of(firm.ledger, firm.actor, ids["file"]),
    "imports.get": lambda firm, ids: firm.ledger.imports.get(firm.actor, "filled"),
    "imports.taken": lambda firm, ids: firm.ledger.imports.taken(firm.actor, "interaction", [ids["interaction"]]),
    "imports.clashes": lambda firm, ids: _any_clash(firm, ids),
    "imports.clashing_lists": lambda firm, ids: firm.ledger.imports.clashing_lists(
        firm.actor,
        [PartyList(id=ids["list"], name="?", kind=Party.PERSON, is_public=True, owner=1, creator=1, created_at=1)],
    ),
    "imports.numbers_of": lambda firm, ids: firm.ledger.imports.numbers_of(firm.actor, "Meeting", [ids["interaction"]]),
    "applications.all": lambda firm, ids: firm.ledger.applications.all(firm.actor),
    "timeline.newest": lambda firm, ids: firm.ledger.timeline.newest(firm.actor, firm.types, **FAR),
    "access.token": lambda firm, ids: firm.ledger.access.token(firm.actor),
    "access.tokens": lambda firm, ids: firm.ledger.access.tokens(firm.actor),
    "interactions.get": lambda firm, ids: firm.ledger.interactions.get(firm.actor, ids["interaction"]),
    "known_as.numbers": lambda firm, ids: firm.ledger.known_as.numbers(firm.actor, [ids["interaction"]]),
    "known_as.uuid": lambda firm, ids: firm.ledger.known_as.uuid(firm.actor, _uuids[-1]),
    "known_as.request": lambda firm, ids: firm.ledger.known_as.request(firm.actor, "key"),
    "known_as.external_ids": lambda firm, ids: firm.ledger.known_as.external_ids(firm.actor, [("crm", "1")]),
    "cards.persons": lambda firm, ids: _any(firm.ledger.cards.persons(firm.actor, [EVE])),
    "cards.organization": lambda firm, ids: firm.ledger.cards.organization(firm.actor, Card(name="Client")),
    "cards.external_ids": lambda firm, ids: firm.ledger.cards.external_ids(firm.actor, Party.PERSON, [ids["person"]]),
    "timeline.of_parties": lambda firm, ids: firm.ledger.timeline.of_parties(
        firm.actor,
        [(kind, ids[kind.name.lower()]) for kind in (Party.PERSON, Party.ORGANIZATION, Party.OPPORTUNITY)],
        types=firm.types,
        **FAR,
    ),
    "interactions.get_brief": lambda firm, ids: firm.ledger.interactions.get_brief(firm.actor, ids["interaction"]),
    "timeline.page": lambda firm, ids: _every_page(firm, ids),
    "timeline.in_order_of_number": lambda firm, ids: firm.ledger.timeline.in_order_of_number(
        firm.actor, firm.types, after=0, limit=99
    ),
    "timeline.parties_behind": lambda firm, ids: _members_behind(firm, ids),
    "found_notes.search": lambda firm, ids: firm.ledger.found_notes.search(
        firm.actor, "note", limit=100, among=[ids["note"], ids["root_note"], ids["reply"]]
    ),
    "notes.get_many": lambda firm, ids: firm.ledger.notes.get_many(
        firm.actor, [ids["note"], ids["root_note"], ids["reply"]]
    ),
    "finding.search": lambda firm, ids: _everything_found(firm),
    "finding.interactions": lambda firm, ids: firm.ledger.finding.interactions(
        firm.actor, "text", firm.types, party=(Party.PERSON, ids["person"]), **FAR
    ),
    "notes.get": lambda firm, ids: firm.ledger.notes.get(firm.actor, ids["note"]),
    "notes.page": lambda firm, ids: _every_note_page(firm, ids),
    "notes.count": lambda firm, ids: _every_count_of_notes(firm, ids),
    "notes.replies": lambda firm, ids: firm.ledger.notes.replies(firm.actor, [ids["note"]], limit=9),
    "notes.reply_counts": lambda firm, ids: firm.ledger.notes.reply_counts(firm.actor, [ids["note"]]),
    "persons.get": lambda firm, ids: firm.ledger.persons.get(firm.actor, ids["person"]),
    "persons.get_many": lambda firm, ids: firm.ledger.persons.get_many(firm.actor, [ids["person"], ids["internal"]]),
    "persons.directory": lambda firm, ids: _found(firm, {ids["person"], ids["internal"]}),
    "relationships.moments": lambda firm, ids: firm.ledger.relationships.moments(
        firm.actor, [ids["person"]], internal=True
    ),
    "relationships.strengths": lambda firm, ids: _keys(firm.ledger.relationships.strengths(firm.actor, ids["person"])),
    "relationships.bonds": lambda firm, ids: _keys(firm.ledger.relationships.bonds(firm.actor, [ids["person"]])),
    "restoring.person": lambda firm, ids: firm.ledger.restoring.person(firm.actor, ids["lost"]),
    "restoring.organization": lambda firm, ids: firm.ledger.restoring.organization(firm.actor, ids["closed"]),
    "restoring.opportunity": lambda firm, ids: firm.ledger.restoring.opportunity(firm.actor, ids["over"]),
    "organizations.get": lambda firm, ids: firm.ledger.organizations.get(firm.actor, ids["organization"]),
    "organizations.get_many": lambda firm, ids: firm.ledger.organizations.get_many(firm.actor, [ids["organization"]]),
    "organizations.members": lambda firm, ids: firm.ledger.organizations.members(firm.actor, [ids["organization"]]),
    "organizations.moments": lambda firm, ids: _present(
        firm.ledger.organizations.moments(firm.actor, [ids["organization"]])
    ),
    "organizations.page": lambda firm, ids: _first(firm.ledger.organizations.page(firm.actor, limit=99)),
    "profile_types.get": lambda firm, ids: firm.ledger.profile_types.get(firm.actor, "House"),
    "profile_types.versions": lambda firm, ids: firm.ledger.profile_types.versions(firm.actor, "House"),
    "profile_types.instances_counts": lambda firm, ids: _sum(
        firm.ledger.profile_types.instances_counts(firm.actor, [ORGANIZATION])
    ),
    "profiles.find": lambda firm, ids: firm.ledger.profiles.find(firm.actor, CONTACT, str(ids["person"])),
    "profiles.find_by": lambda firm, ids: firm.ledger.profiles.find_by(
        firm.actor, CONTACT, {"Phone": "1", "ContactId": "C"}
    ),
    "profiles.find_many": lambda firm, ids: _any(
        firm.ledger.profiles.find_many(firm.actor, CONTACT, [{"ContactId": "C"}, {"ContactId": str(ids["person"])}])
    ),
    "profiles.get_many": lambda firm, ids: firm.ledger.profiles.get_many(firm.actor, CONTACT, [ids["person"]]),
    "profiles.ids_of": lambda firm, ids: firm.ledger.profiles.ids_of(firm.actor, [(CONTACT.id, ids["person"])]),
    "profiles.page": lambda firm, ids: firm.ledger.profiles.page(firm.actor, HOUSE),
    "types.get": lambda firm, ids: firm.ledger.types.get(firm.actor, "Visit"),
    "types.find": lambda firm, ids: firm.ledger.types.find(firm.actor, "visit"),
    "types.versions": lambda firm, ids: firm.ledger.types.versions(firm.actor, "Visit"),
    "types.instances_counts": lambda firm, ids: _sum(firm.ledger.types.instances_counts(firm.actor, BUILT_IN_TYPES)),
    "definitions.get": lambda firm, ids: firm.ledger.definitions.get(firm.actor, "links", "one"),
    "definitions.page": lambda firm, ids: firm.ledger.definitions.page(firm.actor, "links"),
    "instances.find": lambda firm, ids: firm.ledger.instances.find(firm.actor, MEETING, "M-1"),
    "instances.find_any": lambda firm, ids: firm.ledger.instances.find_any(firm.actor, "M-1"),
    "instances.stored": lambda firm, ids: _any(
        firm.ledger.instances.stored(firm.actor, [Instance(type="Meeting", identity="M-1")])
    ),
    "opportunities.get": lambda firm, ids: firm.ledger.opportunities.get(firm.actor, ids["opportunity"]),
    "opportunities.get_many": lambda firm, ids: firm.ledger.opportunities.get_many(firm.actor, [ids["opportunity"]]),
    "opportunities.page": lambda firm, ids: _first(firm.ledger.opportunities.page(firm.actor, limit=99)),
    "opportunities.of_parties": lambda firm, ids: firm.ledger.opportunities.of_parties(
        firm.actor, Party.PERSON, [ids["person"]]
    ),
    "opportunities.list_sizes": lambda firm, ids: firm.ledger.opportunities.list_sizes(firm.actor),
    "party_fields.get": lambda firm, ids: firm.ledger.party_fields.get(firm.actor, ids["field"]),
    "party_fields.get_many": lambda firm, ids: firm.ledger.party_fields.get_many(firm.actor, {ids["field"]}),
    "party_fields.all": lambda firm, ids: firm.ledger.party_fields.all(firm.actor),
    "party_values.page": lambda firm, ids: _first(
        firm.ledger.party_values.page(firm.actor, Party.PERSON, ids["person"], limit=9)
    ),
    "party_values.page-entry": lambda firm, ids: _first(
        firm.ledger.party_values.page(firm.actor, Party.PERSON, ids["person"], limit=9, entry=ids["standing"])
    ),
    "party_values.get": lambda firm, ids: firm.ledger.party_values.get(firm.actor, ids["value"]),
    "party_values.is_there": lambda firm, ids: firm.ledger.party_values.is_there(
        firm.actor, Party.PERSON, ids["person"]
    ),
    "party_values.changes": lambda firm, ids: firm.ledger.party_values.changes(
        firm.actor,
        Field(id=ids["field"], name="", kind=Party.PERSON, value_type=ValueType.TEXT, creator=1, created_at=1),
        after=(0, 0),
        limit=9,
    ),
    "sheets.page": lambda firm, ids: firm.ledger.sheets.page(firm.actor, ids["people"], limit=9),
    "value_history.page": lambda firm, ids: firm.ledger.value_history.page(firm.actor, limit=9),
    "value_sets.of_new_person": lambda firm, ids: _given(
        firm.ledger.value_sets.of_new_person(firm.actor, [Setting(ids["field"], ["x"])])
    ),
    "persons.problems_of": lambda firm, ids: firm.ledger.persons.problems_of(
        firm.actor, PersonDraft(first_name="X", emails=("only@filled.example",))
    ),
    "value_sets.check": lambda firm, ids: firm.ledger.value_sets.check(
        firm.actor, Party.PERSON, [Setting(ids["field"], ["x"])], None
    ),
    "sheets.chosen": lambda firm, ids: firm.ledger.sheets.chosen(firm.actor, ids["people"], [ids["standing"]]),
    "list_entries.some_of": lambda firm, ids: firm.ledger.list_entries.some_of(
        firm.actor,
        PartyList(id=ids["people"], name="", kind=Party.PERSON, is_public=True, owner=1, creator=1, created_at=1),
        [ids["standing"]],
    ),
    "party_search.page": lambda firm, ids: _first(
        firm.ledger.party_search.page(firm.actor, Scope(Party.PERSON), _with_text(ids["field"]), limit=9)
    ),
    "party_search.how_many": lambda firm, ids: firm.ledger.party_search.how_many(
        firm.actor, Scope(Party.PERSON, ids["people"]), Criteria()
    ),
    "sheets.entry": lambda firm, ids: firm.ledger.sheets.entry(firm.actor, ids["people"], ids["standing"]),
    "sheets.of_parties": lambda firm, ids: _first(
        firm.ledger.sheets.of_parties(firm.actor, Party.PERSON, [ids["person"]])
    ),
    "sheets.standing": lambda firm, ids: firm.ledger.sheets.standing(firm.actor, Party.PERSON, ids["person"]),
    "party_fields.of_kind": lambda firm, ids: firm.ledger.party_fields.of_kind(firm.actor, Party.PERSON),
    "party_fields.of_list": lambda firm, ids: firm.ledger.party_fields.of_list(firm.actor, ids["people"]),
    "list_entries.page": lambda firm, ids: _first(firm.ledger.list_entries.page(firm.actor, ids["people"], limit=99)),
    "list_entries.get": lambda firm, ids: firm.ledger.list_entries.get(firm.actor, ids["people"], ids["standing"]),
    "list_entries.find": lambda firm, ids: firm.ledger.list_entries.find(firm.actor, ids["standing"]),
    "list_entries.of_parties": lambda firm, ids: firm.ledger.list_entries.of_parties(
        firm.actor, Party.PERSON, [ids["person"]]
    ),
    "merges.get": lambda firm, ids: firm.ledger.merges.get(firm.actor, ids["merge"]),
    "merges.page": lambda firm, ids: firm.ledger.merges.page(
        firm.actor, Party.PERSON, Compare("id", Operator.EQUAL, ids["merge"]), limit=20
    ),
    "merges.into": lambda firm, ids: firm.ledger.merges.into(firm.actor, Party.PERSON, ids["person"]),
    "merges.preview": lambda firm, ids: firm.ledger.merges.preview(
        firm.actor, Party.PERSON, firm.ola.id, ids["person"]
    ),
    "merges.gone": lambda firm, ids: firm.ledger.merges.gone(firm.actor, Party.PERSON, [ids["gone"]]),
    "organizations.successors": lambda firm, ids: firm.ledger.organizations.successors(
        firm.actor, [ids["gone_organization"]]
    ),
    "persons.successors": lambda firm, ids: firm.ledger.persons.successors(firm.actor, [ids["gone"]]),
}
"""Reads that show an empty firm nothing, whatever ids it asks with."""

_AT = 1_750_000_000_000_000


async def _imported(name: str, firm: Firm, ids: dict[str, int]) -> Any:
    """Copy one record that names the ids."""
    imports, actor, id_ = firm.ledger.imports, firm.actor, 900_001
    state = await imports.get(actor, "theirs")
    if state is None:
        state = Import(source="theirs", begun_at=_AT, totals={})
        await imports.begin(actor, state, {"person": id_})
    people, author = (Participant(ids["person"]),), ids["internal"]
    record = {
        "add_organizations": Organization(id=id_, name="X", domains=("client.example",)),
        "add_persons": Person(id=id_, kind=PersonKind.EXTERNAL, first_name="X", last_name="",
                              emails=("eve@client.example", "x@y.example"), organization_ids=(ids["organization"],)),
        "add_lists": PartyList(id=id_, name="X", kind=Party.PERSON, is_public=True, owner=author, creator=author,
                               created_at=_AT),
        "add_entries": ListEntry(id=id_, list_id=ids["list"], kind=Party.PERSON, party=ids["person"], creator=author,
                                 created_at=_AT),
        "add_opportunities": Opportunity(id=id_, name="X", list_id=ids["list"], entry_id=id_, creator=author,
                                         person_ids=(ids["person"],), organization_ids=(ids["organization"],)),
        "add_interactions": Imported(id=id_, type="Meeting", content=Content(occurred_at=_AT, participants=people),
                                   logging=Logging.MANUAL, creator=author, created_at=_AT),
        "add_fields": Field(id=id_, name="X", kind=Party.PERSON, value_type=ValueType.TEXT, list_id=ids["list"],
                            creator=author, created_at=_AT),
        "add_values": ImportedValue(id=ids["value"], field_id=ids["field"], party=ids["person"], entry=None, given=1,
                                    created_at=_AT),
        "add_changes": ImportedChange(id=id_, field_id=ids["field"], party=ids["person"], entry=None, given=1, at=_AT,
                                      action=ChangeAction.CREATE, changer=author),
        "add_reminders": Reminder(id=id_, kind=ReminderKind.ONCE, content="x", due_at=_AT, party_kind=Party.PERSON,
                                  party=ids["person"], creator=author, owner=author, created_at=_AT),
        "add_webhooks": ImportedWebhook(id=id_, url="https://x.example", events=[], creator=author, created_at=_AT,
                                        changed_at=None),
        "add_notes": Note(id=id_, content="x", creator=author, created_at=_AT, interaction=ids["interaction"],
                          links=Links((ids["person"],), (ids["organization"],), (ids["opportunity"],))),
    }.get(name)  # fmt: skip
    if name == "end_part":
        return await imports.end_part(actor, state, "persons")
    part = {"add_interactions": ("meetings",), "add_notes": ("notes",)}.get(name, ())
    owners = (imports, firm.ledger.imported_fields, firm.ledger.imported_rest)
    owner = next(one for one in owners if hasattr(one, name))
    return await getattr(owner, name)(actor, state, *part, [record])


async def _imported_merge(firm: Firm, ids: dict[str, int]) -> Any:
    state = await _imported("end_part", firm, ids)
    merge = ImportedMerge(gone=900_002, survivor=ids["person"])
    return await firm.ledger.imported_rest.add_merges(firm.actor, state, Party.PERSON, [merge])


async def _imported_file(firm: Firm, ids: dict[str, int]) -> Any:
    """Copy a file beside a person, which is left out where the person is not there."""
    state, ledger = await _imported("end_part", firm, ids), firm.ledger
    given = ImportedFile(id=900_001, name="x", size=1, holder_kind=Holder.PERSON, holder=ids["person"],
                         uploader=ids["internal"], created_at=_AT)  # fmt: skip
    upload = await ledger.files.take(firm.actor, "x", parts_of(b"x"), limit=1)
    try:
        return await ledger.imported_rest.add_file(firm.actor, state, given, upload)
    finally:
        await upload.discard()


WRITES: dict[str, Attempt] = {
    "files.create": lambda firm, ids: put_file(firm.ledger, firm.actor, Holder.PERSON, ids["person"]),
    "files.delete": lambda firm, ids: firm.ledger.files.delete(firm.actor, ids["file"]),
    "files.restore": lambda firm, ids: firm.ledger.files.restore(firm.actor, ids["lost_file"]),
    "files.clear": lambda firm, ids: firm.ledger.files.clear(firm.tenant, age=-1),
    "access.revoke_token": lambda firm, ids: firm.ledger.access.revoke_token(firm.actor, ids["token"]),
    "access.create_token": lambda firm, ids: firm.ledger.access.create_token(
        firm.actor, User(person_id=ids["internal"], role=UserRole.OWNER)
    ),
    "tenants.add_user": lambda firm, ids: firm.ledger.tenants.add_user(firm.actor, ids["person"], UserRole.OWNER),
    "cards.put_person": lambda firm, ids: firm.ledger.cards.put_person(firm.actor, EVE),
    "cards.put_organization": lambda firm, ids: firm.ledger.cards.put_organization(firm.actor, Card(name="Client")),
    "interactions.log": lambda firm, ids: firm.ledger.interactions.log(
        firm.actor, meeting(Participant(ids["person"]), draft={"request_key": "key", "external_ids": {"crm": "1"}})
    ),
    "interactions.log_many": lambda firm, ids: firm.ledger.interactions.log_many(
        firm.actor, [meeting(links=Links(organizations=(ids["organization"],)))]
    ),
    "interactions.amend": lambda firm, ids: firm.ledger.interactions.amend(
        firm.actor, ids["interaction"], lambda item: content(title="changed")
    ),
    "applications.create": lambda firm, ids: firm.ledger.applications.create(firm.actor, "Map"),
    "applications.revoke": lambda firm, ids: firm.ledger.applications.revoke(firm.actor, _clients[-1]),
    "passwords.set": lambda firm, ids: firm.ledger.passwords.set(firm.actor, ids["internal"], "correct horse battery"),
    "interactions.restore": lambda firm, ids: firm.ledger.interactions.restore(firm.actor, ids["interaction"]),
    "undoing.undo": lambda firm, ids: firm.ledger.undoing.undo(firm.actor, ids["interaction"]),
    "interactions.delete": lambda firm, ids: firm.ledger.interactions.delete(firm.actor, ids["interaction"]),
    "notes.create": lambda firm, ids: firm.ledger.notes.create(
        firm.actor, NoteDraft(content="x", links=Links(persons=(ids["person"],)))
    ),
    "notes.create-reply": lambda firm, ids: firm.ledger.notes.create(
        firm.actor, NoteDraft(content="x", parent=ids["note"])
    ),
    "notes.create-on-interaction": lambda firm, ids: firm.ledger.notes.create(
        firm.actor, NoteDraft(content="x", interaction=ids["interaction"])
    ),
    "notes.update": lambda firm, ids: firm.ledger.notes.update(firm.actor, ids["note"], content="changed"),
    "notes.delete": lambda firm, ids: firm.ledger.notes.delete(firm.actor, ids["reply"]),
    "persons.create": lambda firm, ids: firm.ledger.persons.create(
        firm.actor, PersonDraft(first_name="X", organization_ids=(ids["organization"],))
    ),
    "persons.update": lambda firm, ids: firm.ledger.persons.update(firm.actor, ids["person"], first_name="changed"),
    "merges.merge": lambda firm, ids: firm.ledger.merges.merge(firm.actor, Party.PERSON, firm.ola.id, ids["person"]),
    "merges.undo": lambda firm, ids: firm.ledger.merges.undo(firm.actor, ids["merge"]),
    "persons.delete": lambda firm, ids: firm.ledger.persons.delete(firm.actor, ids["person"]),
    "organizations.create": lambda firm, ids: firm.ledger.organizations.create(
        firm.actor, OrganizationDraft(name="X", domains=("client.example",), person_ids=(ids["person"],))
    ),
    "organizations.update": lambda firm, ids: firm.ledger.organizations.update(
        firm.actor, ids["organization"], name="changed"
    ),
    "organizations.delete": lambda firm, ids: firm.ledger.organizations.delete(firm.actor, ids["organization"]),
    "opportunities.create": lambda firm, ids: firm.ledger.opportunities.create(
        firm.actor, OpportunityDraft(name="X", list_id=ids["list"], person_ids=(ids["person"],))
    ),
    "opportunities.update": lambda firm, ids: firm.ledger.opportunities.update(
        firm.actor, ids["opportunity"], name="changed"
    ),
    "opportunities.delete": lambda firm, ids: firm.ledger.opportunities.delete(firm.actor, ids["opportunity"]),
    "restoring.restore_person": lambda firm, ids: firm.ledger.restoring.restore_person(firm.actor, ids["lost"]),
    "restoring.restore_organization": lambda firm, ids: firm.ledger.restoring.restore_organization(
        firm.actor, ids["closed"]
    ),
    "restoring.restore_opportunity": lambda firm, ids: firm.ledger.restoring.restore_opportunity(
        firm.actor, ids["over"]
    ),
    "party_fields.create": lambda firm, ids: firm.ledger.party_fields.create(
        firm.actor, FieldDraft(name="X", kind=Party.PERSON, value_type=ValueType.TEXT, list_id=ids["people"])
    ),
    "party_fields.update": lambda firm, ids: firm.ledger.party_fields.update(firm.actor, ids["field"], name="changed"),
    "party_fields.delete": lambda firm, ids: firm.ledger.party_fields.delete(firm.actor, ids["field"]),
    "party_values.create": lambda firm, ids: firm.ledger.party_values.create(
        firm.actor, ids["field"], ids["person"], "x"
    ),
    "party_values.update": lambda firm, ids: firm.ledger.party_values.update(firm.actor, ids["value"], "x"),
    "party_values.delete": lambda firm, ids: firm.ledger.party_values.delete(firm.actor, ids["value"]),
    "value_sets.put": lambda firm, ids: firm.ledger.value_sets.put(
        firm.actor, Party.PERSON, ids["person"], [Setting(ids["field"], ["y"])]
    ),
    "field_options.add": lambda firm, ids: firm.ledger.field_options.add(firm.actor, ids["pick"], "New"),
    "field_options.change": lambda firm, ids: firm.ledger.field_options.change(
        firm.actor, ids["pick"], ids["option"], text="Other"
    ),
    "field_options.remove": lambda firm, ids: firm.ledger.field_options.remove(firm.actor, ids["pick"], ids["option"]),
    "list_entries.add": lambda firm, ids: firm.ledger.list_entries.add(firm.actor, ids["people"], ids["person"]),
    "list_entries.remove": lambda firm, ids: firm.ledger.list_entries.remove(
        firm.actor, ids["people"], ids["standing"]
    ),
    "opportunities.create_list": lambda firm, ids: firm.ledger.opportunities.create_list(
        firm.actor, "L", Party.OPPORTUNITY, is_public=True, owner=ids["internal"]
    ),
    "profiles.put": lambda firm, ids: firm.ledger.profiles.put(
        firm.actor, CONTACT, ProfileDraft(key="C", fields={"Phone": "2"})
    ),
    "profiles.put-merge": lambda firm, ids: firm.ledger.profiles.put(
        firm.actor, CONTACT, ProfileDraft(key=str(ids["person"]), fields={"LastName": "changed"}), Put.MERGE
    ),
    "profiles.put_many": lambda firm, ids: firm.ledger.profiles.put_many(
        firm.actor, HOUSE, [ProfileDraft(key="H-1", fields={"Lane": "changed"})]
    ),
    "change_sets.put": lambda firm, ids: firm.ledger.change_sets.put(
        firm.actor,
        [
            InstanceChange(Instance(type="Meeting", identity="M-1", participants=(Participant(ids["person"]),))),
            InstanceChange(Instance(type="Meeting", identity="M-1", title="changed")),
            ProfileChange(CONTACT, ProfileDraft(key="C", fields={"Phone": "2"})),
        ],
    ),
    "profile_types.define": lambda firm, ids: firm.ledger.profile_types.define(
        firm.actor, ProfileType(id=0, name="House", collections=("Houses",), display_name="changed")
    ),
    "profile_types.delete": lambda firm, ids: firm.ledger.profile_types.delete(firm.actor, "House"),
    "types.undo": lambda firm, ids: firm.ledger.types.undo(firm.actor, "Visit"),
    "types.define": lambda firm, ids: firm.ledger.types.define(
        firm.actor, InteractionType(id=0, name="Visit", collections=("Visits",), is_activity=True)
    ),
    "instances.put": lambda firm, ids: firm.ledger.instances.put(
        firm.actor, Instance(type="Meeting", identity="M-1", title="changed")
    ),
    "instances.put-merge": lambda firm, ids: firm.ledger.instances.put(
        firm.actor, Instance(type="Meeting", identity="M-1", title="changed"), Put.MERGE
    ),
    "instances.put_many": lambda firm, ids: firm.ledger.instances.put_many(
        firm.actor, [Instance(type="Meeting", participants=(Participant(ids["person"]),), corrects="M-1")]
    ),
    "tenants.configure": lambda firm, ids: firm.ledger.tenants.configure(firm.actor, create_unknown_persons=False),
    "hubs.create": lambda firm, ids: firm.ledger.hubs.create(firm.actor, "filled-hub"),
    "hubs.delete": lambda firm, ids: firm.ledger.hubs.delete(firm.actor, "filled-hub"),
    "definitions.put": lambda firm, ids: firm.ledger.definitions.put(firm.actor, "links", "One", {"a": 2}),
    "definitions.put_copies": lambda firm, ids: firm.ledger.definitions.put_copies(
        firm.actor, [Copied(("links", "of a"), "One", lambda stored: {"a": 2})]
    ),
    "definitions.delete": lambda firm, ids: firm.ledger.definitions.delete(firm.actor, "links", "one"),
    **{
        f"imports.{name}": partial(_imported, name)
        for name in (
            "add_organizations",
            "add_persons",
            "add_lists",
            "add_entries",
            "add_opportunities",
            "add_interactions",
            "add_notes",
        )
    },
    **{f"imported_fields.{name}": partial(_imported, name) for name in ("add_fields", "add_values", "add_changes")},
    **{f"imported_rest.{name}": partial(_imported, name) for name in ("add_reminders", "add_webhooks")},
    "imported_rest.add_merges": lambda firm, ids: _imported_merge(firm, ids),
    "imported_rest.add_file": lambda firm, ids: _imported_file(firm, ids),
    "imported_rest.leave_file": lambda firm, ids: _imported_file(firm, ids),
    "imports.begin": lambda firm, ids: firm.ledger.imports.begin(
        firm.actor, Import(source="another", begun_at=1, totals={}), {"person": 500_000}
    ),
    "imports.end_part": lambda firm, ids: _imported("end_part", firm, ids),
    "bulk.create_persons": lambda firm, ids: firm.ledger.bulk.create_persons(
        firm.actor, [PersonDraft(first_name="X", organization_ids=(ids["organization"],))]
    ),
    "bulk.create_organizations": lambda firm, ids: firm.ledger.bulk.create_organizations(
        firm.actor, [OrganizationDraft(name="X", domains=("client.example",), person_ids=(ids["person"],))]
    ),
    "bulk.create_opportunities": lambda firm, ids: firm.ledger.bulk.create_opportunities(
        firm.actor, [OpportunityDraft(name="X", list_id=ids["list"])]
    ),
    "bulk.create_notes": lambda firm, ids: firm.ledger.bulk.create_notes(
        firm.actor, [NoteDraft(content="x", parent=ids["note"])]
    ),
}
"""Writes that are refused, or write to one's own tenant only."""

ELSEWHERE = {
    "imports.store_with": "is a step of storing what is copied",
    "access.authenticate": "stands for one token's tenant: see test_access",
    "access.known": "stands for one token's tenant, as access.authenticate does, which begins with it",
    "access.close": "concerns no tenant",
    "access.forget": "forgets what was read of one's own tenant",
    "tenants.new": "is a step of creating a tenant",
    "hubs.enter": "enters another tenant on purpose: see test_hubs",
    "hubs.list": "shows tenants that one may enter: see test_hubs",
    "hubs.exists": "tells of names, which are everybody's",
    "tenants.forget": "forgets what was read of a tenant",
    "profiles.bind": "takes profiles, and binds to them what is one's own tenant's",
    "profiles.free_numbers": "is a step of creating a profile",
    "profiles.kind_of": "says how profiles of a type are kept",
    "profiles.party_of": "takes a profile, not an id",
    "profile_types.list": "takes no ids: see below",
    "types.learn": "reads one's own tenant's types",
    "chores.add": "is a step of defining a type",
    "chores.forget": "is a step of defining a type",
    "chores.start": "is a step of defining a type",
    "chores.left": "tells of one's own tenant's types",
    "chores.under_way": "tells of one's own tenant's types",
    "chores.is_left": "tells of one's own tenant's types",
    "chores.resume": "goes on in any tenant, for whoever runs the server: see test_chores",
    "chores.close": "concerns no tenant",
    "merges.resume": "goes on in any tenant, for whoever runs the server: see test_merges",
    "merges.settled": "concerns no tenant",
    "merges.close": "concerns no tenant",
    "types.list": "takes no ids: see below",
    "tenants.get": "finds the tenant that a token names",
    "tenants.by_name": "finds tenants, for whoever runs the server",
    "tenants.all": "finds tenants, for whoever runs the server",
    "tenants.users": "takes the tenant itself",
    "tenants.user": "takes the tenant itself",
    "tenants.init": "creates tenants: see test_tenants",
    "check.problems": "checks the whole store",
    "finding.catch_up": "indexes any tenant, for whoever runs the server: see test_finding",
    "finding.round": "indexes every tenant, for whoever runs the server: see test_finding",
    "finding.rebuild": "indexes every tenant, for whoever runs the server: see test_finding",
    "finding.running": "indexes every tenant, for whoever runs the server: see test_finding",
    "cards.bind": "is a step of logging",
    "cards.learn": "is a step of logging",
    "interactions.add_rows": "is a step of logging",
    "interactions.add_amendment": "is a step of amending",
    "interactions.resolve": "is a step of logging",
    "interactions.bind_late": "is a step of logging",
    "files.take": "is a step of making a file",
    "persons.page": "takes no ids: see below",
    "organizations.move_members": "is a step of changing an organization",
    "persons.of_interactions": "takes interactions, not ids",
    "notes.state": "takes a note that was read",
    "persons.bind": "is a step of logging",
    "persons.add_new": "is a step of logging",
    "persons.bind_late": "is a step of logging",
    "passwords.add": "is a step of making a user",
    "passwords.check": "takes the tenant itself: see test_grants",
    "passwords.has": "is about the actor himself",
    "passwords.confirm": "is about the actor himself: see test_sign_in",
    "applications.authenticated": "finds the tenant that a client id names: see test_grants",
    "applications.known": "finds the tenant that a client id names: see test_grants",
    "persons.add_change": "is a step of changing a person",
    "persons.tell": "is a step of changing a person",
    "interactions.follow": "is a step of storing an interaction",
    "tenants.is_single": "tells how many tenants there are",
    "persons.bind_waiting": "is a step of creating a person",
    "history.page": "reads one's own tenant's journal: see test_history",
    "history.names": "names records of one's own tenant: see web/test_journal",
    "history.versions": "reads one's own tenant's journal: see test_history",
    "timeline.came_through": "takes interactions, not ids",
    "timeline.unreplied": "takes interactions, not ids",
    "timeline.newest": "takes types, and reads one's own tenant's interactions of them: see below",
    "list_entries.page_of": "takes a list that was read: see list_entries.page",
    "party_fields.add_option": "is a step of storing a value",
    "opportunities.lists": "takes no ids: see below",
    "opportunities.get_list": "is what reading a list begins with",
}


_BY_ROUTE = "is tried with another tenant's ids over every route: see protocols/polis/test_every_route"
NOUNS_ELSEWHERE = {
    **dict.fromkeys(
        ("resources", "canvassing_lists", "changes", "contacts", "households", "members", "contact_notes", "records",
         "campaigns", "recording", "visits", "elsewhere", "users", "integrations", "reports"),
        _BY_ROUTE,
    ),
    **dict.fromkeys(("quality", "standing"), "take a campaign: see web/test_canvass"),
    "news": "tell of one's own tenant's journal: see test_news",
    "overview": "takes no ids: see test_overview",
    "staff": "takes ids of users of one's own tenant: see test_staff",
    "security_groups": "take users of one's own tenant: see test_security_groups",
    "sessions": "stand for one user of one tenant: see test_sessions",
    "grants": "take a client, which belongs to one tenant: see test_grants",
    "deliveries": "are found by names within one's own tenant: see test_deliveries",
    "founding": "makes what one's own tenant has from the beginning: see canvassing/test_permits",
    "permits": "takes no ids: see canvassing/test_permits",
    "assignments": "takes contacts, and looks for what is assigned to the actor: see canvassing/test_assignments",
    "reminders": "see the routes of Affinity",
    "usage": "counts calls of the tenant that it is told: see the limits of Affinity",
    "signed_files": "are found by what nobody else is told: see protocols/affinity/test_files",
    "webhooks": "are found among one's own tenant's: see the routes of Affinity",
    "happenings": "take entries of one's own tenant's journal: see the webhooks of Affinity",
    "listing": "takes types, and reads one's own tenant's records of them: see test_listing",
    "people": "looks persons up among one's own tenant's",
}  # fmt: skip
"""Nouns whose use cases are tried elsewhere, all of them."""


async def _every_page(firm: Firm, ids: dict[str, int]) -> list[Any]:
    found: list[Any] = []
    for kind in (Party.PERSON, Party.ORGANIZATION, Party.OPPORTUNITY):
        for options in ({}, {"also_person": ids["internal"]}):
            found += await firm.ledger.timeline.page(
                firm.actor, (kind, ids[kind.name.lower()]), types=firm.types, **FAR, **options
            )
    return found


async def _found(firm: Firm, ids: set[int]) -> list[Person]:
    """Everybody whom a directory shows under these ids, and after somebody else's were looked up there too."""
    first, second = [await firm.ledger.persons.directory(firm.actor, ids) for _ in range(2)]
    return [found[id_] for found in (first, second) for id_ in ids if id_ in found]


async def _members_behind(firm: Firm, ids: dict[str, int]) -> list[Any]:
    """Everybody whose interactions are those of an organization and of an opportunity, but for these themselves."""
    found: list[Any] = []
    for kind in (Party.ORGANIZATION, Party.OPPORTUNITY):
        party = (kind, ids[kind.name.lower()])
        found += [one for one in await firm.ledger.timeline.parties_behind(firm.actor, party) if one != party]
    return found


async def _everything_found(firm: Firm) -> list[Any]:
    """What words find that are in every kind of record of a filled firm, and in none of another one."""
    found = [await firm.ledger.finding.search(firm.actor, word) for word in ("text", "deal", "note", "kick")]
    found.append(await firm.ledger.finding.search(firm.actor, "client", [Kind.ORGANIZATION]))
    return [item for one in found for items in one.items.values() for item in items]


async def _any_clash(firm: Firm, ids: dict[str, int]) -> list[str]:
    stranger = Person(
        id=ids["person"], kind=PersonKind.EXTERNAL, first_name="X", last_name="", emails=("nobody@nowhere.example",)
    )
    return (await firm.ledger.imports.clashes(firm.actor, [stranger]))[0]


async def _every_count_of_notes(firm: Firm, ids: dict[str, int]) -> int:
    selections: tuple[dict[str, Any], ...] = {}, {"party": (Party.PERSON, ids["person"])}, {"parent": ids["note"]}
    return sum([await firm.ledger.notes.count(firm.actor, **selection) for selection in selections])


async def _every_note_page(firm: Firm, ids: dict[str, int]) -> list[Any]:
    page = firm.ledger.notes.page
    found = await page(firm.actor, limit=99)
    found += await page(firm.actor, limit=99, party=(Party.PERSON, ids["person"]))
    found += await page(firm.actor, limit=99, parent=ids["note"])
    return found + await page(firm.actor, limit=99, creator=ids["internal"])


def _with_text(field: int) -> Criteria:
    return Criteria(filter=Group(True, (Has(Column(field, ValueType.TEXT), True),)))


async def _given(found: Awaitable[Any]) -> bool:
    return await found is not None


async def _first(page: Awaitable[tuple[list[Any], Any]]) -> list[Any]:
    return (await page)[0]


async def _any(found: Awaitable[list[Any]]) -> list[Any]:
    return [item for item in await found if item is not None]


async def _sum(counts: Awaitable[dict[int, int]]) -> int:
    return sum((await counts).values())


async def _keys(strengths: Awaitable[dict[int, Any]]) -> list[int]:
    return sorted(await strengths)


async def _present(moments: Awaitable[dict[int, Any]]) -> list[Any]:
    return [moment for found in (await moments).values() for moment in found.values() if moment is not None]


async def _outcome(attempt: Awaitable[Any]) -> Any:
    try:
        return await attempt
    except InterlogError:
        return None


@pytest.mark.parametrize("name", READS)
async def test_shows_nothing_of_another_tenant(both: tuple[Firm, dict[str, int], Firm], name: str) -> None:
    """Asked with another tenant's ids, it is as if there were nothing; asked by the owner, there is something."""
    filled, ids, other = both
    if name not in ("access.token", "access.tokens"):
        assert await _outcome(READS[name](filled, ids)), "the check itself works"

    assert not await _outcome(READS[name](other, ids))


@pytest.mark.parametrize("name", WRITES)
async def test_changes_nothing_of_another_tenant(both: tuple[Firm, dict[str, int], Firm], name: str) -> None:
    """Whatever one tenant writes with another's ids, the other's journal and records stay as they are."""
    filled, ids, other = both
    before = await journal_of(filled)
    records = [await _outcome(read(filled, ids)) for read in READS.values()]

    await _outcome(WRITES[name](other, ids))

    assert await journal_of(filled) == before
    assert [await _outcome(read(filled, ids)) for read in READS.values()] == records
    own = await journal_of(other)
    assert {entry.actor for entry in own} == {other.mia.id}
    assert await filled.ledger.check.problems() == []


async def test_every_use_case_is_tried(ledger: Ledger) -> None:
    """Each public method of the ledger is tried above, or has a reason not to be."""
    tried = {name.partition("-")[0] for name in (*READS, *WRITES, *ELSEWHERE)}
    methods = {
        f"{noun}.{name}"
        for noun, value in vars(ledger).items()
        if noun != "store" and noun not in NOUNS_ELSEWHERE
        for name, _ in inspect.getmembers(value, inspect.ismethod)
        if not name.startswith("_")
    }

    assert sorted(methods - tried) == []
    assert Bulk is type(ledger.bulk)


async def test_the_same_data_twice(ledger: Ledger) -> None:
    """Two tenants with the same data have the same ids, addresses and keys, and see each their own."""
    first, ids = await _filled(ledger, "twin-a")
    second, same = await _filled(ledger, "twin-b")
    assert ids == same

    for firm in (first, second):
        persons, _ = await firm.ledger.persons.page(firm.actor, limit=99)
        assert [person.uuid for person in persons][2:4] == [firm.eve.uuid, firm.ola.uuid]
        assert len(await firm.ledger.opportunities.lists(firm.actor)) == 3
        assert len(await firm.ledger.profile_types.list(firm.actor)) == 3
        assert len(await firm.ledger.types.list(firm.actor)) == len(BUILT_IN_TYPES) + 1
        await firm.ledger.interactions.delete(firm.actor, ids["interaction"])
    await first.ledger.persons.update(first.actor, ids["person"], first_name="changed")
    assert (await second.ledger.persons.get(second.actor, ids["person"])).first_name == "Eve"
    assert await ledger.check.problems() == []
