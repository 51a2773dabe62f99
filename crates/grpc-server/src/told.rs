//! A refusal as a person in a terminal reads it: everything that google.rpc tells of it, and what to do about no answer.

use tonic::Status;
use tonic_types::StatusExt;

/// The status with its reason, and the field violations that its text leaves out.
pub fn told(status: Status) -> anyhow::Error {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| format!(" {}", info.reason)).unwrap_or_default();
    let faults = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
    let is_left_out = |field: &str| !status.message().contains(field);
    let faults = faults.iter().filter(|fault| is_left_out(&fault.field));
    let faults: String = faults.map(|fault| format!("\n  {}: {}", fault.field, fault.description)).collect();
    anyhow::anyhow!("{:?}{reason}: {}{faults}", status.code(), status.message())
}
