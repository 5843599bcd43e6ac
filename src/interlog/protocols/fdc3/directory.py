"""The App Directory: the record by which desktop agents find us, in versions 2 and 1 (spec 4)."""

from importlib.metadata import version
from typing import Any
from urllib.parse import unquote, urlsplit

from interlog.settings import Settings

from .intents import describe
from .results import Context

APP_ID = "interlog"
TITLE = "Interlog"

RAISES = {
    "StartCall": ["fdc3.contact", "fdc3.contactList"],
    "StartChat": ["fdc3.contact", "fdc3.contactList", "fdc3.chat.initSettings"],
    "StartEmail": ["fdc3.email"],
    "ViewProfile": ["fdc3.contact", "fdc3.organization"],
}
"""What our pages raise, by buttons."""


def record(settings: Settings, base: str) -> Context:
    """Return our record (spec 4.3). ``base``: the address of our root, without a slash at the end."""
    publisher = {"publisher": settings.fdc3_publisher} if settings.fdc3_publisher is not None else {}
    return {
        "appId": APP_ID,
        "title": TITLE,
        "type": "web",
        "version": version("interlog"),
        "lang": "en",
        "description": "System of record for interactions: meetings, calls, messages, e-mails, visits.",
        "tooltip": "Log and view interactions",
        "categories": ["crm", "communication", "compliance"],
        **publisher,
        "moreInfo": f"{base}/about",
        "details": {"url": f"{base}/fdc3/app"},
        "icons": [{"src": f"{base}/static/icon.svg", "size": "128x128", "type": "image/svg+xml"}],
        "interop": {
            "intents": {"listensFor": describe(), "raises": RAISES},
            "userChannels": {
                "broadcasts": ["fdc3.contact", "fdc3.organization", "fdc3.interaction"],
                "listensFor": ["fdc3.contact", "fdc3.organization"],
            },
        },
        # That agent refuses as soon as there are two candidates, and "launch a new copy" beside "the copy that is
        # open" are two (spec 4.3).
        "hostManifests": {"MorganStanley.fdc3-web": {"singleton": True}},
    }


def all_records(settings: Settings, base: str) -> Context:
    """Return the list of records. The message is what one agent demands (spec 4.1)."""
    return {"applications": [record(settings, base)], "message": "OK"}


def is_ours(app_id: str, base: str) -> bool:
    """Whether an id is ours, alone or with our host behind it: ``interlog@crm.example``."""
    name, _, host = unquote(app_id).partition("@")
    ours = urlsplit(base)
    return name == APP_ID and (host == "" or host.lower() in (ours.netloc.lower(), (ours.hostname or "").lower()))


def former_record(settings: Settings, base: str) -> Context:
    """Return our record as version 1 had it (spec 4.1)."""
    ours = record(settings, base)
    intents = [
        {"name": name, "displayName": said["displayName"], "contexts": said["contexts"]}
        for name, said in ours["interop"]["intents"]["listensFor"].items()
    ]
    return {
        "appId": APP_ID,
        "name": APP_ID,
        "title": TITLE,
        "version": ours["version"],
        "tooltip": ours["tooltip"],
        "description": ours["description"],
        "manifest": f"{base}/fdc3/v2/apps/{APP_ID}",
        "manifestType": "fdc3-appd-v2",
        "icons": [{"icon": ours["icons"][0]["src"]}],
        "intents": intents,
    }


def matches(former: Context, query: dict[str, Any]) -> bool:
    """Whether a record of version 1 has what is searched for: all that is asked, each as a part of the text."""
    intents = former["intents"]
    said = {
        **{name: [former.get(name, "")] for name in ("appId", "name", "version", "title", "tooltip", "description")},
        "intent_name": [intent["name"] for intent in intents],
        "intent_displayName": [intent["displayName"] for intent in intents],
        "intent_context": [context for intent in intents for context in intent["contexts"]],
    }
    return all(
        any(str(wanted).casefold() in text.casefold() for text in said[name])
        for name, wanted in query.items()
        if name in said
    )
