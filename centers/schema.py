"""allauth's sign-in pages in the OpenAPI document, whose generator does not see them."""

from dataclasses import dataclass
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
# What pages of second factors answer: allauth's own envelope.
ENVELOPE = {
    "type": "object",
    "required": ["status"],
    "properties": {
        "status": {"type": "integer"},
        "data": {"type": ["object", "array"]},
        "meta": {"type": "object"},
    },
}
APP = {"type": "totp", "created_at": 1764244800.0, "last_used_at": None}
KEY = {"type": "webauthn", "id": 7, "name": "Blue key", "created_at": 1764244800.0, "last_used_at": None}
CREDENTIAL = {
    "type": "public-key",
    "id": "mJ0fQm0",
    "rawId": "mJ0fQm0",
    "response": {"clientDataJSON": "eyJ0eXBlIjoi", "attestationObject": "o2NmbXRk"},
    "clientExtensionResults": {},
}
FIELDS: dict[str, tuple[dict[str, Any], Any]] = {
    "email": (TEXT, "olga.marsh@center.example"),
    "password": (TEXT, "three words and a number 7"),
    "current_password": (TEXT, "three words and a number 7"),
    "new_password": (TEXT, "another battery staple 8"),
    "code": (TEXT | {"maxLength": 20}, "492039"),
    "name": (TEXT | {"maxLength": 100}, "Blue key"),
    "id": ({"type": "integer"}, 7),
    "authenticators": ({"type": "array", "items": {"type": "integer"}}, [7]),
    "credential": ({"type": "object", "description": "What the browser's WebAuthn call returned."}, CREDENTIAL),
}


@dataclass(frozen=True)
class Page:
    """One of allauth's pages by one method."""

    tail: str
    method: str
    name: str
    summary: str
    fields: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    is_open: bool = False
    answer: Any = None  # of its envelope; who is signed in when there is none
    problems: tuple[str, ...] = ()


