"""The application of the pages for people: ``/`` and all that no protocol is mounted at.

A request goes route -> ``Endpoint`` (session, form, rights) -> handler -> ledger, and comes back as a ``Page`` that is
rendered here. Every page works without scripts; scripts only spare the reader whole new pages.
"""

import hmac
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import falcon
import falcon.asgi
import structlog
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ..ledger import Ledger
from ..model.errors import Forbidden, InterlogError, Invalid, NotFound, Unauthenticated, Unavailable
from ..model.instants import now
from ..model.tenancy import Right
from ..settings import Settings
from ..transfer import Taking
from . import cookies
from .cookies import LANGUAGE, NOTICE, PANEL, SESSION, ZONE
from .refusals import refusal
from .routes import ROUTES, Route
from .texts import best_language, texts_for
from .view import Download, Redirect, View

STATIC = Path(__file__).parent / "static"
PLACES = (
    ("/", "Home", "g h"),
    ("/persons", "Persons", "g p"),
    ("/organizations", "Organizations", "g o"),
    ("/opportunities", "Opportunities", "g d"),
    ("/timeline", "Timeline", "g t"),
    ("/types", "Types", "g y"),
    ("/campaigns", "Canvass", "g c"),
    ("/journal", "Journal", "g j"),
)
"""The places of the main navigation: path, name, and the keys that lead there."""

MAX_FORM = 4 * 1024 * 1024

