"""Interactions through affinity-sdk: meetings, calls and chats both ways, e-mails that a sync stored."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from affinity import Affinity, NotFoundError, ValidationError
from affinity.models import InteractionCreate, InteractionUpdate
from affinity.types import (
    CompanyId,
    InteractionDirection,
    InteractionId,
    InteractionType,
    OpportunityId,
    PersonId,
)

from interlog.model.interactions import Participant
from interlog.model.parties import Person
from interlog.model.types import Direction, Logging, Role
from tests.serving import Firm

from .sdk import BY, END, START, client
from .wire import UNKNOWN, at

__all__ = ["client"]

pytestmark = pytest.mark.client

LOGGED = [InteractionType.MEETING, InteractionType.CALL, InteractionType.CHAT_MESSAGE]
DATE = datetime(2026, 3, 5, 9, 15, 30, 120_000, tzinfo=UTC)


@pytest.fixture
def ola(firm: Firm) -> Person:
    return firm.person("Ola", "Berg", "ola@client.example")


def create(client: Affinity, type_: InteractionType, *persons: Person, content: str = "Pilot", date: datetime = DATE):
    ids = [PersonId(person.id) for person in persons]
    return client.interactions.create(InteractionCreate(type=type_, person_ids=ids, content=content, date=date))


@pytest.mark.parametrize("type_", LOGGED)
class TestLogged:
    @pytest.mark.covers("interactions.create", "interactions.get", "v2.notes.get", by=BY)
    def test_create_then_get(self, client: Affinity, firm: Firm, ola: Person, type_: InteractionType) -> None:
        """What was logged is read back with its date, its people, its creator, and its text as a note."""
        created = create(client, type_, firm.mia, ola)
        assert (type_, DATE) == (created.type, created.date)
        assert [firm.mia.id, ola.id] == [person.id for person in created.persons]
        assert firm.mia.id == created.manual_creator_id
        assert created == client.interactions.get(created.id, type_)
        note = client.notes.get(created.notes[0])
        assert note.type == "interaction"
        assert note.content.html == "<p>Pilot</p>"
        assert note.interaction is not None and created.id == note.interaction["id"]

    @pytest.mark.covers("interactions.update", by=BY)
    def test_update_changes_what_is_given(
        self, client: Affinity, firm: Firm, ola: Person, type_: InteractionType
    ) -> None:
        """An update of the text leaves date and people; one of both moves the date and replaces the people."""
        created = create(client, type_, firm.mia, ola)
        reworded = client.interactions.update(created.id, type_, InteractionUpdate(content="Pilot, signed"))
        assert (created.date, created.persons) == (reworded.date, reworded.persons)
        assert client.notes.get(created.notes[0]).content.html == "<p>Pilot, signed</p>"
        later = DATE + timedelta(days=1)
        change = InteractionUpdate(date=later, person_ids=[PersonId(firm.mia.id)])
        moved = client.interactions.update(created.id, type_, change)
        assert (later, [firm.mia.id]) == (moved.date, [person.id for person in moved.persons])
        assert moved == client.interactions.get(created.id, type_)

    @pytest.mark.covers("interactions.delete", "interactions.get", by=BY)
    def test_delete(self, client: Affinity, firm: Firm, ola: Person, type_: InteractionType) -> None:
        """What was deleted is not found any more, and neither is its note."""
        created = create(client, type_, firm.mia, ola)
        assert client.interactions.delete(created.id, type_)
        with pytest.raises(NotFoundError):
            client.interactions.get(created.id, type_)
        with pytest.raises(NotFoundError):
            client.notes.get(created.notes[0])

    @pytest.mark.covers("interactions.list", by=BY)
    def test_list_and_iterate(self, client: Affinity, firm: Firm, ola: Person, type_: InteractionType) -> None:
        """A person's interactions of a kind come newest first, page by page; another kind's do not."""
        other = LOGGED[(LOGGED.index(type_) + 1) % 3]
        create(client, other, firm.mia, ola)
        ids = [create(client, type_, firm.mia, ola, date=DATE + timedelta(days=day)).id for day in range(5)]
        window = {"type": type_, "person_id": PersonId(ola.id), "start_time": START, "end_time": END}
        page = client.interactions.list(**window, page_size=2)
        assert [ids[4], ids[3]] == [item.id for item in page.data]
        following = client.interactions.list(**window, page_size=2, page_token=page.next_page_token)
        assert [ids[2], ids[1]] == [item.id for item in following.data]
        assert ids[::-1] == [item.id for item in client.interactions.iter(**window, page_size=2)]


class TestDirection:
    @pytest.mark.covers("interactions.create", "interactions.update", by=BY)
    def test_a_chat_message_keeps_its_direction(self, client: Affinity, firm: Firm, ola: Person) -> None:
        """A received chat message comes back as received, and can be made a sent one."""
        ids = [PersonId(firm.mia.id), PersonId(ola.id)]
        created = client.interactions.create(
            InteractionCreate(type=InteractionType.CHAT_MESSAGE, person_ids=ids, content="Hi", date=DATE,
                              direction=InteractionDirection.INCOMING)
        )  # fmt: skip
        assert created.direction == InteractionDirection.INCOMING
        change = InteractionUpdate(direction=InteractionDirection.OUTGOING)
        changed = client.interactions.update(created.id, InteractionType.CHAT_MESSAGE, change)
        assert changed.direction == InteractionDirection.OUTGOING

    @pytest.mark.covers("interactions.create", by=BY)
    def test_a_meeting_takes_a_direction_and_has_none(self, client: Affinity, firm: Firm) -> None:
        """The client sends a direction with a meeting, too: it is accepted and means nothing."""
        created = client.interactions.create(
            InteractionCreate(type=InteractionType.MEETING, person_ids=[PersonId(firm.mia.id)], content="Board",
                              date=DATE, direction=InteractionDirection.INCOMING)
        )  # fmt: skip
        assert created.direction is None


class TestSelection:
    @pytest.mark.covers("interactions.list", by=BY)
    def test_by_company_and_opportunity(self, client: Affinity, firm: Firm, ola: Person) -> None:
        """A company's and an opportunity's interactions are those of its people."""
        company = firm.organization("Client", persons=[ola])
        deal = firm.opportunity("Pilot", organizations=[company])
        created = create(client, InteractionType.CALL, firm.mia, ola)
        for party in ({"company_id": CompanyId(company.id)}, {"opportunity_id": OpportunityId(deal.id)}):
            page = client.interactions.list(type=InteractionType.CALL, start_time=START, end_time=END, **party)
            assert [created.id] == [item.id for item in page.data]

    @pytest.mark.covers("interactions.list", by=BY)
    def test_two_years(self, client: Affinity, firm: Firm, ola: Person) -> None:
        """A range of up to two years is asked for in two requests, of which each may find nothing."""
        last = create(client, InteractionType.CALL, firm.mia, ola, date=datetime(2026, 12, 1, tzinfo=UTC))
        found = client.interactions.iter(
            type=InteractionType.CALL,
            person_id=PersonId(ola.id),
            start_time=datetime(2025, 1, 2, tzinfo=UTC),
            end_time=datetime(2027, 1, 1, tzinfo=UTC),
        )
        assert [last.id] == [item.id for item in found]

    @pytest.mark.covers("interactions.list", by=BY)
    def test_the_client_ends_after_two_years(self, client: Affinity, firm: Firm, ola: Person) -> None:
        """What the tutorial warns of: over more than two years the client itself stops asking after the second.

        Between years it gives its iterator one and the same made-up cursor, which the iterator then takes for a loop.
        Where this fails, a newer client asks on, and the warning in the tutorial can go.
        """
        last = create(client, InteractionType.CALL, firm.mia, ola, date=datetime(2026, 12, 1, tzinfo=UTC))
        window = {"type": InteractionType.CALL, "person_id": PersonId(ola.id)}
        start, end = datetime(2023, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
        assert list(client.interactions.iter(**window, start_time=start, end_time=end)) == []
        years = [datetime(year, 1, 1, tzinfo=UTC) for year in range(2023, 2028)]
        by_year = [
            item.id
            for first, after in itertools.pairwise(years)
            for item in client.interactions.iter(**window, start_time=first, end_time=after)
        ]
        assert [last.id] == by_year


class TestEmails:
    @pytest.fixture
    def email_id(self, firm: Firm, ola: Person) -> int:
        jon = firm.person("Jon", "Lie", "jon@client.example")
        parts = (Participant(ola.id, Role.FROM), Participant(firm.mia.id, Role.TO), Participant(jon.id, Role.CC))
        item = firm.log(
            "Email", at("2026-02-11T16:40:05Z"), *parts, title="Term sheet", body="See attached",
            direction=Direction.RECEIVED, logging=Logging.AUTOMATIC,
        )  # fmt: skip
        return item.number

    @pytest.mark.covers("interactions.list", "interactions.get", by=BY)
    def test_are_read(self, client: Affinity, firm: Firm, ola: Person, email_id: int) -> None:
        """An e-mail that a sync stored is listed and read with subject and direction."""
        window = {"type": InteractionType.EMAIL, "start_time": START, "end_time": END}
        (listed,) = client.interactions.list(**window, person_id=PersonId(ola.id)).data
        assert (email_id, "Term sheet", InteractionDirection.INCOMING) == (listed.id, listed.subject, listed.direction)
        assert listed == client.interactions.get(InteractionId(email_id), InteractionType.EMAIL)
        assert [listed] == list(client.interactions.iter(**window, person_id=PersonId(ola.id)))

    @pytest.mark.covers("v2.emails.list", by=BY)
    def test_are_listed_for_the_whole_tenant(self, client: Affinity, firm: Firm, ola: Person, email_id: int) -> None:
        """Version 2 lists all e-mails with sender and receivers."""
        (email,) = client.interactions.list_emails().data
        assert (email_id, "Term sheet", "received") == (email.id, email.subject, email.direction)
        assert email.from_ is not None and email.from_.person is not None
        assert (ola.id, "ola@client.example") == (email.from_.person.id, email.from_.email_address)
        assert [firm.mia.id] == [attendee.person.id for attendee in email.to if attendee.person]
        assert email.cc_total == 1
        assert [email] == list(client.interactions.iter_emails())

    @pytest.mark.covers("interactions.create", "interactions.update", "interactions.delete", by=BY)
    def test_are_facts(self, client: Affinity, firm: Firm, email_id: int) -> None:
        """No e-mail can be created, changed or deleted."""
        with pytest.raises(ValidationError, match="type"):
            create(client, InteractionType.EMAIL, firm.mia)
        with pytest.raises(ValidationError, match="type"):
            client.interactions.update(
                InteractionId(email_id), InteractionType.EMAIL, InteractionUpdate(content="Other")
            )
        with pytest.raises(ValidationError, match="type"):
            client.interactions.delete(InteractionId(email_id), InteractionType.EMAIL)


class TestCollections:
    @pytest.mark.covers("v2.meetings.list", "v2.meetings.get", by=BY)
    def test_meetings(self, client: Affinity, firm: Firm, ola: Person) -> None:
        """All meetings of the tenant, oldest id first over several pages, and one of them alone."""
        created = [create(client, InteractionType.MEETING, firm.mia, ola, content=str(n)) for n in range(5)]
        page = client.interactions.list_meetings(limit=2)
        assert [item.id for item in created[:2]] == [item.id for item in page.data]
        following = client.interactions.list_meetings(cursor=page.next_cursor)
        assert [item.id for item in created[2:4]] == [item.id for item in following.data]
        meetings = list(client.interactions.iter_meetings(limit=2))
        assert [item.id for item in created] == [item.id for item in meetings]
        assert meetings[0] == client.interactions.get_meeting(meetings[0].id)
        assert (meetings[0].logging_type, meetings[0].attendees_total) == ("manual", 2)
        assert meetings[0].creator is not None and meetings[0].creator.person is not None
        assert firm.mia.id == meetings[0].creator.person.id

    @pytest.mark.covers("v2.calls.list", by=BY)
    def test_calls(self, client: Affinity, firm: Firm, ola: Person) -> None:
        """All calls of the tenant, and nothing but calls."""
        create(client, InteractionType.MEETING, firm.mia)
        created = [create(client, InteractionType.CALL, firm.mia, ola) for _ in range(3)]
        assert [item.id for item in created] == [item.id for item in client.interactions.list_calls().data]
        assert [item.id for item in created] == [item.id for item in client.interactions.iter_calls(limit=1)]

    @pytest.mark.covers("v2.chat-messages.list", by=BY)
    def test_chat_messages(self, client: Affinity, firm: Firm, ola: Person) -> None:
        """All chat messages of the tenant, with who logged and who took part."""
        created = create(client, InteractionType.CHAT_MESSAGE, firm.mia, ola)
        (message,) = client.interactions.list_chat_messages().data
        assert (created.id, "sent", DATE.replace(microsecond=0)) == (message.id, message.direction, message.sent_at)
        assert message.creator is not None and firm.mia.id == message.creator.id
        assert [firm.mia.id, ola.id] == [person.id for person in message.participants]
        assert [message] == list(client.interactions.iter_chat_messages(limit=1))

    @pytest.mark.covers("v2.meetings.list", "v2.calls.list", "v2.chat-messages.list", "v2.emails.list", by=BY)
    def test_are_filtered_by_time(self, client: Affinity, firm: Firm, ola: Person) -> None:
        """Each collection takes the client's four bounds."""
        early, late = DATE, DATE + timedelta(days=10)
        calls = client.interactions
        for type_, listed in (
            (InteractionType.MEETING, calls.list_meetings),
            (InteractionType.CALL, calls.list_calls),
            (InteractionType.CHAT_MESSAGE, calls.list_chat_messages),
        ):
            first, second = (create(client, type_, firm.mia, ola, date=date) for date in (early, late))
            client.interactions.update(first.id, type_, InteractionUpdate(content="Changed"))
            long_ago, middle = DATE - timedelta(days=99), DATE + timedelta(days=5)
            assert [second.id] == [item.id for item in listed(after=middle).data]
            assert [first.id] == [item.id for item in listed(after=long_ago, before=middle).data]
            assert [first.id, second.id] == [item.id for item in listed(created_after=long_ago).data]
            assert [first.id] == [item.id for item in listed(updated_after=long_ago).data]
        assert calls.list_emails(after=early).data == []


