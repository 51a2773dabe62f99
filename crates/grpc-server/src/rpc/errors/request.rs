//! What is wrong with a request itself: its fields, its size, or its bytes.

use domain::rules::catalog;
use domain::rules::violation::Violation;
use tonic::{Code, Status};
use tonic_types::FieldViolation;

use super::{Failure, shown};
use crate::proto::ErrorReason;
use crate::wire::Refused;

/// How many rules are linked.
const LINKS: usize = 5;

/// Every fault of a request at once, as far as they fit: the first ones also in the message, because many tools do not show
/// details. The total is always included.
#[expect(clippy::needless_pass_by_value, reason = "callers have no use for them any more")]
pub fn invalid(faults: Vec<Violation>) -> Status {
    refused(ErrorReason::InvalidRequest, &faults, 0)
}

/// A request that could not be decoded.
#[expect(clippy::needless_pass_by_value, reason = "it ends here")]
pub fn not_accepted(refused_request: Refused) -> Status {
    let reason = match refused_request.unreadable {
        true => ErrorReason::RequestNotReadable,
        false => ErrorReason::RequestTooLarge,
    };
    refused(reason, &refused_request.faults, refused_request.more)
}

fn refused(reason: ErrorReason, faults: &[Violation], beyond: usize) -> Status {
    let count = faults.len() + beyond;
    let lines: Vec<_> = faults.iter().map(reported).collect();
    let head = match count {
        1 => "1 fault; nothing was recorded or sent:".to_owned(),
        _ => format!("{count} faults; nothing was recorded or sent:"),
    };
    let mut failure = Failure::new(Code::InvalidArgument, reason, head).with("faults", count);
    // An ordinary answer can list everything that is wrong with a whole draft.
    let is_draft =
        reason == ErrorReason::InvalidRequest && faults.iter().any(|fault| fault.path.starts_with("draft"));
    failure.text.complete = is_draft.then_some("CheckOrderDraft lists them");
    failure.rules = if is_draft { explained(faults) } else { Vec::new() };
    failure.text.lines = lines;
    failure.text.count = count;
    failure.faults.fields = faults.iter().map(field_violation).collect();
    failure.status()
}

/// The rules that docs/rules.md explains, each once, as they come; a few are enough to find the page.
fn explained(faults: &[Violation]) -> Vec<&'static str> {
    let mut ids: Vec<&'static str> = Vec::new();
    for fault in faults {
        if ids.len() < LINKS
            && !ids.contains(&fault.rule)
            && catalog::rules().any(|rule| rule.id == fault.rule)
        {
            ids.push(fault.rule);
        }
    }
    ids
}

fn reported(fault: &Violation) -> String {
    let path = shown(&fault.path);
    format!("{path}: expected {}, got {}", shown(&fault.expected), shown(&fault.got))
}

fn field_violation(fault: &Violation) -> FieldViolation {
    let (expected, got) = (shown(&fault.expected), shown(&fault.got));
    let mut violation = FieldViolation::new(shown(&fault.path), format!("expected {expected}, got {got}"));
    // The rule's id, in the style of google.rpc reasons.
    violation.reason = fault.rule.to_ascii_uppercase().replace('.', "_");
    violation
}

/// A message beyond the configured size. It was not read.
pub fn too_large(most: usize) -> Status {
    let fault = Violation {
        path: "request".to_owned(),
        rule: "request.size",
        expected: format!("at most {most} bytes"),
        got: "more".to_owned(),
    };
    refused(ErrorReason::RequestTooLarge, &[fault], 0)
}

/// No message came, or only a part of one.
pub fn no_message() -> Status {
    let fault = Violation {
        path: "request".to_owned(),
        rule: "request.bytes",
        expected: "one whole message, uncompressed".to_owned(),
        got: "none, or a part of one".to_owned(),
    };
    refused(ErrorReason::RequestNotReadable, &[fault], 0)
}

/// Compressed messages are not accepted.
pub fn compressed() -> Status {
    let message = "This release takes no compressed messages; send it as it is.";
    Failure::new(Code::Unimplemented, ErrorReason::CompressionNotSupported, message).status()
}

