"""Jitsi Meet: live classes in an iframe, self-hosted, by JaaS, or for trials on the public server."""
