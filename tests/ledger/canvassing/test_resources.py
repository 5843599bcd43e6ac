"""Resources of canvassing: create, read, amend, delete, restore, versions, changes, and who sees them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.ledger.canvassing.resources import Resources
from interlog.model.canvassing.errors import Changed, Taken
from interlog.model.canvassing.resources import Resource, ResourceDraft, root_organization
from interlog.model.errors import Forbidden, NotFound
from interlog.model.ids import uuid7
from interlog.model.journal import Action, Entity, Position
from interlog.model.tenancy import Right
from interlog.store.statements import Unit
from tests.ledger.conftest import Firm, found_firm, journal_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


def a_list(name: str = "Ward 4", **more: Any) -> ResourceDraft:
    """Return a list of contacts to be created."""
    return ResourceDraft(kind="lists", data={"name": name, "organizationId": uuid7()}, **more)


def renamed(name: str) -> Callable[[Resource], Resource]:
    """Return a change of a name."""

    def change(read: Resource) -> Resource:
        return replace(read, data=read.data | {"name": name})

    return change


@pytest.fixture
def resources(ledger: Ledger) -> Resources:
    """The use cases."""
    return ledger.resources


async def test_what_is_created_is_read(acme: Firm, resources: Resources) -> None:
    """A resource comes back as it was stored, by its kind and id, with its creator and a time in milliseconds."""
    draft = a_list(aside={"params": {"x": 1}})
    made = await resources.create(acme.actor, draft)
    read = await resources.get(acme.actor, "lists", made.resource.id)

    assert read == made.resource and not made.repeated
    assert (read.data, read.aside, read.version) == (draft.data, draft.aside, 1)
    assert read.creator == read.modifier == acme.mia.uuid
    assert read.created_at == read.modified_at and read.created_at % 1_000 == 0


async def test_the_id_may_be_chosen_and_sent_again(acme: Firm, resources: Resources) -> None:
    """The same once more stores nothing; other content under the same id is refused and names what is stored."""
    draft = a_list(id=uuid7())
    made = await resources.create(acme.actor, draft)

    again = await resources.create(acme.actor, draft)
    assert again.repeated and again.resource == made.resource
    with pytest.raises(Taken) as refused:
        await resources.create(acme.actor, replace(draft, data=draft.data | {"name": "Ward 5"}))
    assert refused.value.stored == made.resource
    assert len([e for e in await journal_of(acme) if e.entity is Entity.RESOURCE]) == 1


async def test_of_those_who_create_the_same_at_once_one_does(acme: Firm, resources: Resources) -> None:
    """However many send the same id at the same moment, one stores it and all get it."""
    draft = a_list(id=uuid7())
    made = await asyncio.gather(*(resources.create(acme.actor, draft) for _ in range(8)))

    assert [item.repeated for item in made].count(False) == 1
    assert len({item.resource.number for item in made}) == 1


async def test_several_kinds_are_read_at_once(acme: Firm, resources: Resources) -> None:
    """One look-up finds resources of several kinds; an id of another kind is not found."""
    one = (await resources.create(acme.actor, a_list())).resource
    other = (await resources.create(acme.actor, ResourceDraft(kind="campaigns", data={"name": "Bus"}))).resource

    found = await resources.get_many(acme.actor, [one.ref, other.ref, ("campaigns", one.id), ("lists", uuid7())])
    assert found == {one.ref: one, other.ref: other}


async def test_an_amendment_is_a_version(acme: Firm, resources: Resources) -> None:
    """What a resource said before stays in the journal; a change that changes nothing is no version."""
    made = (await resources.create(acme.actor, a_list())).resource
    changed = await resources.amend(acme.acting(acme.ben), "lists", made.id, renamed("Ward 5"))
    same = await resources.amend(acme.actor, "lists", made.id, renamed("Ward 5"))

    assert (changed.data["name"], changed.version, changed.modifier) == ("Ward 5", 2, acme.ben.uuid)
    assert same == changed == await resources.get(acme.actor, "lists", made.id)
    assert await resources.versions(acme.actor, "lists", made.id) == [made]


async def test_an_outdated_version_is_refused(acme: Firm, resources: Resources) -> None:
    """Of two who read the same version one changes it; the other learns what is stored now."""
    made = (await resources.create(acme.actor, a_list())).resource

    async def rename(name: str) -> Resource:
        return await resources.amend(acme.actor, "lists", made.id, renamed(name), expected_version=1)

    outcomes = await asyncio.gather(*(rename(f"Part {n}") for n in range(5)), return_exceptions=True)
    stored = [item for item in outcomes if isinstance(item, Resource)]
    refused = [item for item in outcomes if isinstance(item, Changed)]
    assert len(stored) == 1 and len(refused) == 4
    assert all(item.stored == stored[0] for item in refused)


async def test_deleted_is_hidden_and_can_be_restored(acme: Firm, resources: Resources) -> None:
    """A deleted resource is not found, but where it is asked for; restored it is as before, two versions later."""
    made = (await resources.create(acme.actor, a_list(natural="ward-4"))).resource
    gone = await resources.delete(acme.actor, "lists", made.id)

    assert gone.deleted_at is not None and gone.version == 2
    with pytest.raises(NotFound):
        await resources.get(acme.actor, "lists", made.id)
    with pytest.raises(NotFound):
        await resources.delete(acme.actor, "lists", made.id)
    assert await resources.get(acme.actor, "lists", made.id, deleted=True) == gone
    with pytest.raises(Taken):
        await resources.create(acme.actor, a_list(id=made.id))
    back = await resources.restore(acme.actor, "lists", made.id)
    assert (back.data, back.version, back.deleted_at) == (made.data, 3, None)
    actions = [e.action for e in await journal_of(acme) if e.entity is Entity.RESOURCE]
    assert actions == [Action.CREATE, Action.DELETE, Action.RESTORE]


async def test_there_is_one_of_a_natural_key(acme: Firm, resources: Resources) -> None:
    """A second resource of the same natural key is refused, and names the first, until that is deleted."""
    first = (await resources.create(acme.actor, a_list(natural="ward-4"))).resource
    with pytest.raises(Taken) as refused:
        await resources.create(acme.actor, a_list(natural="ward-4"))
    assert refused.value.stored == first
    await resources.delete(acme.actor, "lists", first.id)
    second = (await resources.create(acme.actor, a_list(natural="ward-4"))).resource
    assert await resources.by_natural(acme.actor, "lists", ["ward-4", "ward-5"]) == {"ward-4": second}
    with pytest.raises(Taken):
        await resources.restore(acme.actor, "lists", first.id)


async def test_what_describes_a_person_is_found_by_him(acme: Firm, resources: Resources) -> None:
    """Of several of a kind, as merges leave them, the one with the least id is found."""
    eve = ResourceDraft(kind="contacts", data={"fields": {}}, person=acme.eve.id)
    made = [(await resources.create(acme.actor, eve)).resource for _ in range(2)]
    first = min(made, key=lambda item: item.id)
    assert await resources.by_person(acme.actor, "contacts", [acme.eve.id, acme.ola.id]) == {acme.eve.id: first}


async def test_a_placeholder_is_filled_in(acme: Firm, resources: Resources) -> None:
    """What was only referred to is created later under its id, and keeps what others had derived about it."""
    id_ = uuid7()
    placeholder = ResourceDraft(kind="contacts", id=id_, data={}, aside={"records": {"a": 1}}, person=acme.eve.id,
                                placeholder=True)  # fmt: skip
    await resources.create(acme.actor, placeholder)
    assert (await resources.create(acme.actor, placeholder)).repeated

    made = await resources.create(acme.actor, ResourceDraft(kind="contacts", id=id_, data={"fields": {}}))
    assert not made.repeated
    filled = made.resource
    assert (filled.placeholder, filled.person, filled.version) == (False, acme.eve.id, 2)
    assert filled.aside == {"records": {"a": 1}}
    assert await resources.get(acme.actor, "contacts", id_) == filled


async def test_what_belongs_to_something_is_listed_and_counted(acme: Firm, resources: Resources) -> None:
    """Contacts of a list come in order of their ids, page by page, and are counted without the deleted ones."""
    list_ = (await resources.create(acme.actor, a_list())).resource
    made = [
        (await resources.create(acme.actor, ResourceDraft(kind="contacts", data={"listId": list_.id}))).resource
        for _ in range(5)
    ]
    await resources.delete(acme.actor, "contacts", made[0].id)

    page = await resources.owned(acme.actor, "contacts", list_.id, limit=3)
    rest = await resources.owned(acme.actor, "contacts", list_.id, after=page[-1].id, limit=3)
    assert [item.id for item in page + rest] == sorted(item.id for item in made[1:])
    assert await resources.counts(acme.actor, "contacts", [list_.id, uuid7()]) == {list_.id: 4}


async def test_other_groups_are_hidden(acme: Firm, resources: Resources) -> None:
    """What belongs to a group that the actor is not in is as if it were not there, whatever is asked for."""
    insider, outsider = acme.acting(acme.mia, Right.ADMIN, 7), acme.acting(acme.ben)
    draft = ResourceDraft(kind="contacts", data={"listId": uuid7()}, group=7, natural="n", person=acme.eve.id)
    hidden = (await resources.create(insider, draft)).resource
    await journal_of(acme)

    assert await resources.get(insider, "contacts", hidden.id) == hidden
    for attempt in (resources.get(outsider, "contacts", hidden.id), resources.delete(outsider, "contacts", hidden.id)):
        with pytest.raises(NotFound):
            await attempt
    assert await resources.get_many(outsider, [hidden.ref], deleted=True) == {}
    assert await resources.owned(outsider, "contacts", hidden.owner or "") == []
    assert await resources.by_natural(outsider, "contacts", ["n"]) == {}
    assert await resources.by_person(outsider, "contacts", [acme.eve.id]) == {}
    assert (await acme.ledger.changes.resources(outsider, "contacts", Position())).items == []
    with pytest.raises(Taken) as refused:
        await resources.create(outsider, replace(draft, id=hidden.id, group=0, person=None))
    assert refused.value.stored is None


async def test_a_new_resource_is_seen_with_what_it_belongs_to(acme: Firm, resources: Resources) -> None:
    """A contact has the group of its list, a survey that of its campaign."""
    insider = acme.acting(acme.mia, Right.ADMIN, 7)
    list_ = (await resources.create(insider, replace(a_list(), group=7))).resource
    contact = ResourceDraft(kind="contacts", data={"listId": list_.id})
    assert (await resources.create(insider, contact)).resource.group == 7
    assert (await resources.create(insider, replace(contact, group=0))).resource.group == 0


async def test_what_moves_is_seen_with_its_new_place(acme: Firm, resources: Resources) -> None:
    """A contact that goes to another list is seen by who sees that; with a list goes all that is on it."""
    insider = acme.acting(acme.mia, Right.ADMIN, 7, 8)
    seven, eight = [(await resources.create(insider, replace(a_list(), group=group))).resource for group in (7, 8)]
    draft = ResourceDraft(kind="contacts", data={"listId": seven.id})
    contact = (await resources.create(insider, draft)).resource
    link = ResourceDraft(kind="contact-households", data={"contactId": contact.id, "householdId": uuid7()})
    linked = (await resources.create(insider, link)).resource
    assert (contact.group, linked.group) == (7, 7)

    def on(list_: Resource) -> Callable[[Resource], Resource]:
        return lambda read: replace(read, data=read.data | {"listId": list_.id})

    moved = await resources.amend(insider, "contacts", contact.id, on(eight))
    assert (moved.group, moved.version) == (8, 2)
    after = await resources.get(insider, "contact-households", linked.id)
    assert after == replace(linked, group=8)
    with pytest.raises(NotFound):
        await resources.get(acme.acting(acme.ben, Right.WRITE, 7), "contacts", contact.id)

    organization = (await resources.create(insider, ResourceDraft(kind="organizations", data={"name": "N"}))).resource
    inside = acme.acting(acme.mia, Right.ADMIN, 8, organization.group)
    data = eight.data | {"organizationId": organization.id}
    await resources.amend(inside, "lists", eight.id, lambda read: replace(read, data=data))
    found = await resources.get_many(inside, [eight.ref, contact.ref, linked.ref])
    assert {item.group for item in found.values()} == {organization.number} and len(found) == 3
    await resources.amend(inside, "contacts", contact.id, lambda read: replace(read, data=read.data | {"notes": "x"}))
    assert (await resources.get(inside, "contacts", contact.id)).group == organization.number
    assert await acme.ledger.check.problems() == []


async def test_writing_needs_the_right(acme: Firm, resources: Resources) -> None:
    """Who may only read creates, changes and deletes nothing."""
    made = (await resources.create(acme.actor, a_list())).resource
    reader = acme.acting(acme.ben, Right.READ)
    for attempt in (
        resources.create(reader, a_list()),
        resources.amend(reader, "lists", made.id, renamed("x")),
        resources.delete(reader, "lists", made.id),
        resources.restore(reader, "lists", made.id),
    ):
        with pytest.raises(Forbidden):
            await attempt
    nobody = acme.acting(acme.ben, None)
    with pytest.raises(Forbidden):
        await resources.get(nobody, "lists", made.id)


async def test_what_follows_is_stored_with_it(acme: Firm, resources: Resources) -> None:
    """What is added to the unit of a change is stored with it or not at all, also when the change is tried anew."""
    list_ = (await resources.create(acme.actor, a_list())).resource
    contact = (await resources.create(acme.actor, ResourceDraft(kind="contacts", data={}))).resource
    calls = 0

    async def also(unit: Unit, read: Resource | None, new: Resource) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:  # somebody else is quicker
            await resources.amend(acme.actor, "lists", list_.id, renamed("other"))
        stored = await resources.get(acme.actor, "contacts", contact.id)
        await resources.add_change(acme.actor, unit, stored, replace(stored, data={"of": new.data["name"]}))

    await resources.amend(acme.actor, "lists", list_.id, renamed("mine"), also=also)
    assert calls == 2
    after = await resources.get(acme.actor, "contacts", contact.id)
    assert (after.data, after.version) == ({"of": "mine"}, 2)


async def test_tenants_share_nothing(acme: Firm, ledger: Ledger, resources: Resources) -> None:
    """Another tenant may have the same id, and sees only its own."""
    other = await found_firm(ledger)
    draft = a_list(id=uuid7())
    mine = (await resources.create(acme.actor, draft)).resource
    with pytest.raises(NotFound):
        await resources.get(other.actor, "lists", mine.id)
    theirs = await resources.create(other.actor, replace(draft, data={"name": "theirs"}))
    assert not theirs.repeated
    assert root_organization(acme.tenant) != root_organization(other.tenant)
