//! What is kept of an archived order: its rows, as compressed JSON. It may not query, and does not know what the rows mean.
//!
//! JSON, because whatever reads it years later must do so without the code that wrote it; compressed, because the rows of one order say
//! the same again and again (docs/scale.md has what that saves).

use domain::ports::StoreError;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::{self, Fields};
use crate::entity::{archived_order, event, lookup, operation, order, refund, shipment};

/// JSON, in zlib's format. Another way to write it gets another number, and this one is read for ever.
pub(super) const FORMAT: i64 = 1;

/// Of 0 to 10, the best value: more takes longer and saves little.
const EFFORT: u8 = 6;

/// No order is larger: a change of it would not fit into a request, nor its events into a page.
const MOST: usize = 256 * 1024 * 1024;

/// The rows of one order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Body {
    pub(super) order: Fields,
    /// By their sequence.
    pub(super) events: Vec<Fields>,
    /// By their turn.
    pub(super) operations: Vec<Fields>,
    /// Oldest first, as are refunds.
    pub(super) shipments: Vec<Fields>,
    pub(super) refunds: Vec<Fields>,
    pub(super) lookup: Option<Fields>,
}

impl Body {
    pub fn order(&self) -> Result<order::Model, StoreError> {
        rows::read::<order::Entity>(&self.order)
    }

    pub fn events(&self) -> Result<Vec<event::Model>, StoreError> {
        self.events.iter().map(rows::read::<event::Entity>).collect()
    }

    /// One event: sequences begin at 1 and have no gaps.
    pub fn event(&self, sequence: i64) -> Result<Option<event::Model>, StoreError> {
        let place = usize::try_from(sequence).ok().and_then(|sequence| sequence.checked_sub(1));
        let fields = place.and_then(|place| self.events.get(place));
        let found = fields.map(rows::read::<event::Entity>).transpose()?;
        Ok(found.filter(|event| event.sequence == sequence))
    }

    /// Whose it is, and its profile.
    pub fn owner(&self) -> Result<(Uuid, String), StoreError> {
        self.order().map(|order| (order.id, order.profile))
    }

    pub fn operations(&self) -> Result<Vec<operation::Model>, StoreError> {
        self.operations.iter().map(rows::read::<operation::Entity>).collect()
    }

    pub fn shipments(&self) -> Result<Vec<shipment::Model>, StoreError> {
        self.shipments.iter().map(rows::read::<shipment::Entity>).collect()
    }

    pub fn refunds(&self) -> Result<Vec<refund::Model>, StoreError> {
        self.refunds.iter().map(rows::read::<refund::Entity>).collect()
    }

    /// The ids of its operations, shipments and refunds.
    pub(super) fn parts(&self) -> Result<Vec<Uuid>, StoreError> {
        let operations = self.operations()?.into_iter().map(|row| row.id);
        let shipments = self.shipments()?.into_iter().map(|row| row.id);
        let refunds = self.refunds()?.into_iter().map(|row| row.id);
        Ok(operations.chain(shipments).chain(refunds).collect())
    }

    pub(super) fn lookup(&self) -> Result<Option<lookup::ActiveModel>, StoreError> {
        self.lookup.as_ref().map(rows::insertable::<lookup::Entity>).transpose()
    }

    pub(super) fn pack(&self) -> Result<Vec<u8>, StoreError> {
        let json = serde_json::to_vec(self)
            .map_err(|error| StoreError::Inconsistent(format!("an order cannot be archived: {error}")))?;
        Ok(compress_to_vec_zlib(&json, EFFORT))
    }

    pub(super) fn unpack(row: &archived_order::Model) -> Result<Self, StoreError> {
        Self::read(row.id, row.format, &row.body)
    }

    pub(super) fn read(order: Uuid, format: i64, body: &[u8]) -> Result<Self, StoreError> {
        if format != FORMAT {
            return Err(broken(order, format_args!("this release does not know its format {format}")));
        }
        let json = decompress_to_vec_zlib_with_limit(body, MOST)
            .map_err(|error| broken(order, format_args!("it cannot be decompressed: {:?}", error.status)))?;
        // Serde's own text would quote values.
        serde_json::from_slice(&json)
            .map_err(|error| broken(order, format_args!("{:?} error in its JSON", error.classify())))
    }
}

