//! A caller's request to return lines, checked for its form. The order is not considered here.

use std::collections::HashSet;

use crate::rules::refund;
use crate::rules::returned::ReturnedLine;
use crate::rules::shipment::line_id;
use crate::rules::violation::{Violation, Violations};

/// One line as a caller wrote it.
#[derive(Clone, Debug, Default)]
pub struct ReturnLineInput {
    pub line_id: String,
    pub came_back: i64,
    pub not_leaving: i64,
}

/// A return as a caller wrote it; an empty text is a missing one.
#[derive(Clone, Debug, Default)]
pub struct ReturnInput {
    pub lines: Vec<ReturnLineInput>,
    pub description: String,
    /// Deductions to give up although goods that they take money off were shipped.
    pub release: Vec<String>,
}

/// A well-formed request to return lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnRequest {
    /// Each line once, with units of either sort.
    pub lines: Vec<ReturnedLine>,
    /// What the shopper reads of the refund.
    pub description: Option<String>,
    /// As the caller wrote them: only the order knows its lines.
    pub release: Vec<String>,
}

impl ReturnInput {
    /// Checks the form of the request, without looking at the order.
    ///
    /// # Errors
    /// Each fault.
    pub fn parse(self) -> Result<ReturnRequest, Vec<Violation>> {
        let mut faults = Violations::default();
        if self.lines.is_empty() {
            faults.add("lines", "return.lines", "at least one line: empty never means all", "none");
        }
        let (mut lines, mut seen) = (Vec::with_capacity(self.lines.len()), HashSet::new());
        for (n, line) in self.lines.into_iter().enumerate() {
            let path = format!("lines[{n}]");
            let Some(returned) = line.parse(&path, &mut faults) else { continue };
            if !seen.insert(returned.line_id) {
                faults.add(format!("{path}.line_id"), "selection.once", "each line once", line.line_id);
            }
            lines.push(returned);
        }
        let description = refund::description(&self.description, &mut faults);
        let request = ReturnRequest { lines, description, release: self.release };
        if faults.is_empty() { Ok(request) } else { Err(faults.into_vec()) }
    }
}

impl ReturnLineInput {
    fn parse(&self, path: &str, faults: &mut Violations) -> Option<ReturnedLine> {
        let line_id = line_id(&self.line_id, path, faults);
        let came_back = units(self.came_back, &format!("{path}.came_back"), faults);
        let not_leaving = units(self.not_leaving, &format!("{path}.not_leaving"), faults);
        if came_back == Some(0) && not_leaving == Some(0) {
            let expected = "came_back or not_leaving above zero, or both";
            faults.add(path, "return.units", expected, "neither");
        }
        Some(ReturnedLine { line_id: line_id?, came_back: came_back?, not_leaving: not_leaving? })
    }
}

fn units(count: i64, path: &str, faults: &mut Violations) -> Option<u32> {
    let units = u32::try_from(count).ok();
    if units.is_none() {
        faults.add(path, "return.units", format!("a whole number from 0 to {}", u32::MAX), count.to_string());
    }
    units
}
