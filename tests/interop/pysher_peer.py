"""A program with pysher, which speaks version 6 of the protocol; run in a process that ends with its threads.

Subscribes to the channels that it is given, and prints what it hears, a JSON value a line.
"""

import json
import logging
import sys

import pysher


def main(key: str, secret: str, port: str, channels: list[str]) -> None:
    client = pysher.Pusher(
        key,
        secure=False,
        custom_host="127.0.0.1",
        port=port,
        secret=secret,
        user_data={"user_id": "9", "user_info": {"name": "سارة"}},
        log_level=logging.CRITICAL,
    )

    def tell(event: str, channel: str, data: str) -> None:
        sys.stdout.write(json.dumps({"event": event, "channel": channel, "data": data}) + "\n")
        sys.stdout.flush()

    def listen(data: str) -> None:
        tell("connected", "", data)
        for name in channels:
            channel = client.subscribe(name)
            for event in ("pusher_internal:subscription_succeeded", "job.posted"):
                channel.bind(event, lambda data, event=event, name=name: tell(event, name, data))

    client.connection.bind("pusher:connection_established", listen)
    client.connect()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:4], sys.argv[4:])
