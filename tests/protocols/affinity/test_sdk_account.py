"""Everything else of affinity-sdk that has an endpoint here: the account, rate limits, strengths, lists, wrong keys."""

import pytest
from affinity import (
    Affinity,
    AuthenticationError,
    AuthorizationError,
    NotFoundError,
    RateLimitError,
    UnsupportedApiVersionError,
    ValidationError,
)
from affinity.models import InteractionCreate, ListCreate, PersonCreate
from affinity.types import InteractionType, ListId, ListType, PersonId, UserId

from interlog.model.instants import DAY, now
from tests.serving import Firm

from .sdk import BY, END, START, addresses, client, client_of
from .wire import UNKNOWN

__all__ = ["client"]

pytestmark = pytest.mark.client


class TestAccount:
    @pytest.mark.covers("v2.whoami", by=BY)
    def test_whoami(self, client: Affinity, firm: Firm) -> None:
        """Who the key belongs to, whose id can be put into an interaction."""
        me = client.whoami()
        assert (firm.mia.id, "Mia", "mia@own.example") == (me.user.id, me.user.first_name, me.user.email)
        assert firm.tenant.name == me.tenant.name
        assert me.user.id == client.auth.whoami().user.id

    @pytest.mark.covers("v2.rate_limit", by=BY)
    def test_rate_limits(self, client: Affinity) -> None:
        """The client reads its limits from every answer's headers, and from an endpoint of their own."""
        client.whoami()
        seen = client.rate_limits.snapshot()
        assert (seen.source, seen.api_key_per_minute.limit, seen.org_monthly.limit) == ("headers", 900, 100_000)
        told = client.rate_limits.refresh()
        assert (told.source, told.api_key_per_minute.limit, told.org_monthly.limit) == ("endpoint", 900, 100_000)
        assert told.api_key_per_minute.remaining is not None and told.api_key_per_minute.remaining <= 900

    @pytest.mark.covers("v2.whoami", by=BY)
    @pytest.mark.parametrize("version", ["2024-01-01", "2026-07-15", "2026-09-17", "current"])
    def test_versions(self, firm: Firm, version: str) -> None:
        """A version that the client pins is answered, and told in the answer."""
        with client_of(firm, affinity_api_version=version) as client:
            client.whoami()
            assert {version} == client.affinity_api_versions_seen

    @pytest.mark.covers("v2.whoami", by=BY)
    def test_an_unknown_version_is_refused(self, firm: Firm) -> None:
        """A version that there is none of raises the client's own exception for it."""
        with (
            pytest.warns(UserWarning, match="2031-01-01"),
            client_of(firm, affinity_api_version="2031-01-01") as client,
            pytest.raises(UnsupportedApiVersionError),
        ):
            client.whoami()


class TestKeys:
    @pytest.mark.covers("v2.whoami", "interactions.list", "persons.list", by=BY)
    def test_a_wrong_key_is_refused(self, firm: Firm) -> None:
        """A key of nobody's raises AuthenticationError in both versions."""
        with client_of(firm, f"ilog{firm.tenant.id}_nobody-has-this-key") as client:
            with pytest.raises(AuthenticationError):
                client.whoami()
            with pytest.raises(AuthenticationError):
                client.persons.search("ola")
            with pytest.raises(AuthenticationError):
                client.interactions.list(
                    type=InteractionType.CALL, person_id=PersonId(1), start_time=START, end_time=END
                )

    @pytest.mark.covers("interactions.create", by=BY)
    def test_a_key_that_may_only_read(self, firm: Firm) -> None:
        """A token without the right to write reads, and raises AuthorizationError when it writes."""
        with client_of(firm, firm.token_of(firm.mia, "affinity:read")) as client:
            me = client.whoami().user.id
            draft = InteractionCreate(type=InteractionType.CALL, person_ids=[me], content="x", date=START)
            with pytest.raises(AuthorizationError):
                client.interactions.create(draft)

    @pytest.mark.covers("persons.list", "persons.create", by=BY)
    def test_basic_authentication(self, firm: Firm) -> None:
        """The key may come as the password of Basic, too."""
        with client_of(firm, v1_auth_mode="basic") as client:
            created = client.persons.create(PersonCreate(first_name="Ola", last_name="Berg"))
            assert [created.id] == [person.id for person in client.persons.search("ola").data]

    @pytest.mark.covers("v2.persons.get", by=BY)
    def test_another_tenants_records_are_not_found(self, client: Affinity, firm: Firm) -> None:
        """What belongs to another firm is as if it were not there."""
        ids = [person.id for person in client.persons.iter()]
        other = firm.server.found()
        theirs = [other.person(f"Person {n}").id for n in range(3)]
        with client_of(other) as others_client:
            assert theirs == [person.id for person in others_client.persons.iter()][1:]
        assert ids == [person.id for person in client.persons.iter()]
        with pytest.raises(NotFoundError):
            client.persons.get(PersonId(max(theirs)))


class TestRateLimits:
    def test_an_enforced_limit_tells_how_long_to_wait(self, firm: Firm) -> None:
        """Over an enforced limit the client raises RateLimitError, with the seconds to wait."""
        with (
            firm.server.with_settings(affinity_rate_limit_user=1, affinity_rate_limit_enforced=True) as base,
            Affinity(api_key=firm.token, **addresses(firm, base), max_retries=0) as client,
            pytest.raises(RateLimitError) as refused,
        ):
            for _ in range(3):  # the minute may turn in between
                client.persons.search("ola")
        assert refused.value.retry_after is not None and 0 < refused.value.retry_after <= 60


class TestRelationshipStrengths:
    @pytest.mark.covers("relationship_strengths.list", by=BY)
    def test_grow_with_what_was_done_together(self, client: Affinity, firm: Firm) -> None:
        """One of us is the stronger tied to somebody the more they met; a pair that never met is left out."""
        ola, jo, lee = firm.person("Ola", "Berg"), firm.colleague("Jo"), firm.colleague("Lee")
        firm.log("Call", now() - DAY, firm.mia, ola)
        firm.log("Meeting", now() - DAY, firm.mia, jo, ola)
        strengths = {item.internal_id: item.strength for item in client.relationships.get(PersonId(ola.id))}
        assert {firm.mia.id, jo.id} == set(strengths)
        assert 0 < strengths[UserId(jo.id)] < strengths[UserId(firm.mia.id)] < 1
        (one,) = client.relationships.get(PersonId(ola.id), UserId(jo.id))
        assert pytest.approx(strengths[UserId(jo.id)], abs=1e-6) == one.strength
        assert client.relationships.get(PersonId(ola.id), UserId(lee.id)) == []

    @pytest.mark.covers("relationship_strengths.list", by=BY)
    def test_of_nobody_is_refused(self, client: Affinity) -> None:
        """An id that is nobody's raises ValidationError."""
        with pytest.raises(ValidationError, match=f"external_id: expected {UNKNOWN}"):
            client.relationships.get(PersonId(UNKNOWN))


class TestLists:
    @pytest.mark.covers("lists.create", "lists.get", by=BY)
    def test_create_and_size(self, client: Affinity, firm: Firm) -> None:
        """A list with an owner is created through version 1, and its size counts its opportunities."""
        created = client.lists.create(
            ListCreate(name="Pipeline", type=ListType.OPPORTUNITY, is_public=True, owner_id=UserId(firm.mia.id))
        )
        assert ("Pipeline", ListType.OPPORTUNITY, firm.mia.id) == (created.name, created.type, created.owner_id)
        assert client.lists.get_size(created.id) == 0
        firm.opportunity("Pilot")
        assert client.lists.get_size(ListId(firm.deals())) == 1
