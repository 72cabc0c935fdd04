"""The OpenAPI document: what the request contract adds to every operation, so that no room has to say it again."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from backend.api.problems import MEDIA_TYPE
from backend.api.views import CONDITIONAL, GatedViewSet

STRING = {"type": "string"}
# RFC 3339's partial-time. `time` would promise an offset, which a time of day at a center has not.
TIME_OF_DAY = {"format": "time-local", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$"}
SIGN_IN = {
    "type": "http",
    "scheme": "bearer",
    "description": "The token that signing in answers.",
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; texts may be reworded. Nothing that was sent is repeated.",
    "required": ["type", "title", "status", "code", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": STRING,
        "status": {"type": "integer"},
        "code": STRING,
        "detail": STRING,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {"pointer": STRING, "code": STRING, "detail": STRING},
            },
        },
    },
}
ETAG = {"description": "Strong tag of this version as you see it; send it back in If-Match.", "schema": STRING}
REPLAYED = {"description": "Present when this is the answer to an earlier request with the same key.", "schema": STRING}
ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
# Of addresses outside the gate: signing out, accepting an invitation.
AT_DOORS = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)
OF_BODIES = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
ON_WRITES = (HTTPStatus.CONFLICT, *OF_BODIES)
ON_CONDITIONS = (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED)


class Schema(AutoSchema):
    """Reads gated viewsets: inputs and queries by action, headers, and the problems any request may get."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """The operation, with what the contract adds; None for an action nobody may call."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if not isinstance(self.view, GatedViewSet):
            refusals = AT_DOORS + ((HTTPStatus.NOT_FOUND,) if self._is_detail else ())
            refusals += OF_BODIES if "requestBody" in operation else ()
            operation["responses"] |= {str(int(status)): self._problem(status) for status in refusals}
            return operation
        operation["parameters"] = [*operation.get("parameters", []), *self._headers()]
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                response.setdefault("headers", {}).update(self._answer_headers())
        operation["responses"] |= {str(int(status)): self._problem(status) for status in self._refusals()}
        if self.method == "GET" and self._is_detail:
            operation["responses"]["304"] = {"description": "As known", "headers": {"ETag": ETAG}}
        return operation

    def is_excluded(self) -> bool:
        """Whether the operation stays out: undeclared actions are refused, so they are no part of the API."""
        if isinstance(self.view, GatedViewSet) and self.view.action not in self.view.codenames:
            return True
        return bool(super().is_excluded())

    def get_request_serializer(self) -> Any:
        """What reads the body of this action."""
        if isinstance(self.view, GatedViewSet) and self.view.action in self.view.input_serializers:
            return self.view.input_serializers[self.view.action]
        return super().get_request_serializer()

    def get_override_parameters(self) -> list[Any]:
        """What reads the query of this action."""
        if isinstance(self.view, GatedViewSet) and self.view.action in self.view.query_serializers:
            return [self.view.query_serializers[self.view.action]]
        return list(super().get_override_parameters())

    def get_auth(self) -> list[dict[str, list[str]]]:
        """A bearer token everywhere behind the gate."""
        if not isinstance(self.view, GatedViewSet):
            return list(super().get_auth())
        self._register("signIn", ResolvedComponent.SECURITY_SCHEMA, SIGN_IN)
        return [{"signIn": []}]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """Without promising the fields that only some readers are shown."""
        base: Any = super()
        mapped = base._map_basic_serializer(serializer, direction)
        for names in getattr(getattr(serializer, "Meta", None), "fields_for", {}).values():
            mapped["required"] = [name for name in mapped.get("required", []) if name not in names]
        return mapped

    def _map_serializer_field(self, *args: Any, **kwargs: Any) -> Any:
        """A time of day as what it is."""
        base: Any = super()
        mapped = base._map_serializer_field(*args, **kwargs)
        return mapped | TIME_OF_DAY if mapped and mapped.get("format") == "time" else mapped

    @property
    def _is_detail(self) -> bool:
        """Whether the route leads to one object."""
        return bool(getattr(self.view, "detail", False))

    def _headers(self) -> list[dict[str, Any]]:
        if self.method in CONDITIONAL and self._is_detail:
            return [_header("If-Match", "The ETag last read. 428 without, 412 when it is stale.", required=True)]
        if self.method == "POST":
            return [_header("Idempotency-Key", "1 to 200 visible characters; a retry gets the first answer, 24 hours.")]
        if self.method == "GET" and self._is_detail:
            return [_header("If-None-Match", "An ETag; 304 when it is current.")]
        return []

    def _answer_headers(self) -> dict[str, Any]:
        headers = {"ETag": ETAG} if self._is_detail or self.method == "POST" else {}
        return headers | ({"Idempotent-Replayed": REPLAYED} if self.method == "POST" else {})

    def _refusals(self) -> tuple[HTTPStatus, ...]:
        refusals = ALWAYS + (ON_WRITES if self.method != "GET" else ())
        if self.method in CONDITIONAL and self._is_detail:
            refusals += ON_CONDITIONS
        if self.method == "POST":
            refusals += (HTTPStatus.UNPROCESSABLE_ENTITY,)
        return refusals

    def _problem(self, status: HTTPStatus) -> dict[str, Any]:
        problem = self._register("Problem", ResolvedComponent.SCHEMA, PROBLEM)
        return {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": problem.ref}}}

    def _register(self, name: str, kind: Any, schema: dict[str, Any]) -> Any:
        component = ResolvedComponent(name=name, type=kind, object=name, schema=schema)
        self.registry.register_on_missing(component)
        return component


def _header(name: str, description: str, *, required: bool = False) -> dict[str, Any]:
    return {"in": "header", "name": name, "required": required, "description": description, "schema": STRING}