/// No service of this release has such a method.
pub fn no_such_method() -> Status {
    let message = "This release has no such method; reflection lists its methods.";
    Failure::new(Code::Unimplemented, ErrorReason::MethodUnknown, message).status()
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt;

    use super::super::fit::header_bytes;
    use super::*;

    fn fault(path: &str, got: &str) -> Violation {
        let (path, expected, got) = (path.to_owned(), "a value".to_owned(), got.to_owned());
        Violation { path, rule: "line.name", expected, got }
    }

    /// As long as the most common fault.
    fn real(path: &str) -> Violation {
        let expected = "121.14 EUR (total_amount × 21.00 / (100 + 21.00))".to_owned();
        Violation { path: path.to_owned(), rule: "line.vat_amount", expected, got: "0.01 EUR".to_owned() }
    }

    #[test]
    fn however_much_is_wrong_the_answer_reaches_every_client_and_says_how_much() {
        for count in [16, 75, 1_000, 5_000] {
            for got in ["121.14 EUR", "ü".repeat(900).as_str()] {
                let many = (0..count).map(|n| fault(&format!("draft.lines[{n}].name"), got));
                let status = invalid(many.collect());
                assert!(status.message().starts_with(&format!("{count} faults;")), "{}", status.message());
                let details = status.get_error_details();
                assert_eq!(details.error_info().unwrap().metadata["faults"], count.to_string());
                let reported =
                    status.message().lines().filter(|line| line.starts_with("draft.lines")).count();
                assert!(reported > 5 || !got.is_ascii() && reported > 1, "{reported} of {count}");
                assert!(details.bad_request().unwrap().field_violations.len() >= 5);
                assert!(header_bytes(status) <= 6 * 1024);
            }
        }
    }

    #[test]
    fn each_of_sixteen_faults_has_its_own_line() {
        let some = (0..16).map(|n| real(&format!("draft.lines[{n}].vat_amount")));
        let status = invalid(some.collect());
        assert!(status.get_error_details().bad_request().unwrap().field_violations.len() >= 5);
        let lines: Vec<_> = status.message().lines().skip(1).collect();
        assert_eq!(lines.len(), 16, "{}", status.message());
        let last = "expected 121.14 EUR (total_amount × 21.00 / (100 + 21.00)), got 0.01 EUR";
        assert_eq!(lines[15], format!("draft.lines[15].vat_amount: {last}"));
    }

    #[test]
    fn of_many_faults_the_details_hold_more_than_the_text() {
        for count in [17, 30, 1_000] {
            let many = (0..count).map(|n| real(&format!("draft.lines[{n}].vat_amount")));
            let status = invalid(many.collect());
            let detailed = status.get_error_details().bad_request().unwrap().field_violations.len();
            let lines = status.message().lines().filter(|line| line.starts_with("draft.")).count();
            assert!(lines >= 5 && detailed >= 15, "{count}: {lines} lines, {detailed} in the details");
            assert!(header_bytes(status) <= 6 * 1024);
        }
    }

    #[test]
    fn faults_that_do_not_fit_are_counted_and_listed_by_check_order_draft() {
        let status = invalid((0..75).map(|n| fault(&format!("draft.lines[{n}].name"), "x")).collect());
        let reported = status.message().lines().filter(|line| line.starts_with("draft.lines")).count();
        let last = status.message().lines().last().unwrap();
        assert_eq!(last, format!("and {} more; CheckOrderDraft lists them", 75 - reported));
        let elsewhere = invalid((0..75).map(|n| fault(&format!("lines[{n}].quantity"), "0")).collect());
        assert!(elsewhere.message().ends_with(" more"), "{}", elsewhere.message());
    }

    #[test]
    fn a_rule_is_linked_where_it_is_explained() {
        let mut faults = vec![real("draft.lines[0].vat_amount"), fault("draft.lines[0].name", "")];
        faults.push(Violation { rule: "text.control", ..fault("draft.locale", "") });
        faults.push(real("draft.lines[1].vat_amount"));
        let status = invalid(faults);
        let details = status.get_error_details();
        let links: Vec<_> = details.help().unwrap().links.iter().map(|it| it.url.clone()).collect();
        assert_eq!(links, ["docs/rules.md#line.vat_amount", "docs/rules.md#line.name"]);
        let kept = include_str!("../../../../../docs/rules.md");
        for id in ["line.vat_amount", "line.name"] {
            assert!(kept.contains(&format!("<a id=\"{id}\"></a>")), "{id}");
        }
    }

    #[test]
    fn a_callers_own_megabyte_is_not_sent_back() {
        let status = invalid(vec![fault("draft.locale", &"x".repeat(1_000_000))]);
        assert!(header_bytes(status) <= 2 * 1024);
        let long = Failure::new(Code::Internal, ErrorReason::Internal, "ä".repeat(50_000));
        let status = long.with("a", "b".repeat(50_000)).status();
        assert!(header_bytes(status) <= 6 * 1024);
    }
}
