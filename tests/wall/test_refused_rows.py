"""A row the policy refuses is answered like a place that is not there, and logged as the fault of ours that it is."""

import logging

import pytest
from django.db import DatabaseError, connection
from django.test import RequestFactory
from django.urls import resolve

from backend.api import wall
from backend.api.errors import failure_page, problem_of, problem_page
from tests.access.scene import Scene

LANGUAGE = "UPDATE patients_patient SET center_id = %s, language = 'xx-quillfeather' WHERE id = %s"


def refused(scene: Scene) -> DatabaseError:
    """What a write that forgot its scope raises: a patient moved to a center that is not open."""
    cast = scene.cast
    with pytest.raises(DatabaseError) as caught, wall.atomic([cast.elsewhere.pk]), connection.cursor() as cursor:
        cursor.execute(LANGUAGE, [cast.center.pk, cast.stranger.pk])
    return caught.value


def test_it_is_answered_as_nothing(scene: Scene) -> None:
    request = RequestFactory().get("/api/v1/patients/")
    request.resolver_match = resolve("/api/v1/patients/")
    answer = failure_page(refused(scene), request)
    absent = problem_page(404)
    assert (answer.status_code, answer.content, dict(answer.headers)) == (404, absent.content, dict(absent.headers))


def test_the_log_names_the_route_and_no_value(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory().get(f"/api/v1/patients/{scene.cast.stranger.pk}/")
    request.resolver_match = resolve(request.path)
    with caplog.at_level(logging.ERROR, logger="backend.api"):
        failure_page(refused(scene), request)
    text = caplog.text
    assert "the wall refused a write of api/v1/patients/" in text
    assert not [word for word in (str(scene.cast.stranger.pk), str(scene.cast.center.pk), "xx-quill") if word in text]


def test_a_right_that_is_missing_stays_a_fault(scene: Scene) -> None:
    with pytest.raises(DatabaseError) as caught, wall.atomic([]), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_logentry")
    assert problem_of(caught.value).status == 500
