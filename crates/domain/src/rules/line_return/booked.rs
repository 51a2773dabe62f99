//! What is worth nothing in the ledger: it is given back without a refund.

use crate::rules::ledger::{self, Entry, Pool, Stage};
use crate::rules::part::Part;
use crate::rules::returned::Booked;
use crate::rules::shipment::Origin;

/// The ledger's entries of what is worth nothing. They are booked as if refunded on a payment, where Mollie's lines count nothing.
#[must_use]
pub fn entries(without_money: &[Booked]) -> Vec<Entry> {
    let given_back =
        |booked: &Booked| ledger::entry(&booked.line, Pool::PaymentRefunded, Stage::Settled, Origin::Here);
    let kept = |booked: &Booked| Entry {
        pool: Pool::NotLeaving,
        part: Part { quantity: booked.not_leaving, ..Part::none(booked.line.part.amount) },
        ..given_back(booked)
    };
    let staying = without_money.iter().filter(|booked| booked.not_leaving > 0);
    without_money.iter().map(given_back).chain(staying.map(kept)).collect()
}
