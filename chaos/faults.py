"""The bad days themselves. Each function lasts as long as its fault."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chaos import outside
from chaos.machines import Process, wait_for
from chaos.site import Site


@dataclass(frozen=True)
class Fault:
    name: str
    happens: Callable[[Site], None]


def postgres_restarts(site: Site) -> None:
    site.postgres.stop("fast")
    site.postgres.start()


def postgres_crashes(site: Site) -> None:
    site.postgres.stop("immediate")
    site.postgres.start()


def postgres_is_away(site: Site) -> None:
    site.postgres.stop("fast")
    time.sleep(20)
    site.postgres.start()


def redis_dies(site: Site) -> None:
    site.redis.kill()
    time.sleep(8)
    site.redis.start()


def _providers(site: Site, fault: Any, seconds: float) -> None:
    with site.main.failing(fault), site.desk.failing(fault):
        time.sleep(seconds)


def providers_are_slow(site: Site) -> None:
    _providers(site, outside.SLOW, 15)


def providers_are_down(site: Site) -> None:
    _providers(site, outside.DOWN, 10)


def providers_lie(site: Site) -> None:
    site.main.is_lying = True
    _providers(site, outside.lie, 10)
    site.main.is_lying = False


def _killed(processes: list[Process], times: int) -> None:
    for _ in range(times):
        process = random.choice(processes)  # noqa: S311
        time.sleep(random.uniform(1, 3))  # noqa: S311
        process.kill()
        process.start()  # as systemd does
        if process.port:
            wait_for(process.port)


def workers_are_killed(site: Site) -> None:
    _killed(site.workers, 4)


def webs_are_killed(site: Site) -> None:
    _killed(site.webs, 2)


def clock_is(seconds: int) -> Callable[[Site], None]:
    def happens(site: Site) -> None:
        site.set_clock(seconds)
        time.sleep(10)
        site.set_clock(0)

    return happens


FAULTS = (
    Fault("PostgreSQL restarts", postgres_restarts),
    Fault("PostgreSQL crashes", postgres_crashes),
    Fault("PostgreSQL away for 20 s", postgres_is_away),
    Fault("Redis killed, back after 8 s", redis_dies),
    Fault("providers answer after 10 s", providers_are_slow),
    Fault("providers down", providers_are_down),
    Fault("providers lie", providers_lie),
    Fault("workers killed, four times", workers_are_killed),
    Fault("web servers killed, twice", webs_are_killed),
    Fault("two nodes, clocks 90 s apart", clock_is(90)),
    Fault("a node's clock jumps 2 h ahead", clock_is(7200)),
    Fault("a node's clock jumps 2 h back", clock_is(-7200)),
)
