"""Merging two persons, or two organizations: choose the other one, see what would become of both, confirm, undo."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from ..ledger.merges import COUNTED, Preview
from ..model.errors import Conflict, Forbidden, Invalid, MergedAway, NotFound
from ..model.journal import Entity
from ..model.merges import Merge, MergeState
from ..model.parties import Organization, Party, Person, PersonKind
from . import choosing
from .choosing import Choice
from .notes import may_write
from .view import Page, Redirect, View

Record = TypeVar("Record", Person, Organization)


class Fact(NamedTuple):
    """What is known of one: its name and its texts."""

    label: str
    texts: Sequence[str]


class Column(NamedTuple):
    """One of the two, or what becomes of both."""

    heading: str
    name: str
    id: int
    facts: Sequence[Fact]


class Merging(Generic[Record]):
    """The pages that merge two records of one kind."""

    def __init__(self, kind: Party, path: str, icon: str, facts: Callable[[View, Record, Any], Sequence[Fact]]) -> None:
        self.kind, self.path, self.icon = kind, path, icon
        self._facts: Callable[[View, Any, Any], Sequence[Fact]] = facts

    async def ask(self, view: View, number: str) -> Page:
        """``GET /…/{number}/merge``: with whom, or with ``with`` what would become of both.

        ``goes``: which of the two goes, by default the other one.
        """
        one = view.number(number)
        if "with" not in view.query:
            return await self._chooser(view, one, Choice(self.kind))
        other = view.number(view.query["with"])
        pairs = [(one, other), (other, one)]
        if "goes" in view.query:
            pairs = [pairs[view.query["goes"] == number]]
        refused = ""
        for survivor, gone in pairs:  # who may not go stays, unless it was asked for by name
            try:
                preview = await view.ledger.merges.preview(view.actor, self.kind, survivor, gone)
            except Forbidden as error:
                refused = refused or _reason(view, error)
            except (Conflict, Invalid, MergedAway, NotFound) as error:
                refused = _reason(view, error)
                break
            else:
                return await self._preview(view, one, other, preview)
        return await self._chooser(view, one, Choice(self.kind), refused=refused, pair=pairs[0])

    async def choose(self, view: View, number: str) -> Page | Redirect:
        """``POST /…/{number}/merge``: look up what was typed."""
        one, choice = view.number(number), await choosing.sent(view, self.kind)
        if choice.problems or len(choice.ids) != 1:
            problem = () if choice.problems else (view.texts.gettext("Choose one."),)
            return await self._chooser(view, one, choice._replace(unknown=(), new=()), problem)
        return Redirect(f"{self.path}/{one}/merge?with={choice.ids[0]}")

    async def merge(self, view: View, number: str, other: str) -> Page | Redirect:
        """``POST /…/{number}/merge/{other}``: merge the other one into this one."""
        survivor, gone = view.number(number), view.number(other)
        try:
            merge = await view.ledger.merges.merge(view.actor, self.kind, survivor, gone)
        except (Conflict, Forbidden, Invalid, MergedAway, NotFound) as error:
            reason = _reason(view, error)
            return await self._chooser(view, survivor, Choice(self.kind), refused=reason, pair=(survivor, gone))
        return Redirect(f"/merges/{merge.id}")

    async def known(self, view: View, id_: int) -> Record:
        """Return one of the kind."""
        found: Any  # whatever the kind, Record is its type
        if self.kind is Party.PERSON:
            found = await view.ledger.persons.get(view.actor, id_)
        else:
            found = await view.ledger.organizations.get(view.actor, id_)
        return found  # type: ignore[no-any-return]  # as above

    async def _chooser(
        self,
        view: View,
        one: int,
        choice: Choice,
        problems: Sequence[str] = (),
        *,
        refused: str = "",
        pair: tuple[int, int] | None = None,
    ) -> Page:
        record = await self.known(view, one)
        label = view.texts.gettext("Merge with")
        merges = await view.ledger.merges.into(view.actor, self.kind, one)
        gone = await view.ledger.merges.gone(view.actor, self.kind, [item.gone for item in merges]) if merges else {}
        values = {
            "record": record,
            "name": name_of(view, record),
            "place": await choosing.place(view, choice, label, problems),
            "merges": [(item, name_of(view, gone[item.gone])) for item in merges if item.gone in gone],
            "icon_name": self.icon,
            "party_path": self.path,
            "refused": refused,
            "pair": pair,
        }
        return Page("merge.html", values, 422 if refused or problems or choice.problems else 200)

    async def _preview(self, view: View, one: int, other: int, preview: Preview) -> Page:
        _ = view.texts.gettext
        three: list[Any] = [preview.survivor, preview.gone, preview.united]
        ids = {id_ for item in three if isinstance(item, Person) for id_ in item.organization_ids}
        organizations = await view.ledger.organizations.get_many(view.actor, ids) if ids else {}
        headings = (_("Stays"), _("Goes"), _("Afterwards"))
        values = {
            "columns": [
                Column(heading, name_of(view, item), item.id, self._facts(view, item, organizations))
                for heading, item in zip(headings, three, strict=True)
            ],
            "moves": [(_(MOVES[entity]), min(many, COUNTED), many > COUNTED) for entity, many in preview.moves.items()],
            "one": one,
            "other": other,
            "icon_name": self.icon,
            "party_path": self.path,
        }
        return Page("merge_preview.html", values)


async def show(view: View, number: str) -> Page:
    """``GET /merges/{number}``: what became of a merge, and how to undo it."""
    return await _page(view, await view.ledger.merges.get(view.actor, view.number(number)))


async def undo(view: View, number: str) -> Page | Redirect:
    """``POST /merges/{number}/undo``: let both be there again."""
    id_ = view.number(number)
    try:
        await view.ledger.merges.undo(view.actor, id_)
    except Conflict as error:
        return await _page(view, await view.ledger.merges.get(view.actor, id_), _reason(view, error))
    return Redirect(f"/merges/{id_}")


async def _page(view: View, merge: Merge, refused: str = "") -> Page:
    pages = BY_KIND[merge.kind]
    ids = [merge.survivor, merge.gone]
    there = {one.id: one.name for one in await choosing.known_of(view, merge.kind, ids)}
    gone = await view.ledger.merges.gone(view.actor, merge.kind, ids)
    values = {
        "merge": merge,
        "there": there,
        "names": {id_: name_of(view, item) for id_, item in gone.items()} | there,
        "party_path": pages.path,
        "icon_name": pages.icon,
        "is_done": merge.state is MergeState.DONE,
        "is_undone": merge.state is MergeState.UNDONE,
        "refused": refused,
        "may_write": may_write(view),
    }
    return Page("merged.html", values, 409 if refused else 200)


def name_of(view: View, item: Person | Organization) -> str:
    """Return what a person or an organization is called."""
    if isinstance(item, Person):
        return item.name or item.primary_email or view.texts.gettext("Somebody")
    return item.name


def _person(view: View, item: Person, organizations: Any) -> Sequence[Fact]:
    _ = view.texts.gettext
    named = [organizations[id_].name for id_ in item.organization_ids if id_ in organizations]
    facts = [Fact(_("E-mail"), item.emails), Fact(_("Organization"), named)]
    return [Fact(_("Kind"), [_("one of us")]), *facts] if item.kind is PersonKind.INTERNAL else facts


def _organization(view: View, item: Organization, _: Any) -> Sequence[Fact]:
    return [Fact(view.texts.gettext("Domain"), item.domains)]


MOVES = {
    Entity.INTERACTION: "Interactions",
    Entity.NOTE: "Notes",
    Entity.OPPORTUNITY: "Opportunities",
    Entity.PERSON: "Persons",
    Entity.LIST_ENTRY: "Entries of lists",
    Entity.FILE: "Files",
}
"""What is counted of what moves, in words."""


def _reason(view: View, error: Exception) -> str:
    said = error.problems[0].message if isinstance(error, Invalid) else str(error)
    text = view.texts.said(said)
    return f"{text[:1].upper()}{text[1:]}."


PERSONS = Merging(Party.PERSON, "/persons", "user", _person)
ORGANIZATIONS = Merging(Party.ORGANIZATION, "/organizations", "building-2", _organization)
BY_KIND: dict[Party, Merging[Any]] = {Party.PERSON: PERSONS, Party.ORGANIZATION: ORGANIZATIONS}
