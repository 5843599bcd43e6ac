"""Types of profiles: defining, changing and deleting them."""

from typing import Any

import pytest
from msgspec.structs import replace

from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from interlog.model.evolution import Part
from interlog.model.journal import Action, Entity
from interlog.model.profiles import CONTACT, FIRST_USER_PROFILE_TYPE_ID, ORGANIZATION, ProfileType, StrongId
from interlog.model.tenancy import Right
from interlog.model.types import FieldDefinition, InteractionType, ParticipantSlot
from tests.ledger.conftest import Firm, journal_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

STREET, NUMBER = FieldDefinition("Street"), FieldDefinition("Number")
DOOR = StrongId("Door", ("Street", "Number"))


def household(*fields: FieldDefinition, **more: Any) -> ProfileType:
    """Return the definition of a household with its door and further fields."""
    given = {"strong_ids": (DOOR,), "collections": ("Households",)}
    return ProfileType(**{"id": 0, "name": "Household", "fields": (STREET, NUMBER, *fields)} | given | more)


async def test_versions(acme: Firm) -> None:
    """The same definition again changes nothing, another one is a new version; both are kept."""
    define = acme.ledger.profile_types.define
    first = await define(acme.actor, household())
    assert (first.created, first.type.version) == (True, 1)
    assert first.type.id >= FIRST_USER_PROFILE_TYPE_ID
    assert not (await define(acme.actor, household(name="HOUSEHOLD"))).changed

    second = await define(acme.actor, household(FieldDefinition("Size")))

    assert (second.part, second.type.revision) == (Part.ADDITION, (1, 0, 1))
    assert await acme.ledger.profile_types.get(acme.actor, "household") == second.type
    assert await acme.ledger.profile_types.versions(acme.actor, "household") == [first.type, second.type]
    entries = [entry for entry in await journal_of(acme) if entry.entity is Entity.PROFILE_TYPE]
    assert [(entry.action, entry.version) for entry in entries] == [(Action.CREATE, 1), (Action.AMEND, 2)]


async def test_the_list_is_in_order(acme: Firm) -> None:
    """Built-in types and one's own, by name; each tenant is born with the built-in ones."""
    await acme.ledger.profile_types.define(acme.actor, household())

    assert [type_.name for type_ in await acme.ledger.profile_types.list(acme.actor)] == [
        "Contact", "Household", "Organization",
    ]  # fmt: skip
    assert await acme.ledger.profile_types.instances_counts(acme.actor, [CONTACT, ORGANIZATION]) == {
        CONTACT.id: 4, ORGANIZATION.id: 0,
    }  # fmt: skip


async def test_tells_every_problem(acme: Firm) -> None:
    """A definition that cannot be stored is refused with everything wrong with it."""
    wrong = household(
        FieldDefinition("street"), FieldDefinition("Tags", many=True), name="x", timestamp_field="Street",
        strong_ids=(StrongId("a", ()), StrongId("b", ("Gone", "Tags", "ProfileId"))),
    )  # fmt: skip

    with pytest.raises(Invalid) as found:
        await acme.ledger.profile_types.define(acme.actor, wrong)

    assert [(p.path, p.code) for p in found.value.problems] == [
        ("name", "name"), ("fields[2].name", "duplicate"), ("timestamp_field", "kind"),
        ("strong_ids[0].fields", "missing"), ("strong_ids[1].fields[0]", "unknown_field"),
        ("strong_ids[1].fields[1]", "kind"),
    ]  # fmt: skip


async def test_collections_are_shared_with_interactions(acme: Firm) -> None:
    """A name that an interaction type has is not a profile type's, and the other way round."""
    await acme.ledger.profile_types.define(acme.actor, household())

    with pytest.raises(Refused):
        await acme.ledger.profile_types.define(acme.actor, household(name="Other", collections=("meetings",)))
    with pytest.raises(Refused):
        await acme.ledger.types.define(acme.actor, InteractionType(id=0, name="Visit", collections=("HOUSEHOLDS",)))


async def test_built_in_types_are_extended_only(acme: Firm) -> None:
    """A built-in type takes further fields, and keeps its own and its strong ids."""
    define = acme.ledger.profile_types.define
    extended = await define(acme.actor, replace(CONTACT, fields=(*CONTACT.fields, FieldDefinition("Nickname"))))
    assert (extended.type.id, extended.type.built_in, extended.type.version) == (CONTACT.id, True, 2)

    with pytest.raises(Refused) as found:
        await define(acme.actor, replace(CONTACT, fields=CONTACT.fields[1:], strong_ids=CONTACT.strong_ids[1:]))
    assert {problem.code for problem in found.value.problems} == {"built_in"}


async def test_an_expected_version_and_a_dry_run(acme: Firm) -> None:
    """Who changes what he has read is told when somebody else was quicker; a dry run stores nothing."""
    define = acme.ledger.profile_types.define
    assert (await define(acme.actor, household(), dry_run=True)).created
    with pytest.raises(NotFound):
        await acme.ledger.profile_types.get(acme.actor, "Household")
    with pytest.raises(Conflict):
        await define(acme.actor, household(), expected_version=1)
    await define(acme.actor, household(), expected_version=0)
    with pytest.raises(Conflict):
        await define(acme.actor, household(FieldDefinition("Size")), expected_version=2)


async def test_rights(acme: Firm) -> None:
    """Only an admin defines and deletes types."""
    member = acme.acting(acme.ben, Right.WRITE)
    with pytest.raises(Forbidden):
        await acme.ledger.profile_types.define(member, household())
    with pytest.raises(Forbidden):
        await acme.ledger.profile_types.delete(member, "Household")


class TestDelete:
    async def test_is_gone(self, acme: Firm) -> None:
        """A deleted type is not found, its names are free, and one of the same name is another type."""
        types = acme.ledger.profile_types
        first = (await types.define(acme.actor, household())).type
        assert await types.delete(acme.actor, "HOUSEHOLD") == first
        assert await types.delete(acme.actor, "Household") is None
        with pytest.raises(NotFound):
            await types.get(acme.actor, "Household")

        again = await types.define(acme.actor, household())

        assert again.created
        assert again.type.id > first.id

    async def test_what_is_in_use_stays(self, acme: Firm) -> None:
        """A type that interactions refer to, or a built-in one, is not deleted."""
        types = acme.ledger.profile_types
        await types.define(acme.actor, household())
        slot = ParticipantSlot("Home", party="household", references=(("Street", "Street"), ("Number", "Number")))
        visit = InteractionType(id=0, name="Visit", fields=(STREET, NUMBER), slots=(slot,))
        await acme.ledger.types.define(acme.actor, visit)

        for name, code in (("Household", "in_use"), ("Contact", "built_in")):
            with pytest.raises(Refused) as found:
                await types.delete(acme.actor, name)
            assert [problem.code for problem in found.value.problems] == [code]
        await acme.ledger.types.define(acme.actor, replace(visit, slots=()))
        assert await types.delete(acme.actor, "Household") is not None
