"""How the parts fit: ports, network policies, Services, the Ingress, and files. It adds to the rules of `policy`."""

from installation import containers, files_of_secrets, mounted_file, named, of_kind, one, pods, server, settings
from policy import rule

PRIVATE = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10"}
LISTENS = ("grpc.listen", "webhook.listen", "monitoring.listen")
# What people make by hand in the trial (deploy/README.md).
BY_HAND = {"order-service-mollie", "order-service-secret"}


def listening(manifests):
    found = settings(manifests, *server(manifests))
    return {str(found[name]).rpartition(":")[2] for name in LISTENS if str(found.get(name, "")).startswith("0.0.0.0:")}


def matches(selector, labels):
    wanted = selector.get("matchLabels", selector)
    return all(labels.get(key) == value for key, value in wanted.items())


@rule
def ports_are_the_services(manifests, facts):
    ports = listening(manifests)
    _, container = server(manifests)
    named_ports = {it["name"]: str(it["containerPort"]) for it in container["ports"]}
    if set(named_ports.values()) != ports or facts.exposed != ports:
        yield f"the service listens on {sorted(ports)}, the container names {sorted(named_ports.values())}, the image {sorted(facts.exposed)}"
    labels = one(manifests, "Deployment")["spec"]["template"]["metadata"]["labels"]
    for service in of_kind(manifests, "Service"):
        for port in service["spec"]["ports"]:
            at = str(port.get("targetPort", port["port"]))
            if named_ports.get(at, at) not in ports:
                yield f"{named(service)}: nothing listens on {at}"
    for policy in of_kind(manifests, "NetworkPolicy"):
        spec = policy["spec"]
        if not spec["podSelector"] or not matches(spec["podSelector"], labels):
            continue
        for entry in spec.get("ingress", []):
            at = [str(port.get("port")) for port in entry.get("ports", [])]
            if not at or any(named_ports.get(it, it) not in ports for it in at):
                yield f"{named(policy)}: lets in to {at or 'every port'}; the service listens on {sorted(ports)}"


@rule
def denied_by_default(manifests, _):
    policies = of_kind(manifests, "NetworkPolicy")
    spaces = {manifest["metadata"].get("namespace") for manifest, _, _ in pods(manifests)}
    for space in spaces:
        if not any(is_denial(policy) and policy["metadata"].get("namespace") == space for policy in policies):
            yield f"namespace {space}: no NetworkPolicy denies what no other allows"
    for policy in policies:
        spec = policy["spec"]
        if any(not entry.get("from") or {} in entry["from"] for entry in spec.get("ingress", [])):
            yield f"{named(policy)}: lets everybody in"
        # An instance of the database asks the API server, whose address each cluster has of its own.
        if matches(spec["podSelector"], {"cnpg.io/cluster": "orders-db"}) and spec["podSelector"]:
            continue
        if any(not entry.get("to") or not entry.get("ports") for entry in spec.get("egress", [])):
            yield f"{named(policy)}: lets out to everywhere, or on every port"


def is_denial(policy):
    spec = policy["spec"]
    return (
        not spec["podSelector"]
        and {"Ingress", "Egress"} <= set(spec.get("policyTypes", []))
        and not spec.get("ingress")
        and not spec.get("egress")
    )


@rule
def out_to_public_addresses_alone(manifests, _):
    for policy in of_kind(manifests, "NetworkPolicy"):
        for entry in policy["spec"].get("egress", []):
            blocks = [to["ipBlock"] for to in entry.get("to", []) if "ipBlock" in to]
            if not blocks:
                continue
            excepted = {cidr for block in blocks for cidr in block.get("except", [])}
            if any(block["cidr"] not in ("0.0.0.0/0", "::/0") for block in blocks) or not PRIVATE <= excepted:
                yield f"{named(policy)}: private addresses are not all left out: {sorted(PRIVATE - excepted)}"
            if [port.get("port") for port in entry["ports"]] != [443]:
                yield f"{named(policy)}: to addresses outside on 443 alone"


