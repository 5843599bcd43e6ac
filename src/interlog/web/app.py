"""The application of the pages: ``/`` and ``/static/``."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import falcon
import falcon.asgi
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ..settings import Settings
from .start import Start

STATIC = Path(__file__).parent / "static"

_HEADERS = {
    # The pages need nothing but their own style sheet and icon: whatever else turns up in one does not run.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create(settings: Settings) -> "falcon.asgi.App[Any, Any]":
    """Return the application. It is public, so nothing in it may tell of tenants."""
    app = falcon.asgi.App(middleware=[_Headers()])
    app.set_error_serializer(_plain_error)
    app.add_route("/", Start(settings, _templates()))
    app.add_static_route("/static", STATIC)
    return app


def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("interlog.web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["version"] = version("interlog")
    return templates


class _Headers:
    """Sets what every answer carries."""

    async def process_response(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, resource: object, succeeded: bool
    ) -> None:
        response.set_headers(_HEADERS)
        is_file = succeeded and request.path.startswith("/static/")
        response.cache_control = ["public", "max-age=3600"] if is_file else ["no-cache"]


def _plain_error(_: falcon.Request, response: falcon.Response, error: falcon.HTTPError) -> None:
    response.content_type = falcon.MEDIA_TEXT
    response.text = f"{error.title}\n"
