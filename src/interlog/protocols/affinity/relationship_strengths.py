"""Relationship strengths: ``/relationships-strengths``, as the vendor spells it (spec 8)."""

from . import wire
from .operations import Call, id_param

LIST = (id_param("external_id", model="Person", required=True), id_param("internal_id", model="Person"))


async def list_(call: Call) -> list[wire.Strength]:
    """``GET /relationships-strengths``: a bare array, computed when asked for."""
    external_id = call.args["external_id"]
    found = await call.ledger.relationships.strengths(call.actor, external_id, call.get("internal_id"))
    return [wire.Strength(internal_id, external_id, strength) for internal_id, strength in found.items()]
