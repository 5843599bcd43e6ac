"""Finding the route of a path in any casing (spec 1.1)."""

from typing import Any

from falcon.routing import CompiledRouter

REST = "{rest:path}"
"""The end of a route that takes whatever follows."""


class AnyCaseRouter(CompiledRouter):
    """Matches the fixed parts of paths in any casing; what a path names keeps the casing that the client wrote."""

    def add_route(self, uri_template: str, resource: object, **options: Any) -> None:
        """Add a route. Names of its parameters are in lower case."""
        super().add_route(_lowered(uri_template), resource, **options)

    def find(self, uri: str, req: Any = None) -> Any:
        """Return the route of a path."""
        found = super().find(uri.lower(), req)
        if found is None:
            return None
        resource, method_map, params, template = found
        assert template is not None, "routes are added by template"
        parts = uri.lstrip("/").split("/")
        for place, segment in enumerate(template.lstrip("/").split("/")):
            if segment == REST:
                params["rest"] = "/".join(parts[place:])
            elif segment.startswith("{") and segment.endswith("}"):
                params[segment[1:-1]] = parts[place]
        return resource, method_map, params, template


def _lowered(template: str) -> str:
    return "/".join(part if part.startswith("{") else part.lower() for part in template.split("/"))
