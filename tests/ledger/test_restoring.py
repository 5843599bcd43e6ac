"""What was deleted comes back: as it was, and linked to what it was linked to."""

import pytest
from msgspec import to_builtins

from interlog.ledger import Ledger
from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound
from interlog.model.interactions import Participant
from interlog.model.journal import Action, Entity
from interlog.model.parties import OpportunityDraft, OrganizationDraft, Party, PersonDraft
from interlog.model.profiles import CONTACT, ProfileDraft
from interlog.model.tenancy import Right
from tests.ledger.conftest import Firm, journal_of, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSING = {"version", "modified_at"}


async def _deal(firm: Firm, **parts: tuple[int, ...]) -> int:
    """Return the id of an opportunity."""
    list_ = await firm.ledger.opportunities.create_list(firm.actor, "Deals", Party.OPPORTUNITY, is_public=True)
    draft = OpportunityDraft(name="Floor", list_id=list_.id, **parts)
    return (await firm.ledger.opportunities.create(firm.actor, draft)).id


def _lasting(record: object) -> dict[str, object]:
    return {name: value for name, value in to_builtins(record).items() if name not in PASSING}


async def _consistent(ledger: Ledger) -> bool:
    return await ledger.check.problems() == []


async def test_a_person_comes_back(acme: Firm) -> None:
    """With addresses, chosen id, organizations and opportunities; the journal tells of both."""
    ledger, actor = acme.ledger, acme.actor
    await ledger.organizations.create(actor, OrganizationDraft(name="Client", domains=("client.example",)))
    await ledger.profiles.put(actor, CONTACT, ProfileDraft(key="C-7", fields={"Email": "uta@client.example"}))
    ((uta,), _) = await ledger.persons.page(actor, term="uta@client.example", limit=9)
    deal = await _deal(acme, person_ids=(acme.ola.id, uta.id))

    await ledger.persons.delete(actor, uta.id)
    assert _lasting(await ledger.restoring.person(actor, uta.id)) == _lasting(uta)
    assert (await ledger.opportunities.get(actor, deal)).person_ids == (acme.ola.id,)
    back = await ledger.restoring.restore_person(actor, uta.id)

    assert back == await ledger.persons.get(actor, uta.id)
    assert _lasting(back) == _lasting(uta)
    assert (await ledger.opportunities.get(actor, deal)).person_ids == (acme.ola.id, uta.id)
    assert (await ledger.persons.page(actor, term="uta@client.example", limit=9))[0] == [back]
    assert [
        item.number for item in await ledger.profiles.find_many(actor, CONTACT, [{"ContactId": "C-7"}]) if item
    ] == [uta.id]
    actions = [entry.action for entry in await journal_of(acme) if entry.entity is Entity.PERSON
               and entry.entity_id == uta.id]  # fmt: skip
    assert actions[-2:] == [Action.DELETE, Action.RESTORE]
    assert await _consistent(ledger)
    with pytest.raises(NotFound):
        await ledger.restoring.restore_person(actor, uta.id)


async def test_whose_address_is_taken_stays_away(acme: Firm) -> None:
    """All addresses that are somebody else's by now are named, and nothing is stored."""
    ledger, actor = acme.ledger, acme.actor
    await ledger.persons.delete(actor, acme.eve.id)
    other = await ledger.persons.create(actor, PersonDraft(first_name="Other", emails=("EVE@client.example",)))

    with pytest.raises(Invalid) as caught:
        await ledger.restoring.restore_person(actor, acme.eve.id)

    assert [(item.path, item.code, item.value) for item in caught.value.problems] == [("emails[0]", "taken", other.id)]
    await ledger.persons.update(actor, other.id, emails=())
    await ledger.restoring.restore_person(actor, acme.eve.id)
    assert await _consistent(ledger)


async def test_what_waited_for_an_address_meanwhile_is_bound(acme: Firm) -> None:
    """An interaction that came while the person was away is theirs."""
    firm = acme.with_settings(create_unknown_persons=False)
    ledger = firm.ledger
    await ledger.persons.delete(firm.actor, firm.eve.id)
    logged = await ledger.interactions.log(
        firm.actor, meeting(firm.ben, Participant(None, "attendee", "eve@client.example"))
    )

    await ledger.restoring.restore_person(firm.actor, firm.eve.id)

    item = await ledger.interactions.get(firm.actor, logged.interaction.number)
    assert {part.person for part in item.participants} == {firm.ben.id, firm.eve.id}
    assert await _consistent(ledger)


