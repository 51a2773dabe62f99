"""A load balancer (haproxy) in front of the replicas, as a Service is: who is behind it is told to it from outside, as a cluster tells its
nodes which pods are ready."""

import socket
import subprocess

from surroundings import until

HOST, PORT = "127.0.0.10", 50051
# Room for more replicas than there may be, as one comes before another goes.
ADDRESSES = [f"127.0.0.{number}" for number in range(11, 19)]


class Balancer:
    def __init__(self, directory):
        self.control = directory / "haproxy.sock"
        servers = "".join(f"  server {address} {address}:{PORT} disabled\n" for address in ADDRESSES)
        file = directory / "haproxy.cfg"
        file.write_text(
            f"global\n  stats socket {self.control} level admin\n"
            "defaults\n  mode tcp\n  balance roundrobin\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n"
            # A replica that is gone costs a caller no more than another attempt.
            "  option redispatch\n  retries 3\n"
            f"listen orders\n  bind {HOST}:{PORT}\n{servers}"
        )
        with open(directory / "haproxy.log", "wb") as log:
            self.process = subprocess.Popen(["haproxy", "-db", "-f", file], stdout=log, stderr=log)
        until("haproxy listens", self.control.exists)

    def tell(self, address, state):
        """`ready`: it gets calls. `drain`: no new connection. `maint`: it is not there."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.control))
            control.sendall(f"set server orders/{address} state {state}\n".encode())
            said = control.recv(4096).decode().strip()
        if said:
            raise SystemExit(f"haproxy: {said}")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)
