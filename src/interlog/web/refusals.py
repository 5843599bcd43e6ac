"""The page that tells why something is not done: whatever went wrong, in the design and in the reader's language."""

import falcon

from ..model.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Limited,
    MergedAway,
    NoRoom,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from .view import Page, Redirect, View


def refusal(view: View, error: Exception) -> Page | Redirect:
    """Return the page that tells of an error, or what leads to the record that somebody meant.

    Of an error that nobody expected it tells nothing.
    """
    texts = view.texts
    detail = _sentence(texts.said(str(error)))
    match error:
        case Unauthenticated():
            return _page(401, texts.gettext("Sign in first."), detail)
        case MergedAway() if view.request.method == "GET" and error.model in _PATHS:
            return Redirect(f"{_PATHS[error.model]}/{error.into}", texts.gettext("It was merged into this one."))
        case NotFound() | MergedAway():
            return _page(404, texts.gettext("There is nothing here."))
        case Limited():
            wait = texts.ngettext("Wait a second.", "Wait %(count)s seconds.", error.seconds)
            return _page(429, texts.gettext("Too many tries."), wait)
        case Forbidden():
            return _page(403, texts.gettext("You may not do that."), detail)
        case Conflict():
            return _page(409, texts.gettext("That does not go with what is there by now."), detail)
        case NoRoom():
            return _page(503, texts.gettext("There is no room for the file."))
        case Unavailable():
            return _page(503, texts.gettext("The database does not answer. Try again."))
        case Invalid():
            problems = [f"{problem.path}: {texts.said(problem.message)}" for problem in error.problems]
            return _page(422, texts.gettext("That cannot be."), _sentence("; ".join(problems)))
        case falcon.HTTPMethodNotAllowed():
            return _page(405, texts.gettext("That cannot be done here."))
        case falcon.HTTPContentTooLarge():
            return _page(413, texts.gettext("That is too much at once."))
        case falcon.HTTPError():
            return _page(error.status_code, texts.gettext("The form cannot be read."))
    return _page(500, texts.gettext("Something went wrong on the server."))


_PATHS = {"person": "/persons", "organization": "/organizations"}
"""Where records are shown that others are merged into."""


def _page(status: int, problem: str, detail: str = "") -> Page:
    return Page("problem.html", {"status": status, "problem": problem, "detail": detail}, status)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
