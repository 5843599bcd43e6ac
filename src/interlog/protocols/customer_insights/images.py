"""Images of types and of instances: addresses to put them to and get them from, each signed for a while (spec 4.6)."""

import base64
import hashlib
import hmac
import secrets
import time
from typing import Any
from urllib.parse import quote

import falcon

from interlog.ledger import Ledger
from interlog.model.errors import Conflict, NotFound
from interlog.model.tenancy import Actor, Right

from .definitions import entity_type
from .errors import ApiError, invalid, not_found
from .fields import Document
from .hubs import catalog_of
from .operations import Call, Reply
from .requests import read_bytes, read_object, unwrapped
from .source import Notes, Source
from .type_answers import IMAGES
from .values import is_image_path

KIND = "image"
SECRET = "secret"
"""The kinds of documents that hold images, and the key with which addresses are signed."""

MAX_IMAGE = 5 * 1024 * 1024

_UPLOAD_SECONDS = 120
_READ_SECONDS = 3_600
_WRITE, _READ = "cw", "r"

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


async def type_upload(call: Call) -> Reply:
    """Return an address to which an image of a type may be put."""
    return await _upload(call, "EntityTypeImage")


async def data_upload(call: Call) -> Reply:
    """Return an address to which an image of an instance may be put."""
    return await _upload(call, "DataImage")


async def _upload(call: Call, folder: str) -> Reply:
    notes = Notes()
    source = Source(unwrapped(await read_object(call, may_be_empty=True)), "", notes)
    kind = entity_type(source.get("entityType"))
    if kind not in ("Profile", "Interaction"):
        source.problem("InvalidValue", "entityType", "'entityType' must be Profile or Interaction.")
    name = source.text("entityTypeName")
    if not name:
        source.problem("MissingRequiredProperty", "entityTypeName", "'entityTypeName' is required.")
    path = source.text("relativePath")
    if not path or not is_image_path(path):
        source.problem("InvalidImagePath", "relativePath", "'relativePath' must be a relative path of an image.")
    if notes.problems:
        raise invalid("InvalidRequestContent", "The request", notes.problems)
    assert kind is not None
    assert name is not None
    assert path is not None
    catalog = await catalog_of(call)
    document = catalog.profile(name) if kind == "Profile" else catalog.interaction(name)
    if document is None:
        raise not_found(f"{kind.lower()} type '{name}'")
    where = _where(folder, kind, document["typeName"], path)
    exists = await _find(call.ledger, call.actor, where) is not None
    key = await _key(call.ledger, call.actor)
    url = signed_url(call, where, key, _WRITE, int(time.time()) + _UPLOAD_SECONDS)
    return Reply({"contentUrl": url, "relativePath": path, "imageExists": exists})


async def content_urls(call: Call, kind: str, document: Document) -> dict[str, list[str]]:
    """Return the attributes of a type that say where its images are to be had, for a while."""
    paths = {name: document[name] for name in IMAGES if name in document}
    if not paths:
        return {}
    key = await _key(call.ledger, call.actor)
    # The same for a while, so that two reads of one definition agree.
    expiry = (int(time.time()) // _READ_SECONDS + 2) * _READ_SECONDS
    found = {}
    for name, path in paths.items():
        where = _where("EntityTypeImage", kind, document["typeName"], path)
        url = signed_url(call, where, key, _READ, expiry)
        found[f"uci.{name[:1].upper()}{name[1:]}.ContentUrl"] = [url]
    return found


async def put(call: Call) -> Reply:
    """Store the image whose address was signed for it."""
    where = await _checked(call, _WRITE)
    content = await read_bytes(call)
    media_type = _type_of(content)
    if media_type is None:
        raise falcon.HTTPUnsupportedMediaType(description="An image must be a PNG, JPEG, GIF or WebP")
    value = {"path": where, "type": media_type, "content": base64.b64encode(content).decode()}
    await call.ledger.definitions.put(call.actor, KIND, _name(where), value, right=Right.WRITE)
    return Reply(status=201)


async def get(call: Call) -> Reply:
    """Return the image whose address was signed for it."""
    where = await _checked(call, _READ)
    value = await _find(call.ledger, call.actor, where)
    if value is None:
        raise not_found("image")
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}
    return Reply(base64.b64decode(value["content"]), headers=headers, content_type=value["type"])


def signed_url(call: Call, where: str, key: bytes, permission: str, expiry: int) -> str:
    """Return an absolute address that holds good until an expiry (seconds since 1970)."""
    signature = quote(_sign(key, where, permission, str(expiry)), safe="")
    return f"{call.base}/hubs/{call.hub}/media/{quote(where, safe='/')}?se={expiry}&sp={permission}&sig={signature}"


async def _checked(call: Call, permission: str) -> str:
    """Return where the image of a signed address is; raises where the signature does not hold good."""
    where = call.path["rest"].lower()
    expiry, given = call.param("se") or "", call.param("sig") or ""
    expected = _sign(await _key(call.ledger, call.actor), where, permission, expiry)
    is_signed = hmac.compare_digest(expected.encode(), given.encode())
    if call.param("sp") != permission or not is_signed:
        raise ApiError(403, "AuthorizationFailed", "The address is not signed for this.")
    if int(expiry) <= time.time():
        raise ApiError(403, "AuthorizationFailed", "The address has expired.")
    return where


def _sign(key: bytes, where: str, permission: str, expiry: str) -> str:
    text = f"{permission}\n{where}\n{expiry}".encode(errors="replace")
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def _where(folder: str, kind: str, name: str, path: str) -> str:
    return f"{folder}/{kind}/{name}/{path}".lower()


def _name(where: str) -> str:
    return hashlib.sha256(where.encode()).hexdigest()


def _type_of(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for magic, media_type in _MAGIC if content.startswith(magic)), None)


async def _find(ledger: Ledger, actor: Actor, where: str) -> dict[str, Any] | None:
    try:
        return (await ledger.definitions.get(actor, KIND, _name(where))).value
    except NotFound:
        return None


async def _key(ledger: Ledger, actor: Actor) -> bytes:
    """Return the key of the hub's addresses, made when it is needed first."""
    for _ in range(2):
        try:
            return bytes.fromhex((await ledger.definitions.get(actor, SECRET, KIND)).value["key"])
        except NotFound:
            value = {"key": secrets.token_hex(32)}
        try:
            await ledger.definitions.put(actor, SECRET, KIND, value, expected_version=0, right=Right.READ)
            return bytes.fromhex(value["key"])
        except Conflict:
            continue  # somebody else made it at the same moment
    raise Conflict("the key of the hub's addresses was being made; try again")