fn broken(id: Uuid, what: impl std::fmt::Display) -> StoreError {
    StoreError::Inconsistent(format!("archived_orders.body of order {id}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment;

    /// What the first release that archived wrote, but for what no test needs: an operation from before traces were kept, and a column that
    /// no release has any more.
    const FIRST: &str = r#"{
        "order": {"id": "019cac56-2a00-7000-8000-000000000001", "profile": "main", "mode": "live", "caller": "checkout",
            "request_id": "r-1", "order_number": "N1", "held_number": "N1", "mollie_id": "ord_1", "placement": "placed",
            "status": "completed", "currency": "EUR", "amount_minor": 1000, "version": 2, "created_time": 1772366400123456,
            "closed_time": 1772452800000000, "open_items": 0, "held_shipments": 0, "open_operations": 0,
            "to_capture_minor": 0, "document": "{\"a\":\"\u0000\"}", "forgotten": true},
        "events": [{"order_id": "019cac56-2a00-7000-8000-000000000001", "sequence": 1, "time": 1772366400000000,
            "kind": "order.recorded", "data": "{}", "cause": "{}"}],
        "operations": [{"id": "019cac56-2a00-7000-8000-000000000002", "order_id": "019cac56-2a00-7000-8000-000000000001",
            "turn": 1, "profile": "main", "group_id": "019cac56-2a00-7000-8000-000000000002", "kind": "place_order",
            "lane": "placement", "task": "{}", "state": "succeeded", "yields": false,
            "key": "019cac56-2a00-7000-8000-000000000003", "attempts": 1, "deferrals": 0, "unreadable": 0,
            "created_time": 1772366400000000, "not_before": 1772366400000000, "key_refused": false, "sealed": [0, 255],
            "caller": "checkout"}],
        "shipments": [], "refunds": [], "lookup": null}"#;

    fn first() -> Body {
        serde_json::from_str(FIRST).unwrap()
    }

    #[test]
    fn what_the_first_release_archived_is_read() {
        let body = first();
        let order = body.order().unwrap();
        assert_eq!((order.order_number.as_str(), order.held_number.as_deref()), ("N1", Some("N1")));
        assert_eq!((order.document.as_str(), order.timer_time), ("{\"a\":\"\0\"}", None));
        let created = moment::timestamp(order.created_time).unwrap();
        assert_eq!(created.as_microsecond(), 1_772_366_400_123_456);
        let operation = body.operations().unwrap().remove(0);
        assert_eq!((operation.trace, operation.sealed), (None, Some(vec![0, 255])));
        assert_eq!(body.events().unwrap()[0].actor, None);
        assert_eq!(body.parts().unwrap(), [operation.id]);
        assert_eq!(body.lookup().unwrap(), None);
    }

    #[test]
    fn what_is_packed_is_unpacked_and_smaller() {
        let body = first();
        let packed = body.pack().unwrap();
        assert!(packed.len() < serde_json::to_vec(&body).unwrap().len());
        assert_eq!(Body::read(Uuid::nil(), FORMAT, &packed).unwrap(), body);
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_order_and_without_its_values() {
        let packed = first().pack().unwrap();
        let told = |format, body: &[u8]| Body::read(Uuid::nil(), format, body).unwrap_err().to_string();
        assert!(told(2, &packed).contains("its format 2"));
        assert!(told(FORMAT, &packed[..packed.len() / 2]).contains("decompressed"));
        let mut damaged = packed.clone();
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        assert!(told(FORMAT, &damaged).contains("decompressed"), "its checksum is wrong");
        let other = told(FORMAT, &compress_to_vec_zlib(br#"{"order": "Piet"}"#, EFFORT));
        assert!(other.contains("of order 00000000") && !other.contains("Piet"), "{other}");
    }

    #[test]
    fn a_value_of_another_type_is_told_by_its_column() {
        let mut body = first();
        body.order.insert("version".to_owned(), "two".into());
        let told = body.order().unwrap_err().to_string();
        assert!(told.contains("orders.version") && !told.contains("two"), "{told}");
    }
}
