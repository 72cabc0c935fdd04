"""allauth's sign-in pages in the OpenAPI document, whose generator does not see them."""

from typing import Any

from backend.api.problems import MEDIA_TYPE
from centers.examples import STAFF_ID

TEXT = {"type": "string"}
SHOWN_ONCE = "kZ2b0g3v7a9xQd0m1tJc5yR8uLw4eHs6nPf2iVoKbXE"
SIGNED_IN = {
    "type": "object",
    "required": ["status", "data", "meta"],
    "properties": {
        "status": {"type": "integer"},
        "data": {"type": "object", "description": "Who signed in, and by which methods."},
        "meta": {
            "type": "object",
            "required": ["is_authenticated"],
            "properties": {
                "is_authenticated": {"type": "boolean"},
                "session_token": TEXT | {"description": "Send it as Authorization: Bearer; it is shown once."},
            },
        },
    },
}
ANSWER = {
    "status": 200,
    "data": {"user": {"id": STAFF_ID, "display": "Olga Marsh", "has_usable_password": True}, "methods": []},
    "meta": {"is_authenticated": True, "session_token": SHOWN_ONCE},
}
SENT = {
    "email": "olga.marsh@center.example",
    "password": "three words and a number 7",
    "current_password": "three words and a number 7",
    "new_password": "another battery staple 8",
}


def add_sign_in(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """The document with the pages a client needs before any other."""
    result["paths"] |= {
        "/api/v1/auth/login": {"post": _operation("sign_in", "Sign in", ["email", "password"])},
        "/api/v1/auth/session": {"get": _operation("session", "Who is signed in", [], is_open=False)},
        "/api/v1/account/password/change": {
            "post": _operation(
                "change_password",
                "Change the password; every device is signed out, this one gets a new token",
                ["current_password", "new_password"],
                is_open=False,
            )
        },
    }
    return result


def _operation(name: str, summary: str, fields: list[str], *, is_open: bool = True) -> dict[str, Any]:
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "tags": ["sign-in"],
        "security": [] if is_open else [{"signIn": []}],
        "responses": {
            "200": {"description": "Done", "content": _json(SIGNED_IN, ANSWER)},
            "401": problem | {"description": "Not signed in, or not yet"},
        },
    }
    if fields:
        body = {"type": "object", "required": fields, "properties": dict.fromkeys(fields, TEXT)}
        operation["requestBody"] = {"required": True, "content": _json(body, {name: SENT[name] for name in fields})}
        operation["responses"] |= {
            "400": problem | {"description": "Some values are not valid, or do not fit together"},
            "429": problem | {"description": "Too many attempts"},
        }
    return operation


def _json(schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema, "examples": {"Example": {"value": example}}}}
