"""Where rooms go among equal accounts: evenly, though nobody is inside yet."""

import random
from collections import Counter

from meetings.placement import Load, lightest_first

ACCOUNTS = ("north", "east", "west")
WAVE = 900  # meetings at nine
LAG = 12  # placements that others have made and we have not seen


def invitations() -> list[int]:
    """As they are: many small meetings, a few with half the company."""
    chance = random.Random(9)
    return [min(int(chance.lognormvariate(1.2, 0.9)) + 1, 150) for _ in range(WAVE)]


def spread(wave: list[int], *, lag: int = 0, sizes: dict[str, int] | None = None) -> list[Load]:
    """The wave placed one after the other, each by what was known `lag` placements ago."""
    placed: list[tuple[str, int]] = []
    for people in wave:
        seen = placed[: max(len(placed) - lag, 0)]
        placed.append((lightest_first(loads(seen, sizes))[0], people))
    return loads(placed, sizes)


def loads(placed: list[tuple[str, int]], sizes: dict[str, int] | None) -> list[Load]:
    rooms = Counter(alias for alias, _ in placed)
    people: Counter[str] = Counter()
    for alias, expected in placed:
        people[alias] += expected
    most = sizes or {}
    return [
        Load(alias=each, rooms=rooms[each], people=people[each], most_rooms=most.get(each))
        for each in ACCOUNTS
    ]


def test_wave_of_nine_spreads_evenly_though_every_account_measures_nobody() -> None:
    wave = invitations()

    people = [each.people for each in spread(wave)]

    assert sum(people) == sum(wave)
    assert max(people) - min(people) <= max(wave)


def test_wave_spreads_evenly_though_what_is_known_is_a_dozen_placements_old() -> None:
    wave = invitations()

    found = spread(wave, lag=LAG)

    share = sum(wave) / len(ACCOUNTS)
    assert all(abs(each.people - share) < share * 0.1 for each in found)
    assert all(abs(each.rooms - WAVE / 3) < WAVE / 3 * 0.15 for each in found)


def test_full_meetings_do_not_meet_at_one_account_as_by_turns_they_would() -> None:
    wave = [100, 2, 2] * 10

    people = sorted(each.people for each in spread(wave))

    assert people[-1] - people[0] <= 100
    assert max(sum(wave[n::3]) for n in range(3)) == 1000  # by turns


def test_account_twice_as_large_takes_twice_as_much() -> None:
    sizes = {"north": 600, "east": 300, "west": 300}

    found = {each.alias: each.people for each in spread(invitations(), sizes=sizes)}

    assert 1.9 < found["north"] / found["east"] < 2.1
    assert 0.95 < found["east"] / found["west"] < 1.05


def test_full_account_comes_last_but_not_never() -> None:
    full = Load(alias="north", rooms=2, people=2, most_rooms=2)
    busy = Load(alias="east", rooms=9, people=90)

    assert lightest_first([full, busy]) == ["east", "north"]
    assert lightest_first([full]) == ["north"]


def test_of_equal_loads_the_account_named_first_is_taken() -> None:
    assert lightest_first(Load(alias=each) for each in ACCOUNTS) == list(ACCOUNTS)
