//! Reading a request: its parts are checked one by one, and all faults are reported at once, including those of its texts. Looks
//! nothing up.

use std::collections::HashSet;

use domain::rules::violation::Violation;
use prost::{Message, Name};
use tonic::Status;

use super::errors;
use crate::wire;

/// A request being read.
#[derive(Default)]
pub struct Reading {
    faults: Vec<Violation>,
}

impl Reading {
    /// Starts with the texts of the whole request.
    pub fn of<M: Message + Name>(request: &M) -> Self {
        Self { faults: wire::text_faults(request) }
    }

    /// Adds a part, or its faults.
    pub fn part<T>(&mut self, part: Result<T, impl Into<Faults>>) -> Option<T> {
        part.map_err(|faults| self.faults.extend(faults.into().0)).ok()
    }

    /// Adds faults found elsewhere.
    pub fn add(&mut self, faults: Vec<Violation>) {
        self.faults.extend(faults);
    }

    /// All parts, if each is present and nothing else is wrong.
    ///
    /// # Errors
    /// Every fault.
    pub fn parts<T>(self, parts: Option<T>) -> Result<T, Vec<Violation>> {
        match parts {
            Some(parts) if self.faults.is_empty() => Ok(parts),
            Some(_) | None => Err(self.into_faults()),
        }
    }

    /// The same, or the error status.
    ///
    /// # Errors
    /// Every fault.
    pub fn end<T>(self, parts: Option<T>) -> Result<T, Status> {
        self.parts(parts).map_err(errors::invalid)
    }

    /// Of one text's faults: a control character overrides the others; excess length is left out if another rule says it better.
    pub fn into_faults(self) -> Vec<Violation> {
        let at = |is: fn(&Violation) -> bool| -> HashSet<String> {
            self.faults.iter().filter(|fault| is(fault)).map(|fault| fault.path.clone()).collect()
        };
        let odd = at(|fault| fault.rule == wire::CONTROL);
        let ruled = at(|fault| fault.rule != wire::CONTROL && fault.rule != wire::LENGTH);
        let says_more = |fault: &Violation| match fault.rule {
            wire::CONTROL => true,
            wire::LENGTH => !ruled.contains(&fault.path),
            _ => !odd.contains(&fault.path),
        };
        self.faults.into_iter().filter(says_more).collect()
    }
}

/// One fault or several.
pub struct Faults(Vec<Violation>);

impl From<Violation> for Faults {
    fn from(fault: Violation) -> Self {
        Self(vec![fault])
    }
}

impl From<Vec<Violation>> for Faults {
    fn from(faults: Vec<Violation>) -> Self {
        Self(faults)
    }
}
