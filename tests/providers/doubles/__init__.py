"""Providers that are not there: real HTTP servers on loopback, which verify every signature with
code of their own and can misbehave on demand."""
