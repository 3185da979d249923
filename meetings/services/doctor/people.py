"""Who may come, how they prove who they are, and how long is kept what is known of them."""

from collections.abc import Iterator

from django.conf import settings

from .finding import Finding, Question, fine, look, wrong

YEARS = 730  # days


def sign_up() -> Iterator[Finding]:
    if settings.SIGNUP == "open" and settings.SITE_IS_SECURE:
        yield look(
            "SIGNUP is open: everybody may make an account here.",
            "Set SIGNUP to invitation, domain or closed, unless you want that.",
        )
    else:
        yield fine(f"SIGNUP is “{settings.SIGNUP}”.")


def sign_in() -> Iterator[Finding]:
    if settings.SECOND_FACTOR == "optional" and settings.SITE_IS_SECURE:
        yield look(
            "SECOND_FACTOR is optional: a password alone opens the administration.",
            "Set SECOND_FACTOR=staff.",
        )
    else:
        yield fine(f"SECOND_FACTOR is “{settings.SECOND_FACTOR}”.")
    if settings.OIDC and not settings.OIDC.url.startswith("https://"):
        yield wrong("OIDC_URL is not https: whoever is in between signs in.", "Use its https.")
    if not (settings.LOCAL_SIGN_IN or settings.OIDC):
        yield wrong(
            "LOCAL_SIGN_IN is off and there is no other way in: nobody can sign in.",
            "Set OIDC_URL, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or switch it on.",
        )


def kept() -> Iterator[Finding]:
    kinds = ["rosters", "logs", *["audit"] * settings.AUDIT_ADDRESSES]
    for_ever = [kind for kind in kinds if not settings.RETENTION[kind]]
    long = [kind for kind in kinds if settings.RETENTION[kind] > YEARS]
    if for_ever or long:
        named = ", ".join(f"RETENTION_{kind.upper()}_DAYS" for kind in (*for_ever, *long))
        yield look(
            f"What names people is kept for years, or for ever: {named}.",
            "Keep it for as long as you need it (docs/privacy.md).",
        )
    else:
        yield fine("Rosters and logs, which name people, are deleted in time.")


QUESTIONS = (
    Question("Sign-up", sign_up, ("SIGNUP", "SIGNUP_DOMAINS")),
    Question(
        "Sign-in",
        sign_in,
        (
            "SECOND_FACTOR",
            "LOCAL_SIGN_IN",
            "OIDC_URL",
            "OIDC_NAME",
            "OIDC_CLIENT_ID",
            "OIDC_CLIENT_SECRET",
            "OIDC_GROUPS_CLAIM",
            "OIDC_STAFF_GROUP",
            "OIDC_ADMIN_GROUP",
        ),
    ),
    Question(
        "What is kept",
        kept,
        (
            "RETENTION_MEETINGS_DAYS",
            "RETENTION_ROSTERS_DAYS",
            "RETENTION_RECORDINGS_DAYS",
            "RETENTION_LOGS_DAYS",
            "RETENTION_AUDIT_DAYS",
            "AUDIT_ADDRESSES",
            "RETENTION_DELIVERIES_DAYS",
        ),
    ),
)
