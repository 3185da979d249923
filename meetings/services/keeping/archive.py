"""The archive of a backup: a zip file with rows as lines of JSON, and a manifest that proves it."""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Self

FORMAT = 1
PRODUCT = "parley"
MANIFEST = "manifest.json"
KEYS = "keys.env"


class BadArchive(Exception):
    """A file that is no backup of ours, or not whole, or not for this place; says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rows of one model."""

    model: str  # its label
    fields: list[str]
    rows: int
    sha256: str

    @property
    def file(self) -> str:
        return f"rows/{self.model}.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive holds, when and from what it was made."""

    version: str
    made_at: str
    database: str
    migrations: list[list[str]]  # the last one of each application
    parts: list[Part]
    seal: str = ""  # the digest, as only who has FIELD_KEYS can write it
    format: int = FORMAT
    product: str = PRODUCT

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        parts = [Part(**part) for part in values.pop("parts")]
        return cls(**values, parts=parts)

    @property
    def digest(self) -> str:
        """Of all that it says, and by the hashes of the parts of every row."""
        said = json.dumps({**asdict(self), "seal": ""}, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


@dataclass(slots=True)
class Writer:
    """Writes parts one after the other; `finish` makes it an archive."""

    to: BinaryIO
    parts: list[Part] = field(default_factory=list)
    _zip: zipfile.ZipFile = field(init=False)

    def __post_init__(self) -> None:
        self._zip = zipfile.ZipFile(self.to, "w", zipfile.ZIP_DEFLATED)

    def add(self, model: str, fields: list[str], lines: Iterable[bytes]) -> None:
        digest, rows = hashlib.sha256(), 0
        with self._zip.open(f"rows/{model}.jsonl", "w", force_zip64=True) as file:
            for line in lines:
                file.write(line)
                digest.update(line)
                rows += 1
        self.parts.append(Part(model=model, fields=fields, rows=rows, sha256=digest.hexdigest()))

    def finish(self, manifest: Manifest, keys: str = "") -> None:
        """What has no manifest is no archive."""
        if keys:
            self._zip.writestr(KEYS, keys)
        self._zip.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))

    def close(self) -> None:
        self._zip.close()


class Reader:
    """An archive that was proved to be ours and whole."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
            self.manifest = self._manifest()
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as error:
            raise BadArchive(
                "This file is no backup of Parley, or it was cut off before its end."
            ) from error

    @property
    def has_keys(self) -> bool:
        return KEYS in self._zip.namelist()

    def prove(self) -> None:
        """Every part is there, with the rows and the bytes that the manifest says."""
        for part in self.manifest.parts:
            digest, rows = hashlib.sha256(), 0
            for line in self.lines(part):
                digest.update(line)
                rows += 1
            if (digest.hexdigest(), rows) != (part.sha256, part.rows):
                raise BadArchive(f"The archive is damaged: {part.file} is not what was written.")

    def lines(self, part: Part) -> Iterator[bytes]:
        try:
            with self._zip.open(part.file) as file:
                yield from file
        except (KeyError, zipfile.BadZipFile, EOFError, OSError) as error:
            raise BadArchive(f"The archive is damaged: {part.file} cannot be read.") from error
        except Exception as error:  # the library has errors of its own for torn data
            if type(error).__module__ != "zlib":
                raise
            raise BadArchive(f"The archive is damaged: {part.file} cannot be read.") from error

    def _manifest(self) -> Manifest:
        values = json.loads(self._zip.read(MANIFEST))
        if values.get("product") != PRODUCT:
            raise ValueError(MANIFEST)
        if values.get("format") != FORMAT:
            raise BadArchive(
                f"The archive has format {values.get('format')}; this Parley reads {FORMAT}. "
                "Restore it with the version that made it, or a later one."
            )
        return Manifest.from_json(values)
