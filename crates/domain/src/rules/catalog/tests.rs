//! What holds of all rules together.

use std::collections::BTreeSet;

use serde_json::json;

use super::document::document;
use super::example::{example, found, judged};
use super::*;
use crate::rules::rule::{Mark, Severity, Source};
use crate::rules::violation::Findings;

#[test]
fn the_example_order_breaks_no_rule() {
    assert_eq!(found(|_| ()), Findings::default());
}

#[test]
fn every_id_names_one_rule_and_says_what_it_concerns() {
    let ids: Vec<_> = rules().map(|rule| rule.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let is_id = |id: &str| id.split_once('.').is_some_and(|(about, what)| is_word(about) && is_word(what));
    assert!(ids.iter().all(|id| is_id(id)), "{ids:?}");
    // So an error's reason, which has an underscore for the dot, stands for one id.
    assert!(ids.iter().all(|id| id.split('_').next().is_some_and(|first| first.contains('.'))), "{ids:?}");
}

#[test]
fn what_is_only_inferred_warns() {
    for rule in rules().filter(|rule| matches!(rule.source, Source::Mollie(Mark::I, _))) {
        // Whether a VAT amount without a rate means anything, no document says; there is nothing to send it with.
        let is_meaningless = rule.id == "line.vat_pair";
        assert!(rule.severity == Severity::Warn || is_meaningless, "{}", rule.id);
    }
}

#[test]
fn a_profile_refuses_what_it_is_strict_about() {
    for rule in rules().filter(|rule| rule.severity == Severity::Warn) {
        let mut order = example();
        rule.refused[0](&mut order);
        order["profile"]["strict"] = json!([rule.id]);
        let found = judged(order).0.unwrap_err();
        assert!(found.violations.iter().all(|it| it.rule == rule.id), "{}", rule.id);
        assert!(found.warnings.is_empty(), "{}", rule.id);
    }
}

#[test]
fn a_profile_that_reads_get_order_warns_of_what_create_order_requires() {
    for rule in rules().filter(|rule| rule.severity == Severity::Required) {
        let mut order = example();
        rule.refused[0](&mut order);
        order["profile"] = json!({ "readsGetOrder": true });
        let draft = judged(order).0.unwrap();
        assert!(
            draft.warnings.iter().all(|it| it.rule == rule.id) && !draft.warnings.is_empty(),
            "{}",
            rule.id
        );
    }
}

#[test]
fn every_rule_that_is_declared_is_listed() {
    let declared: usize = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| match path.is_dir() {
            true => std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect(),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .map(|text| text.lines().filter(|line| is_declaration(line)).count())
        .sum();
    assert_eq!(declared, rules().count());
}

fn is_declaration(line: &str) -> bool {
    let severities = [", Refuse, ", ", Warn, ", ", Required, "];
    line.contains(" = \"") && severities.iter().any(|severity| line.contains(severity))
}

#[test]
fn the_document_is_what_the_rules_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules.md");
    let document = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == document, "docs/rules.md is old: UPDATE_DOCS=1 cargo test -p domain");
}
