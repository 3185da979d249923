"""A provider of OpenID Connect on loopback, with a switch for each of its bad days."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET, KEY = "parley", "a secret of ours", "key-1"


@cache
def signing_key(name: str = KEY) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class OidcDouble:
    """Signs `person` in at once. `claims` go into the ID tokens, `bad` says what is wrong."""

    port: int = 0
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "42",
            "email": "Ana@example.org",
            "email_verified": True,
            "name": "Ana  Sommer",
        }
    )
    claims: dict[str, Any] = field(default_factory=dict)
    bad: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def authorize(self, question: dict[str, str]) -> str:
        """Where the browser is sent: back to whoever asked."""
        self.asked.append(question)
        answer = {"state": question["state"]}
        if self.bad in {"access_denied", "server_error"}:
            answer["error"] = self.bad
        else:
            answer["code"] = secrets.token_urlsafe(8)
            self.codes[answer["code"]] = question
        return f"{question['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code, once, to who knows our secret and the verifier."""
        question = self.codes.pop(form.get("code", ""), None)
        if question is None or form.get("client_secret") != SECRET:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if question.get("code_challenge") != challenge:
            return None
        tokens = {"access_token": "let-me-see", "token_type": "Bearer"}
        return (
            tokens if self.bad == "no id token" else tokens | {"id_token": self.id_token(question)}
        )

    def id_token(self, question: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": self.person["sub"],
            "nonce": question["nonce"],
            "iat": now,
            "exp": now + 300,
            **self.claims,
        }
        if self.bad == "signed by our secret":
            return jwt.encode(claims, SECRET, algorithm="HS256", headers={"kid": KEY})
        if self.bad == "not signed":
            return jwt.encode(claims, None, algorithm="none", headers={"kid": KEY})
        key = signing_key("a stranger's" if self.bad == "signed by a stranger" else KEY)
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY})

    def jwks(self) -> dict[str, Any]:
        algorithm = jwt.algorithms.RSAAlgorithm
        public = json.loads(algorithm.to_jwk(signing_key(KEY).public_key()))
        return {"keys": [{**public, "kid": KEY, "alg": "RS256", "use": "sig"}]}


class _Handler(BaseHTTPRequestHandler):
    double: OidcDouble

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        question = {name: values[0] for name, values in parse_qs(query).items()}
        if path == f"/{self.double.bad}":
            self._say(500, "<h1>Out of order</h1>")
        elif path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.double.authorize(question))
            self.end_headers()
        elif path == "/userinfo" and self.headers["Authorization"] != "Bearer let-me-see":
            self._say(401, {})
        else:
            found = {
                "/.well-known/openid-configuration": self.double.configuration,
                "/userinfo": lambda: self.double.person,
                "/jwks": self.double.jwks,
            }
            self._say(200, found[path]())

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        tokens = self.double.token({name: values[0] for name, values in form.items()})
        self._say(200 if tokens else 400, tokens or {"error": "invalid_grant"})

    def _say(self, status: int, content: Any) -> None:
        body = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Tests need no log of it."""


@contextmanager
def running() -> Iterator[OidcDouble]:
    double = OidcDouble()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"double": double}))
    double.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
