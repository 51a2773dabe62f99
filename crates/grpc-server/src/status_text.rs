//! An error status as text for a terminal: all the google.rpc details, and what to do if there is no answer.

use std::collections::HashSet;

use tonic::Status;
use tonic_types::StatusExt;

/// The status with its reason, and the field violations that its text leaves out.
pub fn explained(status: Status) -> anyhow::Error {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| format!(" {}", info.reason)).unwrap_or_default();
    let faults = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
    let lines: HashSet<&str> = status.message().lines().collect();
    let faults = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.description));
    let faults = faults.filter(|fault| !lines.contains(fault.as_str()));
    let faults: String = faults.map(|fault| format!("\n{fault}")).collect();
    anyhow::anyhow!("{:?}{reason}: {}{faults}", status.code(), status.message())
}
