"""The route table of the pages: method, path, handler, and who may."""

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any, NamedTuple

from ..model.tenancy import Right
from . import (
    admin,
    canvass,
    canvass_quality,
    canvass_visits,
    choosing,
    desk,
    files,
    home,
    instances,
    journal,
    live,
    log,
    merging,
    notes,
    opened,
    opportunities,
    organizations,
    persons,
    relationships,
    search,
    sessions,
    taking_part,
    timeline,
    types,
)
from .opportunity_forms import OPPORTUNITIES
from .organization_forms import ORGANIZATIONS
from .party_forms import PartyForms
from .person_forms import PERSONS


class Route(NamedTuple):
    """A page. ``is_open``: also for those who are not signed in; ``right``: what the user needs; ``uploads``: its form
    may hold files of any size."""

    method: str
    path: str
    handler: Callable[..., Awaitable[Any]]
    right: Right | None = Right.READ
    is_open: bool = False
    uploads: bool = False


def _parties(pages: ModuleType, forms: PartyForms[Any]) -> tuple[Route, ...]:
    """Return the pages of records of one kind: all of them, one, notes and files beside it, and the forms of it."""
    path = forms.path
    return (
        Route("GET", path, pages.show_all),
        Route("GET", f"{path}/{{number}}", pages.show),
        Route("POST", f"{path}/{{number}}/notes", pages.write_note, Right.WRITE),
        Route("POST", f"{path}/{{number}}/files", pages.add_files, Right.WRITE, uploads=True),
        Route("GET", f"{path}/new", forms.ask, Right.WRITE),
        Route("POST", f"{path}/new", forms.create, Right.WRITE),
        Route("GET", f"{path}/{{number}}/edit", forms.ask_again, Right.WRITE),
        Route("POST", f"{path}/{{number}}/edit", forms.amend, Right.WRITE),
        Route("POST", f"{path}/{{number}}/delete", forms.delete, Right.WRITE),
        Route("GET", f"{path}/{{number}}/deleted", forms.deleted, Right.WRITE),
        Route("POST", f"{path}/{{number}}/restore", forms.restore, Right.WRITE),
    )


def _merging(pages: merging.Merging[Any]) -> tuple[Route, ...]:
    """Return the pages that merge two records of one kind."""
    path = f"{pages.path}/{{number}}/merge"
    return (
        Route("GET", path, pages.ask, Right.WRITE),
        Route("POST", path, pages.choose, Right.WRITE),
        Route("POST", f"{path}/{{other}}", pages.merge, Right.WRITE),
    )


