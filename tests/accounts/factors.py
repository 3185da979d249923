"""What people do with second factors, in tests."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts.models import User
from tests.conftest import PASSWORD

PERIOD = 30


def code_of(secret: str, *, periods_ago: int = 0) -> str:
    """What the app shows, or showed."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD - periods_ago))


def with_app(user: User) -> str:
    """A person with codes of an app and recovery codes: the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def with_passkey(user: User, name: str = "My key") -> Authenticator:
    """A person with a passkey, of which nobody has the secret half."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    key = AttestedCredentialData.create(bytes(16), b"a key of 16 byte", public)
    flags = AuthenticatorData.FLAG
    data = AuthenticatorData.create(
        bytes(32), flags.USER_PRESENT | flags.USER_VERIFIED | flags.ATTESTED, 1, key
    )
    client = CollectedClientData.create("webauthn.create", b"challenge", "https://localhost")
    credential = {
        "id": websafe_encode(key.credential_id),
        "rawId": websafe_encode(key.credential_id),
        "type": "public-key",
        "clientExtensionResults": {"credProps": {"rk": True}},
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }
    kept = {"name": name, "credential": credential}
    return Authenticator.objects.create(user=user, type="webauthn", data=kept)


def recovery_codes(user: User) -> list[str]:
    found = Authenticator.objects.get(user=user, type="recovery_codes")
    return list(RecoveryCodes(found).get_unused_codes())


def show_it_is_me(client: Client) -> None:
    """Type the password once more, as pages about factors ask."""
    client.post("/account/reauthenticate/", {"password": PASSWORD})


@contextmanager
def at_a_full_period() -> Iterator[time_machine.Traveller]:
    """Time stands still at the first second of a code."""
    with time_machine.travel((int(time.time()) // PERIOD + 1) * PERIOD, tick=False) as traveller:
        yield traveller
