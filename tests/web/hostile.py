"""A tenant in which every text tries to be markup, a script or a template; and pages that must show it as text."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import NamedTuple

from interlog.model.files import Holder
from interlog.model.instants import DAY, HOUR, now
from interlog.model.interactions import Links
from interlog.model.notes import NoteDraft, NoteKind
from interlog.model.parties import Party
from interlog.model.types import FieldDefinition, FieldKind, InteractionType, ParticipantSlot, Role
from tests.serving import Firm
from tests.uploads import put_file

from .test_canvass import Canvass
from .visiting import Visitor, link_of, visitor

SHOWN = (
    "first", "last", "organization", "opportunity", "list", "title", "body", "text", "choice", "extra", "raw",
    "localized", "tag", "undeclared", "origin", "external", "type", "described", "field", "label", "note", "html",
    "reply", "file", "deleted", "gone", "group", "token", "agent", "colleague", "campaign", "wish",
)  # fmt: skip
"""What has a text of its own: a word that stands in it, so that it is known to have been shown."""

BROKEN_OUT = "'\"></title></textarea></script><script>hurt()</script><img src=/hurt onerror=hurt()>{{ 9*99991 }}"


def hostile(word: str) -> str:
    """Return a text that breaks out of whatever does not keep it in, with a word that tells which one it is."""
    return f"hurt-{word}{BROKEN_OUT}"


class Filled(NamedTuple):
    """The owner, signed in; the ids that stand in paths of pages, by what stands before them; and more places to go."""

    mia: Visitor
    ids: Mapping[str, str]
    starts: tuple[str, ...]


def fill(firm: Firm) -> Filled:
    """Write a record of each kind into a tenant, through the ledger and the pages."""
    run, ledger, actor = firm.server.run, firm.ledger, firm.actor
    link = link_of(firm, firm.mia)
    mia = Visitor(firm)
    mia.http.headers["User-Agent"] = hostile("agent").replace("\n", "")
    mia.enter(link)
    visitor(firm)
    ben = firm.colleague("Ben", hostile("colleague"))
    eve = firm.person(hostile("first"), hostile("last"), "eve@client.example")
    twin = firm.person("Twin", hostile("last"), "twin@client.example")
    organization = firm.organization(hostile("organization"), "client.example", persons=[eve])
    run(ledger.opportunities.create_list(actor, hostile("list"), Party.OPPORTUNITY, is_public=True))
    opportunity = firm.opportunity(hostile("opportunity"), persons=[eve], organizations=[organization])
    type_ = InteractionType(
        id=0, name="Inspection", open=True, is_activity=True, collections=("Inspections",),
        slots=(ParticipantSlot(Role.ATTENDEE),), display_name=hostile("type"),
        attributes={"description": hostile("described"), "icon": hostile("icon")},
        fields=(
            FieldDefinition("Text", display_name=hostile("field")),
            FieldDefinition("Choice", FieldKind.CHOICE, choices=(hostile("choice"), "b")),
            FieldDefinition("Mood", FieldKind.CHOICE, choices=(1, 2), labels=(hostile("label"), "Bad")),
            FieldDefinition("Said", FieldKind.LOCALIZED),
            FieldDefinition("Tags", many=True),
            FieldDefinition("Raw", FieldKind.OBJECT),
        ),
    )  # fmt: skip
    run(ledger.types.define(actor, type_))
    values = {
        "Text": hostile("text"), "Choice": hostile("choice"), "Mood": 1, "Said": {"en": hostile("localized")},
        "Tags": [hostile("tag")], "Raw": {hostile("raw"): [hostile("raw")]}, hostile("undeclared"): hostile("extra"),
    }  # fmt: skip
    at = now() - 2 * DAY
    links = Links(organizations=(organization.id,), opportunities=(opportunity.id,))
    item = firm.log(
        "Inspection", at, eve, firm.mia, title=hostile("title"), body=hostile("body"), fields=values, links=links,
        origin=hostile("origin"), external_ids={"<img src=/hurt>": hostile("external")},
    )  # fmt: skip
    firm.log("Meeting", now() + DAY, eve, firm.mia, title=hostile("title"))
    gone = firm.log("Call", at, eve, firm.mia, title=hostile("deleted"))
    name = hostile("file").replace("/", "")
    file = run(put_file(ledger, actor, Holder.PERSON, eve.id, BROKEN_OUT.encode(), name))
    lost = run(put_file(ledger, actor, Holder.PERSON, eve.id, b"x", name))
    notes = [
        run(ledger.notes.create(actor, NoteDraft(content=content, kind=kind, links=Links(persons=(eve.id,)))))
        for content, kind in (
            (hostile("note"), NoteKind.PLAIN),
            (f"<p>{hostile('html')}</p><a href='javascript:hurt()' onclick='hurt()'>x</a>", NoteKind.HTML),
        )
    ]
    run(ledger.notes.create(actor, NoteDraft(content=hostile("reply"), parent=notes[0].id)))
    canvass = Canvass(firm, hostile("campaign"))
    canvass.record(
        canvass.knock(at, 0),
        canvass.knock(at + HOUR, 1, {"pass": "true", "rating": 3, "wish": hostile("wish")}, lat=43.07, lng=-89.38),
    )
    for path, said in (
        (f"/interactions/{gone.number}/delete", {}),
        ("/admin/groups", {"name": hostile("group")}),
        (
            "/admin/tokens",
            {"label": hostile("token"), "user": str(firm.mia.id), "right": "read", "protocol": "affinity"},
        ),
    ):
        answer = mia.post(path, **said)
        assert answer.status_code < 400, answer.text
    mia.post(f"/files/{lost.id}/delete")
    starts = [f"/files/{lost.id}/deleted", f"/interactions/{gone.number}/deleted", f"/notes/{notes[1].id}"]
    for path, said in (
        ("/persons", {"first_name": hostile("gone")}),
        ("/organizations", {"name": hostile("gone")}),
        ("/opportunities", {"name": hostile("gone"), "list": str(firm.deals())}),
    ):
        where = mia.post(f"{path}/new", **said).headers["location"]
        starts.append(mia.post(f"{where}/delete").headers["location"])
    merge = mia.post(f"/persons/{eve.id}/merge/{twin.id}").headers["location"]
    tokens = run(ledger.staff.tokens(actor, limit=10))
    ids = {
        "/interactions/": str(item.number), "/persons/": str(eve.id), "/organizations/": str(organization.id),
        "/opportunities/": str(opportunity.id), "/notes/": str(notes[0].id), "/files/": str(file.id),
        "/merges/": merge.rpartition("/")[2],
        "/types/": "Inspection", "/log/": "Inspection", "/campaigns/": canvass.campaign,
        "/admin/users/": str(ben.id), "/admin/tokens/": str(tokens[0].id), "/entries/": str(item.number),
        "/account/sessions/": "3", "/sign-in/": link,
    }  # fmt: skip
    return Filled(mia, ids, (merge, *starts))


class Harm(HTMLParser):
    """What in a page is not of ours: ``found`` is empty where all texts are texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_script = False
        self.feed(page)
        if str(9 * 99_991) in page:
            self.found.append("a text was read as a template")

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        given = dict(attributes)
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.found.append(f"a script that is no file of ours: {attributes}")
        for name, value in attributes:
            leads = name in ("href", "src", "action", "formaction") and value is not None
            if name.startswith("on") or (
                leads and str(value).strip().lower().startswith(("javascript:", "data:", "//"))
            ):
                self.found.append(f"<{tag} {name}={value!r}>")
        if given.get("src") == "/hurt":
            self.found.append("a text became an element")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.found.append(f"a script in the page: {data}")
