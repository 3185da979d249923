"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest

from config.logs import reference


def site(request: HttpRequest) -> dict[str, object]:
    return {"site_name": settings.SITE_NAME, "demo": settings.DEMO, "reference": reference()}
