"""An invented firm and all it did in three years: deterministic demo data, made from a seed and a moment."""

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
