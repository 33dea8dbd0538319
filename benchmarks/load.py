"""A load generator: a few keep-alive connections that ask again as soon as they are answered.

It does as little as can be, so that the server is what is measured: a request is one write of ready bytes, an answer
is complete when as many bytes have come as the first, checked one had.
"""

from __future__ import annotations

import asyncio
import time

from benchmarks.client import Request


def wire_bytes(request: Request) -> bytes:
    """A request as it goes over a socket."""
    lines = [f"{request.method} {request.path} HTTP/1.1".encode()]
    lines += [name + b": " + value for name, value in request.headers()]
    return b"\r\n".join([*lines, b"", request.body])


async def answered(port: int, request: Request) -> tuple[int, bytes, int]:
    """Ask once; gives the status, the body, and how many bytes the whole answer has."""
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
    """How many requests are answered in a time.

    Args:
        port: of the server on this machine.
        request: what is asked.
        size: of a whole answer.
        connections: how many ask at once.
        seconds: how long.
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
