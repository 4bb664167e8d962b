"""Transfers with their claims in pages; and all transfers as streamed CSV."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import Prefetch
from django.http import StreamingHttpResponse
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework_csv.renderers import CSVStreamingRenderer

from benchmarks.stock.models import Claim, Transfer


class ClaimSerializer(serializers.ModelSerializer):
    class Meta:
        model = Claim
        exclude = ["id", "until"]


class FlatSerializer(serializers.ModelSerializer):
    class Meta:
        model = Transfer
        exclude = ["until"]


class TransferSerializer(FlatSerializer):
    claims = ClaimSerializer(many=True, read_only=True)


CURRENT = Transfer.objects.filter(until__isnull=True).order_by("key")


class TransferList(generics.ListAPIView):
    """A page of transfers: three queries, one of them for the count."""

    serializer_class = TransferSerializer
    queryset = CURRENT.prefetch_related(Prefetch("claims", Claim.objects.filter(until__isnull=True)))
    filterset_fields = ["system", "supplier", "recipient", "category", "kind", "status"]


class TransferCSV(APIView):
    """Every transfer, without its claims, by the streaming renderer."""

    renderer_classes = [CSVStreamingRenderer]

    def get(self, request: Request) -> StreamingHttpResponse:
        renderer = CSVStreamingRenderer()
        renderer.header = list(FlatSerializer().fields)
        return StreamingHttpResponse(renderer.render(self._rows()), content_type="text/csv")

    def _rows(self) -> Iterator[dict[str, Any]]:
        rows = CURRENT.iterator(chunk_size=2000)
        while batch := list(islice(rows, 2000)):
            yield from FlatSerializer(batch, many=True).data
