"""xroom keeps to what every provider keeps to."""

from typing import Any

from meetings.providers.xroom import Provider

from .contract import REF, AnyProvider
from .doubles.xroom import Double
from .http_contract import HttpProviderContract


class TestXroom(HttpProviderContract):
    provider_class = Provider
    double_class = Double
    options = {
        "auth_id": Double.auth_id,
        "api_secret": Double.api_secret,
        "domain": "meet.example.org",
        "webhook_key": Double.webhook_key,
    }
    secrets = ("api_secret", "webhook_key")

    def harmless_call(self, provider: AnyProvider) -> Any:
        return provider.is_live(REF)
