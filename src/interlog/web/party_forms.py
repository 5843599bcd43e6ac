"""Creating, changing and deleting persons, organizations and opportunities: what their forms have in common.

A form is a page of its own, or stands in the place of a party's facts where htmx asks for it. What was typed stays in
it until it is stored; whoever was slower than somebody else sees what is stored by now beside it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from ..model.errors import Conflict, Invalid, Problem
from ..model.parties import Opportunity, Organization, Person
from . import choosing
from .choosing import Choice, Place
from .forms import Option, messages
from .view import Page, Redirect, View

Record = TypeVar("Record", Person, Organization, Opportunity)


class Input(NamedTuple):
    """A field of a form. ``widget``: line, lines or choice; ``path``: what problems with it are called."""

    name: str
    label: str
    path: str
    widget: str = "line"
    required: bool = False
    options: tuple[Option, ...] = ()
    hint: str = ""


class Sheet(NamedTuple):
    """What stands in a form: a text in each field, and who was chosen. ``version``: of the record it was made from."""

    texts: Mapping[str, str] = {}
    choices: Sequence[Choice] = ()
    version: int = 0

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the lines in a field that are not empty."""
        return tuple(line.strip() for line in self.texts[name].splitlines() if line.strip())

    def ids(self, place: int) -> tuple[int, ...]:
        """Return who was chosen in a place."""
        return self.choices[place].ids


class Shown(NamedTuple):
    """A field as its template shows it. ``now``: what is stored by now, where that is something else."""

    input: Input
    text: str
    problems: Sequence[str]
    now: str | None


