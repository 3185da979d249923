"""How people prove who they are: second factors and passkeys, and sign-in at another place."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.env import Environment

_FORMS = "accounts.forms.factors"

# django-allauth's parts for second factors and for signing in elsewhere (docs/sign-in.md)
PEOPLE: dict[str, Any] = {
    "MFA_ADAPTER": "accounts.factors.FactorAdapter",
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    # Nobody is signed in here before their first address is confirmed, so a new one that still
    # waits for that need not stand in the way of a second factor.
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,
    "MFA_TOTP_TOLERANCE": 1,  # clocks of phones may be half a minute off
    "MFA_FORMS": {
        "activate_totp": f"{_FORMS}.ActivateForm",
        "authenticate": f"{_FORMS}.CodeForm",
        "reauthenticate": f"{_FORMS}.CodeAgainForm",
        "add_webauthn": f"{_FORMS}.AddPasskeyForm",
        "edit_webauthn": f"{_FORMS}.RenamePasskeyForm",
        "authenticate_webauthn": f"{_FORMS}.PasskeyForm",
        "login_webauthn": f"{_FORMS}.PasskeySignInForm",
        "reauthenticate_webauthn": f"{_FORMS}.PasskeyAgainForm",
    },
    "SOCIALACCOUNT_ADAPTER": "accounts.elsewhere.ElsewhereAdapter",
    "SOCIALACCOUNT_PROVIDERS": {
        "openid_connect": {
            "provider_class": "accounts.oidc.OidcProvider",
            "OAUTH_PKCE_ENABLED": True,
        }
    },
    "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": True,  # where it is let in by address at all
    "SOCIALACCOUNT_REQUESTS_TIMEOUT": 8,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcPlace:
    """Where else people may sign in: one provider of OpenID Connect."""

    url: str
    name: str
    client_id: str
    client_secret: str = field(repr=False)
    groups_claim: str = "groups"
    staff_group: str = ""
    admin_group: str = ""


def oidc_place(env: Environment) -> OidcPlace | None:
    """The provider of the environment; half of one stops the start, by the name of what lacks."""
    place = OidcPlace(
        url=env.str("OIDC_URL", default="").rstrip("/"),
        name=env.str("OIDC_NAME", default="OpenID"),
        client_id=env.str("OIDC_CLIENT_ID", default=""),
        client_secret=env.str("OIDC_CLIENT_SECRET", default=""),
        groups_claim=env.str("OIDC_GROUPS_CLAIM", default="groups"),
        staff_group=env.str("OIDC_STAFF_GROUP", default=""),
        admin_group=env.str("OIDC_ADMIN_GROUP", default=""),
    )
    needed = {
        "OIDC_URL": place.url,
        "OIDC_CLIENT_ID": place.client_id,
        "OIDC_CLIENT_SECRET": place.client_secret,
    }
    missing = [name for name, value in needed.items() if not value]
    if 0 < len(missing) < len(needed):
        raise ImproperlyConfigured(f"For sign-in by OpenID Connect, set {', '.join(missing)}, too.")
    return None if missing else place
