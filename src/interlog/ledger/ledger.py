"""The ledger: every use case, over one store."""

from functools import partial
from pathlib import Path

from ..model.types import CANVASS_VISIT
from ..store.store import Store
from .access import Access
from .applications import Applications
from .bulk import Bulk
from .canvassing.assignments import Assignments
from .canvassing.campaigns import Campaigns
from .canvassing.contacts import Contacts
from .canvassing.effects import Effects
from .canvassing.elsewhere import Elsewhere
from .canvassing.founding import Founding
from .canvassing.groups import Groups
from .canvassing.households import Households
from .canvassing.integrations import Integrations
from .canvassing.listing import CanvassingLists
from .canvassing.members import Members
from .canvassing.merged_contacts import MergedContacts
from .canvassing.notes import ContactNotes
from .canvassing.people import People
from .canvassing.permits import Permits
from .canvassing.quality import Quality
from .canvassing.recording import Recording
from .canvassing.records import Records
from .canvassing.reports import Reports
from .canvassing.resources import Resources
from .canvassing.standing import Standing
from .canvassing.surveys import Books
from .canvassing.users import Users
from .canvassing.visits import Visits
from .canvassing.walklists import Walklists
from .cards import Cards
from .change_sets import ChangeSets
from .changes import Feed
from .check import Check
from .chores import INDEX, REFER, Chores
from .definitions import Definitions
from .deliveries import Deliveries
from .field_index import complete
from .field_options import FieldOptions
from .files import Files
from .finding import Finding
from .found_notes import FoundNotes
from .grants import Grants
from .happenings import Happenings
from .history import History
from .hubs import Hubs
from .imported_fields import ImportedFields
from .imported_rest import ImportedRest
from .imports import Imports
from .instances import Instances
from .interactions import Interactions
from .known_as import KnownAs
from .list_entries import ListEntries
from .listing import Listing
from .merges import Merges
from .news import Newsroom
from .notes import Notes
from .opportunities import Opportunities
from .organizations import Organizations
from .overview import Overview
from .party_fields import PartyFields
from .party_search import PartySearch
from .party_values import PartyValues
from .passwords import Passwords
from .persons import Persons
from .profile_types import ProfileTypes
from .profiles import Profiles
from .references import References
from .referring import Referring
from .relationships import Relationships
from .reminders import Reminders
from .restoring import Restoring
from .security_groups import SecurityGroups
from .sessions import Sessions
from .sheets import Sheets
from .signed_files import SignedFiles
from .staff import Staff
from .tenants import Tenants
from .timeline import Timeline
from .types import Types
from .undoing import Undoing
from .usage import Usage
from .value_history import ValueHistory
from .value_sets import ValueSets
from .waiting import Waiting
from .webhooks import Webhooks


