//! The changes of one request: one line of the journal, and all that is needed to have them again.
//!
//! Records are whole (an order, a hook), so that applying a line twice or after compaction gives the same state.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::funds::Balance;
use super::hook::Hook;
use super::late::Late;
use super::ledger::Effect;
use super::order::Order;
use super::remembered::Remembered;
use crate::rules::switches::Switches;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How many ids have been drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawn: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_hook: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switches: Option<Switches>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Order>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remembered: Vec<Remembered>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hooks_gone: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<Late>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub late_gone: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub balances: Vec<Balance>,
}

/// What has changed since the last line was taken.
#[derive(Debug, Default)]
pub(in crate::rules) struct Touched {
    pub any: bool,
    pub switches: bool,
    pub orders: BTreeSet<u64>,
    /// How many effects had been taken before.
    pub effects_taken: usize,
    pub remembered: BTreeSet<String>,
    pub hooks: BTreeSet<u64>,
    pub hooks_gone: BTreeSet<u64>,
}
