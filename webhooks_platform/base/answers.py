"""One place that turns product errors into answers: pages and htmx fragments here, problem+json for the API."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.defaults import page_not_found
from django.views.defaults import server_error as page_of_server_error
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from webhooks_platform.base.errors import (
    InvalidInput,
    LimitReached,
    NotAllowed,
    NotFound,
    ProductError,
    StaleState,
)

API_PATH = "/api/v1/"
STATUS: dict[type[ProductError], int] = {
    InvalidInput: 422,
    NotAllowed: 403,
    NotFound: 404,
    StaleState: 409,
    LimitReached: 429,
}


def status_of(error: ProductError) -> int:
    """The HTTP status for an error, by the nearest known base class."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)


def problem(error: ProductError) -> dict[str, Any]:
    """A problem document (RFC 9457)."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": error.title,
        "status": status_of(error),
        "detail": error.message,
        "code": error.code,
    }
    if error.errors:
        body["errors"] = error.errors
    return body


class ProductErrorMiddleware:
    """Shows an expected error that a page did not handle itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ProductError):
            return None
        status = status_of(error)
        if request.headers.get("HX-Request"):
            return JsonResponse(problem(error), status=status, content_type="application/problem+json")
        return render(request, "problem.html", {"error": error, "status": status}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that leads nowhere; a problem document under the API's."""
    if not request.path.startswith(API_PATH):
        return page_not_found(request, exception)
    detail = f"There is no {request.path}. The addresses are listed at {reverse('api_docs')}."
    return _api_problem(HTTPStatus.NOT_FOUND, detail, "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """The page after a fault of ours; a problem document under the API's addresses."""
    if not request.path.startswith(API_PATH):
        return page_of_server_error(request)
    detail = "Something went wrong on our side. Try again in a moment; if it stays, tell the operator when it was."
    return _api_problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail, "server_error")


def _api_problem(status: HTTPStatus, detail: str, code: str) -> JsonResponse:
    body = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail, "code": code}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def drf_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """problem+json for product errors and for the framework's own."""
    if isinstance(error, ProductError):
        return Response(problem(error), status=status_of(error), content_type="application/problem+json")
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        response.status_code = 422  # it was read, and says something impossible: 400 is for what can't be read
    response.data = _framework_problem(error, response)
    response.content_type = "application/problem+json"
    return response


def _framework_problem(error: Exception, response: Response) -> dict[str, Any]:
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
        "detail": str(detail) if detail else "The request has fields that can't be accepted.",
        "code": getattr(error, "default_code", "error") if isinstance(error, APIException) else "not_found",
    }
    if detail is None:
        body["errors"] = list(_field_errors(response.data))
    return body


def _field_errors(data: Any, path: str = "") -> list[dict[str, str]]:
    if isinstance(data, dict):
        return [row for key, value in data.items() for row in _field_errors(value, f"{path}.{key}".strip("."))]
    if isinstance(data, list) and any(isinstance(item, dict | list) for item in data):
        return [row for n, item in enumerate(data) for row in _field_errors(item, f"{path}.{n}".strip("."))]
    texts = data if isinstance(data, list) else [data]
    return [{"field": path, "detail": str(text)} for text in texts]
