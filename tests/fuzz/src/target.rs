//! The table of targets.

use std::io;
use std::path::Path;

use crate::targets::{credential, mollie, page_token, request, resume_token, webhook};

/// How far an input came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    /// What it is about: a method, a call to Mollie, a list.
    pub about: &'static str,
    /// Whether it was taken, rather than refused.
    pub is_taken: bool,
}

/// What the bytes are given to.
pub struct Target {
    pub name: &'static str,
    /// Panics if something that must hold does not; `None`: the bytes are no input.
    pub run: fn(&[u8]) -> Option<Reached>,
    /// Good inputs, by names, from which the search begins.
    pub seeds: fn() -> Vec<(String, Vec<u8>)>,
    /// What the corpus must have an input for that is taken.
    pub subjects: fn() -> Vec<&'static str>,
}

impl Target {
    /// Writes the seeds to a directory, each in a file.
    ///
    /// # Errors
    /// One cannot be written.
    pub fn plant(&self, directory: &Path) -> io::Result<()> {
        (self.seeds)().into_iter().try_for_each(|(name, input)| std::fs::write(directory.join(name), input))
    }
}

/// All there are. A new one is a row here and a directory of `corpus`.
pub const TARGETS: [Target; 6] = [
    Target {
        name: "credential",
        run: credential::run,
        seeds: credential::seeds,
        subjects: credential::subjects,
    },
    Target { name: "mollie", run: mollie::run, seeds: mollie::seeds, subjects: mollie::subjects },
    Target {
        name: "page_token",
        run: page_token::run,
        seeds: page_token::seeds,
        subjects: page_token::subjects,
    },
    Target { name: "request", run: request::run, seeds: request::seeds, subjects: request::subjects },
    Target {
        name: "resume_token",
        run: resume_token::run,
        seeds: resume_token::seeds,
        subjects: resume_token::subjects,
    },
    Target { name: "webhook", run: webhook::run, seeds: webhook::seeds, subjects: webhook::subjects },
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
