"""Live classes on Zoom's Video SDK."""
