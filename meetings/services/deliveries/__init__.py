"""What providers tell us: taken in once, applied in any order."""
