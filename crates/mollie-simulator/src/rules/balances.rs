//! The balance of a profile, as a test sets it. What is paid does not raise it: in Mollie it is available days later only,
//! and here when the test says so. Refunds and chargebacks lower it, and what of them comes back raises it again.

use jiff::Timestamp;

use super::money::{Currency, Minor};
use super::records::Balance;
use super::seconds::whole_seconds;
use super::world::World;

impl World {
    /// Sets a balance, and lets the refunds go on that waited for it. Without an amount nobody watches it any more, and no
    /// refund waits.
    pub fn set_balance(&mut self, profile: &str, currency: Currency, amount: Option<Minor>, now: Timestamp) {
        let now = whole_seconds(now);
        self.tick(now);
        self.funds_mut().set(Balance { profile: profile.to_owned(), currency, amount });
        self.serve_queue(profile, currency, now);
    }

    /// `None` where it is not watched.
    pub fn balance(&self, profile: &str, currency: Currency) -> Option<Minor> {
        self.funds().get(profile, currency)
    }
}
