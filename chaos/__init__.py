"""Parley on bad days: a site under load, one fault after the other, and an audit at the end."""
