"""A provider that holds rooms on another site, and keeps recordings of them."""

from meetings.providers.base import Features, Recording, RoomRef
from meetings.providers.errors import ProviderUnavailable

from . import away

SILENT = "silent"  # the recording whose address is not to be had


class Provider(away.Provider):
    slug = "shelf"
    label = "Shelf"
    features = Features(recording=True)

    def recordings(self, ref: RoomRef) -> tuple[Recording, ...]:
        return ()

    def delete_recording(self, recording_id: str) -> None:
        """There is none."""

    def recording_url(self, recording_id: str) -> str:
        if recording_id == SILENT:
            raise ProviderUnavailable("no answer", provider=self.label)
        return f"{self.options.url}/{recording_id}"
