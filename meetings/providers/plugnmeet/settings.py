"""How a room is to be: every switch, always, and what became of them.

Servers before 2.3.0 read a missing switch as “off”, later ones as “as usual”, so only saying all
of them is understood alike. From 2.3.0 on most switches cannot be turned off: a plain `false` is
lost when the server merges our wishes over its defaults. What it made of them comes back with the
room, and the difference is told. Locks and `allow_rtmp` do work everywhere.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any

from ..base import RoomKind, RoomSpec
from .options import PlugnmeetOptions
from .replies import json_text, number

Tree = dict[str, Any]

# What a switch is about: our feature or option of that name, or one word of its own.
WORDS: Mapping[str, str] = {
    "allow_webcams": "webcams",
    "mute_on_start": "mute_on_start",
    "allow_screen_share": "sharing_switch",
    "admin_only_webcams": "webcams",
    "allow_view_other_webcams": "webcams",
    "allow_view_other_users_list": "people_list",
    "enable_analytics": "analytics",
    "allow_virtual_bg": "virtual_backgrounds",
    "allow_raise_hand": "raised_hands",
    "allow_reactions": "reactions",
    "auto_gen_user_id": "user_ids",
    "room_duration": "ends_on_time",
    "allow_rtmp": "broadcasting",
    "allow_polls": "polls",
    "recording_features": "recording",
    "chat_features": "chat_switch",
    "shared_note_pad_features": "shared_notepad",
    "whiteboard_features": "whiteboard",
    "external_media_player_features": "media_player",
    "external_broadcasting_features": "broadcasting",
    "waiting_room_features": "waiting_room",
    "breakout_room_features": "breakout_rooms",
    "display_external_link_features": "external_links",
    "ingress_features": "ingress",
    "polls_features": "polls",
    "end_to_end_encryption_features": "encryption",
    "insights_features": "insights",
    "sip_dial_in_features": "dial_in",
    "lock_microphone": "webinars",
    "lock_webcam": "webinars",
    "lock_screen_sharing": "sharing_switch",
    "lock_chat": "chat_switch",
    "lock_chat_send_message": "chat_switch",
    "lock_chat_file_share": "chat_switch",
    "lock_private_chat": "chat_switch",
    "lock_whiteboard": "whiteboard",
    "lock_shared_notepad": "shared_notepad",
    "lock_reactions": "reactions",
}


def metadata(spec: RoomSpec, options: PlugnmeetOptions) -> Tree:
    """The room's settings as create wants them."""
    wanted: Tree = {
        "room_title": (spec.title.strip() or spec.key)[:255],
        "room_features": room_features(spec, options),
        "default_lock_settings": lock_settings(spec),
    }
    # An empty address is refused, not ignored.
    if spec.webhook_url:
        wanted["webhook_url"] = spec.webhook_url
    if spec.return_url.startswith(("http://", "https://")):
        wanted["logout_url"] = spec.return_url
    return wanted


def room_features(spec: RoomSpec, options: PlugnmeetOptions) -> Tree:
    return {
        "allow_webcams": True,
        "mute_on_start": False,
        "allow_screen_share": True,  # participants' is locked instead: a lock works everywhere
        "admin_only_webcams": False,
        "allow_view_other_webcams": True,
        "allow_view_other_users_list": True,
        "enable_analytics": options.analytics,
        "allow_virtual_bg": True,
        "allow_raise_hand": True,
        "allow_reactions": True,
        "auto_gen_user_id": False,  # or nobody could tell who was there
        "room_duration": _duration(spec) if options.ends_on_time else 0,
        "allow_rtmp": options.broadcasting,  # 1.x to 2.1, and later the one “off” that works
        "allow_polls": options.polls,  # 1.x
        **_what_people_do(spec, options),
        **_what_comes_from_outside(options),
    }


def _what_people_do(spec: RoomSpec, options: PlugnmeetOptions) -> Tree:
    """Each with its name in 2.x first, then in 1.x; every server ignores names it does not know."""
    return {
        "recording_features": _recording(spec, options),
        "chat_features": {
            "is_allow": spec.chat,
            "is_allow_file_upload": spec.chat,
            "allow_chat": spec.chat,
            "allow_file_upload": spec.chat,
        },
        "shared_note_pad_features": {
            "is_allow": options.shared_notepad,
            "allowed_shared_note_pad": options.shared_notepad,
        },
        "whiteboard_features": {
            "is_allow": options.whiteboard,
            "allowed_whiteboard": options.whiteboard,
        },
        "waiting_room_features": {"is_active": spec.waits},
        "breakout_room_features": {"is_allow": options.breakout_rooms},
        "polls_features": {"is_allow": options.polls},
        "insights_features": _insights(options.insights),
    }


