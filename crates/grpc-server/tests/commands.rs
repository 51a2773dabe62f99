//! The program as it is started, and documents that must match what the program knows.

#![expect(clippy::unwrap_used, reason = "a test ends where an expectation fails")]

use std::process::{Command, Output};

use grpc_server::proto::ErrorReason;

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_order-service"));
    command.args(arguments).env_clear().envs(environment.iter().copied());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Settings of one profile that stand for those of others.
const PROFILE: [(&str, &str); 3] = [
    ("ORDER_SERVICE__PROFILES__MAIN__CALLS_PER_SECOND", "5"),
    ("ORDER_SERVICE__PROFILES__MAIN__AUTHORIZATION_DAYS_OF__KLARNA", "20"),
    ("ORDER_SERVICE__PROFILES__MAIN__PAYMENT_WINDOW_HOURS_OF__IDEAL", "2"),
];

#[test]
fn help_names_every_command_and_setting() {
    let help = text(&run(&["--help"], &[]).stdout);
    for word in ["dev", "demo", "serve", "migrate", "config", "operations", "secret", "token", "simulator"] {
        assert!(help.contains(&format!("  {word} ")), "{word}");
    }
    let shown = text(&run(&["config", "show"], &PROFILE).stdout);
    let mut settings = 0;
    for line in shown.lines() {
        let line = line.trim_start_matches("# ");
        let path = line.split(' ').next().unwrap();
        let variable = format!("ORDER_SERVICE__{}", path.to_ascii_uppercase().replace('.', "__"));
        assert!(
            help.contains(&format!("  {variable} ")) || help.contains(&format!("  {variable}\n")),
            "{variable}"
        );
        settings += 1;
    }
    assert!(settings > 50, "{shown}");
}

#[test]
fn the_configuration_is_shown_with_where_each_setting_was_set_and_without_passwords() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("orders.toml");
    std::fs::write(&file, "[log]\njson = true\n[mollie]\ncall_timeout_seconds = 9\n").unwrap();
    let file = file.to_str().unwrap();
    let environment = [
        ("ORDER_SERVICE__DATABASE__URL", "postgres://me:secret@db.example/orders"),
        ("ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", "7"),
        ("ORDER_SERVICE__MOLLIE__BASE_URL", "https://me:secret@mollie.example/v2"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:secret@collector.example:4317"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=secret"),
    ];
    let shown = text(&run(&["--config", file, "config", "show"], &environment).stdout);
    for line in [
        "database.url = \"postgres://me:***@db.example/orders\"  # ORDER_SERVICE__DATABASE__URL".to_owned(),
        "mollie.call_timeout_seconds = 7  # ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS".to_owned(),
        format!("log.json = true  # log.json (in {file})"),
        "grpc.max_message_bytes = 1048576  # the default".to_owned(),
        "# webhook.public_url is not set".to_owned(),
        "# OTEL_EXPORTER_OTLP_ENDPOINT = \"http://me:***@collector.example:4317/\"  # the environment"
            .to_owned(),
        "# OTEL_EXPORTER_OTLP_HEADERS = \"***\"  # the environment".to_owned(),
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} in:\n{shown}");
    }
    assert!(!shown.contains("secret@") && !shown.contains("=secret"), "{shown}");
}

#[test]
fn a_configuration_is_checked_without_anything_being_touched() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    std::fs::write(&key, "test_abcdefghijklmnopqrstuvwxyz1234").unwrap();
    let database = format!("sqlite://{}/orders.db", directory.path().display());
    let mut environment = vec![
        ("ORDER_SERVICE__DATABASE__URL", database.as_str()),
        ("ORDER_SERVICE__MOLLIE__BASE_URL", "http://127.0.0.1:1/v2"),
        ("ORDER_SERVICE__SECURITY__INSECURE", "true"),
        ("ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE", key.to_str().unwrap()),
    ];
    let checked = run(&["config", "check"], &environment);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    environment.push(("ORDER_SERVICE__GRPC__LISTEN", "everywhere"));
    environment.push(("ORDER_SERVICE__PLACEMENT__AGE_LIMIT_SECONDS", "1"));
    let checked = run(&["config", "check"], &environment);
    let reported = text(&checked.stderr);
    assert!(!checked.status.success() && reported.contains("2 faults in the configuration"), "{reported}");
    // Standard variables stand for settings, and are checked like these.
    environment.truncate(4);
    environment.push(("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://collector"));
    environment.push(("OTEL_TRACES_SAMPLER", "traceidratio"));
    environment.push(("OTEL_TRACES_SAMPLER_ARG", "2"));
    let reported = text(&run(&["config", "check"], &environment).stderr);
    for name in
        ["OTEL_EXPORTER_OTLP_ENDPOINT: the collector's", "OTEL_TRACES_SAMPLER_ARG: a number from 0 to 1"]
    {
        assert!(reported.contains(name), "{reported}");
    }
    assert!(!directory.path().join("orders.db").exists());
}

