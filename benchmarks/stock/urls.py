"""Two addresses."""

from django.urls import path

from benchmarks.stock import views

urlpatterns = [
    path("transfers", views.TransferList.as_view()),
    path("transfers.csv", views.TransferCSV.as_view()),
]
