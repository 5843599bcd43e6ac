"""A reader of the pages over HTTP: signed in, without scripts."""

import re

import httpx2

from interlog.model.parties import Person
from interlog.web.cookies import SESSION
from tests.serving import Firm


class Visitor:
    """Whoever is signed in to the pages of a server. Its methods return the response; none follows redirects."""

    def __init__(self, firm: Firm, base: str | None = None) -> None:
        self.base = base or firm.server.base
        self.http = httpx2.Client(base_url=self.base, timeout=30, trust_env=False)
        self.form_key = ""

    def enter(self, link: str) -> "Visitor":
        """Sign in by a link's key."""
        answer = self.http.post(f"/sign-in/{link}")
        assert answer.status_code == 303, answer.text
        assert SESSION in self.http.cookies
        found = re.search(r'data-form-key="([^"]+)"', self.http.get("/account").text)
        assert found is not None
        self.form_key = found[1]
        return self

    def get(self, path: str, **params: object) -> httpx2.Response:
        """Ask for a page."""
        return self.http.get(path, params=params or None)  # type: ignore[arg-type]

    def post(self, path: str, **fields: object) -> httpx2.Response:
        """Send a form of ours; a list is sent as several fields."""
        return self.http.post(path, data={"form_key": self.form_key} | fields)


def link_of(firm: Firm, person: Person) -> str:
    """Return the key of a link that signs a user in."""

    async def create() -> str:
        users = await firm.ledger.tenants.users(firm.tenant)
        user = next(user for user in users if user.person_id == person.id)
        return await firm.ledger.sessions.link(firm.actor, user)

    return firm.server.run(create())


def visitor(firm: Firm, person: Person | None = None, base: str | None = None) -> Visitor:
    """Return somebody who is signed in: the firm's owner, unless another is named."""
    return Visitor(firm, base).enter(link_of(firm, person or firm.mia))
