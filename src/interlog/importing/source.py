"""Reading the Affinity API over HTTP, as patiently as its limits ask for."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from email.utils import parsedate_to_datetime
from types import GenericAlias
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx2
import msgspec

from ..model.errors import Invalid, NotFound, Problem, Unavailable
from ..model.instants import from_datetime, now

Wire = TypeVar("Wire")

TRIES = 8
"""How often a request is made that finds no answer, or a limit, or a fault of the server."""

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0
_LONGEST_LIMIT = 3_600.0
_AT_ONCE = 8
_SECOND = 1_000_000


class Source:
    """An account of the Affinity API. ``url`` is the base of version 1; version 2 is below it, at ``/v2``.

    ``waiting`` is told for how many seconds nothing is asked, and why.
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

    async def _read(self, path: str, params: Mapping[str, Any]) -> bytes:
        problem = ""
        for attempt in range(TRIES):
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt) * random.uniform(0.8, 1.2)
            async with self._gate:
                await self._rest()
                self.requests += 1
                try:
                    answer = await self._http.get(self.url + path, params=params or None)
                except httpx2.InvalidURL as error:
                    raise Invalid(Problem("--from", f"is no address: {error}")) from None
                except httpx2.HTTPError as error:
                    problem = str(error) or type(error).__name__
                else:
                    if answer.status_code == 200:
                        return answer.content
                    self._refused(answer, path)
                    problem = f"it answers {answer.status_code}"
                    if answer.status_code == 429:
                        pause = _asked_pause(answer.headers) or pause
                        self._rest_for(pause)
            if attempt < TRIES - 1:
                self._waiting(pause, problem)
                await asyncio.sleep(pause)
        raise Unavailable(f"{self.url}{path} cannot be read: {problem}")

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
            raise Unavailable(f"{self.url}{path} may not be read with this token")
        if status in (404, 422):
            raise NotFound("record", f"{path} of {self.url}", "address")
        if status != 429 and status < 500:
            raise Unavailable(f"{self.url}{path} answers {status}: {answer.text[:200]}")


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