@rule
def services_reach_the_server_alone(manifests, _):
    for service in of_kind(manifests, "Service"):
        reached = [
            named(manifest) for manifest, labels, _ in pods(manifests) if matches(service["spec"]["selector"], labels)
        ]
        if reached != ["Deployment/order-service"]:
            yield f"{named(service)}: leads to {reached}"
        if service["spec"].get("type", "ClusterIP") != "ClusterIP":
            yield f"{named(service)}: {service['spec']['type']}: only the ingress for hooks is open to the outside"
    if not any(it["spec"].get("clusterIP") == "None" for it in of_kind(manifests, "Service")):
        yield "clients of gRPC balance by a headless Service, and there is none"
    for budget in of_kind(manifests, "PodDisruptionBudget"):
        if not matches(
            budget["spec"]["selector"], one(manifests, "Deployment")["spec"]["template"]["metadata"]["labels"]
        ):
            yield f"{named(budget)}: protects nothing"


@rule
def ingress_is_for_hooks(manifests, _):
    public = settings(manifests, *server(manifests)).get("webhook.public_url", "")
    served = {f"https://{entry.get('host')}" for it in of_kind(manifests, "Ingress") for entry in it["spec"]["rules"]}
    # There may be more: earlier addresses, which orders still have.
    if of_kind(manifests, "Ingress") and public not in served:
        yield f"webhook.public_url is {public}; the Ingress serves {sorted(served)}"
    for ingress in of_kind(manifests, "Ingress"):
        hosts = {host for entry in ingress["spec"].get("tls", []) for host in entry["hosts"]}
        for entry in ingress["spec"]["rules"]:
            if entry.get("host") not in hosts:
                yield f"{named(ingress)}: {entry.get('host')} has no certificate"
            for path in entry["http"]["paths"]:
                to = path["backend"]["service"]["name"]
                if to != "order-service-hooks" or not path["path"].startswith("/webhooks/mollie/"):
                    yield f"{named(ingress)}: {path['path']} leads to {to}: hooks alone come from outside"
        if "defaultBackend" in ingress["spec"]:
            yield f"{named(ingress)}: a default backend leads in what is no hook"


@rule
def files_are_there(manifests, _):
    provided = provided_secrets(manifests)
    for manifest, pod, container in containers(manifests):
        for volume in pod.get("volumes", []):
            for secret, key in files_of_secrets(volume).values():
                if key not in provided.get(secret, set()) and not (
                    secret in BY_HAND and not of_kind(manifests, "ExternalSecret")
                ):
                    yield f"{named(manifest)}: nothing makes {key} of the Secret {secret}"
            mode = volume.get("projected", {}).get("defaultMode", 0o440)
            if mode & 0o337:
                yield f"{named(manifest)}: {volume['name']} is readable by others, or writable: defaultMode 0440"
        for path, value in settings(manifests, pod, container).items():
            if path.endswith("_file") and manifest["kind"] == "Deployment":
                volume, part = mounted_file(manifests, pod, container, value)
                if not volume or part not in files_of_secrets(volume):
                    yield f"{named(manifest)}: {path} is {value}, where no Secret is mounted"
        url = str(settings(manifests, pod, container).get("database.url", ""))
        for part in url.partition("?")[2].split("&") if "?" in url else []:
            key, _, value = part.partition("=")
            if key in ("sslrootcert", "sslcert", "sslkey"):
                volume, inside = mounted_file(manifests, pod, container, value)
                if not volume or inside not in files_of_secrets(volume):
                    yield f"{named(manifest)}: {key} of database.url is {value}, where no Secret is mounted"


def provided_secrets(manifests):
    made = {}
    for certificate in of_kind(manifests, "Certificate"):
        made[certificate["spec"]["secretName"]] = {"tls.crt", "tls.key", "ca.crt"}
    for external in of_kind(manifests, "ExternalSecret"):
        made[external["spec"]["target"]["name"]] = {entry["secretKey"] for entry in external["spec"]["data"]}
    for cluster in of_kind(manifests, "Cluster"):
        made[f"{cluster['metadata']['name']}-ca"] = {"ca.crt", "ca.key"}
    return made


@rule
def keys_of_authorities_stay_where_they_are(manifests, _):
    authorities = {it["spec"]["secretName"] for it in of_kind(manifests, "Certificate") if it["spec"].get("isCA")}
    for manifest, _, pod in pods(manifests):
        for volume in pod.get("volumes", []):
            for secret, key in files_of_secrets(volume).values():
                if key == "ca.key" or (secret in authorities and key == "tls.key"):
                    yield f"{named(manifest)}: has the key of an authority ({secret})"
