"""Meetings that repeat: booked, continued, changed and cancelled."""
