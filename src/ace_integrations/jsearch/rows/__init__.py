"""What the service says of one job, read as a posting."""

from ace_integrations.jsearch.rows.posting import RowRefusedError, to_posting

__all__ = ["RowRefusedError", "to_posting"]
