"""Sign-in by OpenID Connect, stricter than django-allauth's: signature, nonce and subject count."""

import secrets
from typing import Any

import jwt
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

# Signed with a key of which everybody may know the public half; never with our client secret.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
CLAIMS = ["iss", "sub", "aud", "exp", "iat"]
CLOCKS_MAY_DIFFER = 60  # seconds


class OidcAdapter(OpenIDConnectOAuth2Adapter):
    """How we talk to the provider."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; `OAuth2Error` when that is not enough."""
        try:
            found = super().openid_config
        except (AttributeError, ValueError) as error:
            raise OAuth2Error("Its configuration cannot be read.") from error
        if not isinstance(found, dict) or any(
            not isinstance(found.get(name), str) for name in NEEDED
        ):
            raise OAuth2Error("Its configuration lacks an address.")
        return found

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Who has signed in over there: proved by the ID token, described by the user info."""
        claims = self._decode_id_token(app, str(kwargs["response"].get("id_token", "")))
        told: Any = self._fetch_user_info(token.token)
        if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
            raise OAuth2Error("The user info is about somebody else.")
        data = {"id_token": claims, "userinfo": claims | told}
        login: SocialLogin = self.get_provider().sociallogin_from_response(request, data)  # type: ignore[no-untyped-call]
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """The claims, when the provider's own key has signed them for us."""
        try:
            header = jwt.get_unverified_header(id_token)
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=self._key(header.get("kid")),
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=CLOCKS_MAY_DIFFER,
                options={"require": CLAIMS},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("The ID token does not hold.") from error
        return claims

    def _key(self, kid: str | None) -> jwt.PyJWK:
        """The provider's key of this name; where it has one only, names do not matter."""
        with get_adapter().get_requests_session() as session:  # type: ignore[no-untyped-call]
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(response.json()).keys
        return keys[0] if len(keys) == 1 and kid is None else {k.key_id: k for k in keys}[kid]


class OidcProvider(OpenIDConnectProvider):
    """The provider of the environment."""

    oauth2_adapter_class = OidcAdapter

    def redirect(
        self, request: HttpRequest, process: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """A page that leads over there: browsers hold a form to its goals, but not a page."""
        nonce = secrets.token_urlsafe(24)
        params = kwargs.get("auth_params") or {}
        kwargs["auth_params"] = {**params, "nonce": nonce}
        try:
            answer = super().redirect(request, process, *args, nonce=nonce, **kwargs)
        except (OAuth2Error, requests.RequestException) as error:
            return render_authentication_error(request, self, exception=error)  # type: ignore[no-any-return]
        if not isinstance(answer, HttpResponseRedirect):
            return answer  # type: ignore[no-any-return]
        context = {"name": self.name, "goal": answer.url}
        return render(request, "socialaccount/leading_out.html", context)

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """The address, confirmed only when they say so in so many words."""
        told = data["userinfo"]
        email = told.get("email")
        if not isinstance(email, str) or not email:
            return []
        is_verified = told.get("email_verified") in (True, "true")
        return [EmailAddress(email=email.lower(), verified=is_verified, primary=True)]


def has_nonce(login: SocialLogin) -> bool:
    """Whether the ID token answers the very question that this browser was sent with."""
    asked = login.state.get("nonce") or ""
    told = login.account.extra_data.get("id_token", {}).get("nonce")
    return bool(asked) and isinstance(told, str) and secrets.compare_digest(asked, told)
