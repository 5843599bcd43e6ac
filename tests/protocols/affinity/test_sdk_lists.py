"""Lists and their entries through affinity-sdk, as far as opportunities need them."""

import pytest
from affinity import Affinity, NotFoundError
from affinity.models import ListCreate, ListPermission
from affinity.models.types import ListRole
from affinity.types import ListEntryId, ListId, ListType, PersonId, UserId

from interlog.model.parties import Party
from tests.serving import Firm

from .sdk import BY, client
from .wire import UNKNOWN

__all__ = ["client"]

pytestmark = pytest.mark.client


class TestLists:
    @pytest.mark.covers("v2.lists.list", by=BY)
    def test_list(self, client: Affinity, firm: Firm) -> None:
        """Every list, over pages, and those with a word in their names."""
        create_list = firm.ledger.opportunities.create_list
        fund = firm.server.run(create_list(firm.actor, "Fund", Party.ORGANIZATION, is_public=False))
        deals, other = [item for page in client.lists.pages(limit=1) for item in page.data]
        assert list(client.lists.all()) == [deals, other]
        assert (deals.id, deals.name, deals.type) == (firm.deals(), "Deals", ListType.OPPORTUNITY)
        assert (other.type, other.is_public, other.owner_id) == (ListType.COMPANY, False, firm.mia.id)
        assert [item.id for item in client.lists.list(term="fun").data] == [fund.id]
        found = client.lists.resolve(name="fund")
        assert found is not None and found.id == fund.id

    @pytest.mark.covers("v2.lists.get", by=BY)
    def test_get(self, client: Affinity, firm: Firm) -> None:
        """One list by its id."""
        assert client.lists.get(ListId(firm.deals())).creator_id == firm.mia.id
        with pytest.raises(NotFoundError):
            client.lists.get(ListId(UNKNOWN))


class TestEntries:
    @pytest.mark.covers("v2.lists.entries", "v2.lists.entry", by=BY)
    def test_entries(self, client: Affinity, firm: Firm) -> None:
        """The opportunities on a list, over pages, and one of them by its entry."""
        deals = [firm.opportunity(f"Deal {number}") for number in range(3)]
        entries = client.lists.entries(ListId(firm.deals()))
        page = entries.list(limit=2)
        assert len(page.data) == 2 and page.has_next
        shown = list(entries.iter())
        assert [deal.entry_id for deal in deals] == [entry.id for entry in shown]
        assert [deal.id for deal in deals] == [entry.entity.id for entry in shown if entry.entity]
        assert entries.get(shown[1].id) == shown[1]
        with pytest.raises(NotFoundError):
            entries.get(ListEntryId(UNKNOWN))

    @pytest.mark.covers("lists.create", "lists.add", "lists.remove", by=BY)
    def test_add_and_remove(self, client: Affinity, firm: Firm) -> None:
        """A list of persons opened to a colleague, a person put on it, and taken off."""
        ben, ola = firm.colleague("Ben", "Abt"), firm.person("Ola", "Berg")
        permission = ListPermission(internal_person_id=UserId(ben.id), role_id=ListRole.BASIC)
        data = ListCreate(name="People", type=ListType.PERSON, is_public=False, additional_permissions=[permission])
        people = client.lists.create(data)
        assert (people.name, people.type, people.owner_id) == ("People", ListType.PERSON, firm.mia.id)
        entries = client.lists.entries(people.id)
        added = entries.add_person(PersonId(ola.id))
        (entry,) = entries.list().data
        assert (entry.id, entry.entity and entry.entity.id) == (added.id, ola.id)
        assert entries.delete(added.id)
        assert entries.list().data == []


class TestVersion2:
    @pytest.mark.covers("v2.lists.create", "v2.lists.views", by=BY)
    def test_create_and_views(self, client: Affinity, firm: Firm) -> None:
        """A list without an owner of its own or permissions is created by version 2; it has no saved views."""
        made = client.lists.create(ListCreate(name="Targets", type=ListType.COMPANY, is_public=True))
        assert (made.name, made.type, made.is_public, made.owner_id) == ("Targets", ListType.COMPANY, True, firm.mia.id)
        assert client.lists.get(made.id) == made
        assert list(client.lists.saved_views_all(made.id)) == []
