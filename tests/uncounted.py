"""Settings for processes whose lines nobody counts: they start twice as fast without coverage.

They run code of the tests, or what others count, or are killed before they could tell.
"""

UNCOUNTED = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}
