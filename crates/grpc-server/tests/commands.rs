//! The program as it is started, and documents that must name what the program knows.

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

#[test]
fn help_names_every_command_and_setting() {
    let help = text(&run(&["--help"], &[]).stdout);
    for word in ["dev", "demo", "serve", "migrate", "operations", "simulator"] {
        assert!(help.contains(&format!("  {word} ")), "{word}");
    }
    for key in [
        "GRPC__LISTEN",
        "WEBHOOK__LISTEN",
        "WEBHOOK__PUBLIC_URL",
        "SIMULATOR__LISTEN",
        "DATABASE__URL",
        "MOLLIE__BASE_URL",
        "PROFILES__MAIN__API_KEY_FILE",
        "SECURITY__INSECURE",
    ] {
        assert!(help.contains(&format!("ORDER_SERVICE__{key}")), "{key}");
    }
}

#[test]
fn every_fault_of_the_configuration_is_named_at_once_before_anything_is_touched() {
    let output = run(
        &["serve"],
        &[
            ("ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE", "/nowhere/key"),
            ("ORDER_SERVICE__PROFILES__MAIN__KLARNA_EXPIRY_DAYS", "0"),
            ("ORDER_SERVICE__WEBHOOK__PUBLIC_URL", "shop.example"),
            ("ORDER_SERVICE__DATABASE__URL", "mysql://x"),
            ("ORDER_SERVICE__MOLLIE__BASE_URL", "foo"),
            ("ORDER_SERVICE__SECURITY__SECRET_FILE", "/nowhere/secret"),
            ("ORDER_SERVICE__LOG__FILTER", "info,=,"),
        ],
    );
    let told = text(&output.stderr);
    assert!(!output.status.success() && told.contains("8 faults in the configuration"), "{told}");
    for fault in [
        "ORDER_SERVICE__SECURITY__INSECURE=true",
        "profiles.main.api_key_file",
        "profiles.main.klarna_expiry_days",
        "webhook.public_url",
        "database.url",
        "mollie.base_url",
        "security.secret_file",
        "log.filter",
    ] {
        assert!(told.contains(fault), "{fault} in:\n{told}");
    }
}

#[test]
fn the_real_mollie_is_not_told_an_address_it_cannot_reach() {
    let output = run(&["serve"], &[("ORDER_SERVICE__SECURITY__INSECURE", "true")]);
    assert!(text(&output.stderr).contains("Mollie reaches only public addresses"));
}

#[test]
fn an_unknown_setting_is_an_error_that_names_it() {
    let output = run(&["serve"], &[("ORDER_SERVICE__GRPC__LISTN", "127.0.0.1:1")]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).to_lowercase().contains("listn"));
}

#[test]
fn an_order_file_with_a_field_nobody_reads_is_refused() {
    let file = std::env::temp_dir().join(format!("order-{}.json", std::process::id()));
    std::fs::write(&file, r#"{"amounts": {"currency": "EUR", "value": "1.00"}}"#).unwrap();
    let output = run(&["demo", "--order", file.to_str().unwrap()], &[]);
    std::fs::remove_file(&file).unwrap();
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("amounts is not a parameter"));
}

#[test]
fn operations_are_decided_from_anywhere_and_only_one_way_at_a_time() {
    // Whose machine it is does not matter, so neither does what is configured there.
    let output =
        run(&["operations", "--address", "no such place"], &[("ORDER_SERVICE__GRPC__LISTN", "127.0.0.1:1")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("--address no such place is no address"),
        "{}",
        text(&output.stderr)
    );
    let both = ["--succeeded", "shp_1", "--rejected"];
    for verdict in [&both[..0], &both] {
        let arguments =
            [&["operations", "resolve", "x", "--by", "jane", "--reason", "why"], verdict].concat();
        let told = text(&run(&arguments, &[]).stderr);
        assert!(told.contains("--succeeded <MOLLIE_ID>") && told.contains("--rejected"), "{told}");
    }
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
