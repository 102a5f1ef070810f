"""Where rates come from: one module a source."""
