//! The balances that refunds are paid from, by profile and currency. One that nobody has set is never too low.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::rules::money::{Currency, Minor};

/// One balance. Without an amount nobody watches it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    pub profile: String,
    pub currency: Currency,
    pub amount: Option<Minor>,
}

/// All that were set, and which have changed since the journal was last told.
#[derive(Debug, Default)]
pub(in crate::rules) struct Funds {
    amounts: BTreeMap<(String, String), Balance>,
    changed: BTreeSet<(String, String)>,
}

fn key(profile: &str, currency: Currency) -> (String, String) {
    (profile.to_owned(), currency.code().to_owned())
}

impl Funds {
    /// `None` where it is not watched.
    pub fn get(&self, profile: &str, currency: Currency) -> Option<Minor> {
        self.amounts.get(&key(profile, currency))?.amount
    }

    pub fn set(&mut self, balance: Balance) {
        let key = key(&balance.profile, balance.currency);
        self.changed.insert(key.clone());
        self.amounts.insert(key, balance);
    }

    /// Moves a balance that is watched. Gives whether it was.
    pub fn add(&mut self, profile: &str, currency: Currency, amount: Minor) -> bool {
        let Some(present) = self.get(profile, currency) else {
            return false;
        };
        self.set(Balance { profile: profile.to_owned(), currency, amount: Some(present + amount) });
        true
    }

    pub fn iter(&self) -> impl Iterator<Item = &Balance> {
        self.amounts.values()
    }

    pub fn take_changes(&mut self) -> Vec<Balance> {
        let changed = std::mem::take(&mut self.changed);
        changed.iter().filter_map(|key| self.amounts.get(key).cloned()).collect()
    }

    pub fn apply(&mut self, balances: Vec<Balance>) {
        self.amounts
            .extend(balances.into_iter().map(|balance| (key(&balance.profile, balance.currency), balance)));
    }
}
