"""Agora: sound and pictures in channels; the server's part is to sign tokens."""
