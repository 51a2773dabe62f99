"""Starts the release build from the image's tree, confined as the manifests say, in both installations, and drives an order through it:
the trial on SQLite, and production on PostgreSQL with TLS, tokens, a client certificate for the database and a migration before, and
with three replicas, of which one is killed and all are replaced.
Mollie alone is simulated: its address is the one variable that the manifests have not.

Usage: python confined.py ORDER-SERVICE ORDER-SERVICE-OF-DEVELOPMENT     only root can confine
"""

import fcntl
import json
import os
import pathlib
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

import image
import installation
import replicas
from installation import one
from judged import MOLLIE, confined, expect, refused_second, started, stopped
from pod import Pod
from surroundings import DATABASE_HOST, Authority, postgres, run, simulated_mollie, until

# What a registry is to keep of the image at most.
MOST = 25_000_000


def inside(name, program, development, directory):
    """In namespaces of our own: nobody else listens here, and there is no way out."""
    up()
    manifests = installation.installations()[name]
    simulator = simulated_mollie(development, directory)
    others = [simulator]
    try:
        secrets = {
            "order-service-mollie": {"api-key": "test_" + "k" * 30},
            "order-service-secret": {"secret": made_secret(program, directory)},
        }
        if name == "dev":
            trial(program, manifests, directory, secrets)
        else:
            clients = Authority(directory, "orders-db-clients")
            server, database = postgres(manifests, directory, clients)
            others.append(database)
            secrets |= {
                "order-service-database": clients.sign(
                    one(manifests, "Cluster", "orders-db")["spec"]["bootstrap"]["initdb"]["owner"]
                ),
                "orders-db-ca": {"ca.crt": server.certificate.read_text()},
            }
            production(program, manifests, directory, secrets)
    finally:
        for process in others:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)


def up():
    """The loopback device of a new network namespace is down."""
    with socket.socket() as any_socket:
        flags = 0x1 | 0x40
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", flags) + b"\0" * 16)


def made_secret(program, directory):
    file = directory / "secret"
    run(program, "secret", "create", file)
    return file.read_text()


def trial(program, manifests, directory, secrets):
    pod = Pod(image.read(), program, manifests, one(manifests, "Deployment"), directory, secrets, "")
    process = started(pod, directory)
    confined(pod, process)
    refused_second(pod)
    order("127.0.0.1:50051")
    stopped(pod, process)


def production(program, manifests, directory, secrets):
    authority = Authority(directory, "order-service-ca")
    names = one(manifests, "Certificate", "order-service-tls")["spec"]["dnsNames"]
    tokens, lines = {}, {}
    for caller in ("shop", "warehouse", "operator"):
        tokens[caller], lines[caller] = token(program, caller)
    secrets |= {
        "order-service-tls": authority.sign(names[0], names),
        "order-service-callers": {"tokens": "\n".join(lines.values()) + "\n"},
    }
    hosts = f"127.0.0.1 {DATABASE_HOST}"
    places = {name: directory / name for name in ("server", "migration")}
    for place in places.values():
        place.mkdir()
    pod = Pod(image.read(), program, manifests, one(manifests, "Deployment"), places["server"], secrets, hosts)
    code, said = pod.run("config", "check")
    expect(code == 0, f"config check: {said}")
    code, said = pod.run("serve", more=MOLLIE)
    expect(code != 0 and "order-service migrate" in said, f"a service before its migration says what to run: {said}")
    for _ in range(2):
        job = Pod(image.read(), program, manifests, one(manifests, "Job"), fresh(places["migration"]), secrets, hosts)
        code, said = job.run(*job.container["args"])
        expect(code == 0, f"migrate: {said}")
    process = started(pod, directory)
    confined(pod, process)
    order("127.0.0.1:50051", tokens, authority.certificate, names[0])
    as_operator(program, directory, tokens["operator"], authority.certificate)
    rotated(program, pod, authority, names, tokens, lines)
    stopped(pod, process)
    access = {"tokens": tokens, "certificate": authority.certificate.read_text(), "name": names[0]}
    replicas.played(pod, directory, access)


def as_operator(program, directory, one_token, certificate):
    """The command of deploy/README.md, behind a forwarded port."""
    file = directory / "operator.token"
    file.write_text(one_token)
    run(program, "operations", "--address", "https://localhost:50051", "--ca-file", certificate, "--token-file", file)


def fresh(directory):
    place = directory / str(len(list(directory.iterdir())))
    place.mkdir()
    return place


def token(program, caller):
    words = run(program, "token", caller).split("\n")
    found = [word.strip() for word in words if word.startswith("  ")]
    return found[0], found[1]


