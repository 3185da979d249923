"""What every provider keeps to. Its own test file inherits this class and says how to build one."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string

from meetings.providers.base import (
    FEATURE_METHODS,
    Attendee,
    Check,
    JoinTicket,
    MeetingProvider,
    Role,
    RoomRef,
    RoomSpec,
    WebhookRequest,
)
from meetings.providers.errors import (
    FeatureUnsupported,
    ProviderMisconfigured,
    WebhookRejected,
)

AnyProvider = MeetingProvider[Any]

SPEC = RoomSpec(key="5e551077", title="Review", until=timezone.now() + timedelta(hours=1))
REF = RoomRef(room_id=SPEC.key)
HOST = Attendee(key="u:1", name="Hanna", role=Role.HOST)
GUEST = Attendee(key="g:2", name="Ana")

# How each method that stands for a feature is asked.
CALLS: dict[str, Callable[[AnyProvider], Any]] = {
    "book": lambda provider: provider.book(SPEC),
    "rebook": lambda provider: provider.rebook(REF, SPEC),
    "cancel": lambda provider: provider.cancel(REF),
    "end_room": lambda provider: provider.end_room(REF),
    "is_live": lambda provider: provider.is_live(REF),
    "roster": lambda provider: provider.roster(REF),
    "remove": lambda provider: provider.remove(REF, GUEST.key),
    "mute": lambda provider: provider.mute(REF, GUEST.key),
    "set_lock": lambda provider: provider.set_lock(REF, True),
    "set_passcode": lambda provider: provider.set_passcode(REF, "otter"),
    "bookings": lambda provider: provider.bookings(),
    "find_bookings": lambda provider: provider.find_bookings(SPEC),
    "live_rooms": lambda provider: provider.live_rooms(),
    "recordings": lambda provider: provider.recordings(REF),
    "delete_recording": lambda provider: provider.delete_recording("r1"),
    "recording_url": lambda provider: provider.recording_url("r1"),
    "start_recording": lambda provider: provider.start_recording(REF),
    "stop_recording": lambda provider: provider.stop_recording(REF),
    "parse_webhook": lambda provider: provider.parse_webhook(WebhookRequest(body=b"", headers={})),
    "ensure_webhook": lambda provider: provider.ensure_webhook("https://parley.example/hooks/"),
}
# Providers without bookings take our key for the room: these have an answer for everyone.
ALWAYS_ANSWERED = {"book", "rebook", "cancel"}


class ProviderContract:
    """Inherit, name the class and its options, and a `provider` fixture if it needs a double."""

    provider_class: ClassVar[type[AnyProvider]]
    options: ClassVar[dict[str, Any]] = {}
    secrets: ClassVar[tuple[str, ...]] = ()  # the options that must never be shown

    @pytest.fixture
    def provider(self) -> AnyProvider:
        return self.build()

    def build(self, **changed: Any) -> AnyProvider:
        options = {**self.options, **changed}
        read = self.provider_class.options_class.read(options, alias="main")
        return self.provider_class("main", read)

    # What it says of itself

    def test_operators_can_name_it(self) -> None:
        """One that is shipped by its module, which is named for the slug; others by their path."""
        named, shipped = self.provider_class, f"meetings.providers.{self.provider_class.slug}"
        if find_spec(shipped):
            assert issubclass(named, import_module(shipped).Provider)
        else:
            assert import_string(f"{named.__module__}.{named.__name__}") is named
        assert named.label

    @pytest.mark.parametrize("feature", sorted(FEATURE_METHODS))
    def test_feature_is_said_exactly_when_its_methods_are_written(self, feature: str) -> None:
        written = [
            getattr(self.provider_class, method) is not getattr(MeetingProvider, method)
            for method in FEATURE_METHODS[feature]
        ]

        assert all(written) == any(written) == getattr(self.provider_class.features, feature)

    @pytest.mark.parametrize("feature", sorted(FEATURE_METHODS))
    def test_missing_feature_is_refused_by_name(self, provider: AnyProvider, feature: str) -> None:
        if getattr(provider.features, feature):
            return
        for method in set(FEATURE_METHODS[feature]) - ALWAYS_ANSWERED:
            with pytest.raises(FeatureUnsupported, match=f"{provider.label}: .*{feature}"):
                CALLS[method](provider)

    # Options

    def test_unknown_option_is_refused_by_name(self) -> None:
        with pytest.raises(ProviderMisconfigured, match=r"main.*does not know: colour"):
            self.build(colour="blue")

    def test_missing_option_is_refused_by_name(self) -> None:
        for name in self.required_options():
            with pytest.raises(ProviderMisconfigured, match=f"main.*needs: {name}"):
                self.build(**{name: ""})

    def test_secrets_are_not_shown(self, provider: AnyProvider) -> None:
        for name in self.secrets:
            assert getattr(provider.options, name) not in repr(provider.options)
        assert "k3y" not in repr(RoomRef(room_id="r", host_key="k3y"))

    def required_options(self) -> list[str]:
        fields = self.provider_class.options_class.__dataclass_fields__
        return [name for name in self.options if name in fields and self._is_required(name)]

    def _is_required(self, name: str) -> bool:
        rest = {key: value for key, value in self.options.items() if key != name}
        try:
            self.provider_class.options_class.read(rest, alias="main")
        except ProviderMisconfigured:
            return True
        return False

    # Rooms and the way in

    def test_room_opened_twice_is_one_room(self, provider: AnyProvider) -> None:
        first = provider.init_room(REF, SPEC)
        again = provider.init_room(first, SPEC)

        assert first.room_id
        assert again.room_id == first.room_id

    def test_host_and_guest_get_different_ways_in(self, provider: AnyProvider) -> None:
        room = provider.init_room(REF, SPEC)

        host, guest = (self.ticket(provider, room, person) for person in (HOST, GUEST))

        assert (host.url, host.context) != (guest.url, guest.context)
        for ticket in (host, guest):
            assert bool(ticket.url) != bool(ticket.template)

    def test_way_in_leads_where_our_pages_let_people_go(self, provider: AnyProvider) -> None:
        room = provider.init_room(REF, SPEC)

        for person in (HOST, GUEST):
            if url := self.ticket(provider, room, person).url:
                assert url.startswith(tuple(f"{origin}/" for origin in provider.destinations))

    def test_way_in_is_not_shown_by_accident(self, provider: AnyProvider) -> None:
        ticket = self.ticket(provider, provider.init_room(REF, SPEC), HOST)

        for secret in (ticket.url, *map(str, ticket.context.values())):
            assert not secret or secret not in repr(ticket)

    def ticket(self, provider: AnyProvider, room: RoomRef, person: Attendee) -> JoinTicket:
        return provider.join(room, person, until=timezone.now() + timedelta(minutes=5))

    def test_room_ended_twice_is_ended(self, provider: AnyProvider) -> None:
        if not provider.features.ending:
            return
        room = provider.init_room(REF, SPEC)

        provider.end_room(room)
        provider.end_room(room)

        assert not provider.features.live_status or not provider.is_live(room)

    def test_room_made_anew_lets_people_in(self, provider: AnyProvider) -> None:
        if not provider.features.ending:
            return
        room = provider.init_room(REF, SPEC)

        anew = provider.reset_room(room, SPEC)

        assert self.ticket(provider, anew, HOST) != self.ticket(provider, anew, GUEST)

    def test_test_button_gets_a_line_for_each_thing_tried(self, provider: AnyProvider) -> None:
        lines = provider.ping()

        assert lines
        assert all(isinstance(line, Check) and line.name for line in lines)

    # Events

    def test_own_sample_of_a_delivery_is_read_and_a_changed_one_is_not_believed(
        self, provider: AnyProvider
    ) -> None:
        sample = provider.webhook_sample()
        if sample is None:
            return

        result = provider.parse_webhook(sample)
        changed = WebhookRequest(body=sample.body + b" ", headers=sample.headers)

        assert result.reply or not result.events  # it tells of nothing that has happened
        try:
            believed = provider.parse_webhook(changed).events
        except WebhookRejected:
            return
        assert believed == ()

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}" * 1000], ids=repr
    )
    def test_garbage_from_outside_is_rejected(self, provider: AnyProvider, body: bytes) -> None:
        if not provider.features.webhooks:
            return
        with pytest.raises(WebhookRejected):
            provider.parse_webhook(WebhookRequest(body=body, headers={}))
