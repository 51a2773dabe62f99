//! Reading a request: its parts are tried one by one, and all that is wrong with them is told at once, the form of its texts
//! with the rest. Nothing is looked up here.

use std::collections::HashSet;

use domain::rules::violation::Violation;
use prost::{Message, Name};
use tonic::Status;

use super::errors;
use crate::wire;

/// A request that is being read.
#[derive(Default)]
pub struct Reading {
    faults: Vec<Violation>,
}

impl Reading {
    /// Begins with the texts of the whole request.
    pub fn of<M: Message + Name>(request: &M) -> Self {
        Self { faults: wire::text_faults(request) }
    }

    /// Takes a part, or its faults.
    pub fn part<T>(&mut self, part: Result<T, impl Into<Faults>>) -> Option<T> {
        part.map_err(|faults| self.faults.extend(faults.into().0)).ok()
    }

    /// Takes faults that were found elsewhere.
    pub fn add(&mut self, faults: Vec<Violation>) {
        self.faults.extend(faults);
    }

    /// All parts, if each is there and nothing else is wrong.
    ///
    /// # Errors
    /// Every fault.
    pub fn parts<T>(self, parts: Option<T>) -> Result<T, Vec<Violation>> {
        match parts {
            Some(parts) if self.faults.is_empty() => Ok(parts),
            Some(_) | None => Err(self.into_faults()),
        }
    }

    /// The same, or the answer.
    ///
    /// # Errors
    /// Every fault.
    pub fn end<T>(self, parts: Option<T>) -> Result<T, Status> {
        self.parts(parts).map_err(errors::invalid)
    }

    /// Of one text, that it has a control character says all; that it is too long, only what no rule of its own says better.
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
