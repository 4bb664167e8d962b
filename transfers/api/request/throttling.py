"""Throttling of anonymous reads: off unless the setting API_THROTTLE gives a rate such as 600/min."""

from contextlib import suppress
from ipaddress import IPv6Network
from typing import Any

from django.conf import settings
from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class PublicReads(SimpleRateThrottle):
    """Limit of requests by client address and period; the address is that of the connection.

    An X-Forwarded-For header counts only as far as the setting NUM_PROXIES of trusted proxies says.
    """

    scope = "public"
    cache = caches["throttle"]
    num_requests: int
    duration: int

    def get_rate(self) -> str | None:
        return settings.API_THROTTLE or None

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"throttle:{_group(self.get_ident(request))}"

    def allow_request(self, request: Request, view: Any) -> bool:
        original: Any = request._request
        if hasattr(original, "rate_limit"):  # checked already, or asked again of another database
            view.rate_limit = original.rate_limit
            return True
        allowed = super().allow_request(request, view)
        if self.rate is not None:
            remaining = max(0, self.num_requests - len(self.history))
            oldest = self.history[-1] if self.history else self.now
            reset = max(0, round(oldest + self.duration - self.now))
            view.rate_limit = original.rate_limit = (self.num_requests, self.duration, remaining, reset)
        return allowed


def _group(address: str) -> str:
    """Return whom an address stands for: of IPv6 its network, as one client has all addresses of that."""
    with suppress(ValueError):  # a proxy may pass on whatever it got
        return str(IPv6Network(f"{address}/64", strict=False))
    return address
