"""What is kept, for how long, and how it is taken along: backups, retention, people's own data."""
