"""The collection `booking`."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

from .values import Booking, Refusal, as_ms, kept_options


class Bookings:
    """The collection `booking`."""

    switch: dict[str, Any]
    ids: Iterator[int]
    bookings: dict[int, Booking]

    def booking_methods(self) -> dict[str, Callable[..., Any]]:
        return {
            "add": self.add_booking,
            "update": self.update_booking,
            "remove": self.remove_booking,
            "list": self.list_bookings,
            "get": self.get_booking,
        }

    def add_booking(self, given: dict[str, Any]) -> dict[str, Any]:
        start = self.understood(given["startTime"])
        options = kept_options(given["meetingOptions"], secrets.token_hex(6))
        booking = Booking(next(self.ids), given["domain"], given["roomName"], start, options)
        self.bookings[booking.id] = booking
        return {"id": self.shown(booking.id), "hostKey": options["hostKey"]}

    def update_booking(self, given: dict[str, Any]) -> dict[str, Any]:
        booking = self.booked(given)
        booking.start = self.understood(given["startTime"])
        rotates = self.switch["update_rotates_key"]
        key = secrets.token_hex(6) if rotates else booking.options["hostKey"]
        booking.options = kept_options(given["meetingOptions"], key)
        return {"hostKey": key} if self.switch["update_tells_key"] else {}

    def remove_booking(self, given: dict[str, Any]) -> None:
        del self.bookings[self.booked(given).id]

    def list_bookings(self, given: dict[str, Any]) -> Any:
        ours = (each for each in self.bookings.values() if each.domain == given["domain"])
        return [self.shown_booking(each) for each in ours]

    def get_booking(self, given: dict[str, Any]) -> dict[str, Any]:
        return self.shown_booking(self.booked(given))

    def booked(self, given: dict[str, Any]) -> Booking:
        if type(given["id"]) is not int:
            raise Refusal("id must be uint")
        if given["id"] not in self.bookings:
            raise Refusal("Booking not found")
        return self.bookings[given["id"]]

    def shown(self, number: int) -> int | str:
        return str(number) if self.switch["ids_as_strings"] else number

    def shown_booking(self, booking: Booking) -> dict[str, Any]:
        names = (
            ("domain", "validUntil") if self.switch["old_bookings"] else ("domainName", "startTime")
        )
        options = booking.options | self.switch["booking_keeps"]
        if not self.switch["booking_tells_key"]:
            options = {name: value for name, value in options.items() if name != "hostKey"}
        return {
            "id": self.shown(booking.id),
            "roomName": booking.room,
            names[0]: booking.domain,
            names[1]: booking.start,
            "meetingOptions": options,
        }

    def understood(self, given: Any) -> Any:
        """The time as this server keeps it: milliseconds, or what becomes of the other format."""
        formats = {int: "ms", str: "iso"}
        if self.switch["time_format"] in {"both", formats.get(type(given))}:
            return given if isinstance(given, int) else as_ms(given)
        if self.switch["wrong_time"] == "error":
            raise Refusal("startTime is not valid")
        return None if self.switch["wrong_time"] == "null" else self.shifted(given)

    def shifted(self, given: Any) -> int:
        moment = given if isinstance(given, int) else as_ms(given)
        return moment + int(self.switch["wrong_time"]) * 60_000