async def test_an_organization_comes_back(acme: Firm) -> None:
    """With domains, its persons and its opportunities; whoever is gone by now is left out."""
    ledger, actor = acme.ledger, acme.actor
    draft = OrganizationDraft(name="Boden", domains=("boden.example",), person_ids=(acme.eve.id, acme.ola.id))
    boden = await ledger.organizations.create(actor, draft)
    deal = await _deal(acme, organization_ids=(boden.id,))

    await ledger.organizations.delete(actor, boden.id)
    await ledger.persons.delete(actor, acme.ola.id)
    assert (await ledger.persons.get(actor, acme.eve.id)).organization_ids == ()
    back = await ledger.restoring.restore_organization(actor, boden.id)

    assert _lasting(back) == _lasting(boden)
    assert await ledger.organizations.members(actor, [boden.id]) == {boden.id: [acme.eve.id]}
    assert (await ledger.opportunities.get(actor, deal)).organization_ids == (boden.id,)
    assert (await ledger.organizations.page(actor, term="boden.example", limit=9))[0] == [back]
    assert await _consistent(ledger)


async def test_an_opportunity_comes_back(acme: Firm) -> None:
    """On its list, with whoever is still there; those who do not see the list cannot have it back."""
    ledger, actor = acme.ledger, acme.actor
    list_ = await ledger.opportunities.create_list(actor, "Own", Party.OPPORTUNITY, is_public=False)
    draft = OpportunityDraft(name="Floor", list_id=list_.id, person_ids=(acme.eve.id, acme.ola.id))
    deal = await ledger.opportunities.create(actor, draft)
    await ledger.opportunities.delete(actor, deal.id)
    await ledger.persons.delete(actor, acme.ola.id)

    with pytest.raises(NotFound):
        await ledger.restoring.restore_opportunity(acme.acting(acme.ben), deal.id)
    back = await ledger.restoring.restore_opportunity(actor, deal.id)

    assert back.person_ids == (acme.eve.id,)
    assert await ledger.opportunities.get(actor, deal.id) == back
    assert await _consistent(ledger)


async def test_nothing_else_can_be_restored(acme: Firm) -> None:
    """Neither what is there nor what never was, and not by somebody who may only read."""
    restoring, actor = acme.ledger.restoring, acme.actor
    for attempt in (restoring.restore_person, restoring.restore_organization, restoring.restore_opportunity):
        for id_ in (acme.eve.id, 4711):
            with pytest.raises(NotFound):
                await attempt(actor, id_)
        with pytest.raises(Forbidden):
            await attempt(acme.acting(acme.ben, Right.READ), 4711)


async def test_a_change_says_which_version_it_is_of(acme: Firm) -> None:
    """Whoever read an older one is told, and nothing is changed."""
    ledger, actor = acme.ledger, acme.actor
    boden = await ledger.organizations.create(actor, OrganizationDraft(name="Boden"))
    deal = await ledger.opportunities.get(actor, await _deal(acme))
    eve = await ledger.persons.get(actor, acme.eve.id)
    await ledger.persons.update(actor, eve.id, last_name="Eins", expected_version=eve.version)
    await ledger.organizations.update(actor, boden.id, name="Eins", expected_version=boden.version)
    await ledger.opportunities.update(actor, deal.id, name="Eins", expected_version=deal.version)

    with pytest.raises(Conflict):
        await ledger.persons.update(actor, eve.id, last_name="Zwei", expected_version=eve.version)
    with pytest.raises(Conflict):
        await ledger.organizations.update(actor, boden.id, name="Zwei", expected_version=boden.version)
    with pytest.raises(Conflict):
        await ledger.opportunities.update(actor, deal.id, name="Zwei", expected_version=deal.version)

    assert (await ledger.persons.get(actor, eve.id)).last_name == "Eins"
    assert (await ledger.organizations.get(actor, boden.id)).name == "Eins"
    assert (await ledger.opportunities.get(actor, deal.id)).name == "Eins"
