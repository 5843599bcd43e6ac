"""From the JSON of an instance to what the ledger puts (spec 6.3, steps 1-7, and section 8)."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, UnsetType

from interlog.model.instances import MAX_IDENTITY, Instance
from interlog.model.instants import parse_moment
from interlog.model.interactions import Participant
from interlog.model.types import Direction
from interlog.model.validation import MAX_BODY, MAX_TITLE

from .checking import Checked
from .entities import Hub, InteractionEntity
from .errors import ApiError, Detail, invalid, not_found
from .fields import SYSTEM_SOURCE
from .values import BadValue, coercion_of, instant_of, moment_of

MAX_DATA_SOURCE = 400
_MIDNIGHT = "T00:00:00.000000Z"
_instant = coercion_of({"fieldType": "Edm.DateTimeOffset"})


def entity_of(hub: Hub, body: Mapping[str, Any], implied: InteractionEntity | None) -> InteractionEntity:
    """Return the type of an instance: the one it names, or the one its entity set implies."""
    name = body.get("InteractionType")
    if name is None and implied is not None:
        return implied  # what it says in another casing is compared with this when it is checked
    if name is None:
        name = next((value for key, value in body.items() if key.lower() == "interactiontype" and value), None)
    if name is None:
        detail = Detail("MissingInteractionType", "InteractionType is required.", "InteractionType")
        raise ApiError(400, "MissingInteractionType", detail.message, target=detail.target, details=[detail])
    entity = hub.interaction(name) if isinstance(name, str) else None
    if implied is not None and entity is not implied:
        message = f"InteractionType must be '{implied.type.name}' in this entity set."
        raise invalid("InvalidInstance", "The instance", [Detail("InvalidValue", message, "InteractionType")])
    if entity is None:
        shown = name[:128] if isinstance(name, str) else "?"
        raise not_found(f"interaction type '{shown}'")
    return entity


def require_open(entity: InteractionEntity, at: int) -> None:
    """Refuse an instance of a type that takes none any more (spec 2.6, 7.3)."""
    if entity.type.expires_at is not None and entity.type.expires_at <= at:
        raise ApiError(409, "TypeExpired", f"The interaction type '{entity.type.name}' takes no instances any more.")


def instance_of(
    entity: InteractionEntity,
    body: Mapping[str, Any],
    *,
    partial: bool = False,
    clean: bool = False,
    request_key: str | None = None,
) -> Instance:
    """Return an instance that can be put; raises ``ApiError`` with every problem.

    ``partial``: a change, which need not say everything. ``clean``: no text in it holds U+0000.
    """
    if clean and not partial and (plain := plain_instance(entity, body, request_key)) is not None:
        return plain
    checked = entity.validator.check(body, partial=partial)
    draft = _Draft(entity, body, checked, partial)
    if checked.problems:
        raise invalid("InvalidInstance", "The instance", checked.problems)
    fields = checked.fields
    if checked.cleared and entity.type.is_activity:
        fields.update((name, None) for name in checked.cleared if name not in fields and name not in draft.taken)
    return Instance(
        type=entity.type.name,
        fields=fields,
        identity=draft.identity,
        occurred_at=draft.occurred_at,
        occurred_offset=draft.occurred_offset,
        ended_at=draft.ended_at,
        title=draft.title,
        body=draft.body,
        direction=draft.direction,
        participants=draft.participants,
        origin=draft.origin,
        corrects=draft.corrects,
        request_key=request_key,
        source=entity.origin if entity.has_rules and draft.origin is None and partial else None,
        made_of=entity.made_of,
    )


def plain_instance(
    entity: InteractionEntity, body: Mapping[str, Any] | bytes, request_key: str | None = None
) -> Instance | None:
    """Return an instance that says nothing besides its fields, all of them as they are usually sent; None for others.

    ``body``: members, or the JSON of an object; no text in it holds U+0000. Thousands at once are mostly of this kind;
    it takes a third of the work.
    """
    if not entity.is_plain:
        return None
    name = entity.timestamp_field
    fields = entity.validator.quick(body)
    if fields is None:
        return None
    title = entity.title
    if entity.title_field is not None:
        title = _first_text(fields.get(entity.title_field)) or title
    if name is None or name not in fields:
        return Instance(
            type=entity.type.name,
            fields=fields,
            title=title,
            origin=entity.origin,
            request_key=request_key,
            valid_for=entity.type,
        )
    try:
        fields[name], occurred_at, offset = moment_of(fields[name])
    except BadValue:
        return None
    return Instance(
        type=entity.type.name,
        fields=fields,
        occurred_at=occurred_at,
        occurred_offset=offset,
        title=title,
        origin=entity.origin,
        request_key=request_key,
        valid_for=entity.type,
    )


class _Draft:
    """What an instance says besides its fields; problems are added to those of the check."""

    def __init__(self, entity: InteractionEntity, body: Mapping[str, Any], checked: Checked, partial: bool) -> None:
        self.taken: set[str] = set()
        self._checked = checked
        self.identity: str | None = None
        self.occurred_at: int | UnsetType = UNSET
        self.occurred_offset: int | None = None
        self.ended_at: int | UnsetType | None = UNSET
        self.title: str | UnsetType | None = UNSET
        self.body: str | UnsetType | None = UNSET
        self.direction: Direction | UnsetType | None = UNSET
        self.participants: tuple[Participant, ...] | UnsetType = UNSET
        named = checked.system.get("InteractionType", entity.type.name)
        if not isinstance(named, str) or named.lower() != entity.type.name.lower():
            self._note("InteractionType", f"must be '{entity.type.name}' here")
        self.origin = self._data_source(entity, partial)
        self.corrects = self._text("CorrectionOf", MAX_IDENTITY)
        if self.corrects is not None:
            checked.fields["CorrectionOf"] = self.corrects
        if not entity.document["idPropertyNames"] and "InteractionId" in checked.system:
            self.identity = self._text("InteractionId", MAX_IDENTITY)
        self._times(entity, body)
        if entity.type.built_in:
            self._own(entity)
        else:
            self._mapped(entity, partial)

    def _note(self, name: str, message: str, code: str = "InvalidValue") -> None:
        self._checked.problems.append(Detail(code, f"{name} {message}.", name))

    def _text(self, name: str, longest: int) -> str | None:
        value = self._checked.system.get(name)
        if value is None:
            return None
        if isinstance(value, str) and 0 < len(value) <= longest and "\x00" not in value:
            return value
        self._note(name, f"must be a text of 1 to {longest} characters")
        return None

    def _data_source(self, entity: InteractionEntity, partial: bool) -> str | None:
        """Return where it comes from: what it says, else the type's own source; nothing for the system's (step 7)."""
        name = self._text("DataSource", MAX_DATA_SOURCE)
        if name is None and not partial:
            return entity.origin
        return name if name != SYSTEM_SOURCE["name"] else None

    def _times(self, entity: InteractionEntity, body: Mapping[str, Any]) -> None:
        """Say when it happened (step 6): by the type's timestamp field, else by what the client says."""
        name = entity.timestamp_field
        sent: Any = None
        text: str | None = None
        if name is not None:
            text, sent = self._checked.fields.get(name), body.get(name)
            if text is not None and len(text) == 10:
                text += _MIDNIGHT
        if text is None and "Timestamp" in self._checked.system:
            sent = self._checked.system["Timestamp"]
            try:
                text = _instant(sent)
            except BadValue as bad:
                self._note("Timestamp", bad.message)
        if text is not None:
            self.occurred_at = instant_of(text)
            moment = parse_moment(sent) if isinstance(sent, str) else None
            self.occurred_offset = (moment.offset or None) if moment is not None else None

    def _mapped(self, entity: InteractionEntity, partial: bool) -> None:
        """Let other protocols see what a user's type has in fields of certain names (spec 8)."""
        fields, declared = self._checked.fields, entity.validator.fields
        title = fields.get(entity.title_field) if entity.title_field is not None else None
        if title is None and "Subject" in declared:
            title = fields.get("Subject")
        if title is not None:
            self.title = _first_text(title)
        elif not partial:
            self.title = entity.title
        if "Description" in declared and "Description" in fields:
            self.body = _first_text(fields["Description"], MAX_BODY)
        if "EndedAt" in declared and declared["EndedAt"]["fieldType"] == "Edm.DateTimeOffset":
            text = fields.get("EndedAt")
            if isinstance(text, str):
                ended_at = instant_of(text)
                at = self.occurred_at
                self.ended_at = ended_at if isinstance(at, int) and ended_at >= at else UNSET

    def _own(self, entity: InteractionEntity) -> None:
        """Move the fields of a built-in type that are parts of every interaction to their places."""
        fields, cleared = self._checked.fields, set(self._checked.cleared)
        given = {name: fields.pop(name, None) for name in (*entity.own, *entity.slots)}
        self.taken = set(given)

        def value_of(name: str) -> Any:
            return given[name] if given[name] is not None else None if name in cleared else UNSET

        self.title, self.body = value_of("Subject"), value_of("Description")
        if isinstance(self.title, str) and len(self.title) > MAX_TITLE:
            self._note("Subject", f"must not be longer than {MAX_TITLE} characters", "ValueTooLong")
        ended = value_of("EndedAt")
        self.ended_at = instant_of(ended) if isinstance(ended, str) else ended
        if isinstance(self.ended_at, int) and isinstance(self.occurred_at, int) and self.ended_at < self.occurred_at:
            self._note("EndedAt", "must not lie before Timestamp")
        direction = value_of("Direction")
        self.direction = Direction(direction) if isinstance(direction, int) else direction
        if all(value_of(name) is UNSET for name in entity.slots):
            return
        parts: list[Participant] = []
        for name, slot in entity.slots.items():
            value = given[name]
            for text in value if isinstance(value, list) else [value] if value is not None else []:
                part = participant_of(text, slot.role)
                if part is None:
                    self._note(name, f"must hold ids of contacts or e-mail addresses, and '{text[:100]}' is neither")
                else:
                    parts.append(part)
        self.participants = tuple(parts)


def participant_of(text: str, role: str) -> Participant | None:
    """Return the participant that a text names: a person's id or an e-mail address."""
    text = text.strip()
    if text.isascii() and text.isdecimal() and len(text) <= 15:
        return Participant(int(text), role)
    return Participant(None, role, text) if "@" in text else None


def _first_text(value: Any, longest: int = MAX_TITLE) -> str | None:
    """Return a text of a field's value: of several or of localized ones, the first."""
    if isinstance(value, dict):
        value = next(iter(value.values()), None)
    elif isinstance(value, list):
        value = value[0] if value else None
    return str(value)[:longest] if value is not None and not isinstance(value, (dict, list)) else None
