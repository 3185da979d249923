"""VideoSDK keeps to the contract; what is its own is tested in the folder of its name."""

from typing import Any, ClassVar

from meetings.providers import videosdk

from .contract import REF
from .doubles.videosdk import Double
from .http_contract import HttpProviderContract
from .videosdk.kit import OPTIONS


class TestVideosdk(HttpProviderContract):
    provider_class = videosdk.Provider
    double_class = Double
    options: ClassVar[dict[str, Any]] = OPTIONS
    secrets = ("secret",)

    def harmless_call(self, provider: Any) -> Any:
        return provider.is_live(REF)