QUESTION = {"status": 200, "data": {"request_options": {"publicKey": {"challenge": "pX3k", "rpId": "iop.example"}}}}
CODES = {"type": "recovery_codes", "total_code_count": 10, "unused_code_count": 9, "created_at": 1764244800.0}
CODES |= {"last_used_at": None, "unused_codes": ["04823917"]}
PAGES = (
    Page(
        "auth/login",
        "post",
        "sign_in",
        "Sign in; 401 with a token when a second factor is to follow",
        ("email", "password"),
        is_open=True,
    ),
    Page("auth/session", "get", "session", "Who is signed in"),
    Page(
        "auth/session", "delete", "session_end", "Sign this device out; answered by 401: nobody is signed in any more"
    ),
    Page(
        "auth/reauthenticate",
        "post",
        "resume_by_password",
        "Give the password again; wakes an idle device",
        ("password",),
    ),
    Page(
        "auth/2fa/authenticate",
        "post",
        "second_factor",
        "The second factor of a sign-in: an app's or a recovery code",
        ("code",),
    ),
    Page(
        "auth/2fa/reauthenticate",
        "post",
        "resume_by_code",
        "Give the second factor again; wakes an idle device",
        ("code",),
    ),
    Page(
        "auth/webauthn/authenticate",
        "get",
        "key_question",
        "What a security key must answer to sign in",
        answer=QUESTION,
    ),
    Page(
        "auth/webauthn/authenticate", "post", "key", "The second factor of a sign-in: a security key", ("credential",)
    ),
    Page(
        "auth/webauthn/reauthenticate",
        "get",
        "resume_question",
        "What a security key must answer to resume",
        answer=QUESTION,
    ),
    Page(
        "auth/webauthn/reauthenticate",
        "post",
        "resume_by_key",
        "Use a security key again; wakes an idle device",
        ("credential",),
    ),
    Page(
        "account/password/change",
        "post",
        "change_password",
        "Change the password; every device is signed out, this one gets a new token",
        ("current_password", "new_password"),
    ),
    Page(
        "account/authenticators", "get", "authenticators", "One's second factors", answer={"status": 200, "data": [APP]}
    ),
    Page(
        "account/authenticators/totp",
        "get",
        "app_secret",
        "One's authenticator app, or a secret to set one up with",
        answer={
            "status": 200,
            "meta": {"secret": "JBSWY3DPEHPK3PXP", "totp_url": "otpauth://totp/olga?secret=JBSWY3DPEHPK3PXP"},
        },
    ),
    Page(
        "account/authenticators/totp",
        "post",
        "app_add",
        "Set the app up, by the first code it shows",
        ("code",),
        answer={"status": 200, "data": APP},
    ),
    Page(
        "account/authenticators/totp",
        "delete",
        "app_remove",
        "Take the app off",
        answer={"status": 200},
        problems=("409",),
    ),
    Page(
        "account/authenticators/recovery-codes",
        "get",
        "recovery_codes",
        "How many recovery codes are left; the codes the first time only",
        answer={"status": 200, "data": CODES},
        problems=("404",),
    ),
    Page(
        "account/authenticators/recovery-codes",
        "post",
        "recovery_codes_renew",
        "New recovery codes in place of the old",
        answer={"status": 200, "data": CODES},
        problems=("404",),
    ),
    Page(
        "account/authenticators/webauthn",
        "get",
        "key_options",
        "What a new security key must answer",
        answer={"status": 200, "data": {"creation_options": {"publicKey": {"challenge": "pX3k"}}}},
    ),
    Page(
        "account/authenticators/webauthn",
        "post",
        "key_add",
        "Set a security key up",
        ("credential",),
        ("name",),
        answer={"status": 200, "data": KEY, "meta": {"recovery_codes_generated": True}},
    ),
    Page(
        "account/authenticators/webauthn",
        "put",
        "key_rename",
        "Call a security key something else",
        ("id", "name"),
        answer={"status": 200, "data": KEY},
    ),
    Page(
        "account/authenticators/webauthn",
        "delete",
        "key_remove",
        "Take security keys off",
        ("authenticators",),
        answer={"status": 200},
        problems=("409",),
    ),
)
PROBLEMS = {
    "400": "Some values are not valid, or do not fit together",
    "401": "Not signed in, not yet, or idle; a step that is to follow stands in data.flows",
    "403": "A second factor must be set up first",
    "404": "There is none",
    "409": "Not now: a role wants a second factor, or somebody is signed in already",
    "429": "Too many attempts; Retry-After says how long to wait",
}


def add_sign_in(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """The document with the pages a client needs before any other."""
    for page in PAGES:
        result["paths"].setdefault(f"/api/v1/{page.tail}", {})[page.method] = _operation(page)
    return result


def _operation(page: Page) -> dict[str, Any]:
    schema, example = (SIGNED_IN, ANSWER) if page.answer is None else (ENVELOPE, page.answer)
    codes = {"401", *page.problems} | ({"400", "429"} if page.fields else set()) | (set() if page.is_open else {"403"})
    if page.is_open:
        codes.add("409")
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    operation: dict[str, Any] = {
        "operationId": page.name,
        "summary": page.summary,
        "tags": ["sign-in"],
        "security": [] if page.is_open else [{"signIn": []}],
        "responses": {"200": {"description": "Done", "content": _json(schema, example)}}
        | {code: problem | {"description": PROBLEMS[code]} for code in sorted(codes)},
    }
    names = page.fields + page.optional
    if names:
        body = {
            "type": "object",
            "required": list(page.fields),
            "properties": {name: FIELDS[name][0] for name in names},
            "additionalProperties": False,
        }
        operation["requestBody"] = {"required": True, "content": _json(body, {name: FIELDS[name][1] for name in names})}
    return operation


def _json(schema: dict[str, Any], example: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema, "examples": {"Example": {"value": example}}}}
