"""Thin adapters to frameworks and stores; each needs the extra of its name."""
