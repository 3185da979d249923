"""Who was there, from all that was told."""
