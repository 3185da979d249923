"""What a plugNmeet server makes of the settings it is asked for, by its version."""

import copy
from typing import Any

Tree = dict[str, Any]
Version = tuple[int, ...]

OPTIONAL = {"allow_virtual_bg", "allow_raise_hand", "allow_reactions", "auto_gen_user_id"}
OPTIONAL |= {"room_duration", "allow_rtmp"}  # their “false” is told from “nothing said”
PLAIN_FROM_2: Tree = {
    "allow_webcams": True,
    "mute_on_start": False,
    "allow_screen_share": True,
    "admin_only_webcams": False,
    "allow_view_other_webcams": True,
    "allow_view_other_users_list": True,
    "enable_analytics": True,
    "allow_virtual_bg": True,
    "allow_raise_hand": True,
    "auto_gen_user_id": False,
    "room_duration": "0",
}
GROUPS_FROM_2: Tree = {
    "recording_features": {
        "is_allow": True,
        "is_allow_cloud": True,
        "is_allow_local": True,
        "enable_auto_cloud_recording": False,
        "only_record_admin_webcams": False,
    },
    "chat_features": {"is_allow": True, "is_allow_file_upload": True},
    "shared_note_pad_features": {"is_allow": True},
    "whiteboard_features": {"is_allow": True},
    "external_media_player_features": {"is_allow": True},
    "waiting_room_features": {"is_active": False},
    "breakout_room_features": {"is_allow": True, "allowed_number_rooms": 6},
    "display_external_link_features": {"is_allow": True},
    "ingress_features": {"is_allow": True},
    "polls_features": {"is_allow": True},
    "end_to_end_encryption_features": {
        "is_enabled": False,
        "included_chat_messages": False,
        "included_whiteboard": False,
        "enabled_self_insert_encryption_key": False,
    },
    "insights_features": {
        "is_allow": True,
        "transcription_features": {
            "is_allow": True,
            "is_allow_translation": False,
            "is_allow_speech_synthesis": False,
        },
        "chat_translation_features": {"is_allow": True},
        "ai_features": {
            "is_allow": True,
            "ai_text_chat_features": {"is_allow": True},
            "meeting_summarization_features": {"is_allow": True},
        },
    },
}
SIP: Tree = {"is_allow": True, "enable_dial_in_on_create": False, "hide_phone_number": False}
LOCKS: Tree = {
    "lock_microphone": False,
    "lock_webcam": False,
    "lock_screen_sharing": True,
    "lock_chat": False,
    "lock_chat_send_message": False,
    "lock_chat_file_share": False,
    "lock_private_chat": False,
    "lock_whiteboard": True,
    "lock_shared_notepad": True,
}


def known(version: Version) -> Tree:
    """Every switch that the version has, with its default."""
    if version < (2,):
        return _known_to_1(PLAIN_FROM_2)
    tree = {**PLAIN_FROM_2, **GROUPS_FROM_2}
    if version < (2, 2):
        tree |= {"allow_rtmp": True}
    else:
        tree |= {"external_broadcasting_features": {"is_allow": True, "is_allow_rtmp": True}}
    tree |= {"sip_dial_in_features": SIP} if version >= (2, 1) else {}
    tree |= {"allow_reactions": True} if version >= (2, 3) else {}
    return copy.deepcopy(tree)


def _known_to_1(plain: Tree) -> Tree:
    tree = {**plain, **copy.deepcopy(GROUPS_FROM_2), "allow_polls": True, "allow_rtmp": True}
    tree["chat_features"] = {"allow_chat": True, "allow_file_upload": True}
    tree["shared_note_pad_features"] = {"allowed_shared_note_pad": True}
    tree["whiteboard_features"] = {"allowed_whiteboard": True}
    tree["external_media_player_features"] = {"allowed_external_media_player": True}
    del tree["polls_features"], tree["insights_features"]
    return tree


def effective(asked: Tree, version: Version, *, false_is_lost: bool, server: Tree) -> Tree:
    """The effective features: asked ones over defaults, then the server's own rules."""
    tree = _merged(known(version), asked, false_is_lost)
    if version >= (2, 2) and "allow_rtmp" in asked:
        broadcasting = tree["external_broadcasting_features"]
        broadcasting["is_allow"] = broadcasting["is_allow_rtmp"] = asked["allow_rtmp"]
    _close(tree.get("recording_features", {}))
    _close(tree.get("chat_features", {}))
    if tree["end_to_end_encryption_features"]["is_enabled"]:
        tree["ingress_features"]["is_allow"] = False
        tree.get("sip_dial_in_features", {})["is_allow"] = False
    for name, switch in (("insights_features", "insights"), ("sip_dial_in_features", "sip")):
        if name in tree and not server[switch]:
            tree[name]["is_allow"] = False
    if not server["analytics"]:
        tree["enable_analytics"] = False
    return tree


def locks(asked: Tree, version: Version) -> Tree:
    defaults = {**LOCKS, **({"lock_reactions": False} if version >= (2, 3) else {})}
    return {name: asked.get(name, default) for name, default in defaults.items()}


def _merged(defaults: Tree, asked: Tree, lost: bool) -> Tree:
    return {name: _one(name, default, asked, lost) for name, default in defaults.items()}


def _one(name: str, default: Any, asked: Tree, lost: bool) -> Any:
    value = asked.get(name)
    if isinstance(default, dict):
        return default if value is None else _merged(default, value, lost)
    if name in OPTIONAL:
        said = default if value is None else value
        return str(said) if name == "room_duration" else said
    if lost:
        return value or default
    return type(default)() if value is None else value


def _close(group: Tree) -> None:
    """A feature that is off has nothing below it that is on."""
    if group.get("is_allow") is False:
        group.update({name: False for name, value in group.items() if value is True})
