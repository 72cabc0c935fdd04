"""The pages for a browser: where the links of invitations and of forgotten passwords lead."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """A form for the first password. The token stands in the fragment, which no server sees until it is posted."""
    return render(request, "centers/welcome.html")


@require_safe
def reset(request: HttpRequest) -> HttpResponse:
    """A form that asks for a link, or, opened by one, for a new password."""
    return render(request, "centers/reset.html")
