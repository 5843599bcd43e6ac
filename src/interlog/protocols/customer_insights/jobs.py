"""Bulk ingestion jobs: a CSV file, and what its columns mean (spec 6.8).

A job has run when its creation is answered; its record says how it went. Lines that are refused go to the reject store.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from interlog.ledger.profiles import key_among
from interlog.model.errors import NotFound
from interlog.model.instants import now
from interlog.model.profiles import PROFILE_ID
from interlog.model.tenancy import Right

from . import job_files, profiles, relationships
from .answers import header_text
from .asks import Ask
from .bodies import MAX_BYTES, Malformed, content_error, decode, read_one, too_large
from .csvfile import PROPERTY, SIDES, File, Format, Line, read_columns, read_format
from .entities import InteractionEntity, ProfileEntity
from .errors import ApiError, Detail, invalid, not_found
from .forms import form_parts
from .many import store_many
from .operations import Reply
from .relationships import RelationshipType
from .source import Notes, Source
from .times import moment_text

KIND = "ingestionJob"
_LINES = 2_000
"""Lines that are stored at once."""

_MOST = 1_000
Target = InteractionEntity | ProfileEntity | RelationshipType
_TARGETS = {"interaction": "Interaction", "profile": "Profile", "relationship": "Relationship"}


async def create(ask: Ask) -> Reply:
    """Run a job: its ``Uri`` leads to a file, or that comes with it as ``multipart/form-data`` (``job``, ``file``)."""
    body, data = _request(ask)
    notes = Notes()
    source = Source(body, "", notes)
    target, entity = await _target(ask, source)
    format_ = read_format(source.one("DataFormat"))
    uri = source.text("Uri", longest=MAX_BYTES * 2)
    if data is None:
        data = await job_files.content_of(ask, uri, notes)
    file, columns = _file(data, format_, notes)
    if isinstance(entity, RelationshipType):
        _check_sides(ask, entity, format_, columns, notes)
    elif any(mapping.kind != PROPERTY for mapping in format_.mappings):
        message = "Keys of related profiles are only for relationships."
        notes.add("InvalidValue", message, "DataFormat.PropertyMappings")
    if notes.problems or file is None or entity is None:
        codes = {problem.code for problem in notes.problems}
        raise invalid("NotSupported" if codes == {"NotSupported"} else "InvalidIngestionJob", "The job", notes.problems)
    id_ = uuid4().hex
    job: dict[str, Any] = {
        "JobId": id_,
        "HubId": ask.actor.tenant.name,
        "SubmitTime": moment_text(now()),
        "DataFormat": _format_json(format_),
        "Type": target,
        "Uri": job_files.shown(uri),
    }
    document = job | {"State": "Running", "TotalBytes": len(data or b"")}
    await ask.ledger.definitions.put(ask.actor, KIND, id_, document, right=Right.WRITE)
    processed, failed, skipped = await _run(ask, file, columns, entity, id_)
    finished = document | {
        "State": "Finished",
        "FinishedTimeUtc": moment_text(now()),
        "TotalBytesProcessed": len(data or b""),
        "TotalLinesProcessed": processed,
        "TotalLinesFailedProcessing": failed,
        "SkippedProperties": sorted(skipped),
        "Result": 200,
        "Response": f"{failed} of {processed} lines were refused; see $rejects." if failed else None,
    }
    await ask.ledger.definitions.put(ask.actor, KIND, id_, finished, right=Right.WRITE)
    headers = {"x-skipped-properties": header_text(sorted(skipped))} if skipped else {}
    return ask.reply(ask.context("BlobIngestionJobs/$entity", ask.form) | job, 201, headers)


def _request(ask: Ask) -> tuple[dict[str, Any], bytes | None]:
    """Return the job, and the file where it comes along."""
    content_type = ask.headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/form-data"):
        return read_one(ask.data), None
    parts = form_parts(ask.data, content_type)
    if "job" not in parts or "file" not in parts:
        raise content_error("The form must have the parts job and file.")
    value = decode(parts["job"])
    if not isinstance(value, dict):
        raise content_error("The part job must be a JSON object.")
    return value, parts["file"]


async def _target(ask: Ask, source: Source) -> tuple[str, Target | None]:
    """Read ``Type``: ``Interaction.BranchVisit``, also with a colon."""
    text = source.text("Type") or ""
    kind, _, name = text.replace(":", ".", 1).partition(".")
    canonical = _TARGETS.get(kind.strip().lower())
    if canonical is None or not name:
        message = "'Type' must be Interaction.<name>, Profile.<name> or Relationship.<name>."
        source.problem("InvalidValue", "Type", message)
        return text, None
    if canonical == "Relationship":
        try:
            type_ = await relationships.type_named(ask, name)
        except ApiError:
            source.problem("UnknownType", "Type", f"There is no relationship type '{name[:128]}'.")
            return text, None
        return f"{canonical}.{type_.name}", type_
    entity = ask.hub.interaction(name) if canonical == "Interaction" else ask.hub.profile(name)
    if entity is None:
        source.problem("UnknownType", "Type", f"There is no {canonical.lower()} type '{name[:128]}'.")
        return text, None
    return f"{canonical}.{entity.type.name}", entity


def _check_sides(ask: Ask, type_: RelationshipType, format_: Format, columns: Mapping[int, str], notes: Notes) -> None:
    """See that the columns of a file of relationships lead to both profiles, each by its id or by a whole key."""
    targets = set(columns.values())
    for side in relationships.SIDES:
        entity = ask.hub.profile(type_.document[side.type] or "")
        if entity is None:
            notes.add("UnknownType", f"There is no profile type '{type_.document[side.type]}'.", "Type")
            continue
        own = {PROFILE_ID.lower(): PROFILE_ID} | {name.lower(): name for name in entity.validator.fields}
        names = []
        for index, mapping in enumerate(format_.mappings):
            if SIDES.get(mapping.kind) == side.key:
                names.append(own.get(mapping.property.lower(), ""))
                if not names[-1]:
                    message = f"'{mapping.property}' is no field of {entity.type.name}."
                    path = f"DataFormat.PropertyMappings[{index}].PropertyName"
                    notes.add("UnknownProfileProperty", message, path)
        if side.id.lower() not in {target.lower() for target in targets} and not key_among(entity.type, names):
            message = f"The columns must hold {side.id}, or a whole key of {entity.type.name}."
            notes.add("MissingKey", message, "DataFormat.PropertyMappings")


def _file(data: bytes | None, format_: Format, notes: Notes) -> tuple[File | None, dict[int, str]]:
    if data is None or any(problem.target == "DataFormat.ColumnSeparator" for problem in notes.problems):
        return None, {}
    if len(data) > MAX_BYTES:
        raise too_large(f"A file has at most {MAX_BYTES} bytes.")
    try:
        file = File(data, format_)
    except UnicodeDecodeError as error:
        notes.add("InvalidValue", f"The file is not UTF-8: byte {error.start}.", "Uri")
        return None, {}
    columns, problems = read_columns(file.header, format_)
    notes.problems += problems
    return file, columns


async def _run(ask: Ask, file: File, columns: Mapping[int, str], entity: Target, job: str) -> tuple[int, int, set[str]]:
    """Store the lines of a file.

    Returns how many there were, how many were refused, and the properties that were left as they are in any of the
    others, since a source of higher precedence wrote them (spec 7.4).
    """
    processed = failed = 0
    skipped: set[str] = set()
    pending: list[Line] = []

    async def store() -> None:
        nonlocal processed, failed
        processed += len(pending)
        outcome = await _store(ask, pending, entity, job)
        failed += int(outcome["rejected"])
        skipped.update(*(item.get("skippedProperties", ()) for item in outcome["value"]))
        pending.clear()
        await asyncio.sleep(0)  # others have their turn

    for line in file.lines(columns):
        pending.append(line)
        if len(pending) >= _LINES:
            await store()
    if pending:
        await store()
    return processed, failed, skipped


async def _store(ask: Ask, lines: Sequence[Line], entity: Target, job: str) -> dict[str, Any]:
    items: list[dict[str, Any] | Malformed] = [
        (_relationship(entity.name, line.cells) if isinstance(entity, RelationshipType) else line.cells)
        if line.problem is None
        else Malformed("", ApiError(400, "InvalidLine", f"Line {line.number} is no CSV: {line.problem}."))
        for line in lines
    ]
    numbers = [line.number for line in lines]
    if isinstance(entity, RelationshipType):
        return await relationships.store_many(ask, items, entity, lines=numbers, job=job)
    if isinstance(entity, InteractionEntity):
        return await store_many(ask, items, entity, lines=numbers, job=job)
    return await profiles.store_many(ask, items, entity, lines=numbers, job=job)


def _relationship(type_name: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line as the body of a relationship: the columns of a profile's key stand together."""
    body: dict[str, Any] = {"RelationshipType": type_name}
    for target, text in cells.items():
        member, slash, name = target.partition("/")
        if slash:
            body.setdefault(member, {})[name] = text
        else:
            body[target] = text
    return body