#[test]
fn where_a_start_may_not_migrate_it_says_what_to_run_first() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    std::fs::write(&key, "test_abcdefghijklmnopqrstuvwxyz1234").unwrap();
    let file = directory.path().join("new").join("orders.db");
    let database = format!("sqlite://{}", file.display());
    let environment = [
        ("ORDER_SERVICE__DATABASE__URL", database.as_str()),
        ("ORDER_SERVICE__DATABASE__MIGRATE_ON_START", "false"),
        ("ORDER_SERVICE__GRPC__LISTEN", "127.0.0.1:0"),
        ("ORDER_SERVICE__WEBHOOK__LISTEN", "127.0.0.1:0"),
        ("ORDER_SERVICE__MONITORING__LISTEN", "127.0.0.1:0"),
        ("ORDER_SERVICE__MOLLIE__BASE_URL", "http://127.0.0.1:1/v2"),
        ("ORDER_SERVICE__SECURITY__INSECURE", "true"),
        ("ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE", key.to_str().unwrap()),
    ];
    let started = run(&["serve"], &environment);
    let (reported, missing) =
        (text(&started.stderr), format!("DATABASE__URL: there is no file {}", file.display()));
    assert!(!started.status.success() && reported.contains(&missing), "{reported}");
    assert!(!file.parent().unwrap().exists(), "nothing was made");
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "").unwrap();
    let started = run(&["serve"], &environment);
    let reported = text(&started.stderr);
    assert!(!started.status.success() && reported.contains("lacks m0001_create_orders, "), "{reported}");
    assert!(reported.contains("run `order-service migrate` with this release first"), "{reported}");
    assert!(reported.contains("ORDER_SERVICE__DATABASE__MIGRATE_ON_START=true"), "{reported}");
    let migrated = text(&run(&["migrate"], &environment).stdout);
    assert!(migrated.starts_with("applied m0001_create_orders\n"), "{migrated}");
    assert_eq!(text(&run(&["migrate"], &environment).stdout), "The schema is up to date.\n");
}

