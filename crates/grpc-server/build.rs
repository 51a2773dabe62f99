//! Compiles the API in `proto/` to Rust, without protoc, and lists its methods, so that the compiler finds the one that nobody has
//! given a row in the table of roles.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use prost::Message;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join("orders/v1"))? {
        files.push(entry?.path());
    }
    files.sort();
    let descriptors = protox::compile(files, [&root])?;
    println!("cargo::rustc-env=ORDER_SERVICE_COMMIT={}", commit());
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("orders.v1.bin"), descriptors.encode_to_vec())?;
    fs::write(out.join("methods.rs"), methods(&descriptors)?)?;
    let mut config = tonic_prost_build::Config::new();
    // The codec identifies a message by its type name.
    config.enable_type_names();
    // An order is much larger than the other outcomes, and a refund than the cancellation beside it.
    config.boxed(".orders.v1.BatchGetOrdersResponse.Result.outcome.order");
    config.boxed(".orders.v1.ReturnPart.part.refund");
    // These events have whole messages in them, and most others a few words.
    for large in ["order_status", "shipment", "refund", "payment", "lines", "item"] {
        config.boxed(format!(".orders.v1.OrderEvent.data.{large}"));
    }
    // Most of what waits for an idle stream are heartbeats.
    config.boxed(".orders.v1.WatchOrderEventsResponse.content.event");
    // Most orders have neither.
    config.boxed(".orders.v1.Order.payment");
    config.boxed(".orders.v1.Order.rejection");
    let api = tonic_prost_build::configure().build_client(true).build_server(true);
    api.codec_path("crate::wire::Bounded").compile_fds_with_config(descriptors, config)?;
    Ok(())
}

/// The commit, for the first line of the log: as the environment says it, or else, in what is released, as git does. The same sources
/// give the same program.
fn commit() -> String {
    println!("cargo::rerun-if-env-changed=ORDER_SERVICE_COMMIT");
    if let Ok(commit) = env::var("ORDER_SERVICE_COMMIT") {
        return commit;
    }
    // A developer's build would be made anew with every commit.
    if env::var("PROFILE").is_ok_and(|profile| profile != "release") {
        return "of a development build".to_owned();
    }
    if let Some(head) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={head}");
    }
    git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| "unknown".to_owned())
}

fn git(arguments: &[&str]) -> Option<String> {
    let said = Command::new("git").args(arguments).output().ok().filter(|said| said.status.success())?;
    let said = String::from_utf8(said.stdout).ok()?.trim().to_owned();
    (!said.is_empty()).then_some(said)
}

/// An enum of all methods. Their names are unique over the services, so that an answer that names one needs no more.
fn methods(descriptors: &prost_types::FileDescriptorSet) -> Result<String, std::fmt::Error> {
    let (mut variants, mut paths) = (String::new(), String::new());
    for file in &descriptors.file {
        for service in &file.service {
            for method in &service.method {
                let name = method.name();
                writeln!(variants, "    {name},")?;
                writeln!(paths, "    (Method::{name}, \"/{}.{}/{name}\"),", file.package(), service.name())?;
            }
        }
    }
    let derived = "#[derive(Clone, Copy, Debug, PartialEq, Eq)]";
    Ok(format!(
        "/// A method of the API.\n{derived}\npub enum Method {{\n{variants}}}\n\n\
         /// Every method, and its path.\npub const METHODS: &[(Method, &str)] = &[\n{paths}];\n"
    ))
}
