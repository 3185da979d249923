"""Recordings that providers keep of our meetings, as rows of ours."""
