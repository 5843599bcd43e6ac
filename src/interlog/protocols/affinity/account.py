"""Who is calling, and how much may still be asked: ``/auth/whoami`` and ``/rate-limit`` (spec 12, 14.6)."""

from typing import Any

from interlog.model.instants import to_datetime

from . import translate
from .operations import Call


async def whoami(call: Call) -> dict[str, Any]:
    """``GET /auth/whoami``: in camelCase, unlike the rest of version 1."""
    person, token = await _caller(call)
    return {
        "tenant": _tenant(call),
        "user": {
            "id": person.id,
            "firstName": person.first_name,
            "lastName": person.last_name,
            "email": person.primary_email,
        },
        "grant": {
            "type": "api_key",
            "scope": "external_api",
            "createdAt": translate.clock(call.settings.affinity_time_zone).text(token),
        },
    }


async def whoami_v2(call: Call) -> dict[str, Any]:
    """``GET /v2/auth/whoami``."""
    person, token = await _caller(call)
    return {
        "tenant": _tenant(call),
        "user": {
            "id": person.id,
            "firstName": person.first_name,
            "lastName": person.last_name or None,
            "emailAddress": person.primary_email or "",
        },
        "grant": {
            "type": "api-key",
            "scopes": ["api"],
            "createdAt": to_datetime(token).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    }


async def rate_limit(call: Call) -> dict[str, Any]:
    """``GET /rate-limit``."""
    usage = call.usage
    return {
        "rate": {
            "org_monthly": _window(usage.org_limit, usage.org_used, usage.org_reset),
            "api_key_per_minute": _window(usage.user_limit, usage.user_used, usage.user_reset),
        }
    }


async def rate_limit_v2(call: Call) -> dict[str, Any]:
    """``GET /v2/rate-limit``."""
    usage = call.usage
    return {
        "callerPerMinute": _window(usage.user_limit, usage.user_used, usage.user_reset),
        "orgPerMonth": _window(usage.org_limit, usage.org_used, usage.org_reset),
    }


def _window(limit: int, used: int, reset: int) -> dict[str, int]:
    return {"limit": limit, "remaining": max(limit - used, 0), "reset": reset, "used": used}


def _tenant(call: Call) -> dict[str, Any]:
    tenant = call.actor.tenant
    return {"id": tenant.id, "name": tenant.name, "subdomain": tenant.name}


async def _caller(call: Call) -> tuple[Any, int]:
    person = await call.ledger.persons.get(call.actor, call.actor.person_id)
    token = await call.ledger.access.token(call.actor)
    return person, token.created_at if token is not None else call.actor.tenant.created_at
