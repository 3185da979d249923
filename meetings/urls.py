"""Addresses about meetings."""

from django.urls import path

from meetings.views import (
    bookings,
    builtin_room,
    calendar_files,
    calendars,
    dashboard,
    guests,
    home,
    hooks,
    hosting,
    join,
    links,
    moving,
    planning,
    recordings,
    reservations,
    rooms,
    series,
    series_cancel,
    series_edit,
    series_times,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("favicon.ico", home.favicon, name="favicon"),
    path("healthz", home.alive, name="alive"),
    # Meetings
    path("meetings/", dashboard.dashboard, name="dashboard"),
    path("meetings/new/", planning.new, name="booking-new"),
    path("meetings/now/", bookings.meet_now, name="meet-now"),
    path("meetings/<int:pk>/", bookings.show, name="booking"),
    path("meetings/<int:pk>/edit/", bookings.edit, name="booking-edit"),
    path("meetings/<int:pk>/cancel/", bookings.cancel, name="booking-cancel"),
    path("meetings/<int:pk>/delete/", bookings.delete, name="booking-delete"),
    path("meetings/<int:pk>/end/", bookings.end, name="booking-end"),
    path("meetings/<int:pk>/confirmation/", reservations.show, name="booking-confirmation"),
    path("meetings/<int:pk>/try-again/", reservations.try_again, name="booking-try-again"),
    # Meetings that repeat
    path("series/<int:pk>/", series.show, name="series"),
    path("series/<int:pk>/edit/", series_edit.whole, name="series-edit"),
    path("series/<int:pk>/cancel/", series_cancel.whole, name="series-cancel"),
    path("series/<int:pk>/delete/", series.delete, name="series-delete"),
    path("series/<int:pk>/times/", series_times.times, name="series-times"),
    path("meetings/<int:pk>/edit/following/", series_edit.following, name="series-edit-following"),
    path(
        "meetings/<int:pk>/cancel/following/",
        series_cancel.following,
        name="series-cancel-following",
    ),
    # Who is invited
    path("meetings/<int:pk>/guests/", guests.of_booking, name="booking-guests"),
    path("series/<int:pk>/guests/", guests.of_series, name="series-guests"),
    path("guests/<int:pk>/invite-again/", guests.invite_again, name="guest-invite-again"),
    path("guests/<int:pk>/remove/", guests.remove, name="guest-remove"),
    # Rooms
    path("rooms/", rooms.index, name="room-list"),
    path("rooms/new/", rooms.new, name="room-new"),
    path("rooms/move/", moving.move, name="move"),
    path("rooms/<int:pk>/", rooms.show, name="room"),
    path("rooms/<int:pk>/edit/", rooms.edit, name="room-edit"),
    path("rooms/<int:pk>/archive/", rooms.archive, name="room-archive"),
    path("rooms/<int:pk>/end/", rooms.end, name="room-end"),
    # In other calendars
    path("calendars/", calendars.index, name="calendars"),
    path("calendars/new/", calendars.new, name="feed-new"),
    path("calendars/<int:pk>/rotate/", calendars.rotate, name="feed-rotate"),
    path("calendars/<int:pk>/revoke/", calendars.revoke, name="feed-revoke"),
    path("feeds/<str:token>.ics", calendars.feed, name="feed"),
    path("meetings/<int:pk>/calendar.ics", calendar_files.of_booking, name="booking-calendar"),
    path("series/<int:pk>/calendar.ics", calendar_files.of_series, name="series-calendar"),
    path("j/<str:token>/calendar.ics", calendar_files.at_door, name="door-calendar"),
    # What runs
    path("meetings/<int:pk>/live/", hosting.of_booking, name="booking-live"),
    path("rooms/<int:pk>/live/", hosting.of_room, name="room-live"),
    path("sessions/<int:pk>/waiting/", hosting.waiting, name="session-waiting"),
    path("sessions/<int:pk>/admit/", hosting.admit, name="session-admit"),
    path("sessions/<int:pk>/refuse/", hosting.refuse, name="session-refuse"),
    path("sessions/<int:pk>/lock/", hosting.lock, name="session-lock"),
    path("sessions/<int:pk>/passcode/", hosting.passcode, name="session-passcode"),
    path("sessions/<int:pk>/remove/", hosting.remove, name="session-remove"),
    path("sessions/<int:pk>/mute/", hosting.mute, name="session-mute"),
    path("sessions/<int:pk>/record/", hosting.record, name="session-record"),
    path("sessions/<int:pk>/close/", hosting.close, name="session-close"),
    # What is left of it
    path("meetings/<int:pk>/recordings/", recordings.of_booking, name="booking-recordings"),
    path("rooms/<int:pk>/recordings/", recordings.of_room, name="room-recordings"),
    path("sessions/<int:pk>/recording/", recordings.download, name="recording-download"),
    path("sessions/<int:pk>/recording/delete/", recordings.delete, name="recording-delete"),
    # The built-in room
    path("room/leave/", builtin_room.leave, name="room-leave"),
    # The door
    path("links/<int:pk>/transferable/", links.transferable, name="link-transferable"),
    path("join/", join.find, name="find"),
    path("j/<str:token>/", join.door, name="door"),
    path("j/<str:token>/enter/", join.enter, name="enter"),
    path("j/<str:token>/hello/", join.hello, name="door-hello"),
    # What providers tell
    path("hooks/<slug:alias>/<str:token>/", hooks.receive, name="hook"),
]
