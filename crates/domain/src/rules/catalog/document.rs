//! docs/rules.md, written from the rules and their examples.

use std::fmt::Write;

use super::example::found;
use super::rules;
use crate::rules::rule::{Mark, Rule, Severity, Source};

const HEAD: &str = "# The rules of creating an order

Written from the code by `UPDATE_DOCS=1 cargo test -p domain`; do not edit. CheckOrderDraft lists everything it finds in a draft,
with these ids. An error of CreateOrder names the same ids in its details.

A rule that *refuses* does so because every variant of Mollie's API would, or because this service cannot keep the draft. A rule that
*warns* lets the draft pass: Mollie's documents contradict each other, or only practice is known, and Mollie may take it. Warnings come
with the answers of CreateOrder and CheckOrderDraft and stay on the order. A profile can have single warnings refused
(`strict_rules`). What *is required* only warns under a profile with `required = \"get_order\"`, because Mollie's \"Get order\" calls those
fields optional.

How well a rule of Mollie's is known: [D] documented, [R] seen in a recorded answer, [P] seen in practice, [I] inferred.

Klarna waits 28 days for its goods, unless a profile has agreed on more (`klarna_expiry_days`).

A few ids are bounds of this service and no rules of creating an order: `text.control` (no control characters), `text.length` (2,048
characters where no rule says less), `value.exact` and `value.depth` (JSON numbers as a double holds them, 16 levels at most),
`draft.size` (an order must fit into an answer), `profile.name`, and `order.number_held` (another order of the profile that is not
canceled or expired has the number). `mollie.refused` marks what Mollie itself said of an order.
";

/// The whole document.
pub fn document() -> String {
    let mut text = HEAD.to_owned();
    for (about, title) in [
        ("order", "Order"),
        ("line", "Lines"),
        ("amount", "Amounts"),
        ("address", "Addresses"),
        ("url", "Web addresses"),
        ("metadata", "Metadata"),
        ("payment", "Payment parameters"),
    ] {
        let _infallible = write!(
            text,
            "\n## {title}\n\n| rule | | what it says | source | an example of what is found | code |\n|---|---|---|---|---|---|\n"
        );
        let concerns = |rule: &&Rule| rule.id.split('.').next() == Some(about);
        rules().filter(concerns).for_each(|rule| text.push_str(&row(rule)));
    }
    text
}

fn row(rule: &Rule) -> String {
    let severity = match rule.severity {
        Severity::Refuse => "refuses",
        Severity::Warn => "warns",
        Severity::Required => "is required",
    };
    let source = match rule.source {
        Source::Mollie(mark, text) => format!("[{}] {text}", letter(mark)),
        Source::Ours(text) => format!("this service: {text}"),
    };
    let (id, statement) = (rule.id, rule.statement);
    let file = rule.file.rsplit("src/rules/").next().unwrap_or(rule.file);
    let code = format!("[{file}](../crates/domain/src/rules/{file})");
    let cells = [
        format!("<a id=\"{id}\"></a>`{id}`"),
        severity.into(),
        statement.into(),
        source,
        example(rule),
        code,
    ];
    format!("| {} |\n", cells.join(" | "))
}

fn letter(mark: Mark) -> char {
    match mark {
        Mark::D => 'D',
        Mark::R => 'R',
        Mark::P => 'P',
        Mark::I => 'I',
    }
}

/// What the first example makes a caller read.
fn example(rule: &Rule) -> String {
    let Some(change) = rule.refused.first() else { return String::new() };
    let found = found(*change);
    let first = found.violations.first().or(found.warnings.first());
    let shown = |text: &str| {
        text.chars().take(120).collect::<String>().replace('|', "\\|").replace(['\n', '\u{7}'], " ")
    };
    first.map_or_else(String::new, |it| {
        format!("`{}`: expected {}, got {}", it.path, shown(&it.expected), shown(&it.got))
    })
}
