//! What a profile has chosen of how its orders are worked on. It holds choices, and decides nothing.

use std::sync::Arc;

use super::companion::Companions;
use super::deadline::Deadlines;
use super::deadline_policy::Automatic;
use super::surplus::Surplus;

/// A profile's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub companions: Companions,
    pub surplus: Surplus,
    /// When its people are warned.
    pub deadlines: Arc<Deadlines>,
    /// What is done unasked before a deadline.
    pub automatic: Automatic,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            companions: Companions::Join,
            surplus: Surplus::Review,
            deadlines: Arc::default(),
            automatic: Automatic::default(),
        }
    }
}
