"""Mails as people like them: one short text, and the same with buttons for those who read HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation

BUTTON = re.compile(r"(?P<label>[^\n]+?):?\n(?P<url>https?://\S+)")


@dataclass(frozen=True)
class Part:
    """A paragraph, or with an address a button."""

    text: str
    url: str = ""


def parts_of(body: str) -> list[Part]:
    """Paragraphs; one that is a label above an address is a button."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", body) if part.strip()]
    return [
        Part(found["label"], found["url"]) if (found := BUTTON.fullmatch(text)) else Part(text)
        for text in paragraphs
    ]


def written(template: str, context: Mapping[str, object]) -> tuple[str, str]:
    """Subject and body: the template's first paragraph and the others."""
    values = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **context}
    # Plain text is not HTML: nothing to escape here. The HTML version escapes every part.
    text = get_template(template).template.render(Context(values, autoescape=False))  # type: ignore[attr-defined]
    subject, _, body = text.strip().partition("\n\n")
    return " ".join(subject.split()), re.sub(r"\n{3,}", "\n\n", body.strip())


def compose(
    template: str, context: Mapping[str, object], *, to: list[str], language: str
) -> EmailMultiAlternatives:
    """One mail in the recipient's language, as text and as HTML, from one template."""
    with translation.override(language):
        subject, body = written(template, context)
        page = {
            "subject": subject,
            "parts": parts_of(body),
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
        }
        html = render_to_string("mail/letter.html", page)
    text = f"{body}\n\n-- \n{settings.SITE_NAME}\n{settings.SITE_URL}\n"
    mail = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, to)
    mail.attach_alternative(html, "text/html")
    return mail