#[test]
fn every_fault_of_the_configuration_is_named_at_once_before_anything_is_touched() {
    let output = run(
        &["serve"],
        &[
            ("ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE", "/nowhere/key"),
            ("ORDER_SERVICE__PROFILES__MAIN__KLARNA_EXPIRY_DAYS", "0"),
            ("ORDER_SERVICE__PROFILES__MAIN__SECOND_CHANCE_MOST", "25"),
            ("ORDER_SERVICE__PROFILES__MAIN__QUIET_HOURS", "at night"),
            ("ORDER_SERVICE__PROFILES__MAIN__TIME_ZONE", "Mars/Olympus"),
            ("ORDER_SERVICE__PROFILES__MAIN__PAYMENT_WINDOW_HOURS_OF__BANKTRANSFER", "5"),
            ("ORDER_SERVICE__WEBHOOK__PUBLIC_URL", "shop.example"),
            ("ORDER_SERVICE__DATABASE__URL", "mysql://x"),
            ("ORDER_SERVICE__MOLLIE__BASE_URL", "foo://me:secret@x"),
            ("ORDER_SERVICE__SECURITY__SECRET_FILE", "/nowhere/secret"),
            ("ORDER_SERVICE__LOG__FILTER", "info,=,"),
            ("ORDER_SERVICE__GRPC__LISTEN", "everywhere"),
            ("ORDER_SERVICE__MONITORING__LISTEN", "127.0.0.1:50052"),
            ("ORDER_SERVICE_WEBHOOK__TIMEOUT_SECONDS", "5"),
            // Made by Kubernetes of a service's name.
            ("ORDER_SERVICE_PORT", "tcp://10.0.0.1:50051"),
            ("ORDER_SERVICE__SECURITY__ISSUERS__CORP__ISSUER", "https://login.example"),
            ("ORDER_SERVICE__SECURITY__ISSUERS__CORP__AUDIENCE", "12345"),
            ("ORDER_SERVICE__SECURITY__ISSUERS__CORP__KEYS_FILE", ""),
            ("ORDER_SERVICE__CALLERS__SHOP__CERTIFICATES", "checkout.shop.example"),
            ("ORDER_SERVICE__CALLERS__SHOP__ROLES__NOWHERE", "[viewer]"),
            ("ORDER_SERVICE__PLACEMENT", "5"),
            ("ORDER_SERVICE__PROFILES__MAIN__AUTO_SHIP", "everything"),
            ("ORDER_SERVICE__GRPC__LISTN", "127.0.0.1:1"),
            ("ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", "soon"),
            ("ORDER_SERVICE__OPERATIONS__LEASE_SECONDS", "0"),
            ("ORDER_SERVICE__CLOCK__URL", "tomorrow"),
        ],
    );
    let reported = text(&output.stderr);
    assert!(!output.status.success() && reported.matches("cannot serve").count() == 26, "{reported}");
    for fault in [
        "ORDER_SERVICE__SECURITY__CERTIFICATE_FILE: a certificate is expected, or ORDER_SERVICE__SECURITY__INSECURE=true",
        "ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE: /nowhere/key",
        "ORDER_SERVICE__PROFILES__MAIN__KLARNA_EXPIRY_DAYS: a whole number from 1 to 101 (days)",
        "ORDER_SERVICE__PROFILES__MAIN__SECOND_CHANCE_MOST: a whole number from 1 to 24 (payments)",
        "ORDER_SERVICE__PROFILES__MAIN__QUIET_HOURS: two different times of day",
        "ORDER_SERVICE__PROFILES__MAIN__TIME_ZONE: a name of the time zone database",
        "ORDER_SERVICE__PROFILES__MAIN__PAYMENT_WINDOW_HOURS_OF__BANKTRANSFER: a bank transfer may take days",
        "ORDER_SERVICE__WEBHOOK__PUBLIC_URL",
        "ORDER_SERVICE__DATABASE__URL",
        "ORDER_SERVICE__MOLLIE__BASE_URL: an address without a user and a password is expected",
        "ORDER_SERVICE__SECURITY__SECRET_FILE: /nowhere/secret",
        "ORDER_SERVICE__LOG__FILTER",
        "; an address with a port is expected, such as 127.0.0.1:50051",
        "ORDER_SERVICE__MONITORING__LISTEN: 127.0.0.1:50052 is the address of ORDER_SERVICE__WEBHOOK__LISTEN too",
        "ORDER_SERVICE_WEBHOOK__TIMEOUT_SECONDS: no such setting; the names of settings begin with ORDER_SERVICE__",
        "ORDER_SERVICE__SECURITY__ISSUERS__CORP__AUDIENCE: a text is expected, not unsigned int `12345`; in quotes it is one",
        "ORDER_SERVICE__SECURITY__ISSUERS__CORP__KEYS_FILE: a file's name is expected, not nothing",
        "ORDER_SERVICE__CALLERS__SHOP__CERTIFICATES: a list, as [\"one\", \"other\"], is expected, not a text of 21 characters",
        "ORDER_SERVICE__CALLERS__SHOP__ROLES__NOWHERE: there is no such profile",
        "ORDER_SERVICE__PLACEMENT: a section with settings of its own is expected",
        "ORDER_SERVICE__PROFILES__MAIN__AUTO_SHIP: one of none, digital_lines is expected, not \"everything\"",
        "ORDER_SERVICE__GRPC__LISTN: no such setting",
        "ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS: a whole number from 1 to 300 (seconds)",
        "ORDER_SERVICE__OPERATIONS__LEASE_SECONDS: a whole number from 1 to 3600 (seconds)",
        "ORDER_SERVICE__CLOCK__URL",
    ] {
        assert!(reported.contains(fault), "{fault} in:\n{reported}");
    }
}

#[test]
fn a_profile_cannot_choose_rules_and_locales_that_there_are_not() {
    for command in ["dev", "serve"] {
        let output = run(
            &[command],
            &[
                ("ORDER_SERVICE__DATABASE__URL", "sqlite://nowhere/x.db"),
                ("ORDER_SERVICE__PROFILES__MAIN__STRICT_RULES", "[line.type_left_outt,order.number]"),
                ("ORDER_SERVICE__PROFILES__MAIN__LOCALE_FALLBACK", "en-GB"),
            ],
        );
        let reported = text(&output.stderr);
        assert!(!output.status.success(), "{command}: {reported}");
        for fault in
            ["\"line.type_left_outt\" is no rule that warns", "\"order.number\" is no rule", "not \"en-GB\""]
        {
            assert!(reported.contains(fault), "{command}: {fault} in:\n{reported}");
        }
    }
}

