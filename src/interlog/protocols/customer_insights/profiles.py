"""Profiles: create, upsert, many at once, read one, change (spec 6.1, 6.7)."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from interlog.model.errors import Conflict, Exists, InterlogError, Invalid, NotFound, Problem, Refused, Withheld
from interlog.model.instances import Put
from interlog.model.profiles import PROFILE_ID, Profile, ProfileDraft, id_names, key_fields

from . import rejects
from .asks import Ask
from .bodies import Malformed, read, read_one
from .entities import ProfileEntity
from .errors import ApiError, Detail, invalid, not_found
from .ids import Key, key_value_text, named_key_text
from .operations import Reply
from .present import Form, profile_json
from .rejects import Rejected

_CODES = {"missing": "MissingRequiredField", "too_long": "ValueTooLong"}


def draft_of(entity: ProfileEntity, body: Mapping[str, Any], expected_version: int | None = None) -> ProfileDraft:
    """Return a profile that can be put; raises ``ApiError`` with every problem."""
    checked = entity.validator.check(body)
    key = checked.system.get(PROFILE_ID)
    if key is not None and not isinstance(key, str):
        if isinstance(key, int) and not isinstance(key, bool):
            key = str(key)
        else:
            checked.problems.append(Detail("InvalidValue", "ProfileId must be a text.", PROFILE_ID))
    if checked.problems:
        raise invalid("InvalidInstance", "The profile", checked.problems)
    cleared = {name: None for name in checked.cleared if name not in checked.fields and name != PROFILE_ID}
    return ProfileDraft(fields=cleared | checked.fields, key=key, expected_version=expected_version)


def refusal(error: InterlogError, entity: ProfileEntity) -> InterlogError:
    """Return an error of the ledger in this protocol's words."""
    match error:
        case Refused():
            details = [Detail("Candidate", f"A {entity.type.name} with these keys is '{p.value}'.", p.value)
                       for p in error.problems]  # fmt: skip
            return ApiError(409, "StrongIdConflict", f"The profile is not one: {error}.", details=details)
        case Exists() | Conflict():
            return ApiError(412, "PreconditionFailed", f"The profile is not as it was read: {error}.")
        case Invalid() if any(problem.code == "missing_key" for problem in error.problems):
            keys = ["ProfileId", *(", ".join(key.fields) for key in entity.type.strong_ids)]
            message = f"A {entity.type.name} needs one of its keys: {'; '.join(keys)}."
            return ApiError(400, "MissingKey", message, target=PROFILE_ID)
        case Invalid():
            return invalid("InvalidInstance", "The profile", [_detail(problem) for problem in error.problems])
        case Withheld():
            return _withheld()
        case NotFound():
            return not_found(f"{entity.type.name} '{str(error.value)[:200]}'")
        case _:
            return error


def _detail(problem: Problem) -> Detail:
    name = problem.path.removeprefix("fields.")
    name = PROFILE_ID if name == "key" else name
    return Detail(_CODES.get(problem.code, "InvalidValue"), f"{name} {problem.message}.", name)


async def create(ask: Ask, entity: ProfileEntity) -> Reply:
    """Store what a body holds: one profile, or several with an outcome for each."""
    sent = read(ask.data, ask.headers.get("content-type"))
    if sent.many:
        return ask.reply(await store_many(ask, sent.items, entity), 202)
    (body,) = sent.items
    assert isinstance(body, dict), "a single item that is no object was refused"
    draft, mode = prepared(ask, body, entity)
    if ask.flag("dryrun"):
        return ask.reply({"valid": True})
    return created_reply(ask, await store(ask, entity, draft, mode), entity)


def prepared(ask: Ask, body: Mapping[str, Any], entity: ProfileEntity) -> tuple[ProfileDraft, Put]:
    """Return what is to be put for a body, and how."""
    mode = Put.CREATE if ask.headers.get("if-none-match", "").strip() == "*" else Put.UPSERT
    return draft_of(entity, body), mode


def created_reply(ask: Ask, profile: Profile, entity: ProfileEntity) -> Reply:
    """Return the answer to a creation."""
    return ask.reply(one_json(ask, profile, entity, ask.form), 202, {"ETag": etag(profile)})


async def store(ask: Ask, entity: ProfileEntity, draft: ProfileDraft, mode: Put) -> Profile:
    """Put one profile; raises what is wrong in this protocol's words."""
    (result,) = await ask.ledger.profiles.put_many(ask.actor, entity.type, [draft], mode)
    if isinstance(result, InterlogError):
        raise refusal(result, entity)
    return result.profile


def one_json(ask: Ask, profile: Profile, entity: ProfileEntity, form: Form) -> dict[str, Any]:
    """Return one profile as the whole of an answer."""
    return ask.context(f"{entity.set_name}/$entity", form) | profile_json(profile, entity, ask.hub, form)


def etag(profile: Profile) -> str:
    """Return the entity tag of a profile."""
    return f'W/"{profile.version}"'


