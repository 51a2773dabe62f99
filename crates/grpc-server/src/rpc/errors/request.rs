//! What is wrong with a request itself: with its fields, with how much of them there is, or with its bytes.

use domain::rules::violation::Violation;
use tonic::{Code, Status};
use tonic_types::FieldViolation;

use super::Failure;
use crate::proto::ErrorReason;
use crate::wire::Refused;

/// How many faults stand in the message at most, and in how many bytes.
const TOLD: usize = 8;
const TOLD_BYTES: usize = 1_024;
/// Bytes of all field violations. An answer's details travel in a header, encoded; clients drop one above 8 KiB.
const VIOLATION_BYTES: usize = 3_500;
/// Bytes of a path, of what was expected and of what came.
const SHOWN: usize = 200;

/// Every fault of a request at once, as far as an answer can hold them: the first also in the message, because many tools do
/// not show details. How many there are is told in any case.
#[expect(clippy::needless_pass_by_value, reason = "callers have no use for them any more")]
pub fn invalid(faults: Vec<Violation>) -> Status {
    refused(ErrorReason::InvalidRequest, &faults, 0)
}

/// A request that was not even built.
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
    let plural = if count == 1 { "" } else { "s" };
    let told = first_told(faults.iter().map(told));
    let left = count - told.len();
    let left = if left > 0 { format!("; and {left} more, see the field violations") } else { String::new() };
    let message = format!("{count} fault{plural}; nothing was kept or sent. {}{left}", told.join("; "));
    let size = |one: &FieldViolation| one.field.len() + one.description.len() + one.reason.len();
    let violations = first_detailed(faults.iter().map(field_violation), size);
    let mut failure = Failure::new(Code::InvalidArgument, reason, message).with("faults", count);
    failure.details.set_bad_request(violations);
    failure.status()
}

/// The first texts of many, as far as a message holds them.
pub fn first_told(texts: impl Iterator<Item = String>) -> Vec<String> {
    within(texts.take(TOLD), TOLD_BYTES, |text| encoded(text))
}

/// The first violations of many, as far as an answer's details hold them.
pub fn first_detailed<T>(violations: impl Iterator<Item = T>, size: impl Fn(&T) -> usize) -> Vec<T> {
    within(violations, VIOLATION_BYTES, size)
}

/// The first ones that fit into so many bytes, but one in any case.
fn within<T>(all: impl Iterator<Item = T>, most: usize, size: impl Fn(&T) -> usize) -> Vec<T> {
    let (mut kept, mut bytes) = (Vec::new(), 0);
    for one in all {
        bytes += size(&one);
        if bytes > most && !kept.is_empty() {
            break;
        }
        kept.push(one);
    }
    kept
}

fn told(fault: &Violation) -> String {
    let path = shown(&fault.path);
    format!("{path}: expected {}, got {}", shown(&fault.expected), shown(&fault.got))
}

fn field_violation(fault: &Violation) -> FieldViolation {
    let (expected, got) = (shown(&fault.expected), shown(&fault.got));
    let description = format!("rule {}: expected {expected}; got {got}", fault.rule);
    let mut violation = FieldViolation::new(shown(&fault.path), description);
    violation.reason = fault.rule.to_ascii_uppercase().replace('.', "_");
    violation
}

/// A caller's own text may be as long as a request.
fn shown(text: &str) -> String {
    match text.floor_char_boundary(SHOWN) {
        end if end < text.len() => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}

/// The bytes of a text in a header, where every one that is not ASCII becomes three.
fn encoded(text: &str) -> usize {
    text.bytes().map(|byte| if byte.is_ascii() { 1 } else { 3 }).sum()
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

/// No message came, or less than was announced.
pub fn no_message() -> Status {
    let fault = Violation {
        path: "request".to_owned(),
        rule: "request.bytes",
        expected: "one whole message, uncompressed".to_owned(),
        got: "none, or a part of one".to_owned(),
    };
    refused(ErrorReason::RequestNotReadable, &[fault], 0)
}

/// Nothing is decompressed here.
pub fn compressed() -> Status {
    let message = "This release takes no compressed messages; send it as it is.";
    Failure::new(Code::Unimplemented, ErrorReason::CompressionNotSupported, message).status()
}

/// The service is there, and has no such method.
pub fn no_such_method() -> Status {
    let message = "This release has no such method; reflection tells those it has.";
    Failure::new(Code::Unimplemented, ErrorReason::MethodUnknown, message).status()
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt;

    use super::*;

    fn fault(path: &str, got: &str) -> Violation {
        let (path, expected, got) = (path.to_owned(), "a value".to_owned(), got.to_owned());
        Violation { path, rule: "line.name", expected, got }
    }

    fn headers(status: Status) -> usize {
        let answer = status.into_http::<()>();
        answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum()
    }

    #[test]
    fn however_much_is_wrong_the_answer_reaches_every_client_and_says_how_much() {
        let many = (0..5_000).map(|n| fault(&format!("draft.lines[{n}].name"), "ü".repeat(900).as_str()));
        let status = invalid(many.collect());
        assert!(status.message().starts_with("5000 faults;"), "{}", status.message());
        assert_eq!(status.get_error_details().error_info().unwrap().metadata["faults"], "5000");
        assert!(headers(status) <= 8 * 1024);
    }

    #[test]
    fn a_few_faults_are_all_told() {
        let some = (0..20).map(|n| fault(&format!("draft.lines[{n}].vat_amount"), "121.14 EUR"));
        let status = invalid(some.collect());
        assert_eq!(status.get_error_details().bad_request().unwrap().field_violations.len(), 20);
    }

    #[test]
    fn a_callers_own_megabyte_is_not_sent_back() {
        let status = invalid(vec![fault("draft.locale", &"x".repeat(1_000_000))]);
        assert!(headers(status) <= 8 * 1024);
    }
}
