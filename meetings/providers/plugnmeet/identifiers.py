"""Our keys as ids that plugNmeet accepts, and back: no two people ever share one.

A user_id has letters, digits, “-” and “_” only. It must not begin like their own robots and
callers (`user_`, `ingres_`, `sip_`, `pnm_agent-` …), contain `-FIELD_` or end in `-native`;
a letter, a dash and hex digits can do none of that.
"""

import re

PLAIN_KEY = re.compile(r"([a-wyz]):([0-9a-f]+)")
PLAIN_ID = re.compile(r"([a-wyz])-([0-9a-f]+)")
SPELLED_ID = re.compile(r"x-((?:[0-9a-f]{2})+)")  # the key's bytes
NOBODY = re.compile(r"(ingres_|pnm_agent-|pnm_tts_agent-).*|RECORDER_BOT|RTMP_BOT")


def user_id_of(key: str) -> str:
    """Our key in their alphabet: “u:12” is “u-12”; what does not fit is spelled in hex."""
    if plain := PLAIN_KEY.fullmatch(key):
        return "-".join(plain.groups())
    return f"x-{key.encode().hex()}"


def key_of(user_id: str) -> str:
    """Our key again; people who came without us, such as callers by phone, keep their id."""
    if plain := PLAIN_ID.fullmatch(user_id):
        return ":".join(plain.groups())
    if spelled := SPELLED_ID.fullmatch(user_id):
        return bytes.fromhex(spelled[1]).decode(errors="replace")
    return user_id


def is_person(user_id: str) -> bool:
    """Whether there is somebody behind it: not a recorder, a stream or an agent."""
    return bool(user_id) and not NOBODY.fullmatch(user_id)
