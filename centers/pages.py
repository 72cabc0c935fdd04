"""The one page for a browser: where an invitation's link leads."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """A form for the first password. The token stands in the fragment, which no server sees until it is posted."""
    return render(request, "centers/welcome.html")