/// A fault is reported once, whatever else it makes uncertain.
#[test]
fn an_unreadable_setting_is_reported_once() {
    let fine = [
        ("ORDER_SERVICE__SECURITY__INSECURE", "true"),
        ("ORDER_SERVICE__DATABASE__URL", "sqlite://nowhere/x.db"),
        ("ORDER_SERVICE__MOLLIE__BASE_URL", "http://127.0.0.1:1/v2"),
    ];
    for (setting, value, expected) in [
        ("SECURITY__INSECURE", "maybe", "SECURITY__INSECURE: "),
        ("MOLLIE__BASE_URL", "", "MOLLIE__BASE_URL: "),
        (
            "LOG__FILTER",
            "debg",
            "LOG__FILTER: off, error, warn, info, debug or trace is expected, alone or as module=level, not \"debg\"",
        ),
        (
            "LOG__FILTER",
            "",
            "LOG__FILTER: off, error, warn, info, debug or trace is expected, alone or as module=level, not nothing",
        ),
        ("LOG__FILTER", "info,persistence=loud", "LOG__FILTER: "),
        ("TELEMETRY__ENDPOINT", "collector:4317", "TELEMETRY__ENDPOINT: the collector's http(s) address"),
        (
            "TELEMETRY__ENDPOINT",
            "http://me:secret@collector:4317",
            "credentials go into OTEL_EXPORTER_OTLP_HEADERS",
        ),
        (
            "TELEMETRY__SAMPLING_RATIO",
            "1.5",
            "TELEMETRY__SAMPLING_RATIO: a number from 0 to 1 is expected, not 1.5",
        ),
        ("PROFILES____API_KEY_FILE", "x", "PROFILES____API_KEY_FILE: a part of the name is left out"),
    ] {
        let setting = format!("ORDER_SERVICE__{setting}");
        // The other fault is that no profile is configured.
        let output = run(&["serve"], &[&fine[..], &[(&setting, value)]].concat());
        let reported = text(&output.stderr);
        assert!(reported.matches("cannot serve").count() == 2, "{setting}={value}: {reported}");
        assert!(
            reported.contains(expected) && reported.contains("no profile is configured"),
            "{setting}={value}: {reported}"
        );
    }
}

#[test]
fn what_is_for_tls_is_refused_rather_than_left_out_without() {
    let address = "http://127.0.0.1:1";
    let output = run(&["operations", "--address", address, "--ca-file", "ca.pem"], &[]);
    let reported = text(&output.stderr);
    assert!(reported.contains("--address https://HOST:PORT"), "{reported}");
    for (option, file) in [("--ca-file", "/nowhere/ca"), ("--token-file", "/nowhere/token")] {
        let output = run(&["operations", "--address", "https://127.0.0.1:1", option, file], &[]);
        let reported = text(&output.stderr);
        assert!(reported.contains(&format!("{option} {file}: ")), "{reported}");
    }
}

#[test]
fn every_command_refuses_a_number_out_of_bounds_and_names_the_bounds() {
    let largest = u64::MAX.to_string();
    for (setting, values) in [
        ("OPERATIONS__LEASE_SECONDS", ["0", &largest, "18446744073709551616", "-1"]),
        ("DATABASE__MAX_CONNECTIONS", ["0", "4294967295", "4294967296", "1.5"]),
        ("MOLLIE__CALL_TIMEOUT_SECONDS", ["0", &largest, "", "20 s"]),
        ("MOLLIE__SETTLE_WINDOW_SECONDS", ["0", &largest, "-1", "x"]),
        ("PLACEMENT__AGE_LIMIT_SECONDS", ["0", "59", &largest, "x"]),
        ("EVENTS__POSITION_MILLISECONDS", ["0", &largest, "-1", "x"]),
        ("GRPC__MAX_MESSAGE_BYTES", ["0", &largest, "-1", "x"]),
    ] {
        let setting = format!("ORDER_SERVICE__{setting}");
        for value in values {
            for command in ["serve", "migrate", "dev"] {
                let output = run(&[command], &[(&setting, value), ("ORDER_SERVICE__DATABASE__URL", "none")]);
                let reported = text(&output.stderr);
                let expected = format!("{setting}: a whole number from ");
                assert!(
                    !output.status.success() && reported.contains(&expected),
                    "{command} {value}: {reported}"
                );
            }
        }
    }
}