def order(address, tokens=None, certificate=None, name=None):
    """In a process of its own: a gRPC client's threads bear no fork."""
    access = {"tokens": tokens, "certificate": certificate and certificate.read_text(), "name": name}
    driver = pathlib.Path(__file__).with_name("shopper.py")
    print(run(sys.executable, "-B", driver, address, input=json.dumps(access)), end="")


def rotated(program, pod, authority, names, tokens, lines):
    """As deploy/README.md says: a caller's token, the certificate and Mollie's key, without a restart."""
    code, said = refused_with(tokens["shop"], authority.certificate)
    expect(code == 0, f"the old token is good before: {said}")
    before = served_certificate()
    new, line = token(program, "shop")
    lines["shop"] = line
    pod.secrets["order-service-callers"]["tokens"] = "\n".join(lines.values()) + "\n"
    pod.secrets["order-service-tls"] = authority.sign(names[0], names)
    pod.secrets["order-service-mollie"]["api-key"] = "test_" + "n" * 30
    pod.refresh()
    began = time.monotonic()
    until("another certificate", lambda: served_certificate() != before)
    until("the old token is refused", lambda: refused_with(tokens["shop"], authority.certificate)[0] != 0)
    tokens["shop"] = new
    print(f"  rotated within {time.monotonic() - began:.0f} s: a token, the certificate and Mollie's key")
    order("127.0.0.1:50051", tokens, authority.certificate, names[0])


def served_certificate():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    with socket.create_connection(("127.0.0.1", 50051)) as plain, context.wrap_socket(plain) as secured:
        return secured.getpeercert(binary_form=True)


def refused_with(one_token, certificate):
    access = {
        "tokens": {"shop": one_token},
        "certificate": certificate.read_text(),
        "name": "order-service.order-service.svc",
    }
    driver = pathlib.Path(__file__).with_name("shopper.py")
    done = subprocess.run(
        [sys.executable, "-B", driver, "127.0.0.1:50051", "ask"],
        input=json.dumps(access),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


# Dockerfiles that are wrong in one thing each, and the word by which that is told.
WRONG = [
    ("USER 10001:10001", "USER 0:0", "USER"),
    ("FROM scratch", "FROM docker.io/library/debian:bookworm", "debian"),
    ("COPY --from=build /lib/x86_64-linux-gnu/libm.so.6 /lib/x86_64-linux-gnu/libm.so.6", "", "libm"),
    ("USER", "COPY --from=build /lib/x86_64-linux-gnu/libz.so.1 /lib/libz.so.1\nUSER", "libz"),
]


def weakened_images(program, development, root):
    """The tests of the tests."""
    text = image.DOCKERFILE.read_text()
    for before, after, word in WRONG:
        faults = list(image.Image(text.replace(before, after)).faults(program, root))
        expect(before in text and len(faults) == 1 and word in faults[0], f"{after or before}: {faults}")
    image.read().assemble(development, root)
    faults = list(image.read().faults(development, root))
    expect(any("`dev`" in fault for fault in faults), f"a build with the simulated Mollie is noticed: {faults}")


def main(program, development):
    program, development = os.path.realpath(program), os.path.realpath(development)
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory, "root")
        made = image.read()
        made.assemble(program, root)
        faults = list(made.faults(program, root))
        expect(not faults, "; ".join(faults))
        files = [path for path in root.rglob("*") if path.is_file()]
        unpacked, packed = image.size(root)
        print(
            f"the image: {len(files)} files, {unpacked / 1e6:.1f} MB, {packed / 1e6:.1f} MB in a registry (of {MOST / 1e6:.0f})"
        )
        expect(packed <= MOST, "the image is larger than was promised")
        weakened_images(program, development, root)
    if os.geteuid() != 0:
        print("NOT DONE: only root can make namespaces with another user in them; nothing was started from the image")
        return
    for name in installation.INSTALLATIONS:
        print(f"{name}, confined:")
        isolated(__file__, name, name, program, development)


def isolated(script, what, *arguments):
    """Runs a script's part inside, in namespaces of its own and with a directory of its own. If it fails, the logs in there are shown."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        namespaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
        again = [sys.executable, "-B", script, "--inside", *arguments, directory]
        done = subprocess.run([*namespaces, *again], check=False)
        if done.returncode != 0:
            for log in sorted(pathlib.Path(directory).glob("*.log")):
                print(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-20:]))
            raise SystemExit(f"{what}: failed")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(*sys.argv[2:5], pathlib.Path(sys.argv[5]))
    elif len(sys.argv) == 3:
        main(*sys.argv[1:])
    else:
        raise SystemExit(__doc__)
