"""Administration: users, tokens, security groups, and what the tenant decides for itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import Any
from zoneinfo import available_timezones

from ..ledger.access import PROTOCOLS
from ..ledger.staff import GIVEN_OUT
from ..model.errors import Invalid, NotFound
from ..model.instants import now
from ..model.tenancy import Right, Token, UserRole
from .timeline_filter import day_in
from .view import Page, Redirect, View

LIMIT = 50
ROLES = {
    UserRole.OWNER: "Owner",
    UserRole.ADMIN: "Administrator",
    UserRole.MEMBER: "Member",
    UserRole.VIEWER: "Reader",
}
"""What roles are called."""

_MOST_TEXT = 200


# Users


async def users(view: View) -> Page:
    """``GET /admin``: users with their roles and when they were last seen, and the form that invites one more."""
    return await _users(view)


async def invite(view: View) -> Page:
    """``POST /admin/users``: shows the link that signs the new user in."""
    typed = {name: view.field(name) for name in ("first_name", "last_name", "email", "role")}
    try:
        person, key = await view.ledger.staff.invite(
            view.actor,
            first_name=typed["first_name"],
            last_name=typed["last_name"],
            email=typed["email"],
            role=_role(typed["role"]),
        )
    except Invalid as error:
        return await _users(view, typed, _problems(error), 422)
    return _link(view, person.name, key)


async def user(view: View, number: str) -> Page:
    """``GET /admin/users/{number}``: one user."""
    return await _user(view, view.number(number))


async def change_user(view: View, number: str) -> Page | Redirect:
    """``POST /admin/users/{number}``: role, and whether the user may sign in."""
    id_ = view.number(number)
    try:
        role = _role(view.field("role")) if view.field("role") else None
        await view.ledger.staff.change(view.actor, id_, role=role, active=view.field("active") == "1")
    except Invalid as error:
        return await _user(view, id_, _problems(error), 422)
    return Redirect(f"/admin/users/{id_}", view.texts.gettext("The user is changed."))


async def link(view: View, number: str) -> Page:
    """``POST /admin/users/{number}/link``: a new link that signs the user in."""
    person = await view.ledger.persons.get(view.actor, view.number(number))
    return _link(view, person.name, await view.ledger.staff.link(view.actor, person.id))


async def _users(
    view: View, typed: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None, status: int = 200
) -> Page:
    after = view.query.get("after", "")
    start = int(after) if after.isascii() and after.isdecimal() and len(after) <= 15 else 0
    found = await view.ledger.staff.page(view.actor, after=start, limit=LIMIT + 1)
    shown = found[:LIMIT]
    people = await view.ledger.persons.get_many(view.actor, [one.user.person_id for one in shown])
    values = {
        "here_in": "/admin",
        "users": shown,
        "people": people,
        "more": view.url("/admin", after=shown[-1].user.person_id) if len(found) > LIMIT else None,
        "roles": ROLES,
        "given_out": GIVEN_OUT,
        "typed": typed or {"first_name": "", "last_name": "", "email": "", "role": UserRole.MEMBER.value},
        "problems": problems or {},
    }
    return Page("admin_users.html", values, status)


async def _user(view: View, id_: int, problems: Mapping[str, str] | None = None, status: int = 200) -> Page:
    seen = await view.ledger.staff.get(view.actor, id_)
    groups = await view.ledger.security_groups.all(view.actor)
    values = {
        "here_in": "/admin",
        "seen": seen,
        "all_groups": groups,
        "member_of": await view.ledger.security_groups.of_user(view.actor, id_) if groups else set(),
        "user": seen.user,
        "person": await view.ledger.persons.get(view.actor, id_),
        "groups": [(number, groups.get(number)) for number in seen.user.groups],
        "roles": ROLES,
        "given_out": GIVEN_OUT,
        "is_fixed": seen.user.role is UserRole.OWNER or id_ == view.actor.person_id,
        "problems": problems or {},
    }
    return Page("admin_user.html", values, status)


def _link(view: View, name: str, key: str) -> Page:
    base = (view.settings.public_url or view.request.prefix).rstrip("/")
    return Page("admin_link.html", {"here_in": "/admin", "name": name, "link": f"{base}/sign-in/{key}"})


# Tokens


async def tokens(view: View) -> Page:
    """``GET /admin/tokens``: everybody's tokens, the newest first."""
    return await _tokens(view)


