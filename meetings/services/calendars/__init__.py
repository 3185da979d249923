"""What calendar programs read: files and feeds."""
