"""What live pages want to hear. Sent after commit; hearing nothing must harm nobody."""

from django.dispatch import Signal

# Somebody knocked, was admitted or refused, or the doors of a session changed: `session`.
doors_changed = Signal()

# A host gave somebody other rights, or took them back: `session`, `identity`.
role_given = Signal()
