//! Recording what a reading shows of captures.

use super::Pen;
use crate::rules::concern;
use crate::rules::event::EventData;
use crate::rules::shipment::{self, Shipment};
use crate::rules::snapshot::Snapshot;

impl Pen<'_> {
    /// Records what is new of the captures that are followed. Where the goods left and their money does not come, a person must
    /// know.
    pub(super) fn read_captures(&mut self, snapshot: &Snapshot) {
        let Some(listed) = &snapshot.captures else { return };
        for id in self.order().open_captures.clone() {
            let Some(ours) = self.known_shipment(id) else { continue };
            let whole = shipment::at_mollie(&self.known).into_iter().find(|whole| whole.id == id);
            let news = shipment::captured(whole.as_ref().unwrap_or(&ours), listed, self.reading.as_of);
            let Some(capture) = news.filter(|capture| ours.capture.as_ref() != Some(capture)) else {
                continue;
            };
            self.record(EventData::ShipmentCaptured { shipment_id: id, capture: capture.clone() });
            if capture.is_lost() {
                self.raise(concern::capture_lost(&ours, &capture));
            }
            self.put(Shipment { capture: Some(capture), ..ours });
        }
    }
}
