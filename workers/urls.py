"""Addresses for operators."""

from django.urls import path

from workers.metrics import metrics

urlpatterns = [path("metrics", metrics, name="metrics")]
