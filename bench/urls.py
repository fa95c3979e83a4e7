"""The URLs of the shop, and `bare`, the view that others are compared with."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from shop import urls


def bare(request: HttpRequest) -> HttpResponse:
    """The least that a view with a query costs in this site: middleware, connection, one `SELECT 1`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("bare/", bare), *urls.urlpatterns]

handler500 = urls.handler500
