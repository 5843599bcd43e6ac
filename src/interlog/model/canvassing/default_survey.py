"""The survey that a campaign begins with: was somebody there, and if not, why (§4.5)."""

from typing import Any

from ..tenancy import Tenant
from .resources import derived_id
from .surveys import AVAILABILITY, REASON_TAG

_REASONS = ("Not Home", "Refused", "Inaccessible", "Moved", "Other Language", "Deceased")
_END = {"type": "end"}


def default_survey(tenant: Tenant, survey: str, campaign: str) -> dict[str, Any]:
    """Return the data of the vendor's default survey; the ids of its questions are derived from its own."""
    first, second = (derived_id(tenant, "question", survey, tag) for tag in ("available", REASON_TAG))
    return {
        "name": "Default Survey",
        "campaignId": campaign,
        "discoverable": False,
        "questions": [
            {
                "questionId": first,
                "text": "Is the contact available?",
                "tag": "available",
                "type": AVAILABILITY,
                "required": False,
                "options": [
                    _option(
                        text="Unavailable", icon="no", value="false", action={"type": "question", "questionId": second}
                    ),
                    _option(text="Available", icon="yes", value="true", action=_END),
                ],
            },
            {
                "questionId": second,
                "text": "Why is the contact unavailable?",
                "tag": REASON_TAG,
                "type": "multi-choice",
                "required": False,
                "options": [_option(text=reason, action=_END) for reason in _REASONS],
            },
        ],
    }


def _option(**members: Any) -> dict[str, Any]:
    return {**members, "success": False}
