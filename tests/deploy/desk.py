"""Where somebody sits who installs: a checkout, the commands, the vault, and the run book, whose lines are typed as they stand there."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import confined
from installation import ROOT
from judged import expect
from stand_in import Cluster, listen

BOOK = ROOT / "deploy" / "README.md"
NOW, NEXT = "0.1.0", "0.2.0"
# What callers expect the certificate to name.
NAME = "order-service.order-service.svc"
CALLERS = ("shop", "warehouse", "operator")
# Two keys of one profile at Mollie.
KEYS = ("test_shop_" + "1" * 20, "test_shop_" + "2" * 20)


def blocks():
    """The lines of each section that has some."""
    found = {}
    for section in re.split(r"^## ", BOOK.read_text(), flags=re.MULTILINE)[1:]:
        lines = re.findall(r"^ *```sh\n(.*?)^ *```", section, flags=re.MULTILINE | re.DOTALL)
        if lines:
            found[section.split("\n")[0]] = lines
    return found


class Desk:
    def __init__(self, program, development, buf, directory):
        self.directory, self.place, self.vault = directory, directory / "desk", directory / "vault"
        self.blocks = blocks()
        shutil.copytree(ROOT / "deploy", self.place / "deploy")
        (self.place / "docs").mkdir()
        shutil.copy(ROOT / "docs" / "first-order.json", self.place / "docs")
        commands = directory / "bin"
        commands.mkdir()
        here = pathlib.Path(__file__).with_name("kubectl_here.py")
        (commands / "kubectl").write_text(f'#!/bin/sh\nexec "{sys.executable}" -B "{here}" "$@"\n')
        (commands / "kubectl").chmod(0o755)
        (commands / "order-service").symlink_to(program)
        (commands / "buf").symlink_to(buf)
        self.environment = os.environ | {
            "PATH": f"{commands}:{os.environ['PATH']}",
            "STAND_IN": str(directory / "cluster.sock"),
            "HOME": str(directory),
        }
        self.program, self.access = program, {"name": NAME}
        # The same build under two tags: what is tried is the change of releases.
        self.cluster = Cluster({NOW: program, NEXT: program}, self.vault, self.place, directory)
        self.server = listen(self.cluster, directory / "cluster.sock")

    def fill_vault(self):
        """Steps 2 and 3 of "Install"."""
        lines, tokens = [], {}
        for caller in CALLERS:
            tokens[caller], line = confined.token(self.program, caller)
            lines.append(line)
            (self.place / f"{caller}.token").write_text(tokens[caller])
        self.put("callers/tokens", "\n".join(lines) + "\n")
        self.put("mollie/api-key", KEYS[0])
        self.put("service/secret", confined.made_secret(self.program, self.directory))
        self.access["tokens"] = tokens

    def put(self, path, text):
        file = self.vault / "order-service" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def play(self, section):
        return self.type("\n".join(self.blocks[section]))

    def type(self, lines):
        """As a person types them: what runs in the background is given time to begin."""
        waits = "until (: < /dev/tcp/127.0.0.1/50051) 2> /dev/null; do sleep 0.1; done"
        text = re.sub(r"&$", f"&\n{waits}", lines, flags=re.MULTILINE)
        text = f"set -eu -o pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n{text}\n"
        done = subprocess.run(
            ["bash", "-c", text], cwd=self.place, env=self.environment, capture_output=True, text=True, timeout=600
        )
        expect(done.returncode == 0, f"{lines}\n{done.stdout}{done.stderr}")
        return done.stdout

    def release(self, tag):
        file = self.place / "deploy/overlays/production/release/kustomization.yaml"
        text, count = re.subn(r'newTag: ".*"', f'newTag: "{tag}"', file.read_text())
        expect(count == 1, "newTag is there once")
        file.write_text(text)

    def tags(self):
        images = [json.loads(it.template)["template"]["spec"]["containers"][0]["image"] for it in self.replicas()]
        return {image.rpartition(":")[2] for image in images}

    def replicas(self):
        return list(self.cluster.deployment.replicas)

    def facts(self):
        """What a second installation must leave as it is."""
        processes = sorted((it.address, it.process.pid) for it in self.replicas())
        return json.dumps([processes, self.cluster.secrets, sorted(self.cluster.completed)], sort_keys=True)
