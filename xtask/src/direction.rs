//! Dependencies point inward: proven from cargo's own dependency tree, transitively, without development dependencies.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::process;

/// What a package may never reach.
struct Rule {
    package: &'static str,
    /// Features to look at, as arguments to cargo.
    features: &'static [&'static str],
    forbidden: &'static [&'static str],
}

const RULES: [Rule; 7] = [
    Rule {
        package: "domain",
        features: &["--all-features"],
        forbidden: &[
            "tokio",
            "tonic",
            "prost",
            "sea-orm",
            "sqlx",
            "reqwest",
            "axum",
            "hyper",
            "mollie-adapter",
            "persistence",
            "grpc-server",
            "mollie-simulator",
        ],
    },
    Rule {
        package: "mollie-adapter",
        features: &["--all-features"],
        forbidden: &["persistence", "sea-orm", "sqlx", "tonic", "grpc-server", "mollie-simulator"],
    },
    Rule {
        package: "persistence",
        features: &["--all-features"],
        forbidden: &["mollie-adapter", "tonic", "grpc-server", "reqwest", "mollie-simulator"],
    },
    Rule {
        package: "mollie-simulator",
        features: &["--all-features"],
        forbidden: &["domain", "mollie-adapter", "persistence", "grpc-server"],
    },
    // It says what any store must keep, so it knows none.
    Rule {
        package: "conformance",
        features: &["--all-features"],
        forbidden: &["persistence", "sea-orm", "sqlx", "mollie-adapter", "grpc-server", "mollie-simulator"],
    },
    // The simulator comes with the feature `dev` only.
    Rule {
        package: "grpc-server",
        features: &["--no-default-features"],
        forbidden: &["mollie-simulator", "tests"],
    },
    Rule { package: "xtask", features: &["--all-features"], forbidden: &["grpc-server", "mollie-simulator"] },
];

/// Checks every rule; names all that are broken.
pub fn check() -> Result<()> {
    let mut broken = Vec::new();
    for rule in &RULES {
        let reached = reached(rule)?;
        println!("{} reaches {} packages {}", rule.package, reached.len(), rule.features.join(" "));
        let found = offenders(&reached, rule.forbidden);
        if !found.is_empty() {
            broken.push(format!("{} depends on {}", rule.package, found.join(", ")));
        }
    }
    if !broken.is_empty() {
        bail!("dependencies point outward: {}", broken.join("; "));
    }
    Ok(())
}

fn reached(rule: &Rule) -> Result<BTreeSet<String>> {
    let mut tree =
        process::cargo(["tree", "--edges", "normal", "--prefix", "none", "--package", rule.package])?;
    tree.args(["--format", "{p}", "--target", "all"]).args(rule.features);
    let text = process::output(&mut tree)?;
    let names = text.lines().filter_map(|line| line.split(' ').next());
    Ok(names.filter(|name| !name.is_empty() && *name != rule.package).map(str::to_owned).collect())
}

/// A forbidden name stands for its family too: `tonic` for `tonic-prost`.
fn offenders(reached: &BTreeSet<String>, forbidden: &[&str]) -> Vec<String> {
    let is_of = |name: &str, family: &str| {
        name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let names = reached.iter().filter(|name| forbidden.iter().any(|family| is_of(name, family)));
    names.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_family_is_found_and_a_like_name_is_not() {
        let reached = ["tonic-prost", "prosthetics", "sqlx", "serde"].map(str::to_owned).into();
        assert_eq!(offenders(&reached, &["tonic", "prost", "sqlx"]), ["sqlx", "tonic-prost"]);
    }
}
