"""Light, dark, or as the device has it: a matter of this browser, so a cookie keeps it."""

from django.http import HttpRequest, HttpResponse

from accounts.http import YEAR

THEMES = {"light", "dark"}
COOKIE = "theme"


def theme_of(request: HttpRequest) -> str:
    """The chosen theme; "" is as the device has it."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else ""


def keep_theme(response: HttpResponse, theme: str) -> None:
    if theme in THEMES:
        response.set_cookie(COOKIE, theme, max_age=YEAR, samesite="Lax")
    else:
        response.delete_cookie(COOKIE)
