"""What the scripts of the built-in room say, in the reader's language."""

from django import template
from django.conf import settings
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.builtin_room import processes
from meetings.models import JoinLink
from meetings.services.door import Door
from meetings.services.rooms import provider_of

register = template.Library()


@register.simple_tag
def room_debug() -> bool:
    """Whether the room's page may show its inside to a test."""
    debug: bool = settings.DEBUG
    return debug


@register.simple_tag
def room_trouble() -> str:
    """What keeps people of one built-in room apart, for the operator; empty when all is well."""
    return processes.trouble()


@register.simple_tag
def try_connection(door: Door) -> str:
    """Where a browser asks for what it needs to try its connection to people of a built-in room."""
    provider = provider_of(door.session.alias if door.session else door.room.provider_alias)
    if provider is None or not provider.rooms_are_sessions:
        return ""
    return reverse("door-connection", args=[door.link.token])


@register.simple_tag(takes_context=True)
def invite_url(context: Context, door: Door) -> str:
    """The participants' link into the place that a door leads to; nothing when there is none."""
    place = door.link.booking or door.link.series or door.link.room
    assert place is not None, "a check constraint sees to it"  # noqa: S101
    links = place.links.usable().to_hand_out()
    link = links.filter(purpose=JoinLink.Purpose.PARTICIPANT).first()
    return context["request"].build_absolute_uri(link.get_absolute_url()) if link else ""


@register.simple_tag
def room_texts() -> dict[str, str]:
    """Every sentence the scripts need. `{name}`, `{names}` and `{n}` are filled in by them."""
    return (
        _devices()
        | _cameras()
        | _happenings()
        | _doors()
        | _people()
        | _actions()
        | _troubles()
        | _endings()
    )


@register.simple_tag
def prejoin_texts() -> dict[str, str]:
    """The sentences of the device check before joining."""
    return _devices() | _cameras() | _connections()


def _connections() -> dict[str, str]:
    return {
        "connection_testing": _("Testing…"),
        "connection_unknown": _("The test could not be made. Try again in a minute."),
        "connection_direct": _("You can reach others directly."),
        "connection_blocked": _("Your browser makes no direct connections."),
        "connection_relayed": _("You can reach others through the relay."),
        "relay_works": _("Where that fails, the relay helps."),
        "relay_none": _(
            "A relay is not configured here: people behind strict firewalls may not be reachable."
        ),
        "relay_refused": _(
            "The relay refuses this site. Tell whoever runs it: TURN_SECRET is not the relay’s."
        ),
        "relay_silent": _("The relay does not answer."),
    }


def _devices() -> dict[str, str]:
    return {
        "insecure": _(
            "Browsers allow camera and microphone only over https. "
            "You can still join to read and write in the chat and to listen."
        ),
        "mic_refused": _(
            "The browser may not use your microphone. Allow it in the address bar, "
            "or join without: you will hear the others."
        ),
        "mic_missing": _("No microphone was found. Plug one in, or join without."),
        "mic_busy": _(
            "Your microphone is in use by another program. Close that program and try again."
        ),
        "mic_failed": _("Your microphone could not be started. You can join without it."),
        "mic_unplugged": _("Your microphone was unplugged. Another one is used if there is one."),
        "mic_is_off": _("Your microphone is off"),
        "mic_hears": _("Say something: the bar moves when you are heard"),
        "default_device": _("Default"),
        "device_n": _("Device {n}"),
        "speaker_played": _("Two notes were played. Did you hear them?"),
    }


def _cameras() -> dict[str, str]:
    return {
        "camera_refused": _(
            "The browser may not use your camera. Allow it in the address bar, or join without."
        ),
        "camera_missing": _("No camera was found. You can join without one."),
        "camera_busy": _(
            "Your camera is in use by another program. Close that program and try again."
        ),
        "camera_failed": _("Your camera could not be started. You can join without it."),
        "camera_unplugged": _("Your camera was unplugged. Another one is used if there is one."),
        "camera_is_off": _("Your camera is off"),
    }


def _happenings() -> dict[str, str]:
    return {
        "joined": _("{names} joined"),
        "left": _("{names} left"),
        "hand_raised": _("{name} raised a hand"),
        "muted_by_host": _("A host muted you. Raise your hand if you want to speak."),
        "unmuted_by_host": _("You may speak again: turn your microphone on when you are ready."),
        "camera_off_by_host": _("A host turned your camera off."),
        "role_host": _("You are now a host"),
        "role_cohost": _("You are now a co-host"),
        "role_participant": _("You are no longer a co-host"),
        "removed_person": _("{name} was removed and cannot come back in that browser."),
        "lock_too": _("Lock the meeting too"),
        "copied": _("Copied"),
        "copy_failed": _("Copying did not work. Select the link and copy it yourself."),
        "connected_again": _("You are connected again"),
    }


