"""The page for financial desktops: it answers the intents that apps raise, and shows our pages beside other apps.

It may stand in a frame of any desktop agent, on another site, where browsers keep no cookies and nothing else for us:
so it holds a key of a session in its memory alone, and everything that it asks for names that key (spec of FDC3, 5.1).
"""

from typing import Any

import falcon
import falcon.asgi
import msgspec

from ..model.parties import Organization, Person
from . import cookies
from .cookies import PANEL
from .view import Page, Redirect, View

LASTS = 12 * 3600
"""Seconds for which a browser keeps the key in the frame of one desktop."""

INTENTS = (
    "CreateInteraction",
    "CreateOrUpdateProfile",
    "ViewInteractions",
    "ViewProfile",
    "ViewContact",
    "ViewMessages",
    "interlog.GetInteraction",
    "interlog.GetInteractions",
    "interlog.UpdateInteraction",
    "interlog.DeleteInteraction",
    "interlog.CreateInteractions",
)
"""The intents that the page listens for; a test compares them with those that are handled."""

_AGENT = "desktop"


async def show(view: View) -> Page:
    """``GET /fdc3/app``: the page itself, which is the same for everybody; what it shows comes later."""
    return Page("desk.html", {"intents": INTENTS, "agents": view.settings.fdc3_frames})


async def sign_in(view: View) -> Any:
    """``GET /fdc3/sign-in``: a window of its own, in which one signs in; it hands a key to the page that opened it."""
    if view.signed_in is None:
        return Redirect("/sign-in?next=/fdc3/sign-in")
    return Page("desk_sign_in.html", {})


async def session(view: View) -> Any:
    """``POST /fdc3/session``: a new key for the page, for whoever is signed in by another one."""
    assert view.signed_in is not None
    key = await view.ledger.sessions.again(view.signed_in, _AGENT)
    person = await view.ledger.persons.get(view.actor, view.actor.person_id)

    async def write(response: falcon.asgi.Response) -> None:
        cookies.put_in_frame(response, view, PANEL, key, seconds=LASTS)
        response.content_type = falcon.MEDIA_JSON
        signed_in = await view.ledger.sessions.authenticate(key)
        response.data = msgspec.json.encode({"key": key, "formKey": signed_in.form_key, "name": person.name})

    return write


def contact_of(person: Person) -> dict[str, Any]:
    """Return a person as other apps know one."""
    ids = {"email": person.primary_email} if person.primary_email else {}
    return {"type": "fdc3.contact", "name": person.name, "id": ids}


def organization_of(organization: Organization) -> dict[str, Any]:
    """Return an organization as other apps know one."""
    return {"type": "fdc3.organization", "name": organization.name, "id": {"INTERLOG": organization.uuid}}
