"""Three replicas of production on one machine: orders go on while one is killed, and while all are replaced one by one. Each listens on an
address of its own; those are the only variables that differ from the manifest."""

import json
import pathlib
import signal
import subprocess
import sys
import urllib.request

from judged import MOLLIE, expect
from surroundings import until

ADDRESSES = ("127.0.0.11", "127.0.0.12", "127.0.0.13")
PORTS = {"GRPC": 50051, "WEBHOOK": 50052, "MONITORING": 50054}


class Replica:
    def __init__(self, pod, address, directory):
        self.address, self.pod, self.log = address, pod, directory / f"replica-{address}.log"
        self.start()

    def start(self):
        listens = {f"ORDER_SERVICE__{name}__LISTEN": f"{self.address}:{port}" for name, port in PORTS.items()}
        self.process = self.pod.start(MOLLIE | listens, self.log)
        until(f"a replica is ready ({self.log.name})", self.is_ready)

    def is_ready(self):
        try:
            return (
                urllib.request.urlopen(f"http://{self.address}:{PORTS['MONITORING']}/readyz", timeout=5).status == 200
            )
        except OSError:
            return False

    def end(self, how):
        self.process.send_signal(how)
        code = self.process.wait(timeout=35)
        expect(how == signal.SIGKILL or code == 0, f"a replica that is told to go ends well: {code}")


def played(pod, directory, access):
    """Kills one and replaces all, while a shop goes on placing and shipping orders through whichever is there."""
    replicas = [Replica(pod, address, directory) for address in ADDRESSES]
    everywhere = "ipv4:" + ",".join(f"{address}:{PORTS['GRPC']}" for address in ADDRESSES)
    shopper, log, enough = (
        pathlib.Path(__file__).with_name("shopper.py"),
        directory / "shopper.log",
        directory / "enough",
    )
    with open(log, "wb") as output:
        command = [sys.executable, "-B", shopper, everywhere, "until", enough]
        shop = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output)
    shop.stdin.write(json.dumps(access).encode())
    shop.stdin.close()

    def completed():
        expect(shop.poll() is None, f"the shop goes on: {log.read_text()}")
        return log.read_text().count("  completed")

    def another_order(after):
        before = completed()
        until(f"an order after {after}", lambda: completed() > before, seconds=60)

    another_order("three replicas have come")
    replicas[0].end(signal.SIGKILL)
    another_order("one was killed")
    replicas[0].start()
    for replica in replicas:
        replica.end(signal.SIGTERM)
        replica.start()
    enough.touch()
    expect(shop.wait(timeout=60) == 0, f"the shop ends well: {log.read_text()}")
    count = log.read_text().count("  completed")
    print(f"  {count} orders shipped through three replicas, while one was killed and all were replaced one by one")
    for replica in replicas:
        replica.end(signal.SIGTERM)
