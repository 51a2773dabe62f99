"""What must hold of every installation. A rule takes its manifests and yields a fault for each thing that is wrong; `weakened` breaks
each rule once. Rules of pods stand here, those of the network and of how the parts fit in `fitting`."""

import re

from installation import configuration, containers, mounted_file, named, of_kind, one, pods, server, settings

RULES = {}
# What the service needs to drain beyond its longest call, and what is to spare.
DRAIN, SPARE = 5, 5
CALL_TIMEOUT = 20
PROBES = {"startupProbe": "/startupz", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$", re.IGNORECASE)
SECRET_VALUE = re.compile(r"\b(live|test|access)_[A-Za-z0-9]{10,}|://[^/\s:@]*:[^/\s@]+@|-----BEGIN")


def rule(function):
    RULES[function.__name__.replace("_", "-")] = function
    return function


def faults(manifests, facts):
    """Every fault, by its rule."""
    return [(name, fault) for name, check in RULES.items() for fault in check(manifests, facts)]


@rule
def no_root(manifests, _):
    for manifest, pod, container in containers(manifests):
        merged = pod.get("securityContext", {}) | container.get("securityContext", {})
        if merged.get("runAsNonRoot") is not True or not merged.get("runAsUser") or not merged.get("runAsGroup"):
            yield f"{named(manifest)}: {container['name']} may run as root: runAsNonRoot, and a number other than 0 as user and group"


@rule
def no_writable_root(manifests, _):
    for manifest, _, container in containers(manifests):
        if container.get("securityContext", {}).get("readOnlyRootFilesystem") is not True:
            yield f"{named(manifest)}: {container['name']} may write to its root: readOnlyRootFilesystem"


@rule
def no_privileges(manifests, _):
    for manifest, pod, container in containers(manifests):
        context = container.get("securityContext", {})
        capabilities = context.get("capabilities", {})
        seccomp = context.get("seccompProfile") or pod.get("securityContext", {}).get("seccompProfile") or {}
        wrong = [
            ("allowPrivilegeEscalation", context.get("allowPrivilegeEscalation") is not False),
            ("privileged", context.get("privileged", False)),
            ("capabilities.drop: [ALL]", "ALL" not in capabilities.get("drop", [])),
            ("capabilities.add", bool(capabilities.get("add"))),
            ("seccompProfile: RuntimeDefault", seccomp.get("type") != "RuntimeDefault"),
            ("the host's namespaces", any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC"))),
            ("hostPath", any("hostPath" in volume for volume in pod.get("volumes", []))),
        ]
        for what, is_wrong in wrong:
            if is_wrong:
                yield f"{named(manifest)}: {container['name']}: {what}"


@rule
def restricted_namespace(manifests, _):
    for namespace in of_kind(manifests, "Namespace"):
        if namespace["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"{named(namespace)}: pod-security.kubernetes.io/enforce: restricted"
    if not of_kind(manifests, "Namespace"):
        yield "there is no Namespace that restricts its pods"


@rule
def no_token(manifests, _):
    for account in of_kind(manifests, "ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            yield f"{named(account)}: automountServiceAccountToken: false"
    for manifest, _, pod in pods(manifests):
        if pod.get("automountServiceAccountToken") is not False or pod.get("enableServiceLinks") is not False:
            yield f"{named(manifest)}: automountServiceAccountToken: false, enableServiceLinks: false"
        accounts = [account["metadata"]["name"] for account in of_kind(manifests, "ServiceAccount")]
        if pod.get("serviceAccountName") not in accounts:
            yield f"{named(manifest)}: an account of its own, not {pod.get('serviceAccountName')}"


@rule
def bounded(manifests, _):
    for manifest, _, container in containers(manifests):
        limits, requests = (container.get("resources", {}).get(key, {}) for key in ("limits", "requests"))
        for what in ("cpu", "memory"):
            if what not in limits or what not in requests:
                yield f"{named(manifest)}: {container['name']} has no limit or no request of {what}"
        if limits.get("memory") != requests.get("memory"):
            yield f"{named(manifest)}: {container['name']}: the memory requested is not its limit, so its node may run out of it"


@rule
def image_is_fixed(manifests, _):
    for manifest, _, container in containers(manifests):
        name = container["image"].rpartition("/")[2]
        tag = name.partition("@")[0].partition(":")[2]
        if tag == "latest" or not (tag or "@" in name):
            yield f"{named(manifest)}: {container['image']} may be another one tomorrow: a tag other than latest, or a digest"


@rule
def probes(manifests, facts):
    pod, container = server(manifests)
    port = str(settings(manifests, pod, container).get("monitoring.listen", "")).rpartition(":")[2]
    by_name = {it["name"]: str(it["containerPort"]) for it in container.get("ports", [])}
    for name, path in PROBES.items():
        asked = container.get(name, {}).get("httpGet", {})
        at = str(asked.get("port"))
        if asked.get("path") != path or by_name.get(at, at) != port:
            yield f"{name}: GET {path} on the monitoring port {port} is expected, not {asked or 'nothing'}"


@rule
def secrets_are_files(manifests, _):
    for manifest, _, container in containers(manifests):
        if any("secretRef" in source for source in container.get("envFrom", [])):
            yield f"{named(manifest)}: {container['name']}: envFrom a Secret"
        for variable in container.get("env", []):
            name, value = variable["name"], str(variable.get("value", ""))
            if (
                "secretKeyRef" in variable.get("valueFrom", {})
                or SECRET_NAME.search(name)
                or SECRET_VALUE.search(value)
            ):
                yield f"{named(manifest)}: {name} is a secret in the environment, which logs and other processes show: mount a file"
    for source in of_kind(manifests, "ConfigMap"):
        for key, text in source.get("data", {}).items():
            if SECRET_VALUE.search(text):
                yield f"{named(source)}: {key} holds a secret"
    for source in of_kind(manifests, "Secret"):
        yield f"{named(source)}: a Secret with its content lies in the repository"


@rule
def sqlite_is_alone(manifests, _):
    pod, container = server(manifests)
    url = settings(manifests, pod, container).get("database.url", "sqlite://data/orders.db")
    if not url.startswith("sqlite://"):
        return
    spec = one(manifests, "Deployment")["spec"]
    if spec.get("replicas") != 1 or of_kind(manifests, "HorizontalPodAutoscaler"):
        yield "SQLite is for one process: replicas: 1, and no autoscaler"
    if spec.get("strategy", {}).get("type") != "Recreate":
        yield "the old process must have ended before the new one opens the file: strategy Recreate"
    volume, _ = mounted_file(manifests, pod, container, url.removeprefix("sqlite://"))
    claims = [claim["metadata"]["name"] for claim in of_kind(manifests, "PersistentVolumeClaim")]
    if not volume or volume.get("persistentVolumeClaim", {}).get("claimName") not in claims:
        yield f"{url} lies on no volume that stays"


@rule
def production_has_replicas(manifests, _):
    pod, container = server(manifests)
    if not settings(manifests, pod, container).get("database.url", "").startswith("postgres"):
        return
    spec, scaler = one(manifests, "Deployment")["spec"], one(manifests, "HorizontalPodAutoscaler")
    if scaler and "replicas" in spec:
        yield "replicas and an autoscaler: each release would undo what the autoscaler has done"
    if (scaler["spec"]["minReplicas"] if scaler else spec.get("replicas", 1)) < 3:
        yield "fewer than 3 replicas"
    if spec.get("strategy", {}).get("rollingUpdate", {}).get("maxUnavailable") != 0:
        yield "a release must take no replica away before its successor is ready: maxUnavailable: 0"
    spread = pod.get("topologySpreadConstraints", [])
    if {it["topologyKey"] for it in spread} != {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}:
        yield "replicas are to be spread over nodes and zones"
    budget = one(manifests, "PodDisruptionBudget")
    if not budget or budget["spec"].get("maxUnavailable") != 1:
        yield "a PodDisruptionBudget lets nodes take one replica at a time"


@rule
def scales_by_processor_alone(manifests, _):
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler"):
        for metric in scaler["spec"].get("metrics", []):
            if metric.get("resource", {}).get("name") != "cpu":
                yield f"{named(scaler)}: scales by {metric.get('type')}: more replicas do not shorten a backlog of Mollie"


@rule
def time_to_stop(manifests, _):
    pod, container = server(manifests)
    sleep = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    if sleep < 5:
        yield "preStop: calls still come for some seconds after a replica was told to go; sleep 5 or more"
    call = int(settings(manifests, pod, container).get("mollie.call_timeout_seconds", CALL_TIMEOUT))
    needed, given = sleep + call + DRAIN + SPARE, pod.get("terminationGracePeriodSeconds", 30)
    if given < needed:
        yield f"terminationGracePeriodSeconds: {given} is less than preStop, a call of Mollie, and what it takes to drain: {needed}"


@rule
def settings_exist(manifests, facts):
    for manifest, pod, container in containers(manifests):
        for variable in container.get("env", []):
            if variable["name"].startswith("ORDER_SERVICE") and not facts.knows(variable["name"]):
                yield f"{named(manifest)}: {variable['name']} is no setting"
        if not configuration(manifests, pod, container):
            yield f"{named(manifest)}: ORDER_SERVICE_CONFIG names no file of a ConfigMap"
        for path in settings(manifests, pod, container):
            if not facts.knows("ORDER_SERVICE__" + path.upper().replace(".", "__")):
                yield f"{named(manifest)}: {path} is no setting"


@rule
def insecure_is_for_trials(manifests, _):
    pod, container = server(manifests)
    found = settings(manifests, pod, container)
    is_insecure = str(found.get("security.insecure", False)).lower() == "true"
    if is_insecure and not found.get("database.url", "").startswith("sqlite"):
        yield "security.insecure: whoever connects may do everything; only the trial on SQLite may have it"
    wanted = {"security.certificate_file", "security.certificate_key_file", "security.secret_file"} - found.keys()
    if not is_insecure and wanted:
        yield f"without {', '.join(sorted(wanted))} callers are not secure"
