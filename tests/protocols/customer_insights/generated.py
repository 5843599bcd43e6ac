"""Definitions that are valid, of every shape: for tests of what must hold for all of them."""

from typing import Any

from hypothesis import strategies as st

from interlog.protocols.customer_insights.fields import EDM_TYPES, INTEGERS

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RESERVED = {"interactionid", "interactiontype", "timestamp", "lastmodifiedtimestamp", "participants"}
_DATES = ("Edm.DateTimeOffset", "Edm.Date")
_KEYS = ("Edm.String", "Edm.Guid", "Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Decimal", *_DATES)

names = st.builds(
    lambda first, rest: first + rest,
    st.sampled_from(_LETTERS + "_éß"),
    st.text(st.sampled_from(_LETTERS + "0123456789_ü"), max_size=20),
).filter(lambda name: name.lower() not in _RESERVED)
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40)
locales = st.sampled_from(("en-us", "de-de", "enUs", "fr_fr", "zh-Hans", ""))
localized = st.dictionaries(locales, texts, max_size=3)
attributes = st.dictionaries(
    texts.filter(lambda key: not key.lower().startswith(("uci.", "sys.", "interlog."))),
    st.lists(texts, max_size=2),
    max_size=2,
)


@st.composite
def fields(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """Return a field of this name."""
    type_ = draw(st.sampled_from(EDM_TYPES))
    field: dict[str, Any] = {"fieldName": name, "fieldType": type_}
    field |= {flag: draw(st.booleans()) for flag in ("isName", "isRequired", "isArray", "isAvailableInGraph")}
    field |= dict.fromkeys(("isEnum", "isFlagEnum", "isImage", "isLocalizedString"), False)
    if type_ == "Edm.String":
        field["maxLength"] = draw(st.integers(1, 1_048_576))
        field[draw(st.sampled_from(("isImage", "isLocalizedString", "isName")))] = True
        field["isArray"] = field["isArray"] and not field["isLocalizedString"]
    elif type_ in INTEGERS and draw(st.booleans()):
        bits = draw(st.booleans())
        values = draw(st.lists(st.integers(0, 20).map(lambda n: 2**n if bits else n - 5), min_size=1, unique=True))
        field |= {"isEnum": True, "isFlagEnum": bits}
        field["enumValidValues"] = [
            {"value": value, "localizedValueNames": draw(st.just({}) | st.just({"en-us": f"name {value}"}))}
            for value in values
        ]
    if draw(st.booleans()):
        field["arrayValueSeparator"] = draw(st.sampled_from("|;,\t"))
    if draw(st.booleans()):
        field["schemaItemPropLink"] = draw(texts)
    return field | {
        "attributes": draw(attributes),
        "localizedAttributes": draw(st.just({}) | st.just({"a": {"b": "c"}})),
    }


@st.composite
def interaction_types(draw: st.DrawFn) -> dict[str, Any]:
    """Return the definition of an interaction type, in canonical names and with everything that it may have."""
    known = draw(st.lists(names, min_size=1, max_size=6, unique_by=str.casefold))
    declared = [draw(fields(name)) for name in known]
    keys = [
        field["fieldName"]
        for field in declared
        if field["fieldType"] in _KEYS
        and not any(field[flag] for flag in ("isArray", "isLocalizedString", "isImage", "isEnum"))
    ]
    dates = [f["fieldName"] for f in declared if f["fieldType"] in _DATES and not f["isArray"]]
    parties = [f["fieldName"] for f in declared if not f["isLocalizedString"] and not f["isImage"]]
    body: dict[str, Any] = {
        "fields": declared,
        "idPropertyNames": draw(st.lists(st.sampled_from(keys), unique=True)) if keys else [],
        "isActivity": draw(st.booleans()),
        "attributes": draw(attributes) | draw(st.just({}) | st.just({"interlog.category": ["call"]})),
        "localizedAttributes": draw(st.dictionaries(texts, localized, max_size=2)),
    }
    for key, strategy in (
        ("displayName", localized),
        ("description", localized),
        ("schemaItemTypeLink", texts),
        ("mediumImage", st.sampled_from(("a.png", "pics\\b c.jpeg", "ü/1.gif"))),
    ):
        if draw(st.booleans()):
            body[key] = draw(strategy)
    if dates and draw(st.booleans()):
        body["timestampFieldName"] = draw(st.sampled_from(dates))
    body["participantProfiles"] = participants = []
    if parties:
        for number in range(draw(st.integers(0, 3))):
            targets = draw(
                st.lists(st.sampled_from(("ContactId", "Email", "LastName", "ProfileId")), min_size=1, unique=True)
            )
            participant = {
                "profileTypeName": "Contact",
                "participantName": f"P{number}",
                "participantPropertyReferences": [
                    {"interactionPropertyName": draw(st.sampled_from(parties)), "profilePropertyName": target}
                    for target in targets
                ],
            }
            if draw(st.booleans()):
                participant |= {"role": draw(texts), "displayName": draw(localized)}
            participants.append(participant)
    if participants and draw(st.booleans()):
        body["primaryParticipantProfilePropertyName"] = draw(
            st.sampled_from([p["participantName"] for p in participants])
        )
    return body


def scrambled(value: Any, choose: Any) -> Any:
    """Return a definition with its own names in other casings; what is data is left alone."""
    if isinstance(value, list):
        return [scrambled(item, choose) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        (choose([key, key.upper(), key.lower(), key.title()])): (
            item if key in _DATA else scrambled(item, choose)
        )
        for key, item in value.items()
    }  # fmt: skip


_DATA = {"displayName", "description", "attributes", "localizedAttributes", "localizedValueNames"}


_WORDS = (
    "fields", "fieldName", "fieldType", "isEnum", "isArray", "isFlagEnum", "isImage", "isLocalizedString", "isRequired",
    "enumValidValues", "value", "localizedValueNames", "maxLength", "idPropertyNames", "participantProfiles", "name",
    "participantName", "profileTypeName", "participantPropertyReferences", "sourcePropertyName", "targetPropertyName",
    "timestampFieldName", "apiEntitySetName", "attributes", "localizedAttributes", "displayName", "defaultDataSource",
    "strongIds", "strongIdName", "keyPropertyNames", "properties", "entityType", "typeName", "isActivity", "smallImage",
    "expiryDateTimeUtc", "primaryParticipantProfilePropertyName", "interlog.category", "mappings", "permissions",
    "primaryKey", "definition", "userId", "principals", "role", "connectorProperties", "structure", "thresHolds",
    "sourceInteractionType", "targetProfileType", "profileType", "relatedProfileType", "lookupMappings",
    "hubBillingInfo",
)  # fmt: skip
_LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
    | st.sampled_from(("Edm.String", "Edm.Int32", "edm.double", "Contact", "ContactId", "A", "Interaction", "true"))
)  # fmt: skip

anything = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_WORDS) | texts, inner, max_size=8),
    max_leaves=40,
)
"""JSON that looks like definitions, and means nothing."""

bodies = st.dictionaries(st.sampled_from(_WORDS) | texts, anything, max_size=12)
