"""Signing in and out, and one's own account."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from zoneinfo import available_timezones

import falcon.asgi

from ..model.errors import Invalid, Limited, NotFound, Unauthenticated
from ..model.tenancy import Tenant
from . import cookies
from .cookies import LANGUAGE, SESSION, ZONE
from .texts import LANGUAGES
from .view import Page, Redirect, View

Writes = Callable[[falcon.asgi.Response], Awaitable[None]]


async def ask(view: View) -> Any:
    """``GET /sign-in``."""
    if view.signed_in is not None:
        return Redirect(_own_path(view.query.get("next")))
    return await _form(view)


async def sign_in(view: View) -> Any:
    """``POST /sign-in``: e-mail address and password."""
    email, password = view.field("email"), (view.form.get("password") or [""])[0]
    try:
        tenant = await _tenant(view)
        key = await view.ledger.sessions.sign_in(tenant, email, password, view.request.user_agent)
    except Limited as error:
        return await _form(view, _too_often(view, error), 429)
    except (Unauthenticated, NotFound, Invalid):
        return await _form(view, view.texts.gettext("The e-mail address or the password is wrong."), 422)
    return _entered(view, key, _own_path(view.field("next")))


async def confirm(view: View, key: str) -> Any:
    """``GET /sign-in/{key}``: asks first, since programs open links too, and this one works once."""
    return Page("sign_in_link.html", {"key": key})


async def enter(view: View, key: str) -> Any:
    """``POST /sign-in/{key}``."""
    try:
        session = await view.ledger.sessions.enter(key, view.request.user_agent)
    except Unauthenticated:
        problem = view.texts.gettext("This link has been used, or is too old. Ask for a new one.")
        return await _form(view, problem, 422)
    return _entered(view, session, "/")


async def sign_out(view: View) -> Any:
    """``POST /sign-out``."""
    assert view.signed_in is not None
    await view.ledger.sessions.end(view.signed_in)
    return _left(view)


async def sign_out_everywhere(view: View) -> Any:
    """``POST /sign-out/everywhere``."""
    await view.ledger.sessions.end_all(view.actor)
    return _left(view)


async def account(view: View) -> Any:
    """``GET /account``: the reader's own sessions, language and time zone."""
    return await _account(view)


async def end(view: View, number: str) -> Any:
    """``POST /account/sessions/{number}/end``: one of the reader's own, such as on a machine that is not at hand."""
    await view.ledger.sessions.end_one(view.actor, view.number(number))
    return Redirect("/account", view.texts.gettext("That session is over."))


async def set_password(view: View) -> Any:
    """``POST /account/password``."""
    assert view.signed_in is not None
    password, current = ((view.form.get(name) or [""])[0] for name in ("password", "current"))
    try:
        await view.ledger.sessions.set_password(view.signed_in, password, current)
    except Invalid as error:
        return await _account(view, {p.path: view.texts.said(p.message) for p in error.problems}, 422)
    except Limited as error:
        return await _account(view, {"current": _too_often(view, error)}, 429)
    return Redirect("/account", view.texts.gettext("The password is set. All other sessions are over."))


async def set_reading(view: View) -> Any:
    """``POST /account/reading``: the language and the time zone of the pages."""
    language, zone, back = view.field("language"), view.field("zone"), _own_path(view.field("next"))

    async def write(response: falcon.asgi.Response) -> None:
        if language in LANGUAGES:
            cookies.put(response, view, LANGUAGE, language, seconds=365 * cookies.DAY)
        if zone in available_timezones():
            cookies.put(response, view, ZONE, zone, seconds=365 * cookies.DAY)
        response.status = falcon.HTTP_303
        response.set_header("Location", (view.request.root_path or "") + back)

    return write


def _too_often(view: View, error: Limited) -> str:
    wait = view.texts.ngettext("Wait a second.", "Wait %(count)s seconds.", error.seconds)
    return view.texts.gettext("Too many tries. Wait a while.") + " " + wait


async def _account(view: View, problems: Mapping[str, str] = {}, status: int = 200) -> Page:
    person = await view.ledger.persons.get(view.actor, view.actor.person_id)
    assert view.signed_in is not None
    values = {
        "person": person,
        "sessions": await view.ledger.sessions.active(view.actor),
        "this": view.signed_in.session.id,
        "zones": sorted(available_timezones()),
        "has_password": await view.ledger.passwords.has(view.actor),
        "problems": problems,
    }
    return Page("account.html", values, status)


async def _form(view: View, problem: str | None = None, status: int = 200) -> Page:
    tenants = await view.ledger.tenants.all()
    values = {
        "next": _own_path(view.query.get("next") or view.field("next")),
        "email": view.field("email"),
        "tenant": view.field("tenant"),
        "names_tenant": len(tenants) != 1,
        "problem": problem,
    }
    return Page("sign_in.html", values, status)


async def _tenant(view: View) -> Tenant:
    """Return the tenant that somebody signs in to: the only one, or the one that he names."""
    tenants = await view.ledger.tenants.all()
    if len(tenants) == 1:
        return tenants[0]
    return await view.ledger.tenants.by_name(view.field("tenant").lower())


def _own_path(path: str | None) -> str:
    """Return a path of ours; what leads to another site is no path of ours, and leads home."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path or not path.isprintable():
        return "/"
    return path


def _entered(view: View, key: str, path: str) -> Writes:
    async def write(response: falcon.asgi.Response) -> None:
        cookies.put(response, view, SESSION, key, seconds=30 * cookies.DAY)
        response.status = falcon.HTTP_303
        response.set_header("Location", (view.request.root_path or "") + path)

    return write


def _left(view: View) -> Writes:
    async def write(response: falcon.asgi.Response) -> None:
        cookies.forget(response, view, SESSION)
        response.status = falcon.HTTP_303
        response.set_header("Location", (view.request.root_path or "") + "/")

    return write