class PartyForms(ABC, Generic[Record]):
    """The pages that create, change, delete and restore the records of one kind."""

    path: str
    icon: str

    # What the kinds have of their own

    @abstractmethod
    async def inputs(self, view: View, record: Record | None) -> Sequence[Input]:
        """Return the fields of the form: of a record, or of a new one."""

    @abstractmethod
    def heading(self, view: View) -> str:
        """Return what the form of a new one is called."""

    def choices(self, view: View) -> Mapping[str, str]:
        """Return the names of the choices in the form, by what problems with them are called."""
        return {}

    @abstractmethod
    def wrong(self, sheet: Sheet) -> Sequence[Problem]:
        """Return what is wrong with the texts in a form as such."""

    @abstractmethod
    async def first(self, view: View) -> Sheet:
        """Return what a new form says."""

    @abstractmethod
    async def stored(self, view: View, record: Record) -> Sheet:
        """Return what a record's form says at first."""

    @abstractmethod
    async def get(self, view: View, number: int) -> Record:
        """Return a record."""

    @abstractmethod
    async def make(self, view: View, sheet: Sheet) -> Record:
        """Create a record as a form says."""

    @abstractmethod
    async def change(self, view: View, record: Record, sheet: Sheet) -> Record:
        """Change a record to what a form says; ``Conflict`` where the form was made from another version."""

    @abstractmethod
    async def remove(self, view: View, number: int) -> Record:
        """Delete a record."""

    @abstractmethod
    async def gone(self, view: View, number: int) -> Record:
        """Return a deleted record."""

    @abstractmethod
    async def bring_back(self, view: View, number: int) -> Record:
        """Undo the deletion of a record."""

    def may_go(self, record: Record) -> bool:
        """Whether a record can be deleted at all."""
        return True

    # Pages

    async def ask(self, view: View) -> Page:
        """``GET /…/new``."""
        return await self._page(view, None, await self.first(view))

    async def create(self, view: View) -> Page | Redirect:
        """``POST /…/new``: store it, or show all problems at their fields."""
        sheet = await self._sent(view, None)
        if any(choice.problems for choice in sheet.choices):
            return await self._page(view, None, sheet, self.wrong(sheet))
        try:
            sheet = await self._with_new(view, sheet)
            made = await self.make(view, sheet)
        except Invalid as error:
            return await self._page(view, None, sheet, error.problems)
        return Redirect(f"{self.path}/{made.id}", view.texts.gettext("Saved."))

    async def ask_again(self, view: View, number: str) -> Page:
        """``GET /…/{number}/edit``: as a page, or in the place of the facts."""
        record = await self.get(view, view.number(number))
        return await self._page(view, record, await self.stored(view, record))

    async def amend(self, view: View, number: str) -> Page | Redirect:
        """``POST /…/{number}/edit``: change it, unless somebody else was quicker."""
        record = await self.get(view, view.number(number))
        sheet = await self._sent(view, record)
        if any(choice.problems for choice in sheet.choices):
            return await self._page(view, record, sheet, self.wrong(sheet))
        try:
            if sheet.version == record.version:
                sheet = await self._with_new(view, sheet)
            await self.change(view, record, sheet)
        except Invalid as error:
            return await self._page(view, record, sheet, error.problems)
        except Conflict:
            record = await self.get(view, record.id)
            return await self._page(view, record, sheet, is_late=True)
        return Redirect(f"{self.path}/{record.id}", view.texts.gettext("Saved."))

    async def delete(self, view: View, number: str) -> Redirect:
        """``POST /…/{number}/delete``."""
        removed = await self.remove(view, view.number(number))
        return Redirect(f"{self.path}/{removed.id}/deleted")

    async def deleted(self, view: View, number: str, problems: Sequence[Problem] = ()) -> Page:
        """``GET /…/{number}/deleted``: what was deleted, and how to have it back."""
        record = await self.gone(view, view.number(number))
        values = {
            "record": record,
            "icon_name": self.icon,
            "party_path": self.path,
            "problems": messages(view.texts, problems, "emails"),
        }
        return Page("party_deleted.html", values, 422 if problems else 200)

    async def restore(self, view: View, number: str) -> Page | Redirect:
        """``POST /…/{number}/restore``: undo the deletion."""
        try:
            back = await self.bring_back(view, view.number(number))
        except Invalid as error:
            return await self.deleted(view, number, error.problems)
        return Redirect(f"{self.path}/{back.id}", view.texts.gettext("It is back."))

    # Showing, and reading what was sent

    async def _sent(self, view: View, record: Record | None) -> Sheet:
        inputs = await self.inputs(view, record)
        before = await (self.stored(view, record) if record is not None else self.first(view))
        version = view.field("version")
        return Sheet(
            {one.name: view.field(one.name).replace("\r\n", "\n") for one in inputs},
            [await choosing.sent(view, choice.kind) for choice in before.choices],
            int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0,
        )

    async def _with_new(self, view: View, sheet: Sheet) -> Sheet:
        return sheet._replace(choices=[await choosing.with_new(view, choice) for choice in sheet.choices])

    async def _page(
        self,
        view: View,
        record: Record | None,
        sheet: Sheet,
        problems: Sequence[Problem] = (),
        *,
        is_late: bool = False,
    ) -> Page:
        texts = view.texts
        stored = await self.stored(view, record) if record is not None and is_late else None
        shown = [
            Shown(
                one,
                sheet.texts.get(one.name, ""),
                messages(texts, problems, one.path),
                _differing(stored, sheet, one.name) if stored is not None else None,
            )
            for one in await self.inputs(view, record)
        ]
        places: list[tuple[Place, Sequence[str]]] = []
        for index, ((path, label), choice) in enumerate(zip(self.choices(view).items(), sheet.choices, strict=True)):
            others: Sequence[str] = ()
            if stored is not None and set(stored.ids(index)) != set(choice.ids):
                known = await choosing.known_of(view, choice.kind, stored.ids(index))
                others = [one.name for one in known] or ["–"]
            places.append((await choosing.place(view, choice, label, messages(texts, problems, path)), others))
        bad = bool(problems) or any(choice.problems for choice in sheet.choices)
        values: dict[str, Any] = {
            "record": record,
            "heading": self.heading(view),
            "icon_name": self.icon,
            "party_path": self.path,
            "inputs": shown,
            "places_of": places,
            "read_version": record.version if record is not None and is_late else sheet.version,
            "bad": bad,
            "is_late": is_late,
            "may_go": record is not None and self.may_go(record),
        }
        template = "party_form_part.html" if view.is_part else "party_form.html"
        return Page(template, values, 409 if is_late else 422 if bad else 200)


def _differing(stored: Sheet, sheet: Sheet, name: str) -> str | None:
    now = stored.texts.get(name, "")
    return now if now != sheet.texts.get(name, "") else None
