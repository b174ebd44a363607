"""Sends one request again and again with aiohttp on uvloop, keeping nothing of the answers.

Arguments: a JSON file with method, url, headers and body; how many; how many at once; optionally a CA file. Prints
"ready", waits for a line on standard input, and prints one JSON line when the last answer was read.
"""

import asyncio
import json
import ssl
import sys
import time

import aiohttp
import uvloop


async def send_all(request, count, at_once, ca_file):
    tls = ssl.create_default_context(cafile=ca_file) if ca_file else True
    answers = {}
    left = iter(range(count))

    async def send_some(session):
        for _ in left:
            async with session.request(
                request["method"], request["url"], data=request["body"].encode(), headers=request["headers"]
            ) as answer:
                await answer.read()
                answers[answer.status] = answers.get(answer.status, 0) + 1

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=at_once, ssl=tls), skip_auto_headers=("Accept", "Accept-Encoding")
    ) as session:
        say("ready")
        sys.stdin.readline()
        started, used = time.monotonic(), time.process_time()
        await asyncio.gather(*(send_some(session) for _ in range(at_once)))
        seconds, processor = time.monotonic() - started, time.process_time() - used
    say(json.dumps({"seconds": seconds, "processor_seconds": processor, "answers": answers}))


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        asked = json.load(file)
    uvloop.run(send_all(asked, int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else None))
