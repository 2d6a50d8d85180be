"""A MongoDB-protocol server with transactions, for tests: SecantusDB, on loopback and a port of its own choosing. Keeps
its data in the folder it is given, prints its address, and ends when its input does."""

import sys

from secantus import SecantusDBServer

with SecantusDBServer(
    storage_path=sys.argv[1], cache_size="64M", enable_test_commands=False
) as server:
    print(f"{server.uri}?directConnection=true", flush=True)
    sys.stdin.read()