_HEADERS = {
    # Nothing runs that is not a file of ours, and nothing is sent anywhere else.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{images}; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_log = structlog.get_logger(__name__)


def create(settings: Settings, ledger: Ledger) -> "falcon.asgi.App[Any, Any]":
    """Return the application of the pages."""
    app = falcon.asgi.App(middleware=[_Headers(settings)], sink_before_static_route=False)
    app.set_error_serializer(_plain_error)
    templates = make_templates()
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    for path, routes in by_path.items():
        app.add_route(path, Endpoint(settings, ledger, templates, routes))
    app.add_sink(Endpoint(settings, ledger, templates, {}).missing, "/")
    app.add_static_route("/static", STATIC)
    return app


def make_templates() -> Environment:
    """Return what renders the pages."""
    templates = Environment(
        loader=PackageLoader("interlog.web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    templates.globals["version"] = version("interlog")
    return templates


class Endpoint:
    """One path: finds out who asks, reads what was sent, calls the handler, and renders what it answers."""

    def __init__(self, settings: Settings, ledger: Ledger, templates: Environment, routes: Mapping[str, Route]) -> None:
        self._settings, self._ledger, self._templates, self._routes = settings, ledger, templates, routes

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **ids: Any) -> None:
        await self._answer("GET", request, response, ids)

    on_head = on_get

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **ids: Any) -> None:
        await self._answer("POST", request, response, ids)

    async def missing(self, req: falcon.asgi.Request, resp: falcon.asgi.Response | None, **ids: Any) -> None:
        """Answer for a path that is none."""
        assert resp is not None
        view = await self._view(req)
        self._render(view, resp, refusal(view, NotFound("page", req.path)))

    async def _answer(
        self, method: str, request: falcon.asgi.Request, response: falcon.asgi.Response, ids: dict[str, Any]
    ) -> None:
        view = await self._view(request)
        taking: Taking | None = None
        try:
            route = self._routes.get(method)
            if route is None:
                response.set_header("Allow", ", ".join(self._routes))
                raise falcon.HTTPMethodNotAllowed([*self._routes])
            if method == "POST":
                _require_own_site(request)
                if route.uploads:
                    view.actor.require(Right.WRITE)
                    taking = Taking(self._ledger, view.actor, self._settings.max_upload)
                    await _take_files(view, taking)
                else:
                    view.form = await _form(request)
                _require_own(view, is_open=route.is_open)
            if not route.is_open and view.signed_in is None:
                path = request.path + (f"?{request.query_string}" if request.query_string else "")
                answer: Any = Redirect(f"/sign-in?next={falcon.uri.encode_value(path if method == 'GET' else '/')}")
            else:
                if route.right is not None:
                    view.actor.require(route.right)
                answer = await route.handler(view, **ids)
        except (InterlogError, falcon.HTTPError) as error:
            answer = refusal(view, error)
        except Exception as error:
            _log.exception("unexpected", path=request.path)
            answer = refusal(view, error)
        finally:
            if taking is not None:
                await taking.discard()
        if callable(answer):  # a handler that streams writes the answer itself
            await answer(response)
            return
        self._render(view, response, answer)

    async def _view(self, request: falcon.asgi.Request) -> View:
        signed_in = None
        for key in _keys_in(request):
            try:
                signed_in = await self._ledger.sessions.authenticate(key)
                break
            except (Unauthenticated, Unavailable):
                continue
        language = best_language(request.cookies.get(LANGUAGE), request.get_header("Accept-Language"))
        zone = request.cookies.get(ZONE)
        if not zone:
            zone = signed_in.actor.tenant.settings.time_zone if signed_in is not None else "UTC"
        query = {name: values[0] for name, values in parse_qs(request.query_string, keep_blank_values=True).items()}
        return View(request, self._settings, self._ledger, texts_for(language, zone), query, {}, signed_in)

    def _render(self, view: View, response: falcon.asgi.Response, answer: Any) -> None:
        if isinstance(answer, Download):
            response.content_type = answer.media_type
            response.set_header("Content-Disposition", f'attachment; filename="{_plain_name(answer.name)}"')
            response.data = answer.data
            return
        root = view.request.root_path or ""
        if isinstance(answer, Redirect):
            if answer.notice:
                cookies.put(response, view, NOTICE, falcon.uri.encode_value(answer.notice), seconds=60)
            target = root + answer.path
            if view.is_part:
                response.set_header("HX-Redirect", target)
            else:
                response.status = falcon.HTTP_303
                response.set_header("Location", target)
            return
        notice = view.request.cookies.get(NOTICE)
        if notice:
            cookies.forget(response, view, NOTICE)
        response.status = falcon.code_to_http_status(answer.status)
        response.content_type = falcon.MEDIA_HTML
        texts = view.texts
        signed_in = view.signed_in
        response.text = self._templates.get_template(answer.template).render(
            {
                "view": view,
                "texts": texts,
                "_": texts.gettext,
                "ngettext": texts.ngettext,
                "url": view.url,
                "path": root,
                "now": now(),
                "actor": signed_in.actor if signed_in is not None else None,
                "form_key": signed_in.form_key if signed_in is not None else "",
                "own_form": view.own_form,
                "places": PLACES,
                "here": next((place for place, _, _ in reversed(PLACES) if view.is_at(place)), ""),
                "notice": falcon.uri.decode(notice, unquote_plus=False) if notice else None,
            }
            | dict(answer.values)
        )


def _keys_in(request: falcon.asgi.Request) -> list[str]:
    """Return the keys of sessions that a request has: in its header, where cookies are not kept, or in cookies."""
    scheme, _, value = (request.get_header("Authorization") or "").partition(" ")
    if scheme.lower() == "bearer":
        return [value.strip()]
    return [request.cookies[name] for name in (SESSION, PANEL) if name in request.cookies]


async def _form(request: falcon.asgi.Request) -> Mapping[str, list[str]]:
    """Return what a form says; files come as the texts that they are."""
    if (request.content_length or 0) > MAX_FORM:
        raise falcon.HTTPContentTooLarge
    kind = (request.content_type or "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        found: dict[str, list[str]] = {}
        left = MAX_FORM
        async for part in await request.get_media():
            data = await part.stream.read(left + 1)
            left -= len(data)
            if left < 0:
                raise falcon.HTTPContentTooLarge
            found.setdefault(part.name, []).append(data.decode("utf-8-sig", errors="replace"))
        return found
    data = await request.stream.read(MAX_FORM + 1)
    if len(data) > MAX_FORM:
        raise falcon.HTTPContentTooLarge
    try:
        return parse_qs(data.decode(errors="replace"), keep_blank_values=True, max_num_fields=10_000)
    except ValueError:
        raise falcon.HTTPBadRequest(title="The form cannot be read") from None


async def _take_files(view: View, taking: Taking) -> None:
    """Read a form with files, which are written to the disk as they arrive; what is wrong with them is for the form."""
    request, fields = view.request, dict[str, list[str]]()
    view.form, view.uploads, view.problems = fields, [], []
    kind = (request.content_type or "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        view.form = await _form(request)
        return
    try:
        async for part in await request.get_media():
            if part.filename:
                view.uploads.append(await taking.take(part.filename, aiter(part.stream)))
            elif part.filename is None:
                fields.setdefault(part.name, []).append((await part.get_data()).decode(errors="replace"))
    except Invalid as error:
        view.problems += error.problems
    except (UnicodeDecodeError, ValueError):
        raise falcon.HTTPBadRequest(title="The form cannot be read") from None


def _require_own_site(request: falcon.asgi.Request) -> None:
    """Refuse what another site has sent, by where it says it comes from."""
    site = request.get_header("Sec-Fetch-Site")
    origin = request.get_header("Origin")
    if site is not None:  # browsers leave it out where the connection is not theirs to trust; then they say the origin
        is_own = site in ("same-origin", "none")
    else:
        is_own = origin is None or urlsplit(origin).netloc == request.netloc
    if not is_own:
        raise Forbidden("the form was sent by another site")


def _require_own(view: View, *, is_open: bool) -> None:
    """Refuse a form without the word that ours carry."""
    if view.signed_in is None:
        if not is_open:
            raise Unauthenticated("nobody is signed in")
        return
    given = view.field("form_key") or view.request.get_header("X-Form-Key") or ""
    if not is_open and not hmac.compare_digest(given.encode(), view.signed_in.form_key.encode()):
        raise Forbidden("the page is too old, or was not ours: load it again")


def _plain_name(name: str) -> str:
    """Return a name for a file that no header and no disk makes anything else of."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[:100]


class _Headers:
    """Sets what every answer carries."""

    def __init__(self, settings: Settings) -> None:
        images = ""
        if settings.map_tiles is not None:  # the one thing that may come from elsewhere: the squares of maps
            parts = urlsplit(settings.map_tiles)
            images = f" {parts.scheme}://{parts.netloc}"
        self._headers = {name: value.replace("{images}", images) for name, value in _HEADERS.items()}
        # Agents of any site show the page for desktops in a frame, and have it load one of theirs (spec of FDC3, 5.1).
        policy = self._headers["Content-Security-Policy"]
        framed = policy.replace("frame-ancestors 'none'", f"frame-ancestors {settings.fdc3_frames}; frame-src *")
        self._framed = self._headers | {"Content-Security-Policy": framed}

    async def process_response(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, resource: object, succeeded: bool
    ) -> None:
        for name, value in (self._framed if request.path == "/fdc3/app" else self._headers).items():
            # A window that was opened to sign in must still know which page has opened it.
            if name == "Content-Security-Policy" and response.get_header(name):
                continue  # a file has a stricter one
            if name != "Cross-Origin-Opener-Policy" or not request.path.startswith(_OPENED):
                response.set_header(name, value)
        if request.path == "/static/offline.js":
            response.set_header("Service-Worker-Allowed", f"{request.root_path}/")
        is_file = succeeded and request.path.startswith("/static/")
        response.cache_control = ["public", "max-age=3600"] if is_file else ["no-store"]


_OPENED = ("/fdc3/", "/sign-in")
"""Pages that other windows may have opened."""


def _plain_error(_: falcon.Request, response: falcon.Response, error: falcon.HTTPError) -> None:
    response.content_type = falcon.MEDIA_TEXT
    response.text = f"{error.title}\n"
