"""Addresses of the demo's own pages, which the settings add to those of the shop."""

from django.urls import path

from demo import pictures, testbank

app_name = "demo"
urlpatterns = [
    path("pictures/<slug:article>.<slug:code>.<slug:mark>.svg", pictures.drawing, name="drawing"),
    path("testbank/<slug:reference>/", testbank.page, name="testbank"),
]
