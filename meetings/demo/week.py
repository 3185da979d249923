"""The demo's rooms and meetings: last week, today, and what comes."""

from .guests import GuestPlan
from .people import AIKO, DANA, MARCUS
from .plans import Day, FromNow, Plan, RoomPlan

ROOMS = (
    RoomPlan(owner=DANA, name="Office hours", waiting_room="everyone"),
    RoomPlan(owner=DANA, name="Design studio", waiting_room="nobody", needs_host=False),
    RoomPlan(owner=MARCUS, name="Customer calls"),
)

LAST_WEEK = (
    Plan(
        who=DANA,
        title="Weekly planning",
        when=Day(-5, "09:30"),
        room="Design studio",
        description="What we finish this week, and what we leave.",
        came=("Jonas Weber", "Priya Raman", "Lukas Brandt"),
    ),
    Plan(
        who=DANA,
        title="Design review: booking page",
        when=Day(-4, "14:00"),
        moved_from=Day(-4, "11:00"),
        minutes=60,
        description="Please look at the drafts before. We decide between the two calendars.",
        came=("Priya Raman", "Jonas Weber"),
    ),
    Plan(
        who=DANA,
        title="Northwind: contract questions",
        when=Day(-3, "10:30"),
        zone="America/New_York",
        minutes=45,
        description="Their lawyers join for the first half.",
        came=("Grace Whitfield", "Omar Haddad"),
    ),
    Plan(
        who=MARCUS,
        title="Halcyon: kick-off",
        when=Day(-3, "10:00"),
        room="Customer calls",
        minutes=60,
        came=("Renée Caron", "Sam Okafor", "Tilda Lund"),
    ),
    Plan(
        who=DANA,
        title="Interview: Lea Hoffmann",
        when=Day(-2, "11:00"),
        minutes=45,
        description="Portfolio first, then questions from both sides.",
        came=("Lea Hoffmann", "Jonas Weber"),
    ),
    Plan(
        who=AIKO,
        title="Release check",
        when=Day(-2, "16:00"),
        came=("Kenji Mori", "Hana Sato"),
    ),
    Plan(
        who=DANA,
        title="Office hours",
        when=Day(-1, "10:00"),
        room="Office hours",
        minutes=60,
        description="Bring whatever is stuck. No agenda, no slides.",
        came=("Lukas Brandt", "Mei Lin", "Priya Raman", "Paul Adler"),
    ),
    Plan(
        who=DANA,
        title="Budget check-in",
        when=Day(-1, "15:00"),
        cancelled="The figures are not ready. We meet next week instead.",
    ),
)

TODAY = (
    Plan(
        who=DANA,
        title="Morning check-in",
        when=FromNow(-150),
        room="Design studio",
        came=("Jonas Weber", "Priya Raman"),
    ),
    Plan(
        who=DANA,
        title="Product sync",
        when=FromNow(-20),
        minutes=45,
        description="Where each of us is, what is in the way, and who can help.",
    ),
    Plan(
        who=DANA,
        title="Interview: Tomás Herrera",
        when=FromNow(25),
        minutes=45,
        description="Second round. Priya asks about accessibility, Jonas about handover.",
    ),
    Plan(
        who=DANA,
        title="Portland: launch rehearsal",
        when=Day(0, "13:00"),
        zone="America/Los_Angeles",
        minutes=60,
        description="The whole flow once, with the real data. Late for us, lunch for them.",
    ),
    Plan(who=MARCUS, title="Sales stand-up", when=Day(0, "09:15"), minutes=15),
)

AHEAD = (
    Plan(
        who=DANA,
        title="Weekly planning",
        when=Day(1, "09:30"),
        room="Design studio",
        description="What we finish this week, and what we leave.",
    ),
    Plan(
        who=DANA,
        title="Usability test, second round",
        when=Day(1, "13:00"),
        minutes=90,
        description="Three people, half an hour each. Watch quietly; we talk afterwards.",
    ),
    Plan(
        who=MARCUS,
        title="Halcyon: weekly",
        when=Day(1, "11:00"),
        room="Customer calls",
        minutes=45,
    ),
    Plan(who=AIKO, title="Load test walkthrough", when=Day(1, "10:00"), minutes=60),
    Plan(
        who=DANA,
        title="Office hours",
        when=Day(2, "10:00"),
        room="Office hours",
        minutes=60,
        description="Bring whatever is stuck. No agenda, no slides.",
    ),
    Plan(
        who=DANA,
        title="Tokyo handover",
        when=Day(3, "17:00"),
        zone="Asia/Tokyo",
        minutes=45,
        description="Aiko’s team takes over the calendar work. Morning for us, evening for them.",
    ),
    Plan(
        who=DANA,
        title="Budget check-in",
        when=Day(3, "15:00"),
        moved_from=Day(3, "14:00"),
        description="With the figures, this time.",
    ),
    Plan(
        who=DANA,
        title="Onboarding workshop",
        when=Day(4, "11:00"),
        minutes=120,
        cancelled="Two of us are ill. A new date follows.",
    ),
    Plan(
        who=MARCUS,
        title="Pipeline review",
        when=Day(4, "14:00"),
        description="Bring the three deals you worry about.",
    ),
    Plan(
        who=DANA,
        title="Roadmap: next quarter",
        when=Day(5, "13:30"),
        minutes=90,
        description="Candidates are in the shared list. Vote before, argue here.",
        guests=(
            GuestPlan("Lukas Brandt", "Europe/Berlin", "accepted"),
            GuestPlan("Mei Lin", "Asia/Singapore", "declined", "Midnight here. Please record it."),
            GuestPlan("Omar Haddad", "Africa/Cairo"),
            GuestPlan("Paul Adler", "America/Denver", "tentative"),
        ),
    ),
    Plan(who=AIKO, title="Incident review", when=Day(5, "15:00"), minutes=45),
    Plan(who=DANA, title="Retrospective", when=Day(6, "14:00"), minutes=60, room="Design studio"),
)

MEETINGS = LAST_WEEK + TODAY + AHEAD
