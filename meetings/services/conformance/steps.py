"""What is tried, in order. Each step says what was seen, or raises a verdict."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from meetings.providers.base import FEATURE_METHODS, MeetingProvider, RoomKind, RoomRef
from meetings.providers.errors import BadCredentials, ProviderError, ProviderRefused, RoomNotFound

from . import reservations, tickets, webhooks
from .sheet import Outcome
from .stage import new_key
from .trial import Failed, NotTried, Partly, Step, Trial, differently

MOST_SKEW = timedelta(seconds=30)


# The account


def press_test_button(trial: Trial) -> str:
    """The button's lines; one that fails, fails the features that it tells about."""
    lines = trial.provider.ping()
    for line in lines:
        if line.passed:
            trial.note(f"Test: {line.name}", Outcome.CONFIRMED, line.message)
        for feature in () if line.passed else line.features or ("",):
            trial.note(f"Test: {line.name}", Outcome.FAILED, line.message, feature=feature)
    return f"{len(lines)} lines"


def flags(trial: Trial) -> str:
    """Flags and methods say the same; what does not fails by the feature's name."""
    for feature, methods in FEATURE_METHODS.items():
        written = [method for method in methods if is_written(trial.provider, method)]
        if trial.claims(feature) and len(written) < len(methods):
            missing = ", ".join(set(methods) - set(written))
            trial.note("Methods", Outcome.FAILED, f"{missing}: not written", feature=feature)
        elif written and not trial.claims(feature):
            words = f"{', '.join(written)}: written, but not claimed"
            trial.note("Methods", Outcome.FAILED, words, feature=feature)
    return ""


def is_written(provider: MeetingProvider[Any], method: str) -> bool:
    return getattr(type(provider), method) is not getattr(MeetingProvider, method)


def credentials(trial: Trial) -> str:
    provider, nowhere = trial.provider, RoomRef(room_id=new_key())
    if not provider.options.secrets:
        raise NotTried("it has none")
    ways: dict[str, Callable[[], object]] = {
        "listing": provider.live_rooms,
        "booking": provider.bookings,
        "live_status": lambda: provider.is_live(nowhere),
        "roster": lambda: provider.roster(nowhere),
    }
    ask = next((way for feature, way in ways.items() if trial.claims(feature)), None)
    if ask is None:
        raise NotTried("nothing can be asked without effect")
    with suppress(RoomNotFound):
        ask()
    return "accepted"


def clock(trial: Trial) -> str:
    skew = trial.provider.clock_skew
    if skew is None:
        raise NotTried("it does not tell what time it has")
    if abs(skew) > MOST_SKEW:
        side = "ahead of" if skew > timedelta() else "behind"
        raise Failed(f"{abs(round(skew.total_seconds()))} s {side} ours")
    return "goes with ours"


# The room


def open_room(trial: Trial) -> str:
    thing = trial.stage.open(trial.spec())
    trial.room = thing
    otherwise = f"; otherwise than asked: {', '.join(thing.ref.differences)}"
    return thing.ref.room_id + (otherwise if thing.ref.differences else "")


def open_again(trial: Trial) -> str:
    ref, spec = trial.thing.ref, trial.thing.spec
    again = trial.provider.init_room(ref, spec)
    if again.room_id != ref.room_id:
        trial.stage.adopt(again, spec)
        raise Failed(f"another room came back: {again.room_id}")
    if again.host_key:  # the last one told is the one that counts
        trial.secrets.add(ref.host_key)
        trial.thing.ref = again
    return "the same room"


def live_status(trial: Trial) -> str:
    found = trial.provider.is_live(trial.thing.ref)
    if not isinstance(found, bool):
        raise Failed(f"answered neither yes nor no: {type(found).__name__}")
    if found:
        return "open"
    if not trial.claims("ends_when_empty"):
        raise Failed("says that a room is closed which was opened this moment")
    words = "closed while nobody is inside, as it says of itself"
    trial.note("Empty room", Outcome.CONFIRMED, words, feature="ends_when_empty")
    return words


def roster(trial: Trial) -> str:
    people = trial.provider.roster(trial.thing.ref)
    if len(people) > 0:
        raise Failed(f"says that {len(people)} are inside, and nobody is")
    return "nobody, which is right"


def listing(trial: Trial) -> str:
    rooms = trial.provider.live_rooms()
    if trial.thing.ref.room_id in {room.room_id for room in rooms}:
        return f"{len(rooms)} open, ours among them"
    if not trial.claims("ends_when_empty"):
        raise Failed(f"{len(rooms)} open, ours not among them")
    return f"{len(rooms)} open; ours is not listed while nobody is inside"


