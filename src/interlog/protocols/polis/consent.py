"""The page on which a user signs in, chooses an organization, and lets an application act for him (spec 5.1).

No session: what shows who signed in stands in the form itself, so that no other site can send the form in his name.
A cookie ties the form to the browser that it was shown in, which keeps others from signing somebody in as themselves.
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import falcon
import falcon.asgi
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from interlog.ledger import Ledger
from interlog.ledger.applications import Client
from interlog.model.errors import Invalid, Limited, NotFound, Unauthenticated
from interlog.model.tenancy import Actor
from interlog.observe import HEADERS
from interlog.settings import Settings

from .oauth_wire import OAuthError, challenge_in, form_of, query_of, with_query
from .operations import Reply

SCOPES = ("polis:admin",)
"""What an application is given: all that its user may, through this protocol only."""

_PROTOCOL = "polis"
_COOKIE = "interlog_form"
_NONCE = re.compile(r"[A-Za-z0-9_-]{43}")

_templates = Environment(
    loader=PackageLoader("interlog.protocols.polis"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
assert _templates.loader is not None
_STYLE = _templates.loader.get_source(_templates, "style.css")[0]
_templates.globals["style"] = Markup(_STYLE)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


class Asked(NamedTuple):
    """A request for consent that can be answered: ``uri`` is where to, ``given_uri`` what the request said of it."""

    client: Client
    uri: str
    given_uri: str | None
    state: str | None
    challenge: str | None


class _Refused(OAuthError):
    """A refusal that the application may be told, by sending the user back."""

    def __init__(self, error: OAuthError, uri: str, state: str | None) -> None:
        super().__init__(error.code, error.description)
        self.uri, self.state = uri, state


async def ask(settings: Settings, ledger: Ledger, request: falcon.asgi.Request) -> Reply:
    """``GET /oauth/authorize``: the page for signing in."""
    try:
        asked = await _asked(ledger, request)
    except OAuthError as error:
        return _told(error)
    return _sign_in(request, asked)


async def take(settings: Settings, ledger: Ledger, request: falcon.asgi.Request) -> Reply:
    """``POST /oauth/authorize``: what the user filled in."""
    try:
        asked = await _asked(ledger, request)
        form = await form_of(request)
    except OAuthError as error:
        return _told(error)
    if not _is_own(request, form):
        return _sign_in(request, asked, problem="The page was open in another browser, or cookies are off. Try again.")
    match form.get("answer"):
        case "cancel":
            return _told(_Refused(OAuthError("access_denied", "The user said no"), asked.uri, asked.state))
        case "allow":
            return await _allowed(ledger, request, asked, form)
    return await _signed_in(ledger, request, asked, form)


async def _asked(ledger: Ledger, request: falcon.asgi.Request) -> Asked:
    """Return what an application asks for; raises ``OAuthError``."""
    query = query_of(request)
    client_id = query.get("client_id") or query.get("clientId")
    if client_id is None:
        raise OAuthError("invalid_request", "The address names no client_id.")
    try:
        client = await ledger.applications.known(client_id)
    except NotFound:
        raise OAuthError("invalid_request", "No application has this client_id.") from None
    given, state = query.get("redirect_uri"), query.get("state")
    uri = client.application.redirect_uri(given)
    if uri is None:
        raise OAuthError("invalid_request", "The application is not registered for this redirect_uri.")
    try:
        if query.get("response_type", "code") != "code":
            raise OAuthError("unsupported_response_type", "response_type must be code")
        challenge = challenge_in(query)
        if challenge is None and client.application.is_public:
            raise OAuthError("invalid_request", "A public application must send a code_challenge")
    except OAuthError as error:
        raise _Refused(error, uri, state) from None
    return Asked(client, uri, given, state, challenge)


def _told(error: OAuthError) -> Reply:
    """Return the answer to a request that cannot go on: back to the application, where that is known to be its own."""
    if isinstance(error, _Refused):
        location = with_query(error.uri, error=error.code, error_description=error.description, state=error.state)
        return Reply(status=303, headers={"Location": location, "Cache-Control": "no-store"})
    return _page("problem.html", status=400, problem=error.description)


async def _signed_in(ledger: Ledger, request: falcon.asgi.Request, asked: Asked, form: dict[str, str]) -> Reply:
    email, by_token = form.get("email", ""), bool(form.get("token"))
    try:
        if by_token:
            key = await ledger.grants.sign_in_by_token(asked.client, form["token"].strip(), _PROTOCOL)
        else:
            key = await ledger.grants.sign_in(asked.client, email, form.get("password", ""))
        actor = await ledger.grants.signed_in(asked.client, key, _PROTOCOL)
    except Limited as error:
        return _sign_in(request, asked, problem=f"{error}.".capitalize(), email=email, status=429, retry=error.seconds)
    except (Unauthenticated, Invalid) as error:
        problem = "This is no token." if isinstance(error, Invalid) else f"{error}.".capitalize()
        return _sign_in(request, asked, problem=problem, email=email, by_token=by_token, status=403)
    return await _choose(ledger, request, asked, actor, key)


async def _choose(
    ledger: Ledger, request: falcon.asgi.Request, asked: Asked, actor: Actor, key: str, problem: str | None = None
) -> Reply:
    """Return the page that asks for consent."""
    organizations = [(item.id, item.data["name"]) for item in await ledger.permits.choices(actor)]
    if not organizations:
        problem = "You are not an active member of any organization: ask whoever manages yours."
        return _sign_in(request, asked, problem=problem, status=403)
    person = await ledger.persons.get(actor, actor.person_id)
    return _page(
        "allow.html",
        asked=asked,
        status=400 if problem else 200,
        request=request,
        application=asked.client.application.name,
        user=person.primary_email or f"{person.first_name} {person.last_name}".strip(),
        organizations=organizations,
        returns_to=_origin(asked.uri),
        key=key,
        problem=problem,
    )


async def _allowed(ledger: Ledger, request: falcon.asgi.Request, asked: Asked, form: dict[str, str]) -> Reply:
    try:
        key = form.get("key", "")
        actor = await ledger.grants.signed_in(asked.client, key, _PROTOCOL)
        organization = form.get("organization")
        if organization not in {item.id for item in await ledger.permits.choices(actor)}:
            return await _choose(ledger, request, asked, actor, key, "Choose one of your organizations.")
        code = await ledger.grants.allow(
            asked.client,
            key,
            protocol=_PROTOCOL,
            organization=organization,
            scopes=SCOPES,
            redirect_uri=asked.given_uri,
            challenge=asked.challenge,
        )
    except Unauthenticated as error:
        return _sign_in(request, asked, problem=f"{error}.".capitalize(), status=403)
    location = with_query(asked.uri, code=code, state=asked.state, organizationId=organization)
    return Reply(status=303, headers={"Location": location, "Cache-Control": "no-store"})


def _sign_in(
    request: falcon.asgi.Request,
    asked: Asked,
    *,
    problem: str | None = None,
    email: str = "",
    by_token: bool = False,
    status: int | None = None,
    retry: int | None = None,
) -> Reply:
    reply = _page(
        "sign_in.html",
        asked=asked,
        status=status or (400 if problem else 200),
        request=request,
        application=asked.client.application.name,
        tenant=asked.client.tenant.name,
        problem=problem,
        email=email,
        by_token=by_token,
    )
    if retry is not None:
        reply.headers["Retry-After"] = str(retry)
    return reply


def _page(
    template: str,
    *,
    status: int,
    asked: Asked | None = None,
    request: falcon.asgi.Request | None = None,
    **values: Any,
) -> Reply:
    """Return a page that runs nothing, stands in no frame, and sends its form nowhere but here and on to its target."""
    targets = "'none'" if asked is None else f"'self' {_source(asked.uri)}"
    headers = {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        f"form-action {targets}; frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    if request is not None:
        values["form"] = _nonce(request) or secrets.token_urlsafe(32)
        scheme = request.forwarded_scheme.partition(",")[0].strip()
        secure = "; Secure" if scheme == "https" else ""
        path = f"{request.root_path}/oauth"
        cookie = f"{_COOKIE}={values['form']}; Path={path}; HttpOnly; SameSite=Lax{secure}"
        request.scope[HEADERS] = [(b"set-cookie", cookie.encode())]
    text = _templates.get_template(template).render(values)
    return Reply(body=text.encode(errors="replace"), status=status, headers=headers, content_type=falcon.MEDIA_HTML)


def _nonce(request: falcon.asgi.Request) -> str | None:
    """Return what ties a browser to the forms that it was shown."""
    values = request.get_cookie_values(_COOKIE) or []
    return next((value for value in values if _NONCE.fullmatch(value)), None)


def _is_own(request: falcon.asgi.Request, form: dict[str, str]) -> bool:
    nonce = _nonce(request)
    return nonce is not None and hmac.compare_digest(nonce.encode(), form.get("form", "").encode(errors="replace"))


def _source(uri: str) -> str:
    """Return a redirection address as a policy names it; it has no word for an IPv6 host."""
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or "[" in parts.netloc:
        return f"{parts.scheme}:"
    return _origin(uri)


def _origin(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
