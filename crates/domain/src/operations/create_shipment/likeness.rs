//! Matching our shipment to one at Mollie after its answer was lost.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::Task;
use crate::operations::kind::{Book, Observation};
use crate::ports::Acceptance;
use crate::rules::ids::MollieShipmentId;
use crate::rules::shipment::{has_lines, has_tracking};
use crate::rules::snapshot::{ShipmentSnapshot, Snapshot};

/// How far Mollie's clock and ours may differ.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(2);

/// Looks for our shipment among those at Mollie that none of ours accounts for and that are no older than its first send. The
/// match is ambiguous if several fit, or if the lines fit but the tracking, which anyone may edit, does not.
pub(super) fn find(ours: &Task, book: Book<'_>, first_sent: Timestamp, snapshot: &Snapshot) -> Observation {
    let ids: HashSet<_> = book.shipments.iter().filter_map(|shipment| shipment.mollie_id.as_ref()).collect();
    let is_known = |id: &MollieShipmentId| ids.contains(id);
    let is_older = |theirs: &ShipmentSnapshot| first_sent.duration_since(theirs.created_time) > CLOCKS_APART;
    let theirs = snapshot.shipments.iter().flatten();
    let unexplained = theirs.filter(|theirs| !is_known(&theirs.mollie_id) && !is_older(theirs));
    let fitting: Vec<_> = unexplained.filter(|theirs| has_lines(book.order, &ours.lines, theirs)).collect();
    let tracked: Vec<_> =
        fitting.iter().filter(|theirs| has_tracking(ours.tracking.as_ref(), theirs)).collect();
    match (fitting.as_slice(), tracked.as_slice()) {
        ([], _) => Observation::Absent,
        (_, [one]) => Observation::Found(Acceptance::Shipment((**one).clone())),
        (several, _) => {
            let ids: Vec<_> = several.iter().map(|theirs| theirs.mollie_id.to_string()).collect();
            Observation::Ambiguous(format!(
                "at Mollie there is {}, which may be this shipment or may have been made elsewhere",
                ids.join(", ")
            ))
        }
    }
}
