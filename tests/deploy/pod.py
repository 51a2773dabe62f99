"""A pod of the manifests on this machine, in namespaces of its own: the image's tree, read-only, with the volumes the manifest mounts,
filled as the kubelet fills them. Only root may do that."""

import itertools
import os
import pathlib
import subprocess
import sys

from installation import files_of_secrets, of_kind

CONTAINER = pathlib.Path(__file__).with_name("container.py")
VERSIONS = itertools.count(1)


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def publish(directory, files, group, mode):
    """As the kubelet does: what a name leads to is replaced at once, by another link."""
    version = directory / f"..{next(VERSIONS)}"
    for path, content in files.items():
        place = version / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.chown(place, 0, group)
        place.chmod(mode)
    beside, data = directory / "..data_tmp", directory / "..data"
    beside.symlink_to(version.name)
    beside.rename(data)
    for name in {path.split("/")[0] for path in files}:
        if not (directory / name).is_symlink():
            (directory / name).symlink_to(f"..data/{name}")


class Pod:
    """`secrets`: what each key of each Secret holds. `hosts`: what the kubelet and the cluster's names would tell."""

    def __init__(self, image, program, manifests, workload, directory, secrets, hosts):
        self.spec = workload["spec"]["template"]["spec"]
        self.container = self.spec["containers"][0]
        self.image, self.manifests, self.directory, self.secrets = image, manifests, directory, secrets
        self.root = directory / "root"
        self.context = self.spec["securityContext"]
        image.assemble(program, self.root)
        (directory / "hosts").write_text(f"127.0.0.1 localhost\n{hosts}\n")
        self.volumes = {volume["name"]: self.fill(volume) for volume in self.spec["volumes"]}
        self.lay()

    def fill(self, volume):
        """The volume's directory."""
        place, group = self.directory / volume["name"], self.context["fsGroup"]
        if not place.exists():
            place.mkdir()
            os.chown(place, 0, group)
            place.chmod(0o2775)
        if "configMap" in volume:
            source = next(
                it
                for it in of_kind(self.manifests, "ConfigMap")
                if it["metadata"]["name"] == volume["configMap"]["name"]
            )
            publish(place, source["data"], group, 0o644)
        if "projected" in volume:
            files = {path: self.secrets[secret][key] for path, (secret, key) in files_of_secrets(volume).items()}
            publish(place, files, group, volume["projected"]["defaultMode"])
        return place

    def refresh(self):
        """The Secrets have changed."""
        for volume in self.spec["volumes"]:
            if "projected" in volume:
                self.fill(volume)

    def lay(self):
        """What a runtime mounts, and then the root may not be written any more."""
        mount("--bind", self.root, self.root)
        binds = [
            (self.volumes[it["name"]], it["mountPath"], it.get("readOnly", False))
            for it in self.container["volumeMounts"]
        ]
        for _, at, _ in binds:
            (self.root / at.lstrip("/")).mkdir(parents=True, exist_ok=True)
        for at in ("etc/hosts", "dev/null", "dev/urandom"):
            (self.root / at).parent.mkdir(exist_ok=True)
            (self.root / at).touch()
        (self.root / "proc").mkdir()
        mount("-t", "proc", "proc", self.root / "proc")
        for device in ("null", "urandom"):
            mount("--bind", f"/dev/{device}", self.root / "dev" / device)
        mount("--bind", self.directory / "hosts", self.root / "etc/hosts")
        if self.container["securityContext"]["readOnlyRootFilesystem"]:
            mount("-o", "remount,bind,ro,nosuid", self.root)
        for place, at, is_fixed in binds:
            at = self.root / at.lstrip("/")
            mount("--bind", place, at)
            mount("-o", f"remount,bind,nosuid,nodev{',ro' if is_fixed else ''}", at)

    def command(self, arguments):
        numbers = (self.context["runAsUser"], self.context["runAsGroup"], self.context["fsGroup"])
        return [sys.executable, "-B", CONTAINER, self.root, *map(str, numbers), *self.image.entrypoint, *arguments]

    def environment(self, more):
        return {it["name"]: it["value"] for it in self.container.get("env", [])} | more

    def start(self, more, log):
        """The container's own command. `more`: variables that the manifest has not."""
        with open(log, "ab") as output:
            return subprocess.Popen(
                self.command(self.container["args"]), env=self.environment(more), stdout=output, stderr=output
            )

    def run(self, *arguments, more=None):
        """Another command of the program, in the same confinement."""
        done = subprocess.run(
            self.command(arguments), env=self.environment(more or {}), capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr
