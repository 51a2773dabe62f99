"""A Deployment on this machine: its replicas, each confined at an address of its own, started again when they die and replaced one by one
when the template changes, by the rules of the manifest."""

import json
import signal
import threading
import time
import urllib.request

import balancer
from judged import MOLLIE, expect
from pod import Pod
from surroundings import DATABASE_HOST, until

PORTS = {"GRPC": 50051, "WEBHOOK": 50052, "MONITORING": 50054}
# Pauses that only give other machines time to learn of something are so many times shorter: there is one machine.
SHORTER = 5


class Replica:
    def __init__(self, pod, address, template, log):
        self.pod, self.address, self.template, self.log = pod, address, template, log
        self.is_wanted = True
        self.starts = 0
        self.start()

    def start(self):
        self.starts += 1
        listens = {f"ORDER_SERVICE__{name}__LISTEN": f"{self.address}:{port}" for name, port in PORTS.items()}
        self.process = self.pod.start(MOLLIE | listens, self.log)

    def is_ready(self):
        path = self.pod.container["readinessProbe"]["httpGet"]["path"]
        try:
            url = f"http://{self.address}:{PORTS['MONITORING']}{path}"
            return urllib.request.urlopen(url, timeout=5).status == 200
        except OSError:
            return False


class Deployment:
    """`make`: the pod of a template, in a directory."""

    def __init__(self, count, make, behind, directory):
        self.count, self.make, self.balancer, self.directory = count, make, behind, directory
        self.replicas, self.made = [], 0
        self.template, self.fault, self.is_stopped = None, None, threading.Event()
        self.threads = [threading.Thread(target=self.guarded, args=(work,)) for work in (self.keep, self.follow)]
        for thread in self.threads:
            thread.start()

    def guarded(self, work):
        """What goes wrong is told to whoever waits."""
        while not self.is_stopped.wait(0.1):
            try:
                work()
            except (Exception, SystemExit) as error:
                self.fault = f"{type(error).__name__}: {error}"
                return

    def keep(self):
        """The kubelet: a process that died is started again, and only who is ready gets calls."""
        for replica in list(self.replicas):
            if replica.is_wanted and replica.process.poll() is not None:
                self.balancer.tell(replica.address, "maint")
                replica.start()
            if replica.is_wanted:
                self.balancer.tell(replica.address, "ready" if replica.is_ready() else "maint")

    def follow(self):
        """The controller: one more of the new template, and once it is ready, one less of the old."""
        wanted = self.template
        if wanted is None or self.is_done():
            return
        current = [replica for replica in self.replicas if replica.template == wanted]
        old = [replica for replica in self.replicas if replica.template != wanted]
        if len(current) < self.count:
            replica = self.add(wanted)
            until(f"a replica is ready ({replica.log.name})", replica.is_ready, seconds=60)
            time.sleep(json.loads(wanted)["minReadySeconds"] / SHORTER)
        if old:
            self.end(old[0])

    def add(self, template):
        free = next(it for it in balancer.ADDRESSES if it not in {replica.address for replica in self.replicas})
        self.made += 1
        place = self.directory / f"replica-{self.made}"
        place.mkdir()
        replica = Replica(
            self.make(json.loads(template), place), free, template, self.directory / f"replica-{self.made}.log"
        )
        self.replicas.append(replica)
        return replica

    def end(self, replica):
        replica.is_wanted = False
        self.balancer.tell(replica.address, "drain")
        spec = replica.pod.spec
        pause = replica.pod.container["lifecycle"]["preStop"]["sleep"]["seconds"]
        time.sleep(pause / SHORTER)
        replica.process.send_signal(signal.SIGTERM)
        code = replica.process.wait(timeout=spec["terminationGracePeriodSeconds"] - pause)
        expect(code == 0, f"a replica that is told to go ends well: {code}")
        self.balancer.tell(replica.address, "maint")
        self.replicas.remove(replica)

    def is_done(self):
        return len(self.replicas) == self.count and all(it.template == self.template for it in self.replicas)

    def status(self, seconds):
        """Waits until every replica is of the newest template, and ready."""

        def is_rolled_out():
            return self.fault or (self.is_done() and all(replica.is_ready() for replica in list(self.replicas)))

        until("the rollout", is_rolled_out, seconds)
        expect(not self.fault, self.fault)

    def close(self):
        self.is_stopped.set()
        for thread in self.threads:
            thread.join()
        for replica in list(self.replicas):
            replica.process.terminate()
        for replica in list(self.replicas):
            replica.process.wait(timeout=35)


def pod_of(image, programs, manifests, secrets):
    """Makes pods of a Deployment's specification. An image is a release by its tag."""

    def made(workload, place):
        spec = workload.get("spec", workload)
        tag = spec["template"]["spec"]["containers"][0]["image"].rpartition(":")[2]
        expect(tag in programs, f"ImagePullBackOff: there is no release {tag}")
        return Pod(image, programs[tag], manifests(), {"spec": spec}, place, secrets, f"127.0.0.1 {DATABASE_HOST}")

    return made
