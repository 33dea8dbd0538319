"""A load generator: a few keep-alive connections that send a request as soon as they have the last response.

It does as little as possible, so that only the server is measured: a request is one write of prepared bytes, a response
is complete when as many bytes have arrived as the first, checked response had.
"""

from __future__ import annotations

import asyncio
import time

from benchmarks.client import Request


def wire_bytes(request: Request) -> bytes:
    """A request as the bytes on a socket."""
    lines = [f"{request.method} {request.path} HTTP/1.1".encode()]
    lines += [name + b": " + value for name, value in request.headers()]
    return b"\r\n".join([*lines, b"", request.body])


async def response_to(port: int, request: Request) -> tuple[int, bytes, int]:
    """Send one request; return the status, the body, and the number of bytes of the whole response."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(wire_bytes(request))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        lines = head.split(b"\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:])}
        body = await reader.readexactly(int(fields[b"content-length"]))
        return int(lines[0].split()[1]), body, len(head) + len(body)
    finally:
        writer.close()


async def requests_in(port: int, request: Request, *, size: int, connections: int, seconds: float) -> int:
    """The number of requests that get a response in a time.

    Args:
        port: port of the server on this machine.
        request: the request.
        size: bytes of a whole response.
        connections: how many connections send requests at once.
        seconds: how long they do.
    """
    data, until = wire_bytes(request), time.monotonic() + seconds

    async def ask() -> int:
        count = 0
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while time.monotonic() < until:
                writer.write(data)
                await asyncio.wait_for(reader.readexactly(size), 30)
                count += 1
        finally:
            writer.close()
        return count

    return sum(await asyncio.gather(*(ask() for _ in range(connections))))
