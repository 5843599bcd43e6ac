"""Relationships: first and last interactions, and how strong a relationship is."""

import pytest

from interlog.model.errors import Invalid
from interlog.model.instants import DAY, HOUR, now
from interlog.model.interactions import Participant
from interlog.model.parties import PersonDraft
from interlog.model.strength import points_of, strength_of
from interlog.model.tenancy import Right
from interlog.model.types import Category
from tests.ledger.conftest import YESTERDAY, Firm, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestMoments:
    async def test_first_last_and_next(self, acme: Firm) -> None:
        """E-mails, events and chat messages are told apart, past from future, and with whom of us."""
        email = {"type": "Email"}
        for at in (3, 2, 1):
            await acme.ledger.interactions.log(
                acme.actor, meeting(Participant(acme.eve.id, "to"), at=YESTERDAY - at * HOUR, draft=email)
            )
            await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, acme.ben, at=YESTERDAY - at * DAY))
        for at in (1, 2):
            await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, acme.mia, at=now() + at * DAY))
        await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, at=YESTERDAY, draft={"type": "ChatMessage"}))

        found = await acme.ledger.relationships.moments(acme.actor, [acme.eve.id, acme.ola.id], internal=True)

        moments = found[acme.eve.id]
        assert {name: None if moment is None else moment.at for name, moment in moments.items()} == {
            "first_email": YESTERDAY - 3 * HOUR, "last_email": YESTERDAY - HOUR,
            "first_event": YESTERDAY - 3 * DAY, "last_event": YESTERDAY - DAY,
            "next_event": moments["next_event"].at if moments["next_event"] else 0,
            "first_chat_message": YESTERDAY, "last_chat_message": YESTERDAY, "last_interaction": YESTERDAY,
        }  # fmt: skip
        assert moments["next_event"] is not None and now() < moments["next_event"].at < now() + 2 * DAY
        assert moments["next_event"].internal == (acme.mia.id,)
        assert moments["last_event"] is not None and moments["last_event"].internal == (acme.ben.id,)
        assert set(found[acme.ola.id].values()) == {None}

    async def test_follow_amendments_and_deletions(self, acme: Firm) -> None:
        """They are worked out from what is stored now."""
        logged = await acme.ledger.interactions.log(acme.actor, meeting(acme.eve))
        number = logged.interaction.number

        await acme.ledger.interactions.amend(
            acme.actor, number, lambda item: meeting(acme.eve, at=YESTERDAY - DAY).content
        )
        found = await acme.ledger.relationships.moments(acme.actor, [acme.eve.id])
        assert found[acme.eve.id]["last_event"] is not None
        assert found[acme.eve.id]["last_event"].at == YESTERDAY - DAY  # type: ignore[union-attr]

        await acme.ledger.interactions.delete(acme.actor, number)
        found = await acme.ledger.relationships.moments(acme.actor, [acme.eve.id])
        assert found[acme.eve.id]["last_event"] is None

    async def test_respect_groups(self, acme: Firm) -> None:
        """What an actor does not see is no moment for him."""
        insider = acme.acting(acme.mia, Right.WRITE, 7)
        await acme.ledger.interactions.log(insider, meeting(acme.eve, draft={"group": 7}))

        seen = await acme.ledger.relationships.moments(insider, [acme.eve.id])
        unseen = await acme.ledger.relationships.moments(acme.actor, [acme.eve.id])
        assert seen[acme.eve.id]["last_event"] is not None
        assert unseen[acme.eve.id]["last_event"] is None
        assert (await acme.ledger.persons.page(acme.actor, limit=9, with_moments=True))[0] == []


class TestStrengths:
    async def test_with_each_of_us(self, acme: Firm) -> None:
        """The strength with each internal person is worked out from what they did together."""
        await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, acme.ben))
        await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, acme.ben, acme.mia, acme.ola))
        await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, acme.ben, at=now() + DAY))

        strengths = await acme.ledger.relationships.strengths(acme.actor, acme.eve.id)

        points = points_of(Category.MEETING, YESTERDAY, now())
        assert set(strengths) == {acme.ben.id, acme.mia.id}
        assert strengths[acme.ben.id] == pytest.approx(strength_of(2 * points))
        assert strengths[acme.mia.id] == pytest.approx(strength_of(points))
        assert await acme.ledger.relationships.strengths(acme.actor, acme.eve.id, acme.mia.id) == {
            acme.mia.id: pytest.approx(strengths[acme.mia.id])
        }
        other = await acme.ledger.persons.create(acme.actor, PersonDraft(first_name="Uta"))
        assert await acme.ledger.relationships.strengths(acme.actor, other.id, acme.ben.id) == {}

    async def test_tell_their_reasons(self, acme: Firm) -> None:
        """Each bond says what it comes from, what counts most first; of several persons each has its own."""
        ledger = acme.ledger
        older = await ledger.interactions.log(acme.actor, meeting(acme.eve, acme.ben, at=YESTERDAY - 90 * DAY))
        both = await ledger.interactions.log(acme.actor, meeting(acme.eve, acme.ola, acme.ben))
        await ledger.interactions.log(acme.actor, meeting(acme.eve, acme.ola))

        bonds = await ledger.relationships.bonds(acme.actor, [acme.eve.id, acme.ola.id, acme.mia.id, 999])

        assert {external: set(some) for external, some in bonds.items()} == {
            acme.eve.id: {acme.ben.id}, acme.ola.id: {acme.ben.id},
        }  # fmt: skip
        bond = bonds[acme.eve.id][acme.ben.id]
        numbers = [share.item.number for share in bond.shares]
        assert numbers == [both.interaction.number, older.interaction.number]
        points = points_of(Category.MEETING, YESTERDAY, now())
        assert [share.points for share in bond.shares] == pytest.approx([points, points / 2])
        assert (bond.points, bond.strength) == pytest.approx((1.5 * points, strength_of(1.5 * points)))
        assert [share.item.number for share in bonds[acme.ola.id][acme.ben.id].shares] == [both.interaction.number]

    async def test_wants_one_from_outside_and_one_of_us(self, acme: Firm) -> None:
        """Both ids are judged."""
        for external, internal, paths in (
            (999, 998, ["external_id", "internal_id"]),
            (acme.mia.id, acme.eve.id, ["external_id", "internal_id"]),
        ):
            with pytest.raises(Invalid) as caught:
                await acme.ledger.relationships.strengths(acme.actor, external, internal)
            assert [p.path for p in caught.value.problems] == paths

    async def test_respect_groups(self, acme: Firm) -> None:
        """What an actor does not see makes nobody closer for him."""
        insider = acme.acting(acme.mia, Right.WRITE, 7)
        await acme.ledger.interactions.log(insider, meeting(acme.eve, acme.ben, draft={"group": 7}))

        assert set(await acme.ledger.relationships.strengths(insider, acme.eve.id)) == {acme.ben.id}
        assert await acme.ledger.relationships.strengths(acme.actor, acme.eve.id) == {}
