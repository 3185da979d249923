"""A certificate that this machine signs for itself, for people on the same network."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_FOR = timedelta(days=365)
RENEW_BEFORE = timedelta(days=14)


@dataclass(frozen=True)
class Certificate:
    """Where the certificate and its key are kept."""

    path: Path
    key_path: Path

    def serves(self, hosts: list[str]) -> bool:
        """Whether it exists, names all of these hosts and holds for a while yet."""
        if not (self.path.exists() and self.key_path.exists()):
            return False
        kept = x509.load_pem_x509_certificate(self.path.read_bytes())
        names = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        holds = kept.not_valid_after_utc - RENEW_BEFORE > datetime.now(UTC)
        return holds and {_name(host) for host in hosts} <= set(names)


def certificate_for(hosts: list[str], folder: Path) -> Certificate:
    """The certificate for these names and addresses, made anew when the kept one will not do."""
    certificate = Certificate(folder / "certificate.pem", folder / "key.pem")
    if not certificate.serves(hosts):
        folder.mkdir(parents=True, exist_ok=True)
        _make(certificate, hosts)
    return certificate


def _make(certificate: Certificate, hosts: list[str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    _write_privately(
        certificate.key_path,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    certificate.path.write_bytes(_sign(key, hosts).public_bytes(serialization.Encoding.PEM))


def _sign(key: ec.EllipticCurvePrivateKey, hosts: list[str]) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Parley on this network")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # a guest's clock may be slow
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return builder.sign(key, hashes.SHA256())


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write_privately(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