def locking(trial: Trial) -> str:
    for locked in (True, False):
        trial.provider.set_lock(trial.thing.ref, locked)
    return "locked and unlocked without complaint"


def passcode(trial: Trial) -> str:
    for word in ("otter-41", ""):
        trial.provider.set_passcode(trial.thing.ref, word)
    return "set and cleared without complaint"


def person(method: str) -> Callable[[Trial], str]:
    """What needs somebody inside is only asked for somebody who is not there."""

    def act(trial: Trial) -> str:
        answer = "accepted"
        try:
            getattr(trial.provider, method)(trial.thing.ref, f"g:{new_key()}")
        except BadCredentials:
            raise
        except ProviderRefused as error:
            answer = str(error)
        raise NotTried(f"needs somebody inside; for somebody who is not: {answer}")

    return act


def recording(trial: Trial) -> str:
    found = trial.provider.recordings(trial.thing.ref)
    if len(found) > 0:
        raise Failed(f"{len(found)} recordings of a room that was opened this moment")
    raise Partly("lists none, which is right; links and deleting need a recording")


def recording_control(trial: Trial) -> str:
    raise NotTried("needs somebody inside")


def wish(feature: str, **wishes: object) -> Callable[[Trial], str]:
    """A room that is opened with this wish and taken away at once."""

    def act(trial: Trial) -> str:
        thing = trial.stage.open(differently(trial.spec(), **wishes))
        trial.stage.take_away(thing)
        if feature in thing.ref.differences:
            raise Partly("this server does otherwise, and says so; the organizer is told")
        return "asked for, and nothing was told otherwise"

    return act


def registered_webhook(trial: Trial) -> str:
    raise NotTried("the site itself tells them its address, once a room uses the account")


def open_questions(trial: Trial) -> str:
    asked = trial.provider.open_questions(trial.thing.ref)
    for question, ask in asked.items():
        try:
            answer = ask()
        except ProviderError as error:
            answer = str(error)
        trial.sheet.answers[question] = trial.harmless(answer)
    return f"{len(asked)} asked"


def ending(trial: Trial) -> str:
    thing, provider = trial.thing, trial.provider
    provider.end_room(thing.ref)
    provider.end_room(thing.ref)
    if not trial.claims("live_status"):
        thing.over = True
        return "closed twice without complaint"
    seconds = trial.wait_until(lambda: not is_open(trial))
    if seconds is None:
        raise Failed("the room is still open")
    thing.over = True
    return f"closed twice without complaint; over after {seconds:.0f} s"


def is_open(trial: Trial) -> bool:
    try:
        return bool(trial.provider.is_live(trial.thing.ref))
    except RoomNotFound:
        return False


PLAN: tuple[Step, ...] = (
    Step(name="Flags and methods", act=flags),
    Step(name="Test button", act=press_test_button),
    Step(name="Keys", act=credentials),
    Step(name="Clock", act=clock),
    Step(name="Open a room", act=open_room),
    Step(name="Open it again", act=open_again),
    Step(name="Ways in", act=tickets.compare),
    Step(name="Is it open?", act=live_status, feature="live_status"),
    Step(name="Who is inside?", act=roster, feature="roster"),
    Step(name="Which are open?", act=listing, feature="listing"),
    Step(name="Lock and unlock", act=locking, feature="locking"),
    Step(name="Passcode", act=passcode, feature="passcode"),
    Step(name="Remove a person", act=person("remove"), feature="removing"),
    Step(name="Mute a person", act=person("mute"), feature="muting"),
    Step(name="Recordings", act=recording, feature="recording"),
    Step(name="Record", act=recording_control, feature="recording_control"),
    Step(name="Without chat", act=wish("chat_switch", chat=False), feature="chat_switch"),
    Step(
        name="Without sharing",
        act=wish("sharing_switch", participants_share=False),
        feature="sharing_switch",
    ),
    Step(name="For two people", act=wish("capacity", capacity=2), feature="capacity"),
    Step(name="With waiting room", act=wish("waiting_room", waits=True), feature="waiting_room"),
    Step(name="As webinar", act=wish("webinars", kind=RoomKind.WEBINAR), feature="webinars"),
    Step(name="Reserve, move, cancel", act=reservations.keep, feature="booking"),
    Step(name="Deliveries", act=webhooks.read, feature="webhooks"),
    Step(name="Register address", act=registered_webhook, feature="registers_webhook"),
    Step(name="Open questions", act=open_questions),
    Step(name="End for all", act=ending, feature="ending"),
)
