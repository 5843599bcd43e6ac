"""The route table: every operation of this protocol, and all that is to be known of each from outside (spec 4.2, 5)."""

from collections.abc import Iterator
from functools import partial

from interlog.model.tenancy import Right

from . import (
    hubs,
    images,
    infer,
    interaction_types,
    long_running,
    policies,
    profile_types,
    provider,
    resources,
    schemas,
)
from .bodies import MAX_BYTES
from .data_plane import OPERATIONS as OPERATIONS_DATA
from .kinds import KPIS, MAPPINGS, MATCH_POLICIES, POLICIES, PREDICTIONS, STORED, VIEWS, Kind
from .operations import Operation

_HUB = "~/hubs/{hub}"
_TYPES = (f"{_HUB}/interactions", "^/model/interactions")
_PROFILES = (f"{_HUB}/profiles", "^/model/profiles")
_CREATED = (201, 200, 202)


def _at(paths: tuple[str, ...], rest: str) -> tuple[str, ...]:
    return tuple(path + rest for path in paths)


def _images(action: str) -> tuple[str, ...]:
    """Return the paths of an action on images: the contract and the pages of the vendor differ in one word."""
    return tuple(f"{place}/{word}/{action}" for place in (_HUB, "^/model") for word in ("images", "media"))


def _paths(kind: Kind) -> tuple[str, ...]:
    own = (f"{_HUB}/{kind.segment}", f"^/{kind.hub_path}")[not kind.is_on_arm :]
    if kind.segment.startswith("connectors"):  # one table of the vendor's omits "manage"
        return (*own, f"/hubs/{{hub}}/{kind.hub_path}")
    return own


def _stored(kind: Kind) -> Iterator[Operation]:
    """Yield the operations of a kind of sub-resources."""
    name = kind.kept_as[:1].lower() + kind.kept_as[1:]
    paths = _paths(kind)
    item = _at(paths, "/{child}" if kind is MAPPINGS else "/{name}")
    is_policy = kind is POLICIES
    reading = Right.ADMIN if is_policy else Right.READ  # whoever reads a key has it
    list_ = policies.list_ if is_policy else partial(resources.list_, kind)
    get = policies.get if is_policy else partial(resources.get, kind)
    put = policies.put if is_policy else partial(resources.put, kind)
    hub_statuses = kind.put if 201 in kind.put or 202 not in kind.put else _CREATED
    yield Operation(name=f"{name}.list", method="GET", paths=paths, handler=list_, spec=kind.spec, right=reading)
    yield Operation(name=f"{name}.get", method="GET", paths=item, handler=get, spec=kind.spec, right=reading)
    yield Operation(name=f"{name}.put", method="PUT", paths=item, handler=put, spec=kind.spec, right=Right.ADMIN,
                    statuses=kind.put, hub_statuses=hub_statuses)  # fmt: skip
    yield Operation(name=f"{name}.delete", method="DELETE", paths=item, handler=partial(resources.delete, kind),
                    spec=kind.spec, right=Right.ADMIN, statuses=kind.delete)  # fmt: skip
    if 202 in kind.put and kind.is_on_arm:
        operation = (f"{item[0]}/operations/{{operation}}",)
        yield Operation(name=f"{name}.operation", method="GET", paths=operation, handler=long_running.get, spec="4.3",
                        statuses=(200, 202, 204))  # fmt: skip


