"""URLs of the demo's pages. The settings add them to the URLs of the shop."""

from django.urls import path

from demo import pictures, testbank

app_name = "demo"
urlpatterns = [
    path("pictures/<slug:article>.<slug:code>.<slug:mark>.svg", pictures.drawing, name="drawing"),
    path("testbank/<slug:reference>/", testbank.page, name="testbank"),
]
