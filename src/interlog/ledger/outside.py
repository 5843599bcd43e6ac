"""Reading files from outside: only from places that whoever runs the server has named, and never more than was asked.

A place is a folder, ``file:///srv/exports``, or an address, ``https://files.own.example/exports``, with all below it. A
host's name is resolved once, and the address that was looked at is the one that is called, so that a name cannot mean
another host by then.
"""

import asyncio
import ipaddress
import os
import re
import socket
import ssl
import stat
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from ..model.errors import Invalid, Problem

_PORTS = {"http": 80, "https": 443}
_SECONDS = 30.0
"""How long reading a file may take altogether."""

_SILENCE = 10.0
"""How long the other side may say nothing."""

_AT_ONCE = asyncio.Semaphore(4)
"""Files that are read at the same time: each is held in memory."""


class Place(NamedTuple):
    """Where files may be read from. ``path`` is decoded, without a slash at the end."""

    scheme: str
    host: str
    port: int
    path: str


class Refused(Invalid):
    """A file that is not read; ``code`` is ``not_allowed``, ``unavailable`` or ``too_large``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(Problem("", message, code))
        self.code = code


@lru_cache(maxsize=16)
def places_of(text: str) -> tuple[Place, ...]:
    """Read places with commas or blanks between them; raises ``ValueError``."""
    return tuple(_place(part) for part in re.split(r"[,\s]+", text.strip()) if part)


def _place(text: str) -> Place:
    parts = urlsplit(text)
    if parts.query or parts.fragment or _climbs(parts.path):
        raise ValueError(text)
    return _where(parts)


def _where(parts: SplitResult) -> Place:
    path = unquote(parts.path).rstrip("/")
    if parts.scheme == "file" and parts.netloc.lower() in ("", "localhost") and path:
        return Place("file", "", 0, path)
    if parts.scheme in _PORTS and parts.hostname and parts.username is None and parts.password is None:
        return Place(parts.scheme, parts.hostname.lower().rstrip("."), parts.port or _PORTS[parts.scheme], path)
    raise ValueError(parts.geturl())


def _climbs(path: str) -> bool:
    """Whether a path leads out of where it seems to lead, or may do so on the other side."""
    plain = unquote(unquote(path))
    return "\\" in plain or "\x00" in plain or ".." in plain.split("/")


async def read(uri: str, places: Sequence[Place], limit: int, *, private: bool = False) -> bytes:
    """Return the file that an address leads to, if it lies in one of the places; raises ``Refused``.

    ``limit``: its most bytes. ``private``: whether a host's name may lead to an address that is not a public one; an
    address that is itself named as a place may be any.
    """
    try:
        parts = urlsplit(uri)
        wanted = _where(parts)
    except ValueError:
        raise Refused("not_allowed", "is no address of a file") from None
    if _climbs(parts.path) or not any(_holds(place, wanted) for place in places):
        raise Refused("not_allowed", "leads to none of the places that files may be read from")
    try:
        async with _AT_ONCE, asyncio.timeout(_SECONDS):
            if wanted.scheme == "file":
                folders = [place.path for place in places if _holds(place, wanted)]
                return await asyncio.to_thread(_read_file, wanted.path, folders, limit)
            return await _fetch(parts, wanted, limit, private=private)
    except TimeoutError:
        raise Refused("unavailable", f"could not be read within {_SECONDS:g} seconds") from None


def _holds(place: Place, wanted: Place) -> bool:
    lies_below = wanted.path == place.path or wanted.path.startswith(place.path + "/")
    return wanted[:3] == place[:3] and lies_below


def _read_file(path: str, folders: Sequence[str], limit: int) -> bytes:
    """Return a file's content; what is no plain file, or lies elsewhere once links are followed, is refused."""
    try:
        found = Path(path).resolve(strict=True)
        if not any(found.is_relative_to(Path(folder).resolve()) for folder in folders):
            raise Refused("not_allowed", "leads out of the folders that files may be read from")
        descriptor = os.open(found, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Refused("not_allowed", "is no plain file")
            data = file.read(limit + 1)
    except (OSError, ValueError, RuntimeError):  # no such file, no name of one, links in a circle
        raise Refused("unavailable", "cannot be read") from None
    if len(data) > limit:
        raise _too_large(limit)
    return data


def _too_large(limit: int) -> Refused:
    return Refused("too_large", f"holds more than {limit} bytes")


async def _fetch(parts: SplitResult, wanted: Place, limit: int, *, private: bool) -> bytes:
    import httpx2  # loaded only where somebody reads from other hosts

    address = await _address_of(wanted, private=private)
    url = parts._replace(netloc=_netloc(address, wanted.port), fragment="").geturl()
    name = _netloc(wanted.host, parts.port).encode("idna").decode()
    trusted = await asyncio.to_thread(ssl.create_default_context)  # reads a hundred certificates
    headers = {"Host": name, "Accept": "*/*", "Accept-Encoding": "identity"}
    try:
        async with (
            httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=_SILENCE, verify=trusted) as client,
            client.stream("GET", url, headers=headers, extensions={"sni_hostname": wanted.host}) as answer,
        ):
            if answer.status_code != 200:
                raise Refused("unavailable", f"was answered with {answer.status_code}")
            if answer.headers.get("content-encoding", "identity").lower() != "identity":
                raise Refused("unavailable", "was answered in an encoding that was not asked for")
            chunks, size = [], 0
            async for chunk in answer.aiter_raw():
                size += len(chunk)
                if size > limit:
                    break
                chunks.append(chunk)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise Refused("unavailable", "could not be fetched") from None
    if size > limit:
        raise _too_large(limit)
    return b"".join(chunks)


def _netloc(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


async def _address_of(wanted: Place, *, private: bool) -> str:
    """Return the address of a host; refused where one of those that it has is not public."""
    try:
        return str(ipaddress.ip_address(wanted.host))  # it is itself one of the places
    except ValueError:
        pass
    try:
        address = await resolved(wanted.host, wanted.port, private=private)
    except (OSError, UnicodeError):
        raise Refused("unavailable", "names a host that cannot be found") from None
    if address is None:
        raise Refused("not_allowed", "leads to an address that is not public")
    return address


async def resolved(host: str, port: int, *, private: bool) -> str | None:
    """Return the address that a host's name means; None where one of those that it means is not public.

    ``private``: whether that does not matter. Raises ``OSError`` or ``UnicodeError`` where there is none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(item[4][0]) for item in found]
    if not private and not all(is_public(address) for address in addresses):
        return None
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet: none of this machine, of a private network, or of a group."""
    plain = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(plain, ipaddress.IPv6Address):
        inner = plain.ipv4_mapped or plain.sixtofour or (plain.teredo or (None, None))[1]
        if inner is None and plain in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(plain) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return plain.is_global and not plain.is_multicast


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
