"""Who is calling, and how much may still be asked."""

import pytest

from interlog.model.parties import Person
from tests.serving import Caller, Firm

from .conftest import PREFIX
from .wire import answered, instant


@pytest.mark.covers("whoami")
class TestWhoami:
    """``GET /auth/whoami`` and ``GET /whoami``"""

    @pytest.mark.parametrize("path", ["/auth/whoami", "/whoami"])
    def test_tells_tenant_user_and_grant(self, api: Caller, firm: Firm, mia: Person, path: str) -> None:
        """In camelCase; the user's id is the person's."""
        answer = answered(api.get(path))
        assert answer == {
            "tenant": {"id": firm.tenant.id, "name": firm.tenant.name, "subdomain": firm.tenant.name},
            "user": {"id": mia.id, "firstName": "Mia", "lastName": "Kern", "email": "mia@own.example"},
            "grant": {"type": "api_key", "scope": "external_api", "createdAt": answer["grant"]["createdAt"]},
        }
        assert abs(instant(answer["grant"]["createdAt"]) - firm.tenant.created_at) < 60_000_000
        assert answered(api.get(f"/persons/{answer['user']['id']}"))["type"] == 1

    def test_tells_users_apart(self, firm: Firm, ben: Person) -> None:
        """Each token has its user."""
        assert answered(firm.caller(PREFIX, firm.token_of(ben)).get("/auth/whoami"))["user"]["id"] == ben.id


@pytest.mark.covers("rate_limit")
class TestRateLimit:
    """``GET /rate-limit``"""

    def test_tells_both_windows(self, api: Caller) -> None:
        """Limit, what remains, seconds until it begins anew, and what was used: integers all."""
        answered(api.get("/persons"))
        rate = answered(api.get("/rate-limit"))
        assert set(rate) == {"rate"}
        assert set(rate["rate"]) == {"org_monthly", "api_key_per_minute"}
        for window in rate["rate"].values():
            assert set(window) == {"limit", "remaining", "reset", "used"}
            assert all(type(value) is int and value >= 0 for value in window.values())
            assert window["limit"] == window["remaining"] + window["used"]
        assert rate["rate"]["org_monthly"]["limit"] == 100_000
        assert rate["rate"]["api_key_per_minute"]["limit"] == 900
        assert 0 <= rate["rate"]["api_key_per_minute"]["reset"] <= 60
        assert rate["rate"]["org_monthly"]["reset"] <= 31 * 86_400
