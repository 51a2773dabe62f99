"""A stand-in for a cluster on this machine, as far as the run book asks one: what is applied is kept and compared, and what the cluster and its
operators would make of it is made here. cert-manager is played by openssl, external-secrets by a directory as the vault, CloudNativePG
by one PostgreSQL, a Service by haproxy; pods are confined as the manifest says. Scheduling, network policies and autoscaling are not played.
"""

import json
import pathlib
import re
import socketserver
import threading

import image
import installation
from balancer import HOST, Balancer
from deployment import Deployment, pod_of
from installation import named, of_kind
from judged import expect
from surroundings import Authority, postgres, until

FORM = re.compile(r'go-template=\{\{index \.data "([^"]+)" \| base64decode\}\}')


class Refused(Exception):
    """What kubectl would say, and end with 1."""


class Cluster:
    """`programs`: each release by its tag. `desk`: where people stand who type."""

    def __init__(self, programs, vault, desk, directory):
        self.vault, self.desk, self.directory = vault, desk, directory
        self.applied, self.secrets, self.authorities, self.completed = {}, {}, {}, {}
        self.balancer, self.database, self.deployment = Balancer(directory), None, None
        self.make = pod_of(image.read(), programs, lambda: list(self.applied.values()), self.secrets)
        self.lock = threading.Lock()

    def apply(self, part):
        """Prints what each object came to, as kubectl does."""
        said = []
        for manifest in installation.render(self.desk / part):
            key = installation.identity(manifest)
            before = self.applied.get(key)
            word = "created" if before is None else "unchanged" if before == manifest else "configured"
            if word == "configured" and manifest["kind"] == "Job":
                raise Refused(f"{named(manifest)} is invalid: spec.template: field is immutable")
            self.applied[key] = manifest
            said.append(f"{manifest['kind'].lower()}/{manifest['metadata']['name']} {word}")
        self.reconcile()
        return "\n".join(said)

    def of(self, *kinds):
        return of_kind(self.applied.values(), *kinds)

    def reconcile(self):
        self.issue()
        self.refresh()
        for cluster in self.of("Cluster"):
            if self.database is None and cluster["spec"]["certificates"]["clientCASecret"] in self.authorities:
                clients = self.authorities[cluster["spec"]["certificates"]["clientCASecret"]]
                server, self.database = postgres(list(self.applied.values()), self.directory, clients)
                self.secrets["orders-db-ca"] = {"ca.crt": server.certificate.read_text()}
        for job in self.of("Job"):
            self.run(job)
        for workload in self.of("Deployment"):
            self.roll(workload)

    def issue(self):
        """cert-manager: authorities first, then what they sign. What is there stays."""
        wanted = [it["spec"] for it in self.of("Certificate")]
        for spec in sorted(wanted, key=lambda it: not it.get("isCA", False)):
            name = spec["secretName"]
            if name in self.secrets:
                continue
            if spec.get("isCA"):
                authority = self.authorities[name] = Authority(self.directory, name)
                text, key = authority.certificate.read_text(), authority.key.read_text()
                self.secrets[name] = {"tls.crt": text, "tls.key": key, "ca.crt": text}
            else:
                issuer = next(it for it in self.of("Issuer") if it["metadata"]["name"] == spec["issuerRef"]["name"])
                names = spec.get("dnsNames", [])
                signer = self.authorities[issuer["spec"]["ca"]["secretName"]]
                self.secrets[name] = signer.sign(spec.get("commonName") or names[0], names)

    def refresh(self):
        """external-secrets, and the kubelet, which hands on what has changed."""
        for wanted in self.of("ExternalSecret"):
            files = {
                it["secretKey"]: self.vault / it["remoteRef"]["key"] / it["remoteRef"]["property"]
                for it in wanted["spec"]["data"]
            }
            if all(file.exists() for file in files.values()):
                read = {key: file.read_text() for key, file in files.items()}
                self.secrets.setdefault(wanted["spec"]["target"]["name"], {}).update(read)
        for replica in self.deployment.replicas if self.deployment else []:
            replica.pod.refresh()

    def run(self, job):
        name = job["metadata"]["name"]
        if name in self.completed:
            return
        place = self.directory / f"{name}-{len(list(self.directory.glob(f'{name}-*')))}"
        place.mkdir()
        pod = self.make(job, place)
        code, said = pod.run(*pod.container["args"])
        self.completed[name] = code == 0
        (self.directory / f"{place.name}.log").write_text(said)

    def roll(self, workload):
        """The autoscaler's least is how many there are."""
        if self.deployment is None:
            scaler = installation.one(list(self.applied.values()), "HorizontalPodAutoscaler")["spec"]
            self.deployment = Deployment(scaler["minReplicas"], self.make, self.balancer, self.directory)
        self.deployment.template = json.dumps(workload["spec"], sort_keys=True)

    def is_so(self, condition, target):
        """Whether objects have a condition, by `kind/name` or, for all of a kind, `kind`."""
        kind, _, name = target.partition("/")
        kinds = {"certificate": "Certificate", "externalsecret": "ExternalSecret", "cluster": "Cluster", "job": "Job"}
        found = [it for it in self.of(kinds[kind]) if name in ("", it["metadata"]["name"])]
        if not found:
            raise Refused(f"{target}: no matching resources found")
        facts = {
            ("Certificate", "Ready"): lambda it: it["spec"]["secretName"] in self.secrets,
            ("ExternalSecret", "Ready"): lambda it: it["spec"]["target"]["name"] in self.secrets,
            ("Cluster", "Ready"): lambda _: self.database is not None,
            ("Job", "Complete"): lambda it: self.completed.get(it["metadata"]["name"]),
        }
        return all(facts[it["kind"], condition](it) for it in found)

    def kubectl(self, arguments):
        """What `kubectl` prints. Only what the run book asks is known."""
        words = list(arguments)
        if words[:1] == ["-n"]:
            if not any(it["metadata"]["name"] == words[1] for it in self.of("Namespace")):
                raise Refused(f'namespaces "{words[1]}" not found')
            del words[:2]
        match words:
            case ["apply", "-k", part]:
                return self.apply(part)
            case ["wait", condition, *target, timeout] if condition.startswith("--for=condition="):
                seconds = int(timeout.removeprefix("--timeout=").removesuffix("s"))
                wanted, (what, *_) = condition.removeprefix("--for=condition="), target
                until(f"{what} {wanted}", lambda: self.is_so(wanted, what), min(seconds, 60))
                return f"{what} condition met"
            case ["rollout", "status", "deployment/order-service"]:
                self.deployment.status(seconds=180)
                return 'deployment "order-service" successfully rolled out'
            case ["get", "secret", name, "-o", form] if FORM.fullmatch(form):
                return self.secrets[name][FORM.fullmatch(form)[1]].rstrip("\n")
            case ["delete", "job", name, "--ignore-not-found"]:
                self.applied = {key: it for key, it in self.applied.items() if key[::2] != ("Job", name)}
                self.completed.pop(name, None)
                return f'job "{name}" deleted'
            case ["port-forward", "service/order-service", port]:
                return json.dumps([HOST, int(port)])
        raise Refused(f"the stand-in does not know `kubectl {' '.join(arguments)}`")

    def answer(self, arguments):
        try:
            with self.lock:
                return 0, self.kubectl(arguments)
        except (Refused, SystemExit) as error:
            return 1, f"error: {error}"

    def close(self):
        if self.deployment:
            self.deployment.close()
        self.balancer.close()
        if self.database:
            self.database.terminate()
            self.database.wait(timeout=20)


def listen(cluster, path):
    """Answers `kubectl_here.py` at a socket."""

    class Answer(socketserver.StreamRequestHandler):
        def handle(self):
            code, said = cluster.answer(json.loads(self.rfile.readline()))
            self.wfile.write(json.dumps([code, said]).encode() + b"\n")

    server = socketserver.ThreadingUnixStreamServer(str(path), Answer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    expect(pathlib.Path(path).exists(), "the cluster can be asked")
    return server
