"""Parley's answers to django-allauth's questions."""

import contextlib
import logging
from http import HTTPStatus
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import mail, policy
from accounts.models import User

log = logging.getLogger(__name__)

OPERATORS_WAYS = {"first-run", "demo-sign-in", "way-in"}  # pages that sign in without a password


class AccountAdapter(DefaultAccountAdapter):
    """Who may sign up, what our mails look like, and where people land."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is switched off."),
        "duplicate_email": _("This is your address already, or waits for your confirmation."),
        "email_password_mismatch": _("Address and password do not belong together."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many wrong passwords. Try again in five minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return policy.may_sign_up(request)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Refuse an address that became somebody else's in the meantime."""
        others = User.objects.filter(email__address=email_address.email)
        if others.exclude(pk=email_address.user_id).exists():
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, {"email": email_address.email})
            return False
        return bool(super().confirm_email(request, email_address))

    def pre_login(  # type: ignore[override]  # we hand on whatever it is told
        self, request: HttpRequest, user: User, **about: Any
    ) -> HttpResponse | None:
        """Where people sign in elsewhere only, the few other ways are the operator's."""
        came_from_there = "sociallogin" in (about.get("signal_kwargs") or {})
        name = request.resolver_match and request.resolver_match.url_name
        if settings.LOCAL_SIGN_IN or came_from_there or name in OPERATORS_WAYS:
            return super().pre_login(request, user, **about)
        return redirect("account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMultiAlternatives:
        """One mail in the recipient's language: theirs by profile, else the one of this page."""
        to = [email] if isinstance(email, str) else email
        person = context.get("user") or User.objects.filter(email__address=to[0]).first()
        language = person.language if person else translation.get_language()
        template = f"mail/accounts/{template_prefix.rpartition('/')[2]}.txt"
        return mail.compose(template, context, to=to, language=language)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            log.exception("The mail server did not take %s", template_prefix)
            page = render(
                self.request, "accounts/mail_failed.html", status=HTTPStatus.SERVICE_UNAVAILABLE
            )
            raise ImmediateHttpResponse(page) from error

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """What was done is done, also when the mail that tells of it cannot be sent."""
        with contextlib.suppress(ImmediateHttpResponse):
            super().send_notification_mail(*args, **kwargs)
