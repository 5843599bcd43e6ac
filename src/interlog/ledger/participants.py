"""Who takes part: participants that come with an address are bound to persons, known or new."""

from collections.abc import Sequence

from msgspec.structs import replace

from ..model.interactions import Participant
from ..model.parties import Directory, Person, normal_email
from ..model.tenancy import Actor
from .persons import Persons


async def resolve(
    persons: Persons, actor: Actor, given: Sequence[tuple[Participant, ...]], newcomers: Sequence[Person] = ()
) -> tuple[list[tuple[Participant, ...]], Directory, list[Person]]:
    """Bind participants that come with an address: two reads for any number. Who was merged into another is that one.

    ``given``: those of each interaction. Returns these, bound, everybody known, by id, and of these the persons yet to
    be stored. Who share their participants share what is returned. ``newcomers``: named among the participants, and
    yet to be stored like those who are new by their addresses.
    """
    addresses: dict[str, str | None] = {}
    ids: set[int] = set()
    distinct = {id(participants): participants for participants in given}
    for participants in distinct.values():
        for part in participants:
            if part.person is not None:
                ids.add(part.person)
            elif part.address is not None:
                addresses.setdefault(normal_email(part.address), part.name)
    created = list(newcomers)
    if addresses:
        known, new = await persons.bind(actor, addresses)
        ids.update(known.values())
        created += new
    stored_with = {person.id for person in created}
    everybody = await persons.directory(actor, ids)
    merged: dict[int, int] = {}
    if missing := [id_ for id_ in ids if id_ not in everybody and id_ not in stored_with]:
        merged = await persons.successors(actor, missing)
        everybody = await persons.directory(actor, {merged.get(id_, id_) for id_ in ids})
    if created:
        known_persons = {id_: everybody[id_] for id_ in (merged.get(id_, id_) for id_ in ids) if id_ in everybody}
        everybody = Directory(known_persons | {person.id: person for person in created})
    if not addresses and not merged:
        return list(given), everybody, created
    bound = {
        place: tuple(
            Participant(known.get(normal_email(p.address)), p.role, p.address, p.name)
            if p.person is None and p.address is not None
            else replace(p, person=merged[p.person])
            if p.person in merged
            else p
            for p in participants
        )
        for place, participants in distinct.items()
    }
    return [bound[id(participants)] for participants in given], everybody, created
