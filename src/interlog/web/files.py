"""Files: beside a person, an organization, an opportunity or an interaction; sent, deleted, and back again."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

import falcon.asgi

from ..model.errors import Invalid, Problem
from ..model.files import File, Holder
from ..model.parties import Person
from ..transfer import fill
from . import notes
from .view import Page, Redirect, View

_SHOWN = 8

PATHS = {
    Holder.PERSON: "/persons",
    Holder.ORGANIZATION: "/organizations",
    Holder.OPPORTUNITY: "/opportunities",
    Holder.INTERACTION: "/interactions",
}
"""Where what files lie beside has its page."""


class Shown(NamedTuple):
    """A file as a template shows it."""

    item: File
    size: str
    uploader: Person | None


class Files(NamedTuple):
    """The files beside one thing. ``id``: that of their part of the page; ``path``: the page of what they lie beside;
    ``problems``: what was wrong with those that were sent."""

    id: str
    path: str
    shown: Sequence[Shown]
    older: str | None
    newest: str | None
    problems: Sequence[str]
    may_write: bool


async def beside(view: View, kind: Holder, holder: int, problems: Sequence[str] = ()) -> Files:
    """Return the newest files beside one thing, or those before the one that the address names."""
    path, id_ = f"{PATHS[kind]}/{holder}", f"files-{kind.name.lower()}-{holder}"
    asked = view.query.get("files", "")
    before = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= _DIGITS else 2**62
    found, following = await view.ledger.files.latest(view.actor, kind, holder, before=before, limit=_SHOWN)
    ids = {item.uploader for item in found}
    people = await view.ledger.persons.get_many(view.actor, ids) if ids else {}
    return Files(
        id=id_,
        path=path,
        shown=[Shown(item, view.texts.size(item.size), people.get(item.uploader)) for item in found],
        older=f"{view.url(path, files=following)}#{id_}" if following is not None else None,
        newest=f"{view.url(path)}#{id_}" if before < 2**62 else None,
        problems=problems,
        may_write=notes.may_write(view),
    )


_DIGITS = 15


class Show(Protocol):
    """Shows a page again. ``wrong``: what is wrong with the files that were sent to it."""

    async def __call__(self, view: View, number: str, *, wrong: Sequence[str]) -> Page: ...


def adding(kind: Holder, show: Show) -> Callable[[View, str], Awaitable[Page | Redirect]]:
    """Return what takes the files of a form, on a page that ``show`` shows."""

    async def add(view: View, number: str) -> Page | Redirect:
        """``POST …/{number}/files``: one file, or several."""
        holder, texts = view.number(number), view.texts
        problems = list(view.problems)
        if not problems and not view.uploads:
            problems.append(Problem("files", "is required", "missing"))
        if not problems:
            try:
                await view.ledger.files.create(view.actor, kind, holder, view.uploads)
            except Invalid as error:
                problems += error.problems
        if problems:
            return await show(view, number, wrong=[_said(view, problem) for problem in problems])
        many = len(view.uploads)
        notice = texts.ngettext("The file is stored.", "%(count)s files are stored.", many)
        return Redirect(f"{PATHS[kind]}/{holder}", notice)

    return add


def _said(view: View, problem: Problem) -> str:
    match problem.code:
        case "too_long":
            size = view.texts.size(view.settings.max_upload)
            return view.texts.gettext("Files must not be larger than %(size)s together.", size=size)
        case "missing":
            return view.texts.gettext("Choose a file.")
    return view.texts.said(problem.message)


async def send(view: View, number: str) -> Callable[[falcon.asgi.Response], Awaitable[None]]:
    """``GET /files/{number}``: the content, to be saved."""
    item, parts = await view.ledger.files.open(view.actor, view.number(number))

    async def write(response: falcon.asgi.Response) -> None:
        fill(response, item, parts)

    return write


async def delete(view: View, number: str) -> Redirect:
    """``POST /files/{number}/delete``."""
    gone = await view.ledger.files.delete(view.actor, view.number(number))
    return Redirect(f"/files/{gone.id}/deleted")


async def deleted(view: View, number: str) -> Page:
    """``GET /files/{number}/deleted``: what was deleted, and how to have it back."""
    item = await view.ledger.files.deleted(view.actor, view.number(number))
    return Page("file_deleted.html", {"item": item, "place": f"{PATHS[item.holder_kind]}/{item.holder}"})


async def restore(view: View, number: str) -> Redirect:
    """``POST /files/{number}/restore``: undo the deletion."""
    back = await view.ledger.files.restore(view.actor, view.number(number))
    return Redirect(f"{PATHS[back.holder_kind]}/{back.holder}", view.texts.gettext("It is back."))


def status_of(problems: Sequence[str]) -> int:
    """Return the status of a page with a form for files: whether there is something wrong with what was sent."""
    return 422 if problems else 200