def _format_json(format_: Format) -> dict[str, Any]:
    return {
        "HasHeader": format_.has_header,
        "ColumnSeparator": format_.separator,
        "PropertyMappings": [
            {
                "ColumnName": mapping.column,
                "PropertyName": mapping.property,
                "IsEncrypted": False,
                "MappingPropertyKind": mapping.kind,
            }
            for mapping in format_.mappings
        ],
    }


async def get(ask: Ask, id_: str) -> Reply:
    """Answer how a job went."""
    try:
        document = await ask.ledger.definitions.get(ask.actor, KIND, id_.lower())
    except NotFound:
        raise not_found(f"ingestion job '{id_[:100]}'") from None
    return ask.reply(ask.context("BlobIngestionJobs/$entity", ask.form) | document.value)


async def listed(ask: Ask) -> Reply:
    """Answer the jobs, those in a ``State`` or of a ``Type`` where the filter says so."""
    wanted = _filter(ask.params.get("$filter"))
    top = ask.params.get("$top", "30")
    if not (top.isascii() and top.isdecimal() and len(top) < 6):
        raise ApiError(400, "InvalidQueryOption", "$top must be a whole number, at least 0.", target="$top")
    size = min(int(top), _MOST)
    found: list[dict[str, Any]] = []
    after = ask.params.get("$skiptoken", "")
    more = True
    while more and len(found) <= size:
        page = await ask.ledger.definitions.page(ask.actor, KIND, after=after, limit=_MOST)
        found += [item.value for item in page if all(item.value.get(name) == text for name, text in wanted)]
        more = len(page) == _MOST
        after = page[-1].name if page else after
    body = ask.context("BlobIngestionJobs", ask.form) | {"value": found[:size]}
    if len(found) > size > 0:
        link = f"{ask.root}/BlobIngestionJobs?$skiptoken={found[size - 1]['JobId']}"
        body |= {"@odata.nextLink": link, "nextLink": link}
    return ask.reply(body)


def _filter(text: str | None) -> list[tuple[str, str]]:
    """Read ``State eq 'Finished' and Type eq 'Profile:Contact'``: all that the filter of jobs knows."""
    found = []
    for part in (text or "").split(" and ") if text else []:
        words = part.strip().strip("()").split(None, 2)
        names = {"state": "State", "type": "Type"}
        if len(words) != 3 or words[0].lower() not in names or words[1].lower() != "eq" or words[2][:1] != "'":
            detail = Detail("InvalidFilter", "Jobs are filtered by State eq '…' and Type eq '…'.", "$filter")
            raise ApiError(400, "InvalidFilter", detail.message, target="$filter")
        value = words[2].strip().strip("'")
        name = names[words[0].lower()]
        found.append((name, value.replace(":", ".", 1) if name == "Type" else value))
    return found
