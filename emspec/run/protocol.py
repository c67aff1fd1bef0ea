"""How engine and worker talk: JSON lines over a Unix socket, a lease's descriptor beside a job."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence

from emspec.model.json import JsonObject

CHUNK = 1 << 16
DESCRIPTORS = 8


class Channel:
    """One end of the conversation. Messages are JSON objects; a descriptor travels with the message it is sent with."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self._text = b""
        self._descriptors: list[int] = []

    def send(self, message: JsonObject, descriptors: Sequence[int] = ()) -> None:
        """Send a message; raises BrokenPipeError or ConnectionError when the other side has gone."""
        line = json.dumps(message).encode() + b"\n"
        sent = socket.send_fds(self.end, [line], list(descriptors)) if descriptors else 0
        self.end.sendall(line[sent:])

    def receive(self) -> list[JsonObject] | None:
        """Return the messages that have come whole, waiting for some bytes; None when the other side has gone."""
        content, descriptors, _, _ = socket.recv_fds(self.end, CHUNK, DESCRIPTORS)
        self._descriptors += descriptors
        if not content:
            return None
        *lines, self._text = (self._text + content).split(b"\n")
        return [json.loads(line) for line in lines]

    def close_descriptors(self) -> None:
        """Close what came with the messages so far: the job is over, and with it this side's hold on the lease."""
        while self._descriptors:
            os.close(self._descriptors.pop())
