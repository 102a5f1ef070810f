"""Pusher: channels over WebSocket, told of by signed requests."""