async def create_token(view: View) -> Page:
    """``POST /admin/tokens``: the only page that ever shows the token's text."""
    typed = {name: view.field(name) for name in ("label", "user", "protocol", "right", "until")}
    until = day_in(typed["until"])
    problems = {}
    if typed["until"] and until is None:
        problems["until"] = "must be a day, such as 2030-01-31"
    if len(typed["label"]) > _MOST_TEXT:
        problems["label"] = f"must have at most {_MOST_TEXT} characters"
    if typed["right"] and typed["right"] not in list(Right):
        problems["right"] = "is no right"
    if typed["protocol"] and typed["protocol"] not in PROTOCOLS:
        problems["protocol"] = "is no protocol"
    owner = None
    if typed["user"].isascii() and typed["user"].isdecimal() and len(typed["user"]) <= 15:
        try:
            owner = (await view.ledger.staff.get(view.actor, int(typed["user"]))).user
        except NotFound:
            owner = None
    if owner is None:
        problems["user"] = "must be one of the users"
    expires_at = None
    if until is not None:
        expires_at = view.texts.instant(datetime.combine(until + timedelta(days=1), time_of_day()))
        if expires_at <= now():
            problems["until"] = "must not be over yet"
    if problems or owner is None:
        return await _tokens(view, typed, problems, 422)
    text, token = await view.ledger.access.create_token(
        view.actor, owner, label=typed["label"], scopes=_scopes(typed), expires_at=expires_at
    )
    return Page("admin_token.html", {"here_in": "/admin/tokens", "text": text, "token": token})


async def revoke_token(view: View, number: str) -> Redirect:
    """``POST /admin/tokens/{number}/revoke``."""
    await view.ledger.access.revoke_token(view.actor, view.number(number))
    return Redirect("/admin/tokens", view.texts.gettext("The token is revoked."))


async def _tokens(
    view: View, typed: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None, status: int = 200
) -> Page:
    before = view.query.get("before", "")
    start = int(before) if before.isascii() and before.isdecimal() and len(before) <= 15 else 2**62
    found = await view.ledger.staff.tokens(view.actor, before=start, limit=LIMIT + 1)
    shown = found[:LIMIT]
    staff = await view.ledger.staff.page(view.actor, limit=500)
    ids = {token.person_id for token in shown} | {one.user.person_id for one in staff}
    values = {
        "here_in": "/admin/tokens",
        "tokens": [(token, _state(token)) for token in shown],
        "people": await view.ledger.persons.get_many(view.actor, ids),
        "staff": [one.user for one in staff if one.user.active],
        "more": view.url("/admin/tokens", before=shown[-1].id) if len(found) > LIMIT else None,
        "protocols": PROTOCOLS,
        "typed": typed
        or {"label": "", "user": str(view.actor.person_id), "protocol": "", "right": Right.WRITE.value, "until": ""},
        "problems": problems or {},
    }
    return Page("admin_tokens.html", values, status)


def _scopes(typed: Mapping[str, str]) -> tuple[str, ...]:
    """Return the scopes of a token to be created; none where it may do all that its user may."""
    if not typed["protocol"]:
        return (typed["right"],) if typed["right"] else ()
    return (f"{typed['protocol']}:{typed['right'] or Right.ADMIN.value}",)


def _state(token: Token) -> str:
    """Return whether a token works: ``valid``, ``revoked`` or ``expired``."""
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= now() else "valid"


# Groups and settings


