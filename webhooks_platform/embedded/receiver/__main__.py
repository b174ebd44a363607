"""``python -m webhooks_platform.embedded.receiver [--host 127.0.0.1] [--port 9000] [--until-stdin-ends]``."""

import argparse
import asyncio
import signal
import sys

import uvloop

from webhooks_platform.embedded.console import print_line
from webhooks_platform.embedded.receiver.connection import Connection
from webhooks_platform.embedded.receiver.ledger import Ledger


async def serve(host: str, port: int, *, until_stdin_ends: bool) -> None:
    """Prints its address as soon as it listens (port 0: any free one), and serves until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    if until_stdin_ends:
        loop.add_reader(sys.stdin, ended.set)
    ledger = Ledger()
    server = await loop.create_server(lambda: Connection(ledger), host, port, backlog=4096)
    bound = server.sockets[0].getsockname()
    print_line(f"http://{bound[0]}:{bound[1]}")
    await ended.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m webhooks_platform.embedded.receiver")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--until-stdin-ends", action="store_true", help="stop with the process that holds our input")
    arguments = parser.parse_args()
    uvloop.run(serve(arguments.host, arguments.port, until_stdin_ends=arguments.until_stdin_ends))


main()
