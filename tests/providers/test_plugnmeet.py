"""plugNmeet keeps to the contract; what is special about it is tested in `plugnmeet/`."""

from typing import Any

from meetings.providers.plugnmeet import Provider

from .contract import REF
from .doubles.plugnmeet import Double
from .http_contract import HttpProviderContract
from .plugnmeet.kit import OPTIONS


class TestPlugnmeet(HttpProviderContract):
    provider_class = Provider
    double_class = Double
    options = OPTIONS
    secrets = ("api_secret",)

    def harmless_call(self, provider: Any) -> Any:
        return provider.is_live(REF)
