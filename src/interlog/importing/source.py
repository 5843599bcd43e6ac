"""Reading the Affinity API over HTTP, as patiently as its limits ask for."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from functools import partial
from types import GenericAlias
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx2
import msgspec

from ..model.errors import Invalid, NotFound, Problem, Unavailable
from ..model.instants import from_datetime, now

Wire = TypeVar("Wire")
Taken = TypeVar("Taken")

TRIES = 8
"""How often a request is made that finds no answer, or a limit, or a fault of the server."""

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0
_LONGEST_LIMIT = 3_600.0
_AT_ONCE = 8
_SECOND = 1_000_000


class Again(Exception):
    """Why something is tried once more. ``is_limit``: nobody is to ask before a ``pause`` is over."""

    def __init__(self, why: str, *, is_limit: bool = False, pause: float | None = None) -> None:
        super().__init__(why)
        self.is_limit, self.pause = is_limit, pause


class Withheld(Unavailable):
    """That something is not shown to this token, or not at all; what can be done without it goes on."""


class Source:
    """An account of the Affinity API. ``url`` is the base of version 1; version 2 is below it, at ``/v2``.

    ``waiting`` is told for how many seconds nothing is asked, and why. ``withheld``: which of what need not be read was
    not shown, by path, and why.
    """

    def __init__(
        self, url: str, token: str, *, waiting: Callable[[float, str], None] | None = None, seconds: float = 60
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid(Problem("--from", f"must be an address such as https://api.affinity.co, not {url}"))
        if not token.isascii() or not token.isprintable() or not token.strip():
            raise Invalid(Problem("--token", "must be a key of the Affinity API"))
        self.url = url.rstrip("/").removesuffix("/v2")
        self.requests = 0
        self.withheld: dict[str, str] = {}
        self._waiting = waiting or (lambda seconds, why: None)
        self._resting_until = 0.0
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._http = httpx2.AsyncClient(
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/json",
                "X-Extensions": "1",
                "X-Affinity-Api-Version": "2026-09-17",  # the first one does not tell when lists were made
            },
            timeout=seconds,
            follow_redirects=False,  # the key is for this host alone
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, path: str, kind: type[Wire], **params: Any) -> Wire:
        """Return what stands at a path. Raises ``NotFound``, or ``Unavailable`` where it cannot be read at all."""
        found: Wire = self._converted(await self._read(path, params), kind, path)
        return found

    async def pages(self, path: str, key: str, kind: type[Wire], **params: Any) -> AsyncIterator[list[Wire]]:
        """Yield the pages of a list of version 1, whose items stand under a key."""
        token: str | None = None
        while True:
            given = params | ({"page_token": token} if token else {})
            page = await self.get(path, dict[str, msgspec.Raw], **given)
            if key not in page:
                raise Unavailable(f"{self.url}{path} does not answer as the Affinity API does: {key} is missing")
            yield self._converted(page[key], GenericAlias(list, (kind,)), path)
            token = self._converted(page.get("next_page_token", msgspec.Raw(b"null")), str | None, path)
            if not token:
                return

    async def collection(self, path: str, kind: type[Wire], **params: Any) -> AsyncIterator[list[Wire]]:
        """Yield the pages of a collection of version 2."""
        while True:
            page = await self.get(path, dict[str, msgspec.Raw], **params)
            if "data" not in page:
                raise Unavailable(f"{self.url}{path} does not answer as the Affinity API does: data is missing")
            yield self._converted(page["data"], GenericAlias(list, (kind,)), path)
            pagination = self._converted(page.get("pagination", msgspec.Raw(b"{}")), dict[str, str | None], path)
            following = pagination.get("nextUrl")
            if not following:
                return
            # Only the cursor counts: behind a proxy the address may be another one than ours.
            params = {name: values[-1] for name, values in parse_qs(urlsplit(following).query).items()}

    def _converted(self, raw: bytes | msgspec.Raw, kind: Any, path: str) -> Any:
        try:
            return msgspec.json.decode(raw, type=kind, strict=False)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unavailable(f"{self.url}{path} does not answer as the Affinity API does: {error}") from None

    async def download(self, path: str, take: Callable[[AsyncIterator[bytes]], Awaitable[Taken]]) -> Taken:
        """Have somebody take the bytes at a path as they arrive; from the beginning again where they broke off.

        A source may send us elsewhere for them: there the key is not shown. ``take`` raises ``Again`` for what is not
        right and may be so next time.
        """
        return await self._patiently(path, partial(self._download, path, take))

    async def _download(self, path: str, take: Callable[[AsyncIterator[bytes]], Awaitable[Taken]]) -> Taken:
        async with self._http.stream("GET", self.url + path) as answer:
            if not answer.has_redirect_location:
                if answer.status_code != 200:
                    await answer.aread()
                self._check(answer, path)
                return await take(answer.aiter_bytes())
            elsewhere = str(answer.url.join(answer.headers["Location"]))
        async with (
            httpx2.AsyncClient(timeout=self._http.timeout) as http,
            http.stream("GET", elsewhere, follow_redirects=True) as answer,
        ):
            if answer.status_code != 200:
                raise Again(f"where it lies the answer is {answer.status_code}")
            return await take(answer.aiter_bytes())

    async def _read(self, path: str, params: Mapping[str, Any]) -> bytes:
        return await self._patiently(path, partial(self._read_once, path, params))

    async def _read_once(self, path: str, params: Mapping[str, Any]) -> bytes:
        answer = await self._http.get(self.url + path, params=params or None)
        self._check(answer, path)
        return answer.content

    async def _patiently(self, path: str, attempt: Callable[[], Awaitable[Taken]]) -> Taken:
        """Try something until it succeeds, a few times, and not while the source is not to be asked."""
        problem = ""
        for number in range(TRIES):
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number) * random.uniform(0.8, 1.2)
            async with self._gate:
                await self._rest()
                self.requests += 1
                try:
                    return await attempt()
                except httpx2.InvalidURL as error:
                    raise Invalid(Problem("--from", f"is no address: {error}")) from None
                except httpx2.HTTPError as error:
                    problem = str(error) or type(error).__name__
                except Again as again:
                    problem = str(again)
                    if again.is_limit:
                        pause = again.pause or pause
                        self._rest_for(pause)
            if number < TRIES - 1:
                self._waiting(pause, problem)
                await asyncio.sleep(pause)
        raise Unavailable(f"{self.url}{path} cannot be read: {problem}")

    def _check(self, answer: httpx2.Response, path: str) -> None:
        """Raise ``Again`` where an answer is not what was asked for but may be so later, else what it says."""
        if answer.status_code == 200:
            return
        self._refused(answer, path)
        is_limit = answer.status_code == 429
        pause = _asked_pause(answer.headers) if is_limit else None
        raise Again(f"it answers {answer.status_code}", is_limit=is_limit, pause=pause)

    def _rest_for(self, seconds: float) -> None:
        """Let all requests wait: the limit is everybody's."""
        self._resting_until = max(self._resting_until, asyncio.get_running_loop().time() + seconds)

    async def _rest(self) -> None:
        left = self._resting_until - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)

    def _refused(self, answer: httpx2.Response, path: str) -> None:
        """Raise what no repetition would mend."""
        status = answer.status_code
        if status == 401:
            raise Unavailable(f"{self.url} does not know the token")
        if status == 403:
            raise Withheld(f"{self.url}{path} may not be read with this token")
        if status in (404, 422):
            raise NotFound("record", f"{path} of {self.url}", "address")
        if status != 429 and status < 500:
            raise Withheld(f"{self.url}{path} answers {status}: {answer.text[:200]}")


def _asked_pause(headers: Mapping[str, str]) -> float | None:
    """Return the seconds after which a limit ends, as the answer says."""
    for name in ("Retry-After", "X-Ratelimit-Limit-User-Reset"):
        text = headers.get(name, "").strip()
        if text.isascii() and text.isdigit():
            return min(float(text), _LONGEST_LIMIT)
        if text and name == "Retry-After":
            try:
                until = from_datetime(parsedate_to_datetime(text)).instant
            except ValueError:
                continue
            return min(max(0.0, (until - now()) / _SECOND), _LONGEST_LIMIT)
    return None