def _doors() -> dict[str, str]:
    return {
        "locked": _("The meeting is locked: nobody else can come in"),
        "unlocked": _("The meeting is open again"),
        "chat_opened": _("Chat is on"),
        "chat_closed": _("A host turned the chat off"),
        "said": _("{name}: {text}"),
        "knocks_one": _("{names} wants to come in"),
        "knocks_other": _("{names} want to come in"),
    }


def _people() -> dict[str, str]:
    return {
        "you": _("{name} (you)"),
        "yourself": _("You"),
        "host": _("Host"),
        "cohost": _("Co-host"),
        "participant": "",
        "invited": _("invited"),
        "people_one": _("{n} person"),
        "people_other": _("{n} people"),
        "screen_of": _("{name} is sharing"),
        "sending": _("Sending…"),
        "not_sent": _("Not sent"),
        "unread_one": _("{n} unread message"),
        "unread_other": _("{n} unread messages"),
    }


def _actions() -> dict[str, str]:
    return {
        "waiting_since": _("waiting for {n} min"),
        "waiting_now": _("just now"),
        "admit_name": _("Admit {name}"),
        "deny_name": _("Deny {name}"),
        "actions_name": _("Actions for {name}"),
        "mute": _("Mute"),
        "unmute": _("Allow to speak"),
        "camera_off": _("Turn camera off"),
        "camera_on": _("Allow camera"),
        "make_cohost": _("Make co-host"),
        "make_participant": _("Take co-host rights back"),
        "remove_sure": _(
            "Remove {name}? They cannot come back in their browser. Lock the meeting to be sure."
        ),
    }


def _troubles() -> dict[str, str]:
    return {
        "reconnecting": _("Reconnecting…"),
        "stuck": _("No connection to {name}, not even through the relay.")
        if settings.TURN_URLS and settings.TURN_SECRET
        else _("No direct connection to {name}. A relay (TURN) is not configured."),
        "share_failed": _("Your screen could not be shared."),
        "line_lost": _("The connection to the server is lost. You can keep talking."),
        "needs_line": _("Not now: the connection to the server is lost."),
        "error_forbidden": _("Only hosts may do that."),
        "error_no_peer": _("That person is no longer here."),
        "error_last_host": _("The meeting needs a host: make somebody else one first."),
        "error_used_up": _("Not everybody was let in: the link that they came by is used up."),
        "error_chat_closed": _("A host turned the chat off."),
        "error_share_closed": _("Only hosts may share their screen in this meeting."),
        "error_too_fast": _("That was a bit fast. Wait a moment and try again."),
        "error_too_big": _("That message is too long."),
        "error_other": _("That did not work. Try again."),
    }


def _endings() -> dict[str, str]:
    return {
        "over_left": _("You left the meeting"),
        "over_left_more": _("You can come back while it lasts."),
        "over_kicked": _("A host removed you from this meeting"),
        "over_kicked_more": _("You cannot come back to this meeting."),
        "over_denied": _("You were not let in"),
        "over_denied_more": _("A host decided that you cannot join this meeting."),
        "over_ended": _("The meeting is over"),
        "over_ended_more": _("A host ended it for everyone. Thank you for being here."),
        "over_moved": _("The meeting goes on in another room"),
        "over_moved_more": _("You are taken there. If nothing happens, go back to the door."),
        "over_hostless": _("The meeting is over"),
        "over_hostless_more": _("No host was there for ten minutes, so it ended for everyone."),
        "over_full": _("This meeting is full ({n} people)"),
        "over_full_more": _("Somebody has to leave before you can come in. Try again in a while."),
        "over_full_host": _(
            "The built-in room is made for small groups. Choose another provider for larger ones."
        ),
        "over_locked": _("This meeting is locked"),
        "over_locked_more": _("A host locked it. Ask them to unlock it, then try again."),
        "over_replaced": _("You are in this meeting somewhere else"),
        "over_replaced_more": _("It moved to another tab or device. You can take it back here."),
        "over_too_many": _("You have this meeting open too often"),
        "over_too_many_more": _("Close it in other tabs or devices, then try again."),
        "over_reload": _("There is a newer version of this page"),
        "over_reload_more": _("Join again to get it. It takes a second."),
        "over_bad_token": _("Your way in has expired"),
        "over_bad_token_more": _("Go back to the door and join again."),
        "over_other": _("You are no longer in this meeting"),
        "over_other_more": _("Go back to the door to see where it stands."),
    }
