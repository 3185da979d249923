"""Static files with hashed names, also inside ES modules."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashes the addresses that one ES module of ours imports another by, too.

    Not in other people's files: some mention imports, in comments, of what they do not ship.
    """

    _imports = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]  # noqa: SLF001
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", _imports))
