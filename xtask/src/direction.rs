//! Dependencies point inward, and what is deployed holds nothing that is for tests: proven from cargo's own dependency tree,
//! transitively, without development dependencies.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::{circles, kinds, process};

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

/// How whatever is deployed is built, and the features that it may never have.
const PRODUCT: Rule = Rule {
    package: "grpc-server",
    features: &["--no-default-features"],
    forbidden: &[
        "domain/planted",
        "grpc-server/dev",
        "grpc-server/probes",
        "persistence/faults",
        "persistence/planted",
    ],
};

/// Checks every rule; names all that are broken.
pub fn check() -> Result<()> {
    check_directions()?;
    circles::check()?;
    kinds::check()?;
    check_product()
}

fn check_product() -> Result<()> {
    let enabled = enabled(&tree(&PRODUCT, "{p}|{f}")?);
    println!("{} enables {} features {}", PRODUCT.package, enabled.len(), PRODUCT.features.join(" "));
    let found: Vec<_> = PRODUCT.forbidden.iter().copied().filter(|name| enabled.contains(*name)).collect();
    if !found.is_empty() {
        bail!("{} is deployed with {}", PRODUCT.package, found.join(", "));
    }
    Ok(())
}

fn check_directions() -> Result<()> {
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
    let text = tree(rule, "{p}")?;
    let names = text.lines().filter_map(|line| line.split(' ').next());
    Ok(names.filter(|name| !name.is_empty() && *name != rule.package).map(str::to_owned).collect())
}

fn tree(rule: &Rule, format: &str) -> Result<String> {
    let mut tree =
        process::cargo(["tree", "--edges", "normal", "--prefix", "none", "--package", rule.package])?;
    tree.args(["--format", format, "--target", "all"]).args(rule.features);
    process::output(&mut tree)
}

/// Every feature that is on, as `package/feature`, from lines such as `persistence v0.1.0 (path)|faults,planted`.
fn enabled(tree: &str) -> BTreeSet<String> {
    let packages = tree.lines().filter_map(|line| line.split_once('|'));
    let of_package = |(package, features): (&str, &str)| {
        let name = package.split(' ').next().unwrap_or_default().to_owned();
        let features = features.trim_end_matches(" (*)").split(',').filter(|one| !one.is_empty());
        features.map(|feature| format!("{name}/{feature}")).collect::<Vec<_>>()
    };
    packages.flat_map(of_package).collect()
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

    #[test]
    fn features_are_read_of_each_package_also_where_it_comes_again() {
        let tree = "grpc-server v0.1.0 (/a)|\npersistence v0.1.0 (/b)|faults,planted (*)\ndomain v0.1.0 (/c)|planted\n";
        let read: Vec<_> = enabled(tree).into_iter().collect();
        assert_eq!(read, ["domain/planted", "persistence/faults", "persistence/planted"]);
    }
}
