//! Whether all of the source documents is here: `tests/seed-fields.txt` lists what they name, once, with where the API has it and what
//! tests show it. Every target and test must exist, and docs/coverage.md is written from the list.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use grpc_server::proto::DESCRIPTORS;
use prost::Message;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorSet};

const KINDS: [&str; 7] = ["endpoint", "parameter", "answer", "status", "value", "rule", "transition"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// A row: what a document names, where it is here, and what shows it.
struct Row {
    section: String,
    kind: String,
    name: String,
    targets: Vec<String>,
    tests: Vec<String>,
}

fn rows() -> Vec<Row> {
    let list = text("tests/seed-fields.txt");
    let (mut section, mut rows) = (String::new(), Vec::new());
    for line in list.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut section);
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        let columns: Vec<_> = line.split(" | ").map(str::trim).collect();
        let [what, targets, tests] = columns[..] else { panic!("three columns: {line}") };
        let (kind, name) = what.split_once(' ').unwrap_or_else(|| panic!("a kind and a name: {line}"));
        let parts = |text: &str| text.split(", ").map(str::to_owned).collect::<Vec<_>>();
        // A reason may have commas.
        let targets = if targets.starts_with("none: ") { vec![targets.to_owned()] } else { parts(targets) };
        let tests = if tests == "-" { Vec::new() } else { parts(tests) };
        rows.push(Row {
            section: section.clone(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            targets,
            tests,
        });
    }
    rows
}

/// The names that the API has, as the list writes them.
fn api() -> BTreeSet<String> {
    let files = FileDescriptorSet::decode(DESCRIPTORS).unwrap().file;
    let mut names = BTreeSet::new();
    for file in files.iter().filter(|file| file.package() == "orders.v1") {
        let methods = file.service.iter().flat_map(|service| &service.method);
        names.extend(methods.map(|method| format!("rpc {}", method.name())));
        file.message_type.iter().for_each(|message| of_message("", message, &mut names));
        file.enum_type.iter().for_each(|one| of_enum(one, &mut names));
    }
    names
}

fn of_message(within: &str, message: &DescriptorProto, names: &mut BTreeSet<String>) {
    let name = format!("{within}{}", message.name());
    names.extend(message.field.iter().map(|field| format!("field {name}.{}", field.name())));
    message.nested_type.iter().for_each(|nested| of_message(&format!("{name}."), nested, names));
    message.enum_type.iter().for_each(|one| of_enum(one, names));
}

fn of_enum(one: &EnumDescriptorProto, names: &mut BTreeSet<String>) {
    for value in one.value.iter().map(|value| value.name()) {
        names.insert(format!("enum {value}"));
        names.extend(value.strip_prefix("ERROR_REASON_").map(|reason| format!("reason {reason}")));
    }
}

/// Every source file of the workspace, as one text.
fn sources() -> String {
    let (mut folders, mut all) = (vec![root().join("crates"), root().join("tests")], String::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    all
}

/// What `order-service --help` prints, with every setting.
fn help() -> String {
    let printed = Command::new(env!("CARGO_BIN_EXE_order-service")).arg("--help").output().unwrap();
    String::from_utf8(printed.stdout).unwrap()
}

/// The name of a setting in the environment.
fn variable(path: &str) -> String {
    format!("ORDER_SERVICE__{} ", path.replace('.', "__").to_uppercase())
}

/// A test function, or the test of a rule that its declaration names.
fn is_test(name: &str, sources: &str) -> bool {
    sources.contains(&format!("fn {name}(")) || sources.contains(&format!(" {name} = \""))
}

#[test]
fn every_row_names_what_exists() {
    let (api, rules, sources, settings) = (api(), text("docs/rules.md"), sources(), help());
    let (mut faults, mut seen) = (Vec::new(), BTreeSet::new());
    for Row { section, kind, name, targets, tests } in rows() {
        let here = format!("{section}: {kind} {name}");
        let is_there = |target: &String| match target.split_once(' ') {
            Some(("rule", id)) => rules.contains(&format!("`{id}`")),
            Some(("setting", path)) => settings.contains(&variable(path)),
            Some(("none:", reason)) => !reason.is_empty() && targets.len() == 1,
            Some(_) | None => api.contains(target),
        };
        let missing = targets.iter().filter(|target| !is_there(target)).map(|it| format!("{here}: no {it}"));
        faults.extend(missing);
        let untested = tests.iter().filter(|test| !is_test(test, &sources));
        faults.extend(untested.map(|test| format!("{here}: no test {test}")));
        let is_left_out = targets[0].starts_with("none:");
        faults.extend((tests.is_empty() && !is_left_out).then(|| format!("{here}: nothing shows it")));
        faults.extend((!KINDS.contains(&kind.as_str())).then(|| format!("{here}: an unknown kind")));
        faults.extend((!seen.insert(here.clone())).then(|| format!("{here}: listed twice")));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let sections: BTreeSet<_> = rows().into_iter().map(|row| row.section).collect();
    for seed in 1..=5 {
        assert!(
            sections.iter().any(|section| section.starts_with(&format!("seed {seed}"))),
            "no seed {seed}"
        );
    }
}

#[test]
fn the_document_is_what_the_list_says() {
    let path = root().join("docs/coverage.md");
    let document = document(&rows());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &document).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == document,
        "docs/coverage.md is old: UPDATE_DOCS=1 cargo test -p grpc-server --test coverage"
    );
}

const NOT_YET: &str = "none: not built yet";

fn document(rows: &[Row]) -> String {
    let left_out = rows.iter().filter(|row| row.targets[0].starts_with("none:")).count();
    let not_yet = rows.iter().filter(|row| row.targets[0].starts_with(NOT_YET)).count();
    let mut text = format!(
        "# Coverage\n\nWhat the documents of Mollie's Orders API name, and where this service has it. Written from \
         `tests/seed-fields.txt` by\n`UPDATE_DOCS=1 cargo test -p grpc-server --test coverage`; do not edit.\n\n\
         {} rows; {left_out} are not in the API, {not_yet} of them because they are not built yet.\n",
        rows.len()
    );
    let mut section = "";
    for row in rows {
        if row.section != section {
            section = &row.section;
            let _ = write!(text, "\n## {section}\n\n| kind | name | where | shown by |\n|---|---|---|---|\n");
        }
        let code =
            |parts: &[String]| parts.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(", ");
        let wheres = match row.targets[0].strip_prefix("none: ") {
            Some(reason) => format!("– {reason}"),
            None => code(&row.targets),
        };
        let _ = writeln!(text, "| {} | `{}` | {wheres} | {} |", row.kind, row.name, code(&row.tests));
    }
    text
}
