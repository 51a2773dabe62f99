"""A running pod held against its manifest: its user, its rights, its ports, what it may write, and how it stops."""

import pathlib
import signal
import subprocess
import time

from surroundings import SIMULATOR, answer, until

# The one variable that the manifests have not.
MOLLIE = {"ORDER_SERVICE__MOLLIE__BASE_URL": f"http://{SIMULATOR}/v2"}
# Where the simulated Mollie and PostgreSQL listen.
BESIDE = {50053, 5432}
LISTEN = "0A"


def started(pod, directory):
    log = directory / "service.log"
    process = pod.start(MOLLIE, log)

    def is_ready():
        if process.poll() is not None:
            raise SystemExit(f"the service ended:\n{log.read_text()}")
        return answer(50054, "/readyz") == 200

    until("/readyz", is_ready)
    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        path = pod.container[kind]["httpGet"]["path"]
        expect(answer(50054, path) == 200, f"{kind} {path} answers 200")
    return process


def confined(pod, process):
    """It is what the manifest says, as the kernel sees it."""
    status = dict(
        line.split(":\t", 1)
        for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
        if ":\t" in line
    )
    context = pod.context
    expect(set(status["Uid"].split()) == {str(context["runAsUser"])}, f"its user is {status['Uid']}")
    expect(set(status["Gid"].split()) == {str(context["runAsGroup"])}, f"its group is {status['Gid']}")
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        expect(int(status[name], 16) == 0, f"no capability is left: {name} {status[name]}")
    expect(status["NoNewPrivs"] == "1", "it can gain no privilege")
    ports = listening() - BESIDE
    expect(ports == {int(port) for port in pod.image.exposed}, f"it listens on {sorted(ports)}")
    for place in ("/secret", "/usr/bin/secret", "/etc/order-service/secret", "/run/secrets/order-service/secret"):
        code, said = pod.run("secret", "create", place)
        expect(code != 0 and "os error 30" in said, f"{place} may not be written: {said}")
    for command in ("simulator", "dev", "demo", "probes"):
        code, said = pod.run(command)
        expect(code == 2 and "unrecognized subcommand" in said, f"{command} is no command of this build: {said}")


def listening():
    """The ports that anybody in this network namespace listens on, from outside of the loopback or not."""
    lines = [
        line.split()
        for kind in ("tcp", "tcp6")
        for line in pathlib.Path(f"/proc/net/{kind}").read_text().splitlines()[1:]
    ]
    return {int(line[1].rpartition(":")[2], 16) for line in lines if line[3] == LISTEN}


def refused_second(pod):
    ports = {f"ORDER_SERVICE__{name}__LISTEN": "127.0.0.1:0" for name in ("GRPC", "WEBHOOK", "MONITORING")}
    code, said = pod.run("serve", more=MOLLIE | ports)
    expect(code != 0 and "in use by another process" in said, f"a second process on the same file is refused: {said}")


def stopped(pod, process):
    """SIGTERM, within what the manifest leaves after preStop."""
    memory = int(
        next(
            line.split()[1]
            for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
            if line.startswith("VmHWM")
        )
    )
    left = pod.spec["terminationGracePeriodSeconds"] - pod.container["lifecycle"]["preStop"]["sleep"]["seconds"]
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        code = process.wait(timeout=left)
    except subprocess.TimeoutExpired:
        raise SystemExit(f"it did not end within {left} s after SIGTERM") from None
    expect(code == 0, f"it ended with {code}")
    print(f"  {memory // 1024} MiB at most; ended {time.monotonic() - began:.1f} s after SIGTERM, of {left} s")


def expect(truth, what):
    if not truth:
        raise SystemExit(f"not as it should be: {what}")
