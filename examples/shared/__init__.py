"""What both example platforms share: pages, words, and the story that each must pass."""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
