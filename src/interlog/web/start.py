"""The start page: what this server serves, and how to use it."""

from typing import NamedTuple

from .view import Page, View


class Served(NamedTuple):
    """A protocol as the start page shows it. ``bases``: (what, path); ``example``: a path to try."""

    id: str
    name: str
    about: str
    bases: tuple[tuple[str, str], ...]
    authentication: str
    example: str


SERVED = (
    Served(
        id="affinity",
        name="Affinity",
        about="Persons, organizations, opportunities, notes, meetings, calls, chats and e-mails, "
        "for tools that speak the Affinity REST API.",
        bases=(("Version 1", "/affinity"), ("Version 2", "/affinity/v2")),
        authentication="Send a token as Bearer, or as the password of Basic with any or no user name.",
        example="/affinity/auth/whoami",
    ),
    Served(
        id="customer-insights",
        name="Customer Insights",
        about="Types of interactions that users define, and their instances, "
        "for tools that speak Azure Resource Manager and OData.",
        bases=(("Base URL", "/customer-insights"),),
        authentication="Send a token as Bearer; a hub's own planes also take a shared access signature.",
        example="/customer-insights/subscriptions/any/resourceGroups/any/resources",
    ),
    Served(
        id="polis",
        name="Polis",
        about="Visits at the door: contacts and households, campaigns, lists, surveys and what was answered, "
        "for tools that speak the Polis API.",
        bases=(("Base URL", "/polis"), ("Version 1", "/polis/v1"), ("Version 2", "/polis/v2")),
        authentication="Send a token as Bearer. What begins with /v1 or /v2 is served without the prefix too.",
        example="/polis/v1/campaigns",
    ),
    Served(
        id="fdc3",
        name="FDC3",
        about="The intent CreateInteraction and those around it, for apps and agents on a financial desktop.",
        bases=(("App Directory", "/fdc3/v2/apps"), ("Intents", "/fdc3/v1/intents")),
        authentication="The directory is open. Whoever raises an intent over HTTP sends a token as Bearer.",
        example="/fdc3/v2/apps",
    ),
)
"""The protocols that this version speaks, in the order of the page."""


def page(view: View) -> Page:
    """Return what whoever is not signed in sees: what is served where, and how to get in."""
    request = view.request
    return Page(
        "start.html",
        {
            "base": request.prefix,
            "served": SERVED,
            "at_root": view.settings.root,
            "metrics": view.settings.metrics,
        },
    )
