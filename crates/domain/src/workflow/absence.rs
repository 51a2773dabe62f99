//! Telling our shipment among those at Mollie when its answer was lost.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use crate::rules::ids::MollieShipmentId;
use crate::rules::order::Order;
use crate::rules::shipment::{Shipment, has_lines, has_tracking};
use crate::rules::snapshot::{ShipmentSnapshot, Snapshot};

/// What an observation shows of a shipment whose answer was lost.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// Exactly one shipment has its lines and its tracking.
    One(&'a ShipmentSnapshot),
    /// None has its lines.
    None,
    /// Nobody can tell: several fit, or the lines fit and the tracking, which anybody may edit, does not.
    Doubtful(Vec<MollieShipmentId>),
}

/// How far Mollie's clock and ours may lie apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(2);

/// Looks for our shipment among those at Mollie that no shipment of ours accounts for and that are not older than the
/// first time it was sent.
pub(super) fn find<'a>(
    order: &Order,
    ours: &Shipment,
    first_sent: Timestamp,
    known: &[Shipment],
    snapshot: &'a Snapshot,
) -> Found<'a> {
    let ids: HashSet<_> = known.iter().filter_map(|shipment| shipment.mollie_id.as_ref()).collect();
    let is_known = |id: &MollieShipmentId| ids.contains(id);
    let is_older = |theirs: &ShipmentSnapshot| first_sent.duration_since(theirs.created_time) > CLOCKS_APART;
    let theirs = snapshot.shipments.iter().flatten();
    let unexplained = theirs.filter(|theirs| !is_known(&theirs.mollie_id) && !is_older(theirs));
    let fitting: Vec<_> = unexplained.filter(|theirs| has_lines(order, ours, theirs)).collect();
    let tracked: Vec<_> = fitting.iter().filter(|theirs| has_tracking(ours, theirs)).collect();
    match (fitting.as_slice(), tracked.as_slice()) {
        ([], _) => Found::None,
        (_, [one]) => Found::One(one),
        (several, _) => Found::Doubtful(several.iter().map(|theirs| theirs.mollie_id.clone()).collect()),
    }
}