#[test]
fn a_setting_in_the_file_is_named_as_written_there() {
    let file = std::env::temp_dir().join(format!("config-{}.toml", std::process::id()));
    let name = file.to_str().unwrap();
    let faulty = "[operations]\nlease_seconds = 0\n[mollie]\ncall_timeout_seconds = \"x\"\nkey = 1\n[database]\nurl = \"x\"\n";
    std::fs::write(&file, faulty).unwrap();
    let environment = [("ORDER_SERVICE__DATABASE__URL", "mysql://x")];
    let reported = text(&run(&["--config", name, "serve"], &environment).stderr);
    std::fs::write(&file, "[operations").unwrap();
    let broken = text(&run(&["--config", name, "serve"], &environment).stderr);
    std::fs::remove_file(&file).unwrap();
    let missing = text(&run(&["--config", name, "serve"], &environment).stderr);
    for fault in [
        format!("operations.lease_seconds (in {name}): a whole number"),
        format!("mollie.call_timeout_seconds (in {name}): a whole number"),
        format!("mollie.key (in {name}): no such setting"),
        "ORDER_SERVICE__DATABASE__URL: ".to_owned(),
    ] {
        assert!(reported.contains(&fault), "{fault} in:\n{reported}");
    }
    for reported in [broken, missing] {
        assert!(!reported.contains("no profile is configured"), "it may well be in the file: {reported}");
        assert!(
            reported.contains(&format!("{name}: ")) && reported.contains("ORDER_SERVICE__DATABASE__URL: "),
            "{reported}"
        );
    }
}

#[test]
fn an_unreachable_database_is_reported_with_its_cause_and_without_its_password() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let reported = |url: &str| text(&run(&["migrate"], &[("ORDER_SERVICE__DATABASE__URL", url)]).stderr);
    let refused = reported(&format!("postgres://me:secret@{free}/orders"));
    assert!(
        refused.contains(&format!("ORDER_SERVICE__DATABASE__URL: connection refused at {free}")),
        "{refused}"
    );
    let port = reported("postgres://me:secret@127.0.0.1:99999/orders");
    assert!(port.contains("invalid port number"), "{port}");
    assert!(![refused, port].iter().any(|reported| reported.contains("secret")));
    // A whole section in place of its parts may hold a password too.
    let section = text(&run(&["migrate"], &[("ORDER_SERVICE__DATABASE", "postgres://me:secret@h/o")]).stderr);
    assert!(section.contains("ORDER_SERVICE__DATABASE") && !section.contains("secret"), "{section}");
}

#[test]
fn the_demonstration_takes_the_first_order_of_the_readme() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/first-order.json");
    let output = run(&["demo", "--order", file], &[("ORDER_SERVICE__LOG__FILTER", "off")]);
    let reported = text(&output.stdout);
    assert!(
        output.status.success() && reported.contains("Every sum agrees"),
        "{reported}{}",
        text(&output.stderr)
    );
}

#[test]
fn the_real_mollie_is_not_given_an_address_it_cannot_reach() {
    let output = run(&["serve"], &[("ORDER_SERVICE__SECURITY__INSECURE", "true")]);
    assert!(text(&output.stderr).contains("Mollie reaches only public addresses"));
}

/// Whoever reads the log as objects finds why a replica does not start, too.
#[test]
fn a_failed_start_is_told_as_lines_of_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    std::fs::write(&key, "test_abcdefghijklmnopqrstuvwxyz1234").unwrap();
    let set = [
        ("ORDER_SERVICE__LOG__JSON", "true"),
        ("ORDER_SERVICE__DATABASE__URL", "postgres://nobody@127.0.0.1:1/orders"),
        ("ORDER_SERVICE__MOLLIE__BASE_URL", "http://127.0.0.1:1/v2"),
        ("ORDER_SERVICE__SECURITY__INSECURE", "true"),
        ("ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE", key.to_str().unwrap()),
    ];
    for (wrong, faults) in
        [(("ORDER_SERVICE__GRPC__MAX_READS", "x"), 1), (("ORDER_SERVICE__LOG__FILTER", "info"), 1)]
    {
        let output = run(&["serve"], &[&set[..], &[wrong]].concat());
        assert!(!output.status.success());
        let lines = text(&output.stderr);
        let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let told =
            lines.filter(|line| line["level"] == "ERROR").map(|line| line["fields"]["message"].to_string());
        let told: Vec<_> = told.collect();
        assert_eq!(told.len(), faults, "{told:?}");
        assert!(told.iter().all(|line| line.starts_with("\"order-service cannot serve")), "{told:?}");
    }
}

