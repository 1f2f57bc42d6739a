"""Run by itself: clients with a connection each, who send one request after the other until all are sent.

Reads one JSON line for each turn from its standard input: `{"url", "clients", "requests": [[headers, body], ...]}`;
writes one for each: `{"seconds", "latencies": [seconds, ...], "codes": {code: how many}}`. "" ends it.
"""

import http.client
import json
import sys
import threading
import time
from collections import Counter, deque
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 60.0
Asked = tuple[dict[str, str], str]


def turn(url: str, clients: int, requests: list[Asked]) -> dict[str, Any]:
    """Send all requests; each client takes the next as soon as its last was answered."""
    waiting, latencies, codes = deque(requests), deque[float](), Counter[str]()
    crowd = [threading.Thread(target=_client, args=(url, waiting, latencies, codes)) for _ in range(clients)]
    began = time.perf_counter()
    for client in crowd:
        client.start()
    for client in crowd:
        client.join()
    return {"seconds": time.perf_counter() - began, "latencies": list(latencies), "codes": dict(codes)}


def _client(url: str, waiting: deque[Asked], latencies: deque[float], codes: Counter[str]) -> None:
    there = urlsplit(url)
    connection = http.client.HTTPConnection(there.hostname or "", there.port, timeout=PATIENCE)
    while waiting:
        try:
            headers, body = waiting.popleft()
        except IndexError:  # another client was quicker
            break
        began = time.perf_counter()
        connection.request("POST", there.path, body.encode(), headers)
        answer = connection.getresponse()
        answer.read()
        latencies.append(time.perf_counter() - began)
        codes[str(answer.status)] += 1
    connection.close()


def main() -> None:
    """Turn after turn, until the input ends."""
    for line in iter(sys.stdin.readline, ""):
        asked = json.loads(line)
        print(json.dumps(turn(asked["url"], asked["clients"], asked["requests"])), flush=True)


if __name__ == "__main__":
    main()
