"""Notes: on a person's, an organization's or an opportunity's page, and a page for each with all of its replies."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from ..model.errors import Forbidden, Invalid
from ..model.interactions import Links
from ..model.notes import Note, NoteDraft, NoteKind
from ..model.parties import Party, Person
from ..model.tenancy import Right
from .timeline import before_of
from .view import Page, Redirect, View

_SHOWN = 8
_SHOWN_REPLIES = 5
_ON_ITS_PAGE = 50
_MOST_TEXT = 1_200
"""Characters of a note that a list shows; its own page has all of them."""

_LINKED = {Party.PERSON: "persons", Party.ORGANIZATION: "organizations", Party.OPPORTUNITY: "opportunities"}
_PLACES = re.compile(r"/(?:persons|organizations|opportunities|notes)/[0-9]{1,15}")


class Shown(NamedTuple):
    """A note as a template shows it. ``is_own``: whoever asks wrote it, as a note alone; ``is_changeable``: its text
    may be changed here; ``more_replies``: there are others than these."""

    note: Note
    text: str
    is_cut: bool
    author: Person | None
    is_own: bool
    is_changeable: bool
    replies: "Sequence[Shown]" = ()
    more_replies: bool = False


class Said(NamedTuple):
    """A note that could not be stored: what was typed, and what is wrong with it."""

    content: str = ""
    problems: Sequence[str] = ()


NOTHING = Said()


async def of_party(view: View, party: tuple[Party, int], path: str, said: Said) -> dict[str, Any]:
    """Return what a template needs for the notes on a party: the newest ones with their first replies."""
    at = before_of(view, "notes")
    found = await view.ledger.notes.page(view.actor, party=party, limit=_SHOWN + 1, before=at)
    shown = found[:_SHOWN]
    replies = await view.ledger.notes.replies(view.actor, [note.id for note in shown], limit=_SHOWN_REPLIES + 1)
    authors = await _authors(view, [*shown, *(reply for some in replies.values() for reply in some)])
    more = view.url(path, notes=f"{shown[-1].created_at},{shown[-1].id}") + "#notes" if len(found) > _SHOWN else None
    return {
        "notes": [_shown(view, note, authors, replies.get(note.id, ())) for note in shown],
        "more_notes": more,
        "newest_notes": view.url(path) + "#notes" if at is not None else None,
        "notes_path": path,
        "said": said,
        "may_write": may_write(view),
    }


async def write(view: View, party: tuple[Party, int]) -> Said | None:
    """Store the note of a form on a party; returns what was typed where that cannot be."""
    kind, id_ = party
    links = Links(**{_LINKED[kind]: (id_,)})
    return await _write(view, NoteDraft(content=view.field("content"), links=links))


async def show(view: View, number: str, said: Said = NOTHING) -> Page:
    """``GET /notes/{number}``: a note, all of its text, and its replies."""
    note = await view.ledger.notes.get(view.actor, view.number(number))
    if note.parent is not None:
        note = await view.ledger.notes.get(view.actor, note.parent)
    found = await view.ledger.notes.page(
        view.actor, parent=note.id, limit=_ON_ITS_PAGE + 1, before=before_of(view, "before")
    )
    replies = found[:_ON_ITS_PAGE]
    more = None
    if len(found) > _ON_ITS_PAGE:
        more = view.url(f"/notes/{note.id}", before=f"{replies[-1].created_at},{replies[-1].id}")
    authors = await _authors(view, [note, *replies])
    persons = await view.ledger.persons.get_many(view.actor, note.links.persons)
    organizations = await view.ledger.organizations.get_many(view.actor, note.links.organizations)
    opportunities = await view.ledger.opportunities.get_many(view.actor, note.links.opportunities)
    about = [("persons", one.id, one.name or one.primary_email) for one in persons.values()]
    about += [("organizations", one.id, one.name) for one in organizations.values()]
    about += [("opportunities", one.id, one.name) for one in opportunities.values()]
    values = {
        "one": _shown(view, note, authors, replies[::-1], whole=True),
        "about": about,
        "more": more,
        "said": said,
        "may_write": may_write(view),
        "notes_path": f"/notes/{note.id}",
    }
    return Page("note.html", values, status_of(said))


async def reply(view: View, number: str) -> Page | Redirect:
    """``POST /notes/{number}/replies``."""
    id_ = view.number(number)
    note = await view.ledger.notes.get(view.actor, id_)
    said = await _write(view, NoteDraft(content=view.field("content"), parent=note.parent or id_))
    if said is not None:
        return await show(view, number, said)
    return Redirect(_place(view, f"/notes/{note.parent or id_}"), view.texts.gettext("Replied."))


async def ask_again(view: View, number: str) -> Page:
    """``GET /notes/{number}/edit``: the form of a note's text."""
    note = await _changeable(view, number)
    return _edit_page(note, Said(note.content), view.query.get("place", ""))