/// The library takes what it cannot use for nothing, or loses spans without a word.
#[test]
fn every_variable_of_opentelemetry_that_would_lose_something_is_a_fault() {
    for (name, value) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:secret@127.0.0.1:4317"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://secret@127.0.0.1:4317"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "abc"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "0"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_TRACES_EXPORTER", "none"),
        ("OTEL_SDK_DISABLED", "true"),
        ("ORDER_SERVICE__TELEMETRY__SERVICE_NAME", " "),
    ] {
        let output = run(&["config", "check"], &[(name, value)]);
        let reported = text(&output.stderr);
        assert!(
            reported.contains(&format!("{name}: ")) && !reported.contains("secret"),
            "{name}: {reported}"
        );
        let fine = run(&["config", "check"], &[(name, "")]);
        assert!(name.starts_with("ORDER") || !text(&fine.stderr).contains(name), "an empty one is none");
    }
}

/// Callers, issuers and files: every fault by the name that was typed, and no content of a file.
#[test]
fn every_fault_of_who_may_call_is_named_at_once() {
    let directory = std::env::temp_dir().join(format!("callers-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let write = |name: &str, content: &str| {
        let path = directory.join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let (tokens, keys) = (write("tokens", "shop ost_secret\nnobody sha256:00\n"), write("keys", "{}"));
    let config = format!(
        "[security]\ncertificate_file = {keys:?}\ntokens_file = {tokens:?}\n\
         [security.issuers.corp]\naudience = \"orders\"\nkeys_url = \"http://id.example/keys\"\nalgorithms = [\"HS256\"]\n\
         leeway_seconds = 3600\n[security.issuers.two]\nissuer = \"two\"\naudience = \"orders\"\nkeys_file = {keys:?}\n\
         [callers.anonymous]\ncertificates = [\"a.shop\"]\nroles.main = [\"viewer\"]\n\
         [callers.shop]\nsubjects.none = [\"x\"]\nroles.nowhere = [\"checkout\"]\n\
         [callers.idle]\ncertificates = [\"A.shop\", \"CN=idle\"]\n"
    );
    let config = write("config.toml", &config);
    let output = run(
        &["--config", &config, "serve"],
        &[("ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE", "/nowhere/key")],
    );
    std::fs::remove_dir_all(&directory).unwrap();
    let reported = text(&output.stderr);
    for fault in [
        "SECURITY__CERTIFICATE_KEY_FILE: the file",
        "line 1: sha256: and 64 hexadecimal digits",
        "line 2: \"nobody\" is no caller",
        "SECURITY__ISSUERS__CORP__ISSUER: the `iss`",
        "https address is expected",
        "HS256",
        "leeway_seconds (in",
        "it is no JWKS",
        "callers.anonymous: the name stands for all",
        "there is no such issuer; add [security.issuers.none]",
        ": there is no such profile; there are main",
        "callers.idle.roles: at least one role is expected",
        "\"A.shop\" is caller anonymous's too",
        "a URI or a DNS name of a certificate is expected, such as spiffe://shop.example/idle, not \"CN=idle\"",
        "before ORDER_SERVICE__SECURITY__CLIENT_CA_FILE names who signs them",
    ] {
        assert!(reported.contains(fault), "{fault} in:\n{reported}");
    }
    assert!(!output.status.success() && !reported.contains("ost_secret"), "{reported}");
}

/// What `serve` could not work with, though each value alone is right.
#[test]
fn what_does_not_go_together_is_named_by_both_its_names() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let (key, token) = (write("key", "test_Secret1\n"), write("token", "access_Secret1\n"));
    let of =
        |name: &str, file: &str, more: &str| format!("[profiles.{name}]\napi_key_file = {file:?}\n{more}\n");
    let of_token =
        |name: &str, id: &str, test: bool| of(name, &token, &format!("profile_id = {id:?}\ntest = {test}"));
    let certified =
        format!("[security]\ninsecure = true\ncertificate_file = {key:?}\ncertificate_key_file = {key:?}\n");
    let called = "[callers.shop]\ncertificates = [\"*.internal\", \"spiffe://example.com/*\"]\nroles.a = [\"viewer\"]\n";
    let right = [
        of("a", &key, ""),
        of_token("c", "pfl_1", true),
        of_token("e", "pfl_1", false),
        of_token("f", "pfl_2", true),
        of("g", &key, "retired = true"),
    ]
    .concat();
    let wrong =
        [of("b", &key, ""), of_token("d", "pfl_1", true), certified.clone(), called.to_owned()].concat();
    let checked = |config: &str| {
        let config = write("config.toml", config);
        let environment = [("ORDER_SERVICE__MOLLIE__BASE_URL", "http://127.0.0.1:1/v2")];
        text(&run(&["--config", &config, "config", "check"], &environment).stderr)
    };
    let reported = checked(&format!("{right}{wrong}"));
    for fault in [
        "profiles.b.api_key_file (in ",
        "the API key of profile a too (profiles.a.api_key_file",
        "profiles.d.api_key_file (in ",
        "the token, profile and mode (pfl_1, test) of profile c too",
        "not \"*.internal\"; * stands for nothing",
        "not \"spiffe://example.com/*\"; * stands for nothing",
        "security.insecure (in ",
        "there are a certificate and callers, so leave it out",
    ] {
        assert!(reported.contains(fault), "{fault} in:\n{reported}");
    }
    assert!(!reported.contains("Secret1"), "{reported}");
    let insecure = "[security]\ninsecure = true\n";
    assert_eq!(checked(&format!("{right}{insecure}")), "");
    // Callers may come by something that has the certificate for us.
    let called = "[security.issuers.corp]\nissuer = \"corp\"\n[callers.shop]\nroles.a = [\"viewer\"]\n";
    let reported = checked(&format!("{right}{insecure}{called}"));
    assert!(!reported.contains("so leave it out"), "{reported}");
}

#[test]
fn a_token_is_made_for_a_name_that_a_caller_may_have() {
    for name in ["", "we ird", "a\nb", "anonymous"] {
        let output = run(&["token", name], &[]);
        assert!(!output.status.success() && output.stdout.is_empty(), "{name:?}");
    }
    assert!(text(&run(&["token", "shop"], &[]).stdout).contains("shop sha256:"));
}

#[test]
fn a_section_that_there_is_not_is_named_as_it_was_typed() {
    let file = std::env::temp_dir().join(format!("section-{}.toml", std::process::id()));
    std::fs::write(&file, "[webhok]\ntimeout_seconds = 5\n").unwrap();
    let name = file.to_str().unwrap();
    let environment = [("ORDER_SERVICE__MOLLY__BASE_URL", "x")];
    let reported = text(&run(&["--config", name, "config", "check"], &environment).stderr);
    std::fs::remove_file(&file).unwrap();
    for fault in [
        format!("webhok.timeout_seconds (in {name}): no such setting"),
        "ORDER_SERVICE__MOLLY__BASE_URL: no such setting".to_owned(),
    ] {
        assert!(reported.contains(&fault), "{fault} in:\n{reported}");
    }
}

#[test]
fn an_unknown_setting_is_an_error_that_names_it() {
    let output = run(&["serve"], &[("ORDER_SERVICE__GRPC__LISTN", "127.0.0.1:1")]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).to_lowercase().contains("listn"));
}

