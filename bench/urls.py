"""The site's addresses, and beside them the view that others are compared with."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from shop import urls


def bare(request: HttpRequest) -> HttpResponse:
    """What any view with a query costs in this site: its middleware, its connection, one `SELECT 1`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("bare/", bare), *urls.urlpatterns]

handler500 = urls.handler500
