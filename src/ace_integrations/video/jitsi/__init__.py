"""Jitsi: live classes in a frame, on a public, an own or a hosted server."""
