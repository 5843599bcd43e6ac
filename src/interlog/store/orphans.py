"""Rows that refer to what is not there. No foreign key says what refers to what, so this list does."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, and_, exists, func, literal_column, select

from ..model.files import Holder
from ..model.parties import Party
from ..model.profiles import CONTACT, ORGANIZATION
from .schema import (
    application,
    chore,
    consent,
    delivery,
    external_id,
    file,
    grant,
    interaction,
    interaction_type,
    list_entry,
    membership,
    merge,
    merge_part,
    note,
    note_link,
    opportunity,
    opportunity_party,
    organization,
    organization_domain,
    participant,
    party_external_id,
    party_field,
    party_list,
    party_value,
    password,
    person,
    person_email,
    profile,
    profile_key,
    profile_value,
    reminder,
    request,
    resource,
    session,
    subscription,
    token,
    unbound,
    user,
    value_change,
    visit,
)
from .statements import Query


class _Reference(NamedTuple):
    """The rows of ``table`` that meet ``when`` each name a row of ``owner`` by these columns.

    ``live``: it must not be deleted. ``means`` says what a row without it is.
    """

    means: str
    table: Table
    owner: Table
    columns: dict[str, str]
    live: bool = False
    when: ColumnElement[bool] | None = None

    @property
    def orphans(self) -> Query:
        """The statement that counts the rows whose owner is not there."""
        owner = self.owner.alias()  # a note names another note
        there = [owner.c.tenant_id == self.table.c.tenant_id]
        there += [owner.c[theirs] == self.table.c[ours] for ours, theirs in self.columns.items()]
        if self.live:
            there.append(owner.c.deleted_at.is_(None))
        missing = ~exists(select(literal_column("1")).select_from(owner).where(and_(*there)))
        count = select(func.count()).select_from(self.table).where(missing)
        return Query(count if self.when is None else count.where(self.when))


_PARTIES: dict[Party, tuple[str, Table, str]] = {
    Party.PERSON: ("a person", person, "id"),
    Party.ORGANIZATION: ("an organization", organization, "id"),
    Party.OPPORTUNITY: ("an opportunity", opportunity, "id"),
    Party.PROFILE: ("a profile", profile, "number"),
}


def _references() -> Iterator[_Reference]:
    gone, absent = "that does not exist or is deleted", "that does not exist"
    for what, table in (("participant rows", participant), ("note links", note_link)):
        for party, (name, owner, key) in _PARTIES.items():
            kind = table.c.party_kind == int(party)
            yield _Reference(f"{what} of {name} {absent}", table, owner, {"party_id": key}, when=kind)
    number = {"number": "number"}
    yield _Reference(f"participant rows of an interaction {gone}", participant, interaction, number, live=True)
    yield _Reference(f"note links of a note {gone}", note_link, note, {"id": "id"}, live=True)
    here = and_(interaction.c.note_id.is_not(None), interaction.c.deleted_at.is_(None))
    own = {"note_id": "id", "number": "interaction"}
    yield _Reference("interactions whose note does not exist", interaction, note, own, live=True, when=here)
    here = and_(note.c.interaction.is_not(None), note.c.parent.is_(None), note.c.deleted_at.is_(None))
    own = {"interaction": "number", "id": "note_id"}
    yield _Reference(f"notes of an interaction {gone}", note, interaction, own, live=True, when=here)
    here = and_(note.c.parent.is_not(None), note.c.deleted_at.is_(None))
    yield _Reference(f"replies to a note {gone}", note, note, {"parent": "id"}, live=True, when=here)
    own = {"type_id": "type_id", "number": "number"}
    yield _Reference(f"keys of a profile {absent}", profile_key, profile, own)
    here = and_(profile_value.c.type_id != CONTACT.id, profile_value.c.type_id != ORGANIZATION.id)
    yield _Reference(f"values of a profile {absent}", profile_value, profile, own, when=here)
    own = {"number": "id"}
    here = profile_value.c.type_id == CONTACT.id
    yield _Reference(f"values of a person {gone}", profile_value, person, own, live=True, when=here)
    here = profile_value.c.type_id == ORGANIZATION.id
    yield _Reference(f"values of an organization {gone}", profile_value, organization, own, live=True, when=here)
    yield _Reference("interactions that are waited for and do not exist", unbound, interaction, number)
    yield _Reference(f"requests that made an interaction {absent}", request, interaction, number)
    yield _Reference(f"external ids of an interaction {absent}", external_id, interaction, number)
    own = {"party_id": "id"}
    for party in (Party.PERSON, Party.ORGANIZATION):
        name, owner, _ = _PARTIES[party]
        here = party_external_id.c.party_kind == party.value
        yield _Reference(f"external ids of {name} {gone}", party_external_id, owner, own, live=True, when=here)
    own = {"person_id": "id"}
    yield _Reference(f"e-mail addresses of a person {gone}", person_email, person, own, live=True)
    yield _Reference(f"memberships of a person {gone}", membership, person, own, live=True)
    own = {"organization_id": "id"}
    yield _Reference(f"memberships of an organization {gone}", membership, organization, own, live=True)
    yield _Reference(f"domains of an organization {gone}", organization_domain, organization, own, live=True)
    own = {"opportunity_id": "id"}
    yield _Reference(f"parties of an opportunity {gone}", opportunity_party, opportunity, own, live=True)
    for party in (Party.PERSON, Party.ORGANIZATION, Party.OPPORTUNITY):
        name, owner, _ = _PARTIES[party]
        here = reminder.c.party_kind == int(party)
        yield _Reference(f"reminders of {name} {absent}", reminder, owner, {"party_id": "id"}, when=here)
    for role in ("owner", "creator"):
        yield _Reference(f"reminders whose {role} {absent[5:]}", reminder, person, {role: "id"})
    for party in (Party.PERSON, Party.ORGANIZATION, Party.OPPORTUNITY):
        name, owner, _ = _PARTIES[party]
        kind = file.c.holder_kind == int(party)
        yield _Reference(f"files of {name} {absent}", file, owner, {"holder_id": "id"}, when=kind)
    kind = file.c.holder_kind == int(Holder.INTERACTION)
    yield _Reference(f"files of an interaction {absent}", file, interaction, {"holder_id": "number"}, when=kind)
    yield _Reference(f"files whose uploader {absent[5:]}", file, person, {"uploader": "id"})
    here = list_entry.c.deleted_at.is_(None)
    yield _Reference(f"entries of a list {gone}", list_entry, party_list, {"list_id": "id"}, live=True, when=here)
    for party in (Party.PERSON, Party.ORGANIZATION):
        name, owner, _ = _PARTIES[party]
        own, kind = {"party_id": "id"}, list_entry.c.party_kind == int(party)
        yield _Reference(f"list entries of {name} {gone}", list_entry, owner, own, live=True, when=and_(here, kind))
    here = party_field.c.list_id != 0
    yield _Reference(f"fields of a list {absent}", party_field, party_list, {"list_id": "id"}, when=here)
    for what, table in (("values", party_value), ("changes of values", value_change)):
        yield _Reference(f"{what} of a field {absent}", table, party_field, {"field_id": "id"})
        for party in (Party.PERSON, Party.ORGANIZATION, Party.OPPORTUNITY):
            name, owner, _ = _PARTIES[party]
            kind = table.c.party_kind == int(party)
            yield _Reference(f"{what} of fields of {name} {absent}", table, owner, {"party_id": "id"}, when=kind)
    here = and_(party_value.c.entry_id != 0, party_value.c.party_kind != int(Party.OPPORTUNITY))
    own = {"entry_id": "id", "party_kind": "party_kind", "party_id": "party_id"}
    yield _Reference(f"values of an entry {absent}", party_value, list_entry, own, when=here)
    for party in (Party.PERSON, Party.ORGANIZATION):
        name, owner, _ = _PARTIES[party]
        kind = party_value.c.ref_kind == int(party)
        yield _Reference(f"values that name {name} {absent}", party_value, owner, {"ref_id": "id"}, when=kind)
    yield _Reference(f"visits of an interaction {gone}", visit, interaction, number, live=True)
    here = and_(resource.c.person.is_not(None), resource.c.deleted_at.is_(None))
    own = {"person": "id"}
    yield _Reference(f"resources about a person {gone}", resource, person, own, live=True, when=here)
    for what, table in (("persons", person), ("organizations", organization)):
        here = table.c.merged_into.is_not(None)
        yield _Reference(f"{what} merged into what {absent[5:]}", table, table, {"merged_into": "id"}, when=here)
    own = {"merge_id": "id"}
    yield _Reference(f"records changed by a merge {absent}", merge_part, merge, own)
    for party in (Party.PERSON, Party.ORGANIZATION):
        name, owner, key = _PARTIES[party]
        for side in ("survivor", "gone"):
            here = merge.c.party_kind == int(party)
            yield _Reference(f"merges of {name} {absent} ({side})", merge, owner, {side: key}, when=here)
    own = {"subject": "id"}
    yield _Reference(f"work left to do on a type {absent}", chore, interaction_type, own)
    own = {"person_id": "person_id"}
    yield _Reference("tokens of nobody", token, user, own)
    yield _Reference("passwords of nobody", password, user, own)
    yield _Reference("sessions of nobody", session, user, own)
    yield _Reference("subscriptions of nobody", subscription, user, own)
    yield _Reference("applications of nobody", application, user, own)
    yield _Reference("consents of nobody", consent, user, own)
    yield _Reference("keys of nobody", grant, user, own)
    yield _Reference("deliveries to no subscription", delivery, subscription, {"subscription": "id"})
    holders = (("tokens", token), ("consents", consent), ("keys", grant), ("subscriptions", subscription))
    for what, table in holders:
        yield _Reference(
            f"{what} given to no application", table, application, {"application": "id"},
            when=table.c.application.is_not(None),
        )  # fmt: skip
    for what, table in (("tokens", token), ("keys", grant)):
        given = table.c.consent.is_not(None)
        yield _Reference(f"{what} by a consent {absent}", table, consent, {"consent": "id"}, when=given)


def orphans() -> dict[str, Query]:
    """Return what rows without an owner mean, and the statement that counts them.

    They are made when they are asked for: a server, which never does, would hold two megabytes of them.
    """
    return {reference.means: reference.orphans for reference in _references()}
