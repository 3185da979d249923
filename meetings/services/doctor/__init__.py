"""What an operator should know before others do: each setting and each machine, in plain words."""

from .examination import QUESTIONS, Examined, examine
from .finding import Finding, Level

__all__ = ["QUESTIONS", "Examined", "Finding", "Level", "examine"]
