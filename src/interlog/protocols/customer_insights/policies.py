"""Authorization policies: the keys with which shared access signatures are made (spec 1.5, 3.7)."""

import base64
import secrets

from interlog.ledger import Ledger
from interlog.model.definitions import Document as Stored
from interlog.model.errors import Conflict
from interlog.model.tenancy import Actor

from . import resources
from .auth import PERMISSIONS, ROOT_POLICY
from .errors import ApiError, Detail, invalid, not_found
from .fields import Document
from .hubs import catalog_of
from .kinds import POLICIES
from .operations import Call, Reply
from .requests import read_object, unwrapped
from .source import Notes, Source

KEYS = ("primaryKey", "secondaryKey")


def new_key() -> str:
    """Return a random key."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


async def ensure_root(ledger: Ledger, actor: Actor) -> None:
    """Give a hub the policy that every hub has, unless it has it: nobody can know its keys before they are read."""
    root: Document = {"permissions": list(PERMISSIONS), **{key: new_key() for key in KEYS}}
    try:
        await ledger.definitions.put(actor, POLICIES.kept_as, ROOT_POLICY, root, expected_version=0)
    except Conflict:
        pass  # it has it


async def list_(call: Call) -> Reply:
    """List the policies."""
    await ensure_root(call.ledger, call.actor)
    return await resources.list_(POLICIES, call)


async def get(call: Call) -> Reply:
    """Return a policy with its keys."""
    await ensure_root(call.ledger, call.actor)
    return await resources.get(POLICIES, call)


async def put(call: Call) -> Reply:
    """Create a policy, or change it; keys that are not given stay, or are made."""
    name = call.path["name"]
    if not POLICIES.is_name(name):
        message = f"The name '{name[:200]}' is none that a policy may have."
        raise ApiError(400, "InvalidResourceName", message, target="name")
    await ensure_root(call.ledger, call.actor)
    notes = Notes()
    source = Source(unwrapped(await read_object(call)), "", notes)
    document = POLICIES.read(source, name, await catalog_of(call))
    for key in KEYS:
        if key in document and not _is_key(document[key]):
            notes.problems.append(Detail("InvalidValue", f"'{key}' must be at least 16 bytes as base64.", key))
    if notes.problems:
        raise invalid("InvalidTypeDefinition", f"The policy '{name}'", notes.problems, target="properties")
    stored = await resources.find(call, POLICIES, name)
    kept = {key: stored.value[key] for key in KEYS} if stored is not None else {key: new_key() for key in KEYS}
    return await resources.store(call, POLICIES, name, document | {k: document.get(k) or kept[k] for k in KEYS}, notes)


async def regenerate_primary(call: Call) -> Reply:
    """Replace the primary key: what was signed with the old one is refused from now on."""
    return await _regenerate(call, "primaryKey")


async def regenerate_secondary(call: Call) -> Reply:
    """Replace the secondary key."""
    return await _regenerate(call, "secondaryKey")


async def _regenerate(call: Call, key: str) -> Reply:
    await ensure_root(call.ledger, call.actor)
    stored: Stored | None = await resources.find(call, POLICIES, call.path["name"])
    if stored is None:
        raise not_found(f"{POLICIES.noun} '{call.path['name']}'")
    value = stored.value | {key: new_key()}
    kept = await call.ledger.definitions.put(call.actor, POLICIES.kept_as, stored.name, value)
    return Reply(resources.shown(call, POLICIES, kept.document))


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) >= 16
    except ValueError:
        return False
