"""The API as schemathesis sees it: every operation of the OpenAPI document, and what counts as a rejection."""

from typing import Any

import schemathesis
from drf_spectacular.generators import SchemaGenerator
from schemathesis import BaseSchema, Case
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation

from backend.wsgi import application

Request = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
# Every way this API has of saying no. A rate limit is no judgment of what was sent.
REJECTED = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "429"]


def schema(seed: int, *, in_process: bool = True) -> BaseSchema:
    """The document of this checkout, with the links that follow from it."""
    config = SchemathesisConfig(seed=seed)
    config.projects.default.checks.negative_data_rejection.expected_statuses = REJECTED
    config.projects.default.generation.with_security_parameters = False
    loaded = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True), config=config)
    if in_process:
        loaded.app = application
    loaded.apply_stateful_inference(None)
    return loaded


def operations(loaded: BaseSchema) -> list[Operation]:
    """Every operation. Raises what schemathesis cannot read of the document."""
    found = []
    for result in loaded.get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        found.append(result.ok())
    return found
