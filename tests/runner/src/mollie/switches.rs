//! What kind of Mollie a history has, where documents and practice disagree. It is drawn apart from all else, so that another
//! switch leaves baskets, delays and faults of a seed as they are; the service is never told.

use mollie_simulator::rules::Switches;
use serde_json::Map;

use crate::chance::{Chance, mix};

/// Where documents and practice disagree, each history has its own Mollie; every other one has the documented one.
const SWITCHES: [(&str, &[&str]); 27] = [
    ("cancel_in_wrong_state", &["422"]),
    ("open_payment_and_cancel", &["allowed"]),
    ("zero_amounts", &["0.00", "null"]),
    ("timestamps", &[".0Z"]),
    ("ids", &["short"]),
    ("country", &["upper"]),
    ("shipment_self", &["/order/"]),
    ("hooks", &["documented subset", "spurious"]),
    ("acknowledgement", &["2xx"]),
    ("partial_discounted_line", &["minimum"]),
    ("partial_maximum", &["U·q"]),
    ("unchosen_method", &["absent"]),
    ("capture_turns_payment_paid", &["first shipment"]),
    ("error_texts", &["newer"]),
    ("error_replay", &["yes"]),
    ("expiry_lag", &["5 min"]),
    ("final_is_cancelable", &["left out"]),
    ("expires_at", &["date"]),
    ("supplier_declines", &["address", "lines", "cancel"]),
    ("amount_after_line_cancellation", &["reduced"]),
    ("line_counters_at_changes", &["left out"]),
    ("capture_above_authorization", &["accepted"]),
    ("refund_without_lines", &["all"]),
    ("refund_description", &["255"]),
    ("canceled_refunds_in_lists", &["left out"]),
    ("pending_orders", &["authorized flow"]),
    ("emptied_pending_order", &["canceled"]),
];

/// Of the history of a seed.
pub fn switches(seed: u64) -> Switches {
    let mut chance = Chance::new(mix(seed) ^ 0x5317_c4e5);
    if chance.permille(500) {
        return Switches::default();
    }
    let mut chosen = Map::new();
    for (name, others) in SWITCHES {
        if chance.permille(250) {
            chosen.insert(name.to_owned(), chance.pick(others).into());
        }
    }
    serde_json::from_value(chosen.into()).unwrap_or_else(|error| unreachable!("{error}"))
}
