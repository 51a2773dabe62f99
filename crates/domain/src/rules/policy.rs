//! What a profile has chosen of how its orders are worked on. It holds choices, and decides nothing.

use super::companion::Companions;
use super::surplus::Surplus;

/// A profile's choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub companions: Companions,
    pub surplus: Surplus,
}

impl Default for Policy {
    fn default() -> Self {
        Self { companions: Companions::Join, surplus: Surplus::Review }
    }
}
