"""`kubectl` for the run book: asks the stand-in for a cluster, whose socket is STAND_IN, and prints what it says. A forwarded port lasts until this
is killed."""

import asyncio
import json
import os
import socket
import sys


def asked(arguments):
    with socket.socket(socket.AF_UNIX) as cluster:
        cluster.connect(os.environ["STAND_IN"])
        cluster.sendall(json.dumps(arguments).encode() + b"\n")
        return json.loads(cluster.makefile().readline())


async def forward(host, port):
    async def copy(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def connected(reader, writer):
        far_reader, far_writer = await asyncio.open_connection(host, port)
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    await server.serve_forever()


def main():
    code, said = asked(sys.argv[1:])
    if code == 0 and "port-forward" in sys.argv:
        asyncio.run(forward(*json.loads(said)))
    print(said, file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