def _what_comes_from_outside(options: PlugnmeetOptions) -> Tree:
    open_line = not options.encryption
    dial_in = options.dial_in and open_line
    return {
        "external_media_player_features": {
            "is_allow": options.media_player,
            "allowed_external_media_player": options.media_player,
        },
        "external_broadcasting_features": {
            "is_allow": options.broadcasting,
            "is_allow_rtmp": options.broadcasting,
        },
        "display_external_link_features": {"is_allow": options.external_links},
        "ingress_features": {"is_allow": options.ingress and open_line},
        "end_to_end_encryption_features": {
            "is_enabled": options.encryption,
            "included_chat_messages": options.encryption,
            "included_whiteboard": options.encryption,
            "enabled_self_insert_encryption_key": False,
        },
        "sip_dial_in_features": {
            "is_allow": dial_in,
            "enable_dial_in_on_create": dial_in,
            "hide_phone_number": False,
        },
    }


def _recording(spec: RoomSpec, options: PlugnmeetOptions) -> Tree:
    allowed = spec.record or options.host_recording
    return {
        "is_allow": allowed,
        "is_allow_cloud": allowed,
        "is_allow_local": allowed and options.host_recording,
        "enable_auto_cloud_recording": spec.record,
        "only_record_admin_webcams": False,
    }


def _insights(wanted: bool) -> Tree:
    return {
        "is_allow": wanted,
        "transcription_features": {
            "is_allow": wanted,
            "is_allow_translation": wanted,
            "is_allow_speech_synthesis": False,
        },
        "chat_translation_features": {"is_allow": wanted},
        "ai_features": {
            "is_allow": wanted,
            "ai_text_chat_features": {"is_allow": wanted},
            "meeting_summarization_features": {"is_allow": wanted},
        },
    }


def lock_settings(spec: RoomSpec) -> Tree:
    """What participants may not do; hosts are never locked."""
    watching = spec.kind is RoomKind.WEBINAR
    silent = not spec.chat
    return {
        "lock_microphone": watching,
        "lock_webcam": watching,
        "lock_screen_sharing": watching or not spec.participants_share,
        "lock_chat": silent,
        "lock_chat_send_message": silent,
        "lock_chat_file_share": silent,
        "lock_private_chat": silent,
        "lock_whiteboard": True,  # as they do when nobody says
        "lock_shared_notepad": True,
        "lock_reactions": False,
    }


def _duration(spec: RoomSpec) -> int:
    """Minutes until the reservation ends; 0 has no limit."""
    if spec.until is None:
        return 0
    return max(1, ceil((spec.until - datetime.now(UTC)).total_seconds() / 60))


def differences(wanted: Tree, room_info: Mapping[str, Any]) -> tuple[str, ...]:
    """What the room does otherwise than wanted, in words, each once.

    A switch that the server does not name is one that it does not have.
    """
    effective = json_text(room_info.get("metadata"))
    found = [
        WORDS[name]
        for branch in ("room_features", "default_lock_settings")
        for name in _unlike(wanted[branch], effective.get(branch))
    ]
    # A room that ran already keeps the address it was made with.
    if room_info.get("webhook_url", "") != wanted.get("webhook_url", ""):
        found.append("webhooks")
    return tuple(dict.fromkeys(found))


def _unlike(wanted: Tree, effective: Any) -> Iterator[str]:
    """The names whose value, or any value below them, came back otherwise."""
    known = effective if isinstance(effective, dict) else {}
    for name, value in wanted.items():
        if known.get(name) is not None and _differs(value, known[name]):
            yield name


def _differs(wanted: Any, effective: Any) -> bool:
    if isinstance(wanted, dict):
        return not _both_off(wanted, effective) and any(_unlike(wanted, effective))
    return number(wanted) != number(effective)  # 64-bit numbers come as text


def _both_off(wanted: Tree, effective: Any) -> bool:
    """What is off as wanted has nothing below it that counts."""
    off = wanted.get("is_allow") is False
    return off and isinstance(effective, dict) and effective.get("is_allow") is False