async def groups(view: View) -> Page:
    """``GET /admin/groups``: who sees the records of which security group, and the form that makes one more."""
    return await _groups(view)


async def create_group(view: View) -> Page | Redirect:
    """``POST /admin/groups``."""
    try:
        group = await view.ledger.security_groups.create(view.actor, view.field("name"))
    except Invalid as error:
        return await _groups(view, view.field("name"), _problems(error), 422)
    return Redirect("/admin/groups", view.texts.gettext("%(name)s is there; choose its members.", name=group.name))


async def set_groups(view: View, number: str) -> Page | Redirect:
    """``POST /admin/users/{number}/groups``: the groups that a user is a member of."""
    id_ = view.number(number)
    try:
        numbers = [int(text) if text.isascii() and text.isdecimal() else 0 for text in view.fields("group")]
        await view.ledger.security_groups.set_of_user(view.actor, id_, numbers)
    except Invalid as error:
        return await _user(view, id_, _problems(error), 422)
    return Redirect(f"/admin/users/{id_}", view.texts.gettext("The user is changed."))


async def _groups(view: View, name: str = "", problems: Mapping[str, str] | None = None, status: int = 200) -> Page:
    named = await view.ledger.security_groups.all(view.actor)
    after = view.query.get("after", "")
    start = int(after) if after.isascii() and after.isdecimal() and len(after) <= 15 else 0
    staff = await view.ledger.staff.page(view.actor, after=start, limit=LIMIT + 1)
    shown = staff[:LIMIT]
    people = await view.ledger.persons.get_many(view.actor, [one.user.person_id for one in shown])
    members: dict[int, list[int]] = {number: [] for number in named}
    for one in shown:
        for number in one.user.groups:
            members.setdefault(number, []).append(one.user.person_id)
    values = {
        "here_in": "/admin/groups",
        "groups": [(number, named.get(number), seen_by) for number, seen_by in members.items()],
        "people": people,
        "more": view.url("/admin/groups", after=shown[-1].user.person_id) if len(staff) > LIMIT else None,
        "typed": {"name": name},
        "problems": problems or {},
    }
    return Page("admin_groups.html", values, status)


async def settings(view: View) -> Page:
    """``GET /admin/settings``."""
    known = view.actor.tenant.settings
    typed = {
        "domains": "\n".join(known.domains),
        "time_zone": known.time_zone,
        "create_unknown_persons": "1" if known.create_unknown_persons else "",
    }
    return _settings(typed, {}, 200)


async def configure(view: View) -> Page | Redirect:
    """``POST /admin/settings``."""
    typed = {name: view.field(name) for name in ("domains", "time_zone", "create_unknown_persons")}
    try:
        await view.ledger.tenants.configure(
            view.actor,
            create_unknown_persons=typed["create_unknown_persons"] == "1",
            domains=tuple(typed["domains"].replace(",", " ").split()),
            time_zone=typed["time_zone"],
        )
    except Invalid as error:
        return _settings(typed, _problems(error), 422)
    view.ledger.access.forget(view.actor.tenant.id)
    return Redirect("/admin/settings", view.texts.gettext("The settings are saved."))


def _settings(typed: Mapping[str, str], problems: Mapping[str, str], status: int) -> Page:
    values: dict[str, Any] = {"here_in": "/admin/settings", "typed": typed, "problems": problems}
    return Page("admin_settings.html", values | {"zones": sorted(available_timezones())}, status)


def _role(text: str) -> UserRole:
    """Return a role that can be given; raises ``Invalid``."""
    for role in GIVEN_OUT:
        if role.value == text:
            return role
    return UserRole.OWNER  # none that can be given: the ledger says so


def _problems(error: Invalid) -> dict[str, str]:
    """Return what is wrong by the field that it is shown at."""
    found: dict[str, str] = {}
    for problem in error.problems:
        found.setdefault(problem.path.partition("[")[0], problem.message)
    if "domain" in found:
        found["domains"] = found.pop("domain")
    return found
