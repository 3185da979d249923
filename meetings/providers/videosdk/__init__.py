"""VideoSDK (videosdk.live): rooms by REST, people in the vendor's page within ours.

The vendor's "server setup" asks for three things, and they are here under its names:
`get_token`, `create_meeting` and `validate_meeting`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from ..base import Attendee, Check, Features, JoinTicket, RoomRef, RoomSpec
from ..errors import ProviderError, ProviderUnavailable
from .embed import embed_for, origin
from .questions import Questions
from .recordings import Recordings
from .sessions import Sessions
from .tokens import expiry, participant_claims, participant_id_of, sign

TOLD_BY = {  # which features a line of the test tells about
    "rooms": ("listing",),
    "sessions": ("live_status", "roster"),
    "recordings": ("recording",),
    "webhooks": ("webhooks",),
}
SHORTEST_SECRET = 32  # bytes: as long as the digest that is made with it


class Provider(Questions, Sessions, Recordings):
    slug = "videosdk"
    label = "VideoSDK"
    usual_pace = 5.0  # no limit is published
    stands_empty = timedelta(minutes=10)  # a room is no session until somebody enters: it lasts
    features = Features(
        ending=True,
        live_status=True,
        ends_when_empty=True,
        roster=True,
        removing=True,
        waiting_room=True,
        recording=True,
        recording_control=True,
        listing=True,
        webhooks=True,
    )

    @property
    def most_people(self) -> int | None:
        return self.options.most_people or None

    @property
    def origins(self) -> tuple[str, ...]:
        return (origin(self.options.embed_url),)

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        return self.create_meeting(spec)

    def get_token(
        self, room_id: str, participant_id: str, attendee: Attendee, until: datetime
    ) -> str:
        """One person's token for one room: `get-token` of the server pattern."""
        exp = expiry(until, least=timedelta(minutes=self.options.token_minutes))
        claims = participant_claims(self.options, room_id, participant_id, attendee, exp)
        return sign(claims, self.options.secret)

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        """Our page with theirs in it, and a token made for this person."""
        participant_id = participant_id_of(attendee)
        embed = embed_for(
            self.options,
            room_id=ref.room_id,
            participant_id=participant_id,
            attendee=attendee,
            token=self.get_token(ref.room_id, participant_id, attendee, until),
        )
        return JoinTicket(template="meetings/embed/videosdk.html", context={"embed": embed})

    def end_room(self, ref: RoomRef) -> None:
        """Everybody out and, unless the account says otherwise, nobody in again."""
        self.end_session(ref.room_id)
        if self.options.deactivate_ended:
            self.deactivate_room(ref.room_id)

    def ping(self) -> list[Check]:
        """What can be asked without effect. Whoever does not answer once is not asked again."""
        tries = self._tries()
        found: list[Check] = []
        for name, attempt in tries.items():
            try:
                found.append(tried(name, attempt))
            except ProviderUnavailable as error:
                return found + [failed(each, error) for each in list(tries)[len(found) :]]
        return found

    def _tries(self) -> dict[str, Callable[[], object]]:
        return {
            "secret": self._check_secret,
            "rooms": lambda: next(self.rooms(), None),
            "sessions": lambda: next(self.sessions(), None),
            "recordings": lambda: next(self.every("/v2/recordings"), None),
            "webhooks": self.fetch_public_key,
        }

    def _check_secret(self) -> None:
        if len(self.options.secret.encode()) < SHORTEST_SECRET:
            raise ProviderError("the secret is too short to sign with.", provider=self.label)


def tried(name: str, attempt: Callable[[], object]) -> Check:
    try:
        attempt()
    except ProviderUnavailable:
        raise
    except ProviderError as error:
        return failed(name, error)
    return Check(name=name, passed=True, features=TOLD_BY.get(name, ()))


def failed(name: str, error: ProviderError) -> Check:
    return Check(name=name, passed=False, message=str(error), features=TOLD_BY.get(name, ()))