OPERATIONS_MANAGEMENT: tuple[Operation, ...] = (
    Operation(name="provider.operations", method="GET", paths=("/providers/Microsoft.CustomerInsights/operations",),
              handler=provider.operations, spec="4.2"),
    Operation(name="hubs.list", method="GET",
              paths=("~/hubs", "/subscriptions/{subscription}/providers/Microsoft.CustomerInsights/hubs"),
              handler=hubs.list_, spec="4.2"),
    Operation(name="hubs.resources", method="GET",
              paths=("/subscriptions/{subscription}/resourceGroups/{group}/resources",),
              handler=hubs.resources, spec="4.2", any_version=True),
    Operation(name="hubs.get", method="GET", paths=(_HUB,), handler=hubs.get, spec="4.2"),
    Operation(name="hubs.put", method="PUT", paths=(_HUB,), handler=hubs.put, spec="4.2", right=Right.ADMIN,
              statuses=(201, 200)),
    Operation(name="hubs.patch", method="PATCH", paths=(_HUB,), handler=hubs.patch, spec="4.2", right=Right.ADMIN),
    Operation(name="hubs.delete", method="DELETE", paths=(_HUB,), handler=hubs.delete, spec="4.2", right=Right.ADMIN,
              statuses=(200, 202, 204)),
    Operation(name="interactions.list", method="GET", paths=_TYPES, handler=interaction_types.list_, spec="4.2"),
    Operation(name="interactions.get", method="GET", paths=_at(_TYPES, "/{name}"),
              handler=interaction_types.get, spec="4.2"),
    Operation(name="interactions.put", method="PUT", paths=_at(_TYPES, "/{name}"), handler=interaction_types.put,
              spec="4.2", right=Right.ADMIN, statuses=(200, 202), hub_statuses=_CREATED),
    Operation(name="interactions.operation", method="GET",
              paths=(f"{_TYPES[0]}/{{name}}/operations/{{operation}}",), handler=long_running.get, spec="4.3",
              statuses=(200, 202)),
    Operation(name="interactions.versions", method="GET", paths=_at(_TYPES, "/{name}/versions"),
              handler=interaction_types.versions, spec="9.3"),
    Operation(name="interactions.schema", method="GET", paths=_at(_TYPES, "/{name}/schema"),
              handler=schemas.get, spec="9.3"),
    Operation(name="interactions.infer", method="POST", paths=_at(_TYPES, "/{name}/infer"),
              handler=infer.propose, spec="9.9", max_body=MAX_BYTES),
    Operation(name="interactions.suggest", method="POST", paths=_at(_TYPES, "/{name}/suggestRelationshipLinks"),
              handler=resources.suggest_relationship_links, spec="4.7"),
    Operation(name="profiles.list", method="GET", paths=_PROFILES, handler=profile_types.list_, spec="4.2"),
    Operation(name="profiles.get", method="GET", paths=_at(_PROFILES, "/{name}"),
              handler=profile_types.get, spec="4.2"),
    Operation(name="profiles.put", method="PUT", paths=_at(_PROFILES, "/{name}"), handler=profile_types.put, spec="4.2",
              right=Right.ADMIN, statuses=(200, 202), hub_statuses=_CREATED),
    Operation(name="profiles.delete", method="DELETE", paths=_at(_PROFILES, "/{name}"), handler=profile_types.delete,
              spec="4.2", right=Right.ADMIN, statuses=(200, 202, 204)),
    Operation(name="profiles.operation", method="GET", paths=(f"{_PROFILES[0]}/{{name}}/operations/{{operation}}",),
              handler=long_running.get, spec="4.3", statuses=(200, 202)),
    *(Operation(name=f"profiles.enrichingKpis{suffix}", method=method, paths=_at(_PROFILES, "/{name}/getEnrichingKpis"),
                handler=profile_types.enriching_kpis, spec="4.2")
      for method, suffix in (("POST", ""), ("GET", ".get"))),
    *(operation for kind in (*STORED, MAPPINGS, POLICIES, VIEWS, MATCH_POLICIES) for operation in _stored(kind)),
    Operation(name="kpi.reprocess", method="POST", paths=_at(_paths(KPIS), "/{name}/reprocess"),
              handler=resources.reprocess_kpi, spec="4.2", right=Right.ADMIN, statuses=(202,)),
    Operation(name="predictions.getModelStatus", method="POST",
              paths=_at(_paths(PREDICTIONS), "/{name}/getModelStatus"), handler=resources.model_status, spec="4.2"),
    Operation(name="predictions.getTrainingResults", method="POST",
              paths=_at(_paths(PREDICTIONS), "/{name}/getTrainingResults"),
              handler=resources.training_results, spec="4.2"),
    Operation(name="predictions.modelStatus", method="POST", paths=_at(_paths(PREDICTIONS), "/{name}/modelStatus"),
              handler=resources.set_model_status, spec="4.2", right=Right.ADMIN),
    Operation(name="authorizationPolicies.regeneratePrimaryKey", method="POST",
              paths=_at(_paths(POLICIES), "/{name}/regeneratePrimaryKey"),
              handler=policies.regenerate_primary, spec="4.2", right=Right.ADMIN),
    Operation(name="authorizationPolicies.regenerateSecondaryKey", method="POST",
              paths=_at(_paths(POLICIES), "/{name}/regenerateSecondaryKey"),
              handler=policies.regenerate_secondary, spec="4.2", right=Right.ADMIN),
    Operation(name="roles.list", method="GET", paths=(f"{_HUB}/roles", "^/rbac/roles"),
              handler=resources.roles, spec="3.7"),
    Operation(name="widgetTypes.list", method="GET", paths=(f"{_HUB}/widgetTypes", "^/widgetTypes"),
              handler=resources.widget_types, spec="3.7"),
    Operation(name="widgetTypes.get", method="GET", paths=(f"{_HUB}/widgetTypes/{{name}}", "^/widgetTypes/{name}"),
              handler=resources.widget_type, spec="3.7"),
    Operation(name="images.typeUpload", method="POST", paths=_images("getEntityTypeImageUploadUrl"),
              handler=images.type_upload, spec="4.6", right=Right.WRITE),
    Operation(name="images.dataUpload", method="POST", paths=_images("getDataImageUploadUrl"),
              handler=images.data_upload, spec="4.6", right=Right.WRITE),
    Operation(name="images.get", method="GET", paths=("/hubs/{hub}/media/{rest:path}",), handler=images.get,
              spec="4.6", any_version=True, is_signed=True),
    Operation(name="images.put", method="PUT", paths=("/hubs/{hub}/media/{rest:path}",), handler=images.put,
              spec="4.6", right=Right.WRITE, statuses=(201,), any_version=True, is_signed=True,
              max_body=images.MAX_IMAGE),
    Operation(name="operations.get", method="GET", paths=("^/model/operations/{operation}",),
              handler=long_running.get, spec="5", statuses=(200, 201, 202, 204)),
)  # fmt: skip

OPERATIONS = OPERATIONS_MANAGEMENT + OPERATIONS_DATA
"""Every operation, in the order of the coverage page."""
