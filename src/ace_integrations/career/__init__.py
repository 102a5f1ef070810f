"""A career advisor on any language model."""