#[test]
fn an_order_file_with_an_unknown_field_is_refused() {
    let file = std::env::temp_dir().join(format!("order-{}.json", std::process::id()));
    std::fs::write(&file, r#"{"amounts": {"currency": "EUR", "value": "1.00"}}"#).unwrap();
    let output = run(&["demo", "--order", file.to_str().unwrap()], &[]);
    std::fs::remove_file(&file).unwrap();
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("amounts is not a parameter"));
}

#[test]
fn operations_are_decided_from_anywhere_and_only_one_way_at_a_time() {
    // The command ignores the configuration of the machine it runs on.
    let output =
        run(&["operations", "--address", "no such place"], &[("ORDER_SERVICE__GRPC__LISTN", "127.0.0.1:1")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("--address no such place is not an address"),
        "{}",
        text(&output.stderr)
    );
    let both = ["--succeeded", "shp_1", "--rejected"];
    for verdict in [&both[..0], &both] {
        let arguments =
            [&["operations", "resolve", "x", "--by", "jane", "--reason", "why"], verdict].concat();
        let reported = text(&run(&arguments, &[]).stderr);
        assert!(
            reported.contains("--succeeded <MOLLIE_ID>") && reported.contains("--rejected"),
            "{reported}"
        );
    }
}

#[test]
fn a_decision_without_a_name_is_refused_once_by_the_options_name() {
    for action in [&["retry", "x"][..], &["resolve", "x", "--rejected"], &["close", "x", "1"]] {
        let arguments = [&["operations"], action, &["--by", " ", "--reason", "why"]].concat();
        let output = run(&arguments, &[]);
        let reported = "order-service: --by: expected a value, got nothing\n";
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(1), reported));
    }
    let long = "ü".repeat(501);
    let arguments = ["operations", "retry", "x", "--by", "", "--reason", &long];
    let reported = text(&run(&arguments, &[]).stderr);
    let reason = "--reason: expected at most 500 characters, got 501 characters";
    assert_eq!(reported, format!("order-service: --by: expected a value, got nothing\n{reason}\n"));
}

