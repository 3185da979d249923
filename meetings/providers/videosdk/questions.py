"""What our page about VideoSDK leaves open, and an account without people can tell."""

import json
import secrets
from collections.abc import Callable, Mapping

from ..base import RoomRef, RoomSpec
from ..http import Call
from .rooms import Rooms
from .webhooks import Webhooks


class Questions(Rooms, Webhooks):
    """Asked by `manage.py check_provider`."""

    def open_questions(self, ref: RoomRef) -> Mapping[str, Callable[[], str]]:
        return {
            "Which form does the public key have?": lambda: self.fetch_public_key().splitlines()[0],
            "What do errors look like?": lambda: str(self.fetch_room("none-such-room").room_id),
            "What does ending say where nobody is?": lambda: self._ending_nobody(ref),
            "What does a create for a deactivated room answer?": self._made_again,
            "Does the domain also bind who is no browser?": self._token_for_anybody,
        }

    def _ending_nobody(self, ref: RoomRef) -> str:
        wanted = {"roomId": ref.room_id, "ignoreClosed": True}
        return self.harmless(str(self.post("/v2/sessions/end", wanted)))

    def _made_again(self) -> str:
        spec = RoomSpec(key=secrets.token_hex(16), title="")
        self.deactivate_room(self.create_meeting(spec).room_id)
        again = self._room(self.post("/v2/rooms", {"customRoomId": self.custom_id(spec.key)}))
        self.deactivate_room(again.room_id)
        return f"the room, {'still deactivated' if again.disabled else 'usable again'}"

    def _token_for_anybody(self) -> str:
        """Their page makes a token with all rights from the key, which everybody can read."""
        asked = {"apiKey": self.options.api_key, "permissions": ["allow_join"]}
        body = json.dumps(asked).encode()
        answer = self._ask(Call("POST", "/v1/prebuilt/token", body, public=True))
        return "NO: whoever knows the key gets a token" if answer.ok else "yes, no token is given"
