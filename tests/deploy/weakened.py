"""Installations that are wrong in one thing each: the rule that is meant must notice. A rule that nothing here breaks is a fault."""

from installation import copied, of_kind, one, server

WRONG = []


def wrong(installation, rule):
    def note(function):
        WRONG.append((installation, rule, function))
        return function

    return note


def weakened(installations):
    for name, rule, change in WRONG:
        manifests = copied(installations[name])
        changed = change(manifests)
        yield f"{name}: {change.__name__.replace('_', ' ')}", rule, manifests if changed is None else changed


def container(manifests):
    return server(manifests)[1]


def without(manifests, kind, name=""):
    return [it for it in manifests if it["kind"] != kind or not it["metadata"]["name"].startswith(name)]


def say(manifests, before, after):
    """Changes the configuration file."""
    for source in of_kind(manifests, "ConfigMap"):
        for key, text in source["data"].items():
            assert before in text, f"{before!r} is not in {key}"
            source["data"][key] = text.replace(before, after)


@wrong("dev", "no-root")
def a_container_as_root(it):
    server(it)[0]["securityContext"]["runAsUser"] = 0


@wrong("production", "no-root")
def a_job_that_overrides_the_user(it):
    one(it, "Job")["spec"]["template"]["spec"]["containers"][0]["securityContext"]["runAsNonRoot"] = False


@wrong("dev", "no-writable-root")
def a_writable_root(it):
    del container(it)["securityContext"]["readOnlyRootFilesystem"]


@wrong("dev", "no-privileges")
def a_capability_kept(it):
    container(it)["securityContext"]["capabilities"] = {"drop": ["NET_RAW"]}


@wrong("dev", "no-privileges")
def no_seccomp(it):
    del server(it)[0]["securityContext"]["seccompProfile"]


@wrong("production", "no-privileges")
def privilege_escalation(it):
    container(it)["securityContext"]["allowPrivilegeEscalation"] = True


@wrong("production", "restricted-namespace")
def a_namespace_that_admits_all(it):
    del one(it, "Namespace")["metadata"]["labels"]


@wrong("production", "no-token")
def a_token_of_kubernetes(it):
    server(it)[0]["automountServiceAccountToken"] = True


@wrong("production", "bounded")
def no_limit_of_memory(it):
    del container(it)["resources"]["limits"]["memory"]


@wrong("production", "bounded")
def no_limit_of_the_processor(it):
    del container(it)["resources"]["limits"]["cpu"]


@wrong("dev", "image-is-fixed")
def the_latest_image(it):
    container(it)["image"] = "registry.example.com:5000/order-service:latest"


@wrong("dev", "image-is-fixed")
def an_image_without_a_tag(it):
    container(it)["image"] = "registry.example.com:5000/order-service"


@wrong("dev", "probes")
def no_readiness(it):
    del container(it)["readinessProbe"]


@wrong("production", "probes")
def a_probe_on_the_port_of_callers(it):
    container(it)["livenessProbe"]["httpGet"]["port"] = "grpc"


@wrong("production", "probes")
def readiness_that_asks_for_life(it):
    container(it)["readinessProbe"]["httpGet"]["path"] = "/livez"


@wrong("dev", "secrets-are-files")
def a_secret_in_a_variable(it):
    key = {"name": "order-service-mollie", "key": "api-key"}
    container(it)["env"].append({"name": "MOLLIE_API", "valueFrom": {"secretKeyRef": key}})


@wrong("production", "secrets-are-files")
def a_password_in_the_configuration(it):
    say(it, "postgres://order_service@", "postgres://order_service:hunter2@")


@wrong("production", "secrets-are-files")
def a_key_in_a_variable(it):
    container(it)["env"].append({"name": "X", "value": "live_" + "a" * 30})


@wrong("dev", "sqlite-is-alone")
def sqlite_with_two_replicas(it):
    one(it, "Deployment")["spec"]["replicas"] = 2


@wrong("dev", "sqlite-is-alone")
def sqlite_replaced_while_it_runs(it):
    one(it, "Deployment")["spec"]["strategy"] = {"type": "RollingUpdate"}


@wrong("dev", "sqlite-is-alone")
def sqlite_in_memory_of_the_pod(it):
    volume = next(volume for volume in server(it)[0]["volumes"] if volume["name"] == "data")
    del volume["persistentVolumeClaim"]
    volume["emptyDir"] = {}


@wrong("production", "sqlite-is-alone")
def production_on_sqlite(it):
    say(it, 'url = "postgres://', 'url = "sqlite:///var/lib/order-service/orders.db?')


@wrong("production", "production-has-replicas")
def two_replicas(it):
    one(it, "HorizontalPodAutoscaler")["spec"]["minReplicas"] = 2


@wrong("production", "production-has-replicas")
def a_release_that_takes_one_away(it):
    one(it, "Deployment")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] = 1


@wrong("production", "production-has-replicas")
def all_on_one_node(it):
    del server(it)[0]["topologySpreadConstraints"]


@wrong("production", "production-has-replicas")
def a_drain_that_takes_all(it):
    return without(it, "PodDisruptionBudget")


@wrong("production", "scales-by-processor-alone")
def scaling_by_a_backlog(it):
    metric = {
        "type": "External",
        "external": {"metric": {"name": "backlog"}, "target": {"type": "Value", "value": "10"}},
    }
    one(it, "HorizontalPodAutoscaler")["spec"]["metrics"].append(metric)


@wrong("production", "time-to-stop")
def too_little_time_to_stop(it):
    server(it)[0]["terminationGracePeriodSeconds"] = 30


@wrong("production", "time-to-stop")
def longer_calls_of_mollie(it):
    container(it)["env"].append({"name": "ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", "value": "40"})


@wrong("production", "time-to-stop")
def no_pre_stop(it):
    del container(it)["lifecycle"]


@wrong("dev", "settings-exist")
def a_variable_that_is_no_setting(it):
    container(it)["env"].append({"name": "ORDER_SERVICE__GRPC__LISTENS", "value": "x"})


@wrong("production", "settings-exist")
def a_setting_of_the_file_that_is_none(it):
    say(it, "max_age_seconds", "max_age_minutes")


@wrong("production", "insecure-is-for-trials")
def production_for_everybody(it):
    say(it, "[security]", "[security]\ninsecure = true")


@wrong("production", "insecure-is-for-trials")
def production_without_tls(it):
    say(it, "certificate_file = ", "tokens_file_of_old = ")
