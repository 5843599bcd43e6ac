"""What happens while a page is open: events from the journal, and the entries that they are about."""

from collections.abc import AsyncIterator
from typing import Any

import falcon.asgi
from falcon.asgi import SSEvent

from ..model.journal import Position
from ..model.tenancy import Actor
from . import timeline
from .cookies import SESSION
from .view import Page, View

_MANY = 50
"""More at once are no single entries: the page reads its lists anew."""


async def events(view: View) -> Any:
    """``GET /events``: server-sent events, each with the position of the journal that it goes up to as its id.

    Goes on behind ``Last-Event-ID`` or ``?after=``, so that nothing is missed between two connections.
    """
    given = view.request.get_header("Last-Event-ID") or view.query.get("after")
    position = position_in(given) or await view.ledger.news.position(view.actor)

    async def write(response: falcon.asgi.Response) -> None:
        response.set_header("X-Accel-Buffering", "no")
        response.sse = _told(view, position)

    return write


async def entry(view: View, number: str) -> Page:
    """``GET /entries/{number}``: an interaction as it stands in a list, below its day."""
    item = await view.ledger.interactions.get(view.actor, view.number(number))
    days = await timeline.days_of(view, [item.brief])
    return Page("timeline_part.html", {"days": days, "more": None})


def position_in(text: str | None) -> Position | None:
    """Return the position that a text names; None where it names none."""
    epoch, _, sequence = (text or "").partition("-")
    if all(part.isascii() and part.isdecimal() and len(part) <= 18 for part in (epoch, sequence)):
        return Position(int(epoch), int(sequence))
    return None


def text_of(position: Position) -> str:
    """Return the text that names a position."""
    return f"{position.epoch}-{position.sequence}"


async def _told(view: View, position: Position) -> AsyncIterator[SSEvent | None]:
    key = view.request.cookies.get(SESSION, "")

    async def actor_now() -> Actor:
        return (await view.ledger.sessions.authenticate(key)).actor

    yield SSEvent(event="begin", event_id=text_of(position), retry=2_000, text="")
    async for news in view.ledger.news.watch(actor_now, position):
        if news is None:
            yield None  # a sign of life
        elif len(news.numbers) > _MANY:
            yield SSEvent(event="many", event_id=text_of(news.position), json=len(news.numbers))
        else:
            yield SSEvent(event="interactions", event_id=text_of(news.position), json=news.numbers)
