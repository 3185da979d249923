"""The certificate that this machine signs for itself."""

import stat
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import time_machine
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from config.certificate import Certificate, certificate_for

HOSTS = ["192.168.1.20", "localhost", "parley.local"]


def read(certificate: Certificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.path.read_bytes())


def test_certificate_names_every_host_and_address(tmp_path: Path) -> None:
    certificate = read(certificate_for(HOSTS, tmp_path / "tls"))

    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "parley.local"]
    assert names.get_values_for_type(x509.IPAddress) == [ip_address("192.168.1.20")]


def test_key_fits_the_certificate_and_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    certificate = certificate_for(HOSTS, tmp_path)

    key = load_pem_private_key(certificate.key_path.read_bytes(), None)
    assert key.public_key() == read(certificate).public_key()
    assert stat.S_IMODE(certificate.key_path.stat().st_mode) == 0o600


def test_certificate_is_kept_so_that_browsers_warn_only_once(tmp_path: Path) -> None:
    first = read(certificate_for(HOSTS, tmp_path))

    assert read(certificate_for(HOSTS[:2], tmp_path)) == first


def test_new_address_of_the_machine_makes_a_new_certificate(tmp_path: Path) -> None:
    certificate_for(HOSTS, tmp_path)

    certificate = certificate_for([*HOSTS, "10.0.0.7"], tmp_path)

    assert certificate.serves(["10.0.0.7"])


def test_certificate_is_renewed_before_it_expires(tmp_path: Path) -> None:
    with time_machine.travel(datetime(2025, 1, 1, tzinfo=UTC)):
        old = read(certificate_for(HOSTS, tmp_path))

    with time_machine.travel(datetime(2025, 12, 25, tzinfo=UTC)):
        renewed = read(certificate_for(HOSTS, tmp_path))

    assert renewed.not_valid_after_utc > old.not_valid_after_utc
