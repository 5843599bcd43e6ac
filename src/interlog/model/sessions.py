"""Sessions: how people are signed in to the pages."""

from enum import StrEnum

from msgspec import Struct

from .tenancy import Actor


class SessionKind(StrEnum):
    """What a key does: a link signs somebody in once, a session is what it gives."""

    LINK = "link"
    SESSION = "session"


class Session(Struct, frozen=True, kw_only=True):
    """Somebody who is signed in, or may sign in by a link. ``agent`` is the browser, as it calls itself."""

    id: int
    kind: SessionKind
    person_id: int
    digest: str
    created_at: int
    expires_at: int
    agent: str | None = None
    used_at: int | None = None
    ended_at: int | None = None


class SignedIn(Struct, frozen=True):
    """Who asks for a page: the actor, the session, and the word that his forms carry so that no other site can send
    them."""

    actor: Actor
    session: Session
    form_key: str