class TestErrors:
    @pytest.mark.covers("interactions.get", "interactions.update", "interactions.delete", by=BY)
    def test_an_unknown_id_is_not_found(self, client: Affinity) -> None:
        """An id that is nobody's raises the client's NotFoundError, which names it."""
        id_ = InteractionId(UNKNOWN)
        for attempt in (
            lambda: client.interactions.get(id_, InteractionType.CALL),
            lambda: client.interactions.update(id_, InteractionType.CALL, InteractionUpdate(content="x")),
            lambda: client.interactions.delete(id_, InteractionType.CALL),
        ):
            with pytest.raises(NotFoundError, match=str(UNKNOWN)):
                attempt()

    @pytest.mark.covers("interactions.get", by=BY)
    def test_another_kind_is_not_found(self, client: Affinity, firm: Firm) -> None:
        """Kind and id together are the key: a call is not found among the meetings."""
        created = create(client, InteractionType.CALL, firm.mia)
        with pytest.raises(NotFoundError):
            client.interactions.get(created.id, InteractionType.MEETING)

    @pytest.mark.covers("interactions.create", by=BY)
    def test_bad_input_is_refused(self, client: Affinity, firm: Firm, ola: Person) -> None:
        """A person nobody knows, none of us, no text: each raises ValidationError, and nothing is stored."""
        before = firm.rows()
        nobody = firm.mia.__class__(id=UNKNOWN, kind=firm.mia.kind, first_name="", last_name="")
        with pytest.raises(ValidationError, match=f"expected {UNKNOWN} to be a valid id for model Person"):
            create(client, InteractionType.CALL, firm.mia, nobody)
        with pytest.raises(ValidationError, match="internal person"):
            create(client, InteractionType.CALL, ola)
        with pytest.raises(ValidationError, match="content"):
            create(client, InteractionType.CALL, firm.mia, content="")
        assert before == firm.rows()

    @pytest.mark.covers("interactions.list", by=BY)
    def test_an_internal_person_selects_nothing(self, client: Affinity, firm: Firm) -> None:
        """Clients look for these words: one of us cannot be the person whose interactions are listed."""
        with pytest.raises(ValidationError, match="external or collaborator"):
            client.interactions.list(
                type=InteractionType.CALL, person_id=PersonId(firm.mia.id), start_time=START, end_time=END
            )
