"""What people are told: written down with the change, sent by the worker."""
