"""Installations whose parts do not fit, for the rules of `fitting` and `operators`."""

from installation import one, server
from weakened import container, say, without, wrong


@wrong("dev", "ports-are-the-services")
def a_port_that_nobody_listens_on(it):
    container(it)["ports"].append({"name": "admin", "containerPort": 9000})


@wrong("dev", "ports-are-the-services")
def a_service_that_leads_nowhere(it):
    one(it, "Service")["spec"]["ports"][0]["targetPort"] = 50053


@wrong("dev", "ports-are-the-services")
def a_policy_for_every_port(it):
    del one(it, "NetworkPolicy", "callers")["spec"]["ingress"][0]["ports"]


@wrong("dev", "ports-are-the-services")
def listening_on_the_loopback_alone(it):
    next(variable for variable in container(it)["env"] if "GRPC" in variable["name"])["value"] = "127.0.0.1:50051"


@wrong("production", "denied-by-default")
def nothing_denied(it):
    return without(it, "NetworkPolicy", "deny-by-default")


@wrong("production", "denied-by-default")
def nothing_denied_on_the_way_out(it):
    one(it, "NetworkPolicy", "deny-by-default")["spec"]["policyTypes"] = ["Ingress"]


@wrong("dev", "denied-by-default")
def everybody_let_in(it):
    one(it, "NetworkPolicy", "hooks")["spec"]["ingress"][0]["from"].append({})


@wrong("dev", "out-to-public-addresses-alone")
def out_to_the_metadata_of_the_cloud(it):
    one(it, "NetworkPolicy", "order-service-to-mollie")["spec"]["egress"][0]["to"][0]["ipBlock"]["except"].remove(
        "169.254.0.0/16"
    )


@wrong("dev", "out-to-public-addresses-alone")
def out_on_any_port(it):
    one(it, "NetworkPolicy", "order-service-to-mollie")["spec"]["egress"][0]["ports"].append(
        {"protocol": "TCP", "port": 80}
    )


@wrong("production", "services-reach-the-server-alone")
def calls_for_the_migration(it):
    del one(it, "Service")["spec"]["selector"]["app.kubernetes.io/component"]


@wrong("production", "services-reach-the-server-alone")
def grpc_on_the_internet(it):
    one(it, "Service")["spec"]["type"] = "LoadBalancer"


@wrong("production", "services-reach-the-server-alone")
def no_headless_service(it):
    return without(it, "Service", "order-service-headless")


@wrong("production", "ingress-is-for-hooks")
def an_ingress_for_everything(it):
    one(it, "Ingress")["spec"]["rules"][0]["http"]["paths"][0]["path"] = "/"


@wrong("production", "ingress-is-for-hooks")
def another_public_address(it):
    say(it, "hooks.orders.example.com", "orders.example.com")


@wrong("production", "ingress-is-for-hooks")
def hooks_without_a_certificate(it):
    del one(it, "Ingress")["spec"]["tls"]


@wrong("production", "files-are-there")
def a_file_that_is_not_mounted(it):
    say(it, "callers/tokens", "tokens")


@wrong("production", "files-are-there")
def a_secret_that_nobody_makes(it):
    return without(it, "ExternalSecret", "order-service-callers")


@wrong("production", "files-are-there")
def secrets_for_all_eyes(it):
    server(it)[0]["volumes"][1]["projected"]["defaultMode"] = 0o444


@wrong("production", "keys-of-authorities-stay-where-they-are")
def the_key_of_the_databases_authority(it):
    for source in server(it)[0]["volumes"][1]["projected"]["sources"]:
        if source["secret"]["name"] == "orders-db-ca":
            source["secret"]["items"].append({"key": "ca.key", "path": "database/ca.key"})


@wrong("production", "migration-comes-first")
def replicas_that_migrate(it):
    say(it, "migrate_on_start = false", "migrate_on_start = true")


@wrong("production", "migration-comes-first")
def a_migration_of_another_release(it):
    one(it, "Job")["spec"]["template"]["spec"]["containers"][0]["image"] += "-rc1"


@wrong("production", "migration-comes-first")
def nobody_migrates(it):
    return without(it, "Job")


@wrong("production", "database-keeps-what-was-acknowledged")
def a_database_that_forgets(it):
    one(it, "Cluster", "orders-db")["spec"]["postgresql"]["parameters"]["synchronous_commit"] = "off"


@wrong("production", "database-keeps-what-was-acknowledged")
def a_database_that_prefers_to_go_on(it):
    one(it, "Cluster", "orders-db")["spec"]["postgresql"]["synchronous"]["dataDurability"] = "preferred"


@wrong("production", "database-keeps-what-was-acknowledged")
def a_password_for_the_database(it):
    one(it, "Cluster", "orders-db")["spec"]["postgresql"]["pg_hba"].append("host all all all md5")


@wrong("production", "database-keeps-what-was-acknowledged")
def more_replicas_than_connections(it):
    one(it, "HorizontalPodAutoscaler")["spec"]["maxReplicas"] = 20


@wrong("production", "kinds-of-operators-are-whole")
def a_certificate_that_nobody_signs(it):
    one(it, "Certificate", "order-service-tls")["spec"]["issuerRef"]["name"] = "somebody"


@wrong("production", "kinds-of-operators-are-whole")
def a_certificate_without_the_headless_name(it):
    names = one(it, "Certificate", "order-service-tls")["spec"]["dnsNames"]
    names[:] = [name for name in names if "headless" not in name]


@wrong("production", "kinds-of-operators-are-whole")
def a_secret_without_a_place_in_the_vault(it):
    del one(it, "ExternalSecret", "order-service-mollie")["spec"]["data"][0]["remoteRef"]


@wrong("with monitoring", "kinds-of-operators-are-whole")
def a_scrape_of_no_port(it):
    one(it, "ServiceMonitor")["spec"]["endpoints"][0]["port"] = "metrics"
