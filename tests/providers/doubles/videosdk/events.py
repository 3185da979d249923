"""Deliveries, signed as VideoSDK signs them."""

import base64
import json
from fnmatch import fnmatchcase
from functools import cache
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_one_maker = Lock()


def key_pair(number: int = 0) -> rsa.RSAPrivateKey:
    """Their key; another number is the one they change to."""
    with _one_maker:  # deliveries go out of several threads, and `cache` alone lets each make one
        return _made_key(number)


@cache
def _made_key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(number: int = 0, *, form: str = "pkcs1") -> str:
    forms = {
        "pkcs1": serialization.PublicFormat.PKCS1,
        "spki": serialization.PublicFormat.SubjectPublicKeyInfo,
    }
    public = key_pair(number).public_key()
    return "\n" + public.public_bytes(serialization.Encoding.PEM, forms[form]).decode()


def signature(body: bytes, number: int = 0) -> str:
    signed = key_pair(number).sign(body, padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signed).decode()


def body_of(event: str, data: dict[str, Any], *, type_key: str = "webhookType") -> bytes:
    return json.dumps({type_key: event, "data": data}, separators=(",", ":")).encode()


def is_wanted(event: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(event, pattern) for pattern in patterns)
