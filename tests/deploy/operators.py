"""The database, its migration, and kinds of operators, for which Kubernetes has no schema. It adds to the rules of `policy`."""

from fitting import matches
from installation import containers, named, of_kind, one, server, settings
from policy import rule


@rule
def migration_comes_first(manifests, _):
    pod, container = server(manifests)
    found = settings(manifests, pod, container)
    if str(found.get("database.migrate_on_start", True)).lower() == "true":
        if found.get("database.url", "").startswith("postgres"):
            yield "replicas would migrate while others serve: database.migrate_on_start = false, and a Job"
        return
    jobs = [(job, own) for job, job_pod, own in containers(of_kind(manifests, "Job")) if own.get("args") == ["migrate"]]
    if len(jobs) != 1:
        yield "nothing migrates the database: a Job with `migrate`"
    for job, own in jobs:
        theirs = settings(manifests, job["spec"]["template"]["spec"], own)
        if own["image"] != container["image"] or theirs.get("database.url") != found["database.url"]:
            yield f"{named(job)}: migrates with another release, or another database"


@rule
def database_keeps_what_was_acknowledged(manifests, _):
    for cluster in of_kind(manifests, "Cluster"):
        spec = cluster["spec"]
        postgres = spec.get("postgresql", {})
        parameters, synchronous = postgres.get("parameters", {}), postgres.get("synchronous", {})
        off = [
            name for name in ("fsync", "full_page_writes", "synchronous_commit") if parameters.get(name, "on") != "on"
        ]
        if off:
            yield f"{named(cluster)}: {', '.join(off)} is not on"
        if (
            spec.get("instances", 1) < 3
            or synchronous.get("number", 0) < 1
            or synchronous.get("dataDurability") != "required"
        ):
            yield f"{named(cluster)}: three instances, and a commit is on two before it is answered"
        entries = [line.split() for line in postgres.get("pg_hba", [])]
        if not entries or any(
            line[-1] not in ("cert", "reject") or (line[-1] == "cert" and line[0] != "hostssl") for line in entries
        ):
            yield f"{named(cluster)}: pg_hba lets in without a certificate"
        scaler = one(manifests, "HorizontalPodAutoscaler")
        each = int(settings(manifests, *server(manifests)).get("database.max_connections", 10))
        wanted = (scaler["spec"]["maxReplicas"] + 1) * each + 10 if scaler else each
        if int(parameters.get("max_connections", "100")) < wanted:
            yield f"{named(cluster)}: max_connections is less than what the replicas may open: {wanted}"


@rule
def kinds_of_operators_are_whole(manifests, _):
    issuers = {it["metadata"]["name"] for it in of_kind(manifests, "Issuer")}
    signed = {it["spec"]["secretName"] for it in of_kind(manifests, "Certificate")}
    for issuer in of_kind(manifests, "Issuer"):
        if issuer["spec"].get("ca", {}).get("secretName", next(iter(signed))) not in signed:
            yield f"{named(issuer)}: signs with a Secret that no Certificate makes"
    for it in of_kind(manifests, "Certificate"):
        if it["spec"]["issuerRef"]["name"] not in issuers or not (
            it["spec"].get("commonName") or it["spec"].get("dnsNames")
        ):
            yield f"{named(it)}: nobody signs it, or it names nobody"
    names = next(
        (
            it["spec"]["dnsNames"]
            for it in of_kind(manifests, "Certificate")
            if it["metadata"]["name"] == "order-service-tls"
        ),
        None,
    )
    for service in of_kind(manifests, "Service"):
        name = f"{service['metadata']['name']}.{service['metadata'].get('namespace')}.svc"
        if names is not None and any(port["name"] == "grpc" for port in service["spec"]["ports"]) and name not in names:
            yield f"order-service-tls: callers connect to {name}, which the certificate does not name"
    for it in of_kind(manifests, "ExternalSecret"):
        if not it["spec"].get("secretStoreRef", {}).get("name") or not all(
            entry.get("remoteRef", {}).get("key") for entry in it["spec"]["data"]
        ):
            yield f"{named(it)}: names no store, or nothing in it"
    for cluster in of_kind(manifests, "Cluster"):
        for secret in cluster["spec"].get("certificates", {}).values():
            if secret not in signed:
                yield f"{named(cluster)}: {secret} is no Secret of a Certificate"
    for monitor in of_kind(manifests, "ServiceMonitor"):
        selected = [
            it
            for it in of_kind(manifests, "Service")
            if matches(monitor["spec"]["selector"], it["metadata"].get("labels", {}))
        ]
        ports = {port["name"] for it in selected for port in it["spec"]["ports"]}
        if not selected or any(endpoint["port"] not in ports for endpoint in monitor["spec"]["endpoints"]):
            yield f"{named(monitor)}: finds no Service with its port"