async def store_many(
    ask: Ask,
    items: Sequence[dict[str, Any] | Malformed],
    entity: ProfileEntity,
    *,
    lines: Sequence[int] | None = None,
    job: str | None = None,
) -> dict[str, Any]:
    """Store many profiles, and return an outcome for each; what is refused is kept (spec 6.4, 9.2).

    ``Prefer: transaction=all`` stores all or none. ``lines`` are the items' places in the file of a ``job``.
    """
    whole = ask.preferences.get("transaction") == "all"
    dry = ask.flag("dryrun")
    value: list[dict[str, Any]] = [{} for _ in items]
    ready: list[ProfileDraft] = []
    places: list[int] = []
    for place, body in enumerate(items):
        try:
            if isinstance(body, Malformed):
                raise body.error
            ready.append(draft_of(entity, body))
            places.append(place)
        except ApiError as error:
            value[place] = _refused(error)
    if dry:
        value = [outcome or {"status": 200} for outcome in value]
    elif whole and len(ready) < len(items):
        value = [outcome or _refused(_withheld()) for outcome in value]
    else:
        results = await ask.ledger.profiles.put_many(ask.actor, entity.type, ready, all_or_nothing=whole)
        for place, result in zip(places, results, strict=True):
            if isinstance(result, InterlogError):
                value[place] = _refused(refusal(result, entity))
            else:
                value[place] = {"status": 202, PROFILE_ID: result.profile.key}
    refused = [place for place, outcome in enumerate(value) if outcome["status"] >= 400]
    kept = [
        Rejected(
            item.text if isinstance(item := items[place], Malformed) else item,
            entity.set_name,
            value[place]["error"],
            lines[place] if lines is not None else None,
            job,
        )
        for place in refused
    ]
    for place, id_ in zip(refused, await rejects.keep(ask, kept) if not dry else (), strict=not dry):
        value[place]["rejectId"] = id_
    return {"accepted": len(value) - len(refused), "rejected": len(refused), "value": value}


def _withheld() -> ApiError:
    return ApiError(424, "FailedDependency", "It was not stored, since another item was refused.")


def _refused(error: InterlogError) -> dict[str, Any]:
    status, body = rejects.error_json(error)
    return {"status": status, "error": body}


# One


async def find(ask: Ask, key: Key, entity: ProfileEntity) -> Profile:
    """Return the profile of a key: its ProfileId, or the values of a strong id by name."""
    if isinstance(key, str):
        values: dict[str, Any] = {PROFILE_ID: key}
        shown = key
    else:
        shown = named_key_text({name: key_value_text(value) for name, value in key.items()})
        names = {name.lower(): name for name in entity.validator.fields} | {PROFILE_ID.lower(): PROFILE_ID}
        unknown = [name for name in key if name.lower() not in names]
        if unknown:
            raise ApiError(400, "InvalidRequestContent", f"'{unknown[0][:128]}' is no key of {entity.type.name}.")
        own = {names[name.lower()]: value for name, value in key.items() if names[name.lower()] != PROFILE_ID}
        values = entity.validator.check(own).fields
        given = [value for name, value in key.items() if name.lower() == PROFILE_ID.lower()]
        values |= {PROFILE_ID: key_value_text(given[0])} if given else {}
        if len(values) < len(key):
            raise not_found(f"{entity.type.name} '{shown[:200]}'")
    try:
        return await ask.ledger.profiles.find_by(ask.actor, entity.type, values)
    except NotFound:
        raise not_found(f"{entity.type.name} '{shown[:200]}'") from None


async def change(ask: Ask, key: Key, entity: ProfileEntity) -> Reply:
    """Merge into a profile (PATCH)."""
    draft, mode = await prepared_change(ask, key, entity)
    return changed_reply(ask, await store(ask, entity, draft, mode), entity)


async def prepared_change(ask: Ask, key: Key, entity: ProfileEntity) -> tuple[ProfileDraft, Put]:
    """Return what is to be put to change a profile, and how."""
    profile = await find(ask, key, entity)
    draft = draft_of(entity, read_one(ask.data), _expected(ask, profile))
    if draft.key not in (None, profile.key):
        detail = Detail("InvalidValue", "ProfileId cannot be changed.", PROFILE_ID)
        raise invalid("InvalidInstance", "The profile", [detail])
    return ProfileDraft(fields=draft.fields, key=profile.key, expected_version=draft.expected_version), Put.MERGE


def prepared_after(ask: Ask, entity: ProfileEntity, created: ProfileDraft) -> tuple[ProfileDraft, Put]:
    """Return what is to be put to change a profile that is yet to be stored, and how."""
    if ask.headers.get("if-match", "*").strip() not in ("", "*"):
        raise ApiError(412, "PreconditionFailed", "What is created by the same change set has no entity tag yet.")
    names = {*id_names(entity.type), *chain.from_iterable(key_fields(entity.type))} & created.fields.keys()
    draft = draft_of(entity, read_one(ask.data))
    if draft.key not in (None, created.key):
        detail = Detail("InvalidValue", "ProfileId cannot be changed.", PROFILE_ID)
        raise invalid("InvalidInstance", "The profile", [detail])
    fields = {name: created.fields[name] for name in names} | draft.fields
    return ProfileDraft(fields=fields, key=created.key), Put.MERGE


def changed_reply(ask: Ask, changed: Profile, entity: ProfileEntity) -> Reply:
    """Return the answer to a change."""
    if ask.preferences.get("return") == "representation":
        headers = {"ETag": etag(changed), "Preference-Applied": "return=representation"}
        return ask.reply(one_json(ask, changed, entity, ask.form), headers=headers)
    return Reply(None, 204, {"ETag": etag(changed)})


def _expected(ask: Ask, profile: Profile) -> int | None:
    match = ask.headers.get("if-match", "").strip()
    if not match or match == "*":
        return None
    if match.removeprefix("W/") != etag(profile).removeprefix("W/"):
        raise ApiError(412, "PreconditionFailed", "The profile has changed since it was read; read it again.")
    return profile.version
