"""Executes deploy/README.md: its lines of "Install", "The first order" and "Upgrade, and back", word for word, on this machine, with a stand-in for
the cluster (stand_in.py). An order is shipped through the load balancer, a replica is killed, Mollie's key is changed, and releases are
changed while a shop goes on; and all is installed a second time, which must change nothing.

Usage: python runbook.py ORDER-SERVICE ORDER-SERVICE-OF-DEVELOPMENT BUF     only root can confine
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import urllib.request

import balancer
import confined
from desk import KEYS, NEXT, NOW, Desk, blocks
from judged import expect
from surroundings import SIMULATOR, simulated_mollie, until

# Sections whose lines are executed here, and those whose are not, with the reason.
PLAYED = ("Install", "The first order", "Upgrade, and back")
NOT_PLAYED = {
    "The image": "there is no container engine; confined.py assembles the same tree",
    "Try it": "confined.py starts it, on SQLite",
    "Restore": "the proof `restore` does it ten times; what is typed there differs with the kind of backup",
}


class Shop:
    """Places and ships orders through the load balancer until it is told to close."""

    def __init__(self, desk):
        self.log, self.enough = desk.directory / "shop.log", desk.directory / "enough"
        shopper = pathlib.Path(__file__).with_name("shopper.py")
        command = [sys.executable, "-B", shopper, f"{balancer.HOST}:{balancer.PORT}", "until", self.enough]
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output)
        self.process.stdin.write(json.dumps(desk.access).encode())
        self.process.stdin.close()

    def completed(self):
        expect(self.process.poll() is None, f"the shop goes on: {self.log.read_text()}")
        return self.log.read_text().count("  completed")

    def goes_on(self, after):
        before = self.completed()
        until(f"an order is shipped after {after}", lambda: self.completed() > before, seconds=60)

    def close(self):
        self.enough.touch()
        expect(self.process.wait(timeout=60) == 0, f"the shop ends well: {self.log.read_text()}")
        return self.log.read_text().count("  completed")


def inside(program, development, buf, directory):
    confined.up()
    simulator = simulated_mollie(development, directory)
    desk = Desk(program, development, buf, directory)
    try:
        played(desk)
    finally:
        desk.cluster.close()
        simulator.send_signal(signal.SIGINT)
        simulator.wait(timeout=20)


def played(desk):
    desk.fill_vault()
    said = desk.play("Install")
    expect("deployment/order-service created" in said, said)
    desk.access["certificate"] = desk.cluster.secrets["order-service-tls"]["ca.crt"]
    shop = Shop(desk)
    shop.goes_on("the installation")
    said = desk.play("The first order")
    expect('"checkoutUrl"' in said, f"the first order has a checkout: {said}")
    print(
        f"  installed: {len(desk.replicas())} replicas behind haproxy; an order shipped through it, and the first order placed"
    )
    again(desk)
    a_replica_dies(desk, shop)
    another_key(desk, shop)
    another_release(desk, shop)
    print(f"  {shop.close()} orders shipped meanwhile; none failed for good")


def again(desk):
    before = desk.facts()
    words = {
        line.split()[-1]
        for line in desk.play("Install").splitlines()
        if "/" in line.split()[0] and "condition" not in line
    }
    expect(words == {"unchanged"}, f"a second installation changes nothing: {words}")
    expect(desk.facts() == before, "a second installation leaves processes, secrets and the migration as they were")
    print("  installed again: nothing changed, no replica started anew")


def a_replica_dies(desk, shop):
    replica = desk.replicas()[0]
    replica.process.kill()
    shop.goes_on("a replica was killed")
    until("it is started again, and ready", lambda: replica.starts == 2 and replica.is_ready(), seconds=60)
    print("  a replica killed, and started again")


def another_key(desk, shop):
    """ "Rotate", Mollie's key: the new one into the vault, look into the logs, and then revoke the old one."""
    desk.put("mollie/api-key", KEYS[1])
    desk.cluster.refresh()

    def is_taken():
        return all("another key now" in replica.log.read_text() for replica in desk.replicas())

    until("every replica has the new key", is_taken)
    request = urllib.request.Request(
        f"http://{SIMULATOR}/_simulator/revoked",
        json.dumps([KEYS[0]]).encode(),
        {"content-type": "application/json"},
        method="PUT",
    )
    expect(urllib.request.urlopen(request).status == 200, "the old key is revoked")
    shop.goes_on("the old key was revoked")
    said = "".join(replica.log.read_text() for replica in desk.replicas())
    expect("does not accept the API key" not in said, "no replica was refused")
    print("  Mollie's key changed, and the old one revoked")


def another_release(desk, shop):
    desk.release(NEXT)
    desk.play("Upgrade, and back")
    expect(desk.tags() == {NEXT}, f"all replicas are of the new release: {desk.tags()}")
    shop.goes_on("the upgrade")
    desk.release(NOW)
    desk.type(
        "kubectl apply -k deploy/overlays/production\nkubectl -n order-service rollout status deployment/order-service"
    )
    expect(desk.tags() == {NOW}, f"all replicas are of the release before: {desk.tags()}")
    shop.goes_on("going back")
    print("  upgraded, and back")


def main(program, development, buf):
    found = set(blocks())
    expect(
        found == {*PLAYED, *NOT_PLAYED},
        f"each section with lines is played, or has a reason not to be: {sorted(found)}",
    )
    for section, reason in NOT_PLAYED.items():
        print(f"not executed: {section}: {reason}")
    if os.geteuid() != 0:
        print("NOT DONE: only root can make namespaces with another user in them; the run book was not executed")
        return
    confined.isolated(__file__, "the run book", os.path.realpath(program), os.path.realpath(development), buf)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(*sys.argv[2:5], pathlib.Path(sys.argv[5]))
    elif len(sys.argv) == 4:
        main(*sys.argv[1:])
    else:
        raise SystemExit(__doc__)