class Ledger:
    """What protocols, pages and the command line call. Each attribute holds the use cases around one noun."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tenants = Tenants(store)
        self.access = Access(store, self.tenants)
        self.passwords = Passwords(store, self.tenants)
        self.applications = Applications(store, self.tenants, self.access)
        self.grants = Grants(store, self.access, self.passwords)
        self.sessions = Sessions(store, self.tenants, self.passwords)
        self.deliveries = Deliveries(store, self.tenants)
        self.webhooks = Webhooks(store, self.deliveries)
        self.happenings = Happenings(store)
        self.reminders = Reminders(store, self.deliveries, self.happenings)
        self.usage = Usage(store)
        self.hubs = Hubs(store, self.tenants)
        self.persons = Persons(store)
        self.relationships = Relationships(store, self.persons)
        self.organizations = Organizations(store, self.relationships, self.persons.values)
        self.opportunities = Opportunities(store)
        self.list_entries = ListEntries(store, self.opportunities)
        self.party_fields = PartyFields(store, self.opportunities)
        self.party_values = PartyValues(store, self.party_fields, self.list_entries)
        self.field_options = FieldOptions(store, self.opportunities, self.party_fields)
        self.value_history = ValueHistory(store, self.party_fields)
        self.value_sets = ValueSets(store, self.party_fields, self.party_values)
        self.sheets = Sheets(store, self.opportunities, self.party_fields, self.list_entries)
        self.party_search = PartySearch(store, self.opportunities)
        self.restoring = Restoring(store, self.persons, self.organizations, self.opportunities)
        self.cards = Cards(store, self.persons, self.organizations)
        self.interactions = Interactions(store, self.persons, self.cards)
        self.known_as = KnownAs(store)
        self.merges = Merges(store, self.tenants, self.persons, self.organizations)
        self.files = Files(store)
        self.signed_files = SignedFiles(store, self.tenants)
        self.undoing = Undoing(store, self.interactions)
        self.timeline = Timeline(store, self.organizations)
        self.finding = Finding(store, self.timeline)
        self.listing = Listing(store)
        self.notes = Notes(store)
        self.found_notes = FoundNotes(self.finding, self.notes)
        self.bulk = Bulk(store, self.persons)
        self.imports = Imports(store, self.persons)
        self.imported_fields = ImportedFields(store, self.imports)
        self.imported_rest = ImportedRest(store, self.imports, self.reminders)
        self.chores = Chores(store, self.tenants)
        self.profile_types = ProfileTypes(store, self.access, self.chores)
        waiting = Waiting(store)
        self.profiles = Profiles(store, self.persons, waiting)
        references = References(store, self.persons, self.profiles)
        self.types = Types(store, self.tenants, self.access, self.chores)
        self.instances = Instances(store, self.interactions, self.types, references, waiting)
        referring = Referring(store, self.interactions, references, waiting)
        self.chores.handlers |= {INDEX: partial(complete, store.database), REFER: referring.refer_anew}
        self.persons.values.referring = referring.refer_waiting
        self.persons.values.tenant_of = self.tenants.get
        self.change_sets = ChangeSets(store, self.instances, self.profiles, self.persons.values)
        self.definitions = Definitions(store)
        self.history = History(store)
        self.news = Newsroom(store)
        self.overview = Overview(store)
        self.check = Check(store, self.tenants)
        people = self.people = People(store)
        self.resources = Resources(store, people)
        self.canvassing_lists = CanvassingLists(store)
        self.elsewhere = Elsewhere(store, self.resources, self.interactions)
        self.assignments = Assignments(store)
        self.changes = Feed(store)
        self.founding = Founding(store, self.resources)
        self.permits = Permits(store, self.founding, people)
        self.integrations = Integrations(store, self.resources, self.deliveries)
        self.campaigns = Campaigns(store, self.resources)
        self.reports = Reports(store, self.resources)
        self.quality = Quality(store)
        self.standing = Standing(self.reports, self.quality)
        self.contacts = Contacts(store, self.resources, self.persons)
        self.restoring.returning.append(self.contacts.come_back)
        MergedContacts(store, self.resources, self.merges.persons, self.contacts)
        self.households = Households(store, self.resources)
        self.members = Members(store, self.resources)
        self.contact_notes = ContactNotes(store, self.resources, self.notes)
        self.records = Records(self.resources, self.contacts, people)
        self.resources.followers |= Walklists(self.resources).followers
        books, effects = Books(self.resources), Effects(store, people)
        self.interactions.followers[CANVASS_VISIT.id] = effects.follow
        self.recording = Recording(store, self.interactions, self.resources, effects, books)
        self.visits = Visits(store, self.interactions, books)
        self.resources.followers |= Groups(store, self._roles_changed).followers
        self.users = Users(store, self.resources, self.persons, self.passwords, self._roles_changed)
        self.staff = Staff(store, self.tenants, self.persons, self.sessions, self._roles_changed)
        self.security_groups = SecurityGroups(store, self.founding, self.resources, people, self.users)
        self.staff.followers.append(self.users.follow_activity)

    def _roles_changed(self, tenant_id: int) -> None:
        """Let the next requests see who may do and see what by now."""
        self.access.forget(tenant_id)
        self.sessions.forget(tenant_id)
        self.permits.forget(tenant_id)

    @classmethod
    async def open(cls, url: str, *, files: Path | None = None) -> "Ledger":
        """Open the store of a ``sqlite:///…`` or ``postgresql://…`` URL and bring its schema up to date.

        ``files``: the folder of its files, where that is not the usual one.
        """
        return cls(await Store.open(url, files))

    async def close(self) -> None:
        """Finish the writes that were handed in, then disconnect."""
        await self.chores.close()
        await self.merges.close()
        await self.access.close()
        await self.store.close()
