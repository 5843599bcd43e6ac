"""An invented firm and everything it did in the last three years: deterministic demo data, made of nothing but a seed."""

from .records import (
    DemoInteraction,
    DemoNote,
    DemoOpportunity,
    DemoOrganization,
    DemoPerson,
    Firm,
)
from .world import World

__all__ = [
    "DemoInteraction",
    "DemoNote",
    "DemoOpportunity",
    "DemoOrganization",
    "DemoPerson",
    "Firm",
    "World",
]