#[test]
fn every_reason_of_errors_is_documented() {
    let document = include_str!("../../../docs/errors.md");
    for number in 1.. {
        let Ok(reason) = ErrorReason::try_from(number) else { break };
        let name = reason.as_str_name().trim_start_matches("ERROR_REASON_");
        assert!(document.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn what_a_token_needs_and_a_key_must_not_have_is_named_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (token, key) = (file("token", "access_Secret1\n"), file("key", "test_Secret1\n"));
    let output = run(
        &["serve"],
        &[
            ("ORDER_SERVICE__SECURITY__INSECURE", "true"),
            ("ORDER_SERVICE__MOLLIE__BASE_URL", "http://127.0.0.1:9/v2"),
            ("ORDER_SERVICE__PROFILES__ONE__API_KEY_FILE", &token),
            ("ORDER_SERVICE__PROFILES__TWO__API_KEY_FILE", &token),
            ("ORDER_SERVICE__PROFILES__TWO__PROFILE_ID", "two"),
            ("ORDER_SERVICE__PROFILES__TWO__TEST", "false"),
            ("ORDER_SERVICE__PROFILES__THREE__API_KEY_FILE", &key),
            ("ORDER_SERVICE__PROFILES__THREE__PROFILE_ID", "pfl_3"),
            ("ORDER_SERVICE__PROFILES__THREE__TEST", "true"),
        ],
    );
    let reported = text(&output.stderr);
    assert!(!output.status.success() && reported.matches("cannot serve").count() == 5, "{reported}");
    for fault in [
        "ORDER_SERVICE__PROFILES__ONE__PROFILE_ID: Mollie's id of the profile (pfl_…) is expected",
        "ORDER_SERVICE__PROFILES__ONE__TEST: true or false is expected",
        "ORDER_SERVICE__PROFILES__TWO__PROFILE_ID: not the id of a Mollie profile",
        "ORDER_SERVICE__PROFILES__THREE__PROFILE_ID: leave it out",
        "ORDER_SERVICE__PROFILES__THREE__TEST: leave it out",
    ] {
        assert!(reported.contains(fault), "{fault} in:\n{reported}");
    }
    assert!(!reported.contains("Secret1"), "{reported}");
}

#[test]
fn a_secret_is_made_once_and_rotated_without_losing_a_generation() {
    let directory = tempfile::tempdir().unwrap();
    let secret = directory.path().join("secret");
    let file = secret.to_str().unwrap();
    assert!(run(&["secret", "create", file], &[]).status.success());
    let made = std::fs::read_to_string(&secret).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&secret).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "nobody else reads it");
    let again = run(&["secret", "create", file], &[]);
    assert!(!again.status.success() && text(&again.stderr).contains("it is there already"));
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), made);

    assert!(run(&["secret", "rotate", file], &[]).status.success());
    let rotated = std::fs::read_to_string(&secret).unwrap();
    assert!(rotated.starts_with(&made) && rotated.lines().count() == made.lines().count() + 1, "{rotated}");
    let too_soon = run(&["secret", "rotate", file], &[]);
    assert!(!too_soon.status.success() && text(&too_soon.stderr).contains("is not in use yet"));
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), rotated);

    // What an operator has made of random bytes becomes the first generation.
    std::fs::write(&secret, [0xa7; 32]).unwrap();
    let refused = run(&["secret", "rotate", file], &[]);
    assert!(!refused.status.success() && text(&refused.stderr).contains("may be another file"));
    assert_eq!(
        std::fs::read(&secret).unwrap(),
        [0xa7; 32],
        "a certificate's key named by a slip stays what it is"
    );
    let far = run(&["secret", "rotate", file, "--raw", "--minutes", "99999999"], &[]);
    assert!(!far.status.success() && text(&far.stderr).contains("10080"));
    assert!(run(&["secret", "rotate", file, "--raw", "--minutes", "0"], &[]).status.success());
    let both = std::fs::read_to_string(&secret).unwrap();
    assert!(both.contains(&"a7".repeat(32)) && both.lines().count() == made.lines().count() + 1, "{both}");
    std::fs::write(&secret, "too short").unwrap();
    let refused = run(&["secret", "rotate", file, "--raw"], &[]);
    assert!(!refused.status.success() && text(&refused.stderr).contains("9 bytes; at least 32"));
}