async def amend(view: View, number: str) -> Page | Redirect:
    """``POST /notes/{number}/edit``: only its author may."""
    note, content = await _changeable(view, number), view.field("content").replace("\r\n", "\n")
    try:
        await view.ledger.notes.update(view.actor, note.id, content=content)
    except Invalid as error:
        return _edit_page(note, _refused(view, content, error), view.field("place"))
    return Redirect(_place(view, f"/notes/{note.parent or note.id}"), view.texts.gettext("The note is saved."))


async def _changeable(view: View, number: str) -> Note:
    note = await view.ledger.notes.get(view.actor, view.number(number))
    if not _is_changeable(view, note):
        raise Forbidden("only the author may change a note")
    return note


def _is_changeable(view: View, note: Note) -> bool:
    """Whether whoever asks may change a note's text here: what has a form of its own, or more than text, stays."""
    is_text = note.kind is NoteKind.PLAIN and not note.mentions and note.interaction is None
    return is_text and note.creator == view.actor.person_id


def _edit_page(note: Note, said: Said, place: str) -> Page:
    return Page("note_edit.html", {"note": note, "said": said, "place": place}, status_of(said))


async def delete(view: View, number: str) -> Redirect:
    """``POST /notes/{number}/delete``: only its author may."""
    gone = await view.ledger.notes.delete(view.actor, view.number(number))
    place = _place(view, "/")
    if place == f"/notes/{gone.id}":
        place = next((f"/{kind}/{ids[0]}" for kind in _LINKED.values() if (ids := getattr(gone.links, kind))), "/")
    return Redirect(place, view.texts.gettext("The note is deleted."))


def status_of(said: Said) -> int:
    """Return the status of a page with a form: whether there is something wrong with what was sent."""
    return 422 if said.problems else 200


async def _write(view: View, draft: NoteDraft) -> Said | None:
    try:
        await view.ledger.notes.create(view.actor, draft)
    except Invalid as error:
        return _refused(view, draft.content, error)
    return None


def _refused(view: View, content: str, error: Invalid) -> Said:
    return Said(content, [view.texts.said(problem.message) for problem in error.problems])


def _place(view: View, default: str) -> str:
    """Return the page of ours that a form stood on."""
    given = view.field("place")
    return given if _PLACES.fullmatch(given) else default


def may_write(view: View) -> bool:
    """Whether whoever asks may change anything."""
    right = view.actor.right
    return right is not None and right.includes(Right.WRITE)


async def _authors(view: View, notes: Sequence[Note]) -> dict[int, Person]:
    ids = {note.creator for note in notes if note.creator is not None}
    return await view.ledger.persons.get_many(view.actor, ids) if ids else {}


def _shown(
    view: View, note: Note, authors: dict[int, Person], replies: Sequence[Note], *, whole: bool = False
) -> Shown:
    text = Markup(note.content).striptags() if note.kind is NoteKind.HTML else note.content  # what is shown is escaped
    most = len(text) if whole else _MOST_TEXT
    few = replies if whole else replies[:_SHOWN_REPLIES]
    return Shown(
        note=note,
        text=text[:most],
        is_cut=len(text) > most,
        author=authors.get(note.creator) if note.creator is not None else None,
        is_own=note.creator == view.actor.person_id and note.interaction is None,
        is_changeable=_is_changeable(view, note),
        replies=[_shown(view, one, authors, (), whole=whole) for one in few],
        more_replies=len(replies) > len(few),
    )