ROUTES = (
    Route("GET", "/", home.show, None, is_open=True),
    Route("GET", "/timeline", timeline.show),
    Route("GET", "/search", search.show),
    Route("GET", "/interactions/{number}", opened.interaction),
    Route("POST", "/interactions/{number}/files", opened.add_files, Right.WRITE, uploads=True),
    Route("GET", "/interactions/{number}/edit", log.ask_again, Right.WRITE),
    Route("POST", "/interactions/{number}/edit", log.amend, Right.WRITE),
    Route("POST", "/interactions/{number}/delete", log.delete, Right.WRITE),
    Route("GET", "/interactions/{number}/deleted", log.deleted),
    Route("POST", "/interactions/{number}/restore", log.restore, Right.WRITE),
    Route("POST", "/interactions/{number}/undo", log.undo, Right.WRITE),
    Route("GET", "/log", log.ask, Right.WRITE),
    Route("GET", "/log/{name}", log.ask_for, Right.WRITE),
    Route("POST", "/log/{name}", log.log, Right.WRITE),
    Route("GET", "/options/persons", taking_part.options),
    Route("GET", "/options/organizations", choosing.organization_options),
    *_parties(persons, PERSONS),
    *_merging(merging.PERSONS),
    Route("GET", "/persons/{number}/relationships/{other}", relationships.show),
    *_parties(organizations, ORGANIZATIONS),
    *_merging(merging.ORGANIZATIONS),
    Route("GET", "/merges/{number}", merging.show),
    Route("POST", "/merges/{number}/undo", merging.undo, Right.WRITE),
    *_parties(opportunities, OPPORTUNITIES),
    Route("GET", "/files/{number}", files.send),
    Route("POST", "/files/{number}/delete", files.delete, Right.WRITE),
    Route("GET", "/files/{number}/deleted", files.deleted, Right.WRITE),
    Route("POST", "/files/{number}/restore", files.restore, Right.WRITE),
    Route("GET", "/notes/{number}", notes.show),
    Route("GET", "/notes/{number}/edit", notes.ask_again, Right.WRITE),
    Route("POST", "/notes/{number}/edit", notes.amend, Right.WRITE),
    Route("POST", "/notes/{number}/replies", notes.reply, Right.WRITE),
    Route("POST", "/notes/{number}/delete", notes.delete, Right.WRITE),
    Route("GET", "/types", types.show_all),
    Route("GET", "/types/{name}", types.show),
    Route("GET", "/types/{name}/table", instances.show),
    Route("GET", "/types/{name}/table.csv", instances.export),
    Route("GET", "/types/{name}/versions", types.versions),
    Route("GET", "/types/{name}/json", types.as_json),
    Route("GET", "/types/{name}/edit", types.ask_again, Right.ADMIN),
    Route("POST", "/types/{name}/edit", types.change, Right.ADMIN),
    Route("POST", "/types/{name}/undo", types.undo, Right.ADMIN),
    Route("GET", "/new/type", types.ask_new, Right.ADMIN),
    Route("POST", "/new/type", types.create, Right.ADMIN),
    Route("GET", "/new/type/sample", types.ask_sample, Right.ADMIN),
    Route("POST", "/new/type/sample", types.propose, Right.ADMIN),
    Route("GET", "/campaigns", canvass.show_all),
    Route("GET", "/campaigns/{id_}", canvass.show),
    Route("GET", "/campaigns/{id_}/places", canvass.places),
    Route("GET", "/campaigns/{id_}/results", canvass.results),
    Route("GET", "/campaigns/{id_}/visits", canvass_visits.visits),
    Route("GET", "/campaigns/{id_}/quality", canvass_quality.quality),
    Route("GET", "/journal", journal.show),
    Route("GET", "/admin", admin.users, Right.ADMIN),
    Route("POST", "/admin/users", admin.invite, Right.ADMIN),
    Route("GET", "/admin/users/{number}", admin.user, Right.ADMIN),
    Route("POST", "/admin/users/{number}", admin.change_user, Right.ADMIN),
    Route("POST", "/admin/users/{number}/groups", admin.set_groups, Right.ADMIN),
    Route("POST", "/admin/users/{number}/link", admin.link, Right.ADMIN),
    Route("GET", "/admin/tokens", admin.tokens, Right.ADMIN),
    Route("POST", "/admin/tokens", admin.create_token, Right.ADMIN),
    Route("POST", "/admin/tokens/{number}/revoke", admin.revoke_token, Right.ADMIN),
    Route("GET", "/admin/groups", admin.groups, Right.ADMIN),
    Route("POST", "/admin/groups", admin.create_group, Right.ADMIN),
    Route("GET", "/admin/settings", admin.settings, Right.ADMIN),
    Route("POST", "/admin/settings", admin.configure, Right.ADMIN),
    Route("GET", "/events", live.events),
    Route("GET", "/entries/{number}", live.entry),
    Route("GET", "/offline", home.offline, None, is_open=True),
    Route("GET", "/fdc3/app", desk.show, None, is_open=True),
    Route("GET", "/fdc3/sign-in", desk.sign_in, None, is_open=True),
    Route("POST", "/fdc3/session", desk.session),
    Route("GET", "/about", home.about, None, is_open=True),
    Route("GET", "/sign-in", sessions.ask, None, is_open=True),
    Route("POST", "/sign-in", sessions.sign_in, None, is_open=True),
    Route("GET", "/sign-in/{key}", sessions.confirm, None, is_open=True),
    Route("POST", "/sign-in/{key}", sessions.enter, None, is_open=True),
    Route("POST", "/sign-out", sessions.sign_out, None),
    Route("POST", "/sign-out/everywhere", sessions.sign_out_everywhere, None),
    Route("GET", "/account", sessions.account, None),
    Route("POST", "/account/password", sessions.set_password, None),
    Route("POST", "/account/sessions/{number}/end", sessions.end, None),
    Route("POST", "/account/reading", sessions.set_reading, None, is_open=True),
)
"""Every page but the static files."""
