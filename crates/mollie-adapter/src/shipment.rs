//! Shipments, both ways, and cancellations of lines, which have the same parts. A request always names lines, quantities and amounts: Mollie takes a missing one to mean "all".

use domain::ports::{CancelLines, RegisterShipment};
use domain::rules::field::Field;
use domain::rules::ids::{MollieLineId, MollieShipmentId};
use domain::rules::misread::Misread;
use domain::rules::part::Part;
use domain::rules::remote::Remote;
use domain::rules::shipment::{ShipmentLine, Tracking};
use domain::rules::snapshot::ShipmentSnapshot;
use serde::Serialize;

use crate::json::Object;
use crate::money::Amount;

#[derive(Serialize)]
struct ShipmentBody<'a> {
    lines: Vec<PartBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking: Option<TrackingBody<'a>>,
}

#[derive(Serialize)]
struct CancellationBody<'a> {
    lines: Vec<PartBody<'a>>,
}

/// Units of a line in a request.
#[derive(Serialize)]
pub struct PartBody<'a> {
    id: &'a str,
    quantity: u32,
    amount: Amount,
}

impl<'a> PartBody<'a> {
    /// With Mollie's id of the line.
    pub fn of(order: &'a Remote, ShipmentLine { line_id, part }: &ShipmentLine) -> Result<Self, String> {
        let id = order.lines.get(line_id).ok_or_else(|| format!("line {line_id} is not at Mollie"))?;
        Ok(Self { id: id.as_str(), quantity: part.quantity, amount: part.amount.into() })
    }
}

#[derive(Serialize)]
struct TrackingBody<'a> {
    carrier: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct UpdateBody<'a> {
    tracking: TrackingBody<'a>,
}

impl<'a> From<&'a Tracking> for TrackingBody<'a> {
    fn from(tracking: &'a Tracking) -> Self {
        Self { carrier: &tracking.carrier, code: &tracking.code, url: tracking.url.as_deref() }
    }
}

/// The body of `POST /orders/{id}/shipments`, with Mollie's line ids.
pub fn body(command: &RegisterShipment) -> Result<Vec<u8>, String> {
    let lines = parts(&command.order, &command.lines)?;
    let written =
        serde_json::to_vec(&ShipmentBody { lines, tracking: command.tracking.as_ref().map(Into::into) });
    written.map_err(unwritable)
}

/// The body of `DELETE /orders/{id}/lines`, with Mollie's line ids.
pub fn cancellation_body(command: &CancelLines) -> Result<Vec<u8>, String> {
    let lines = parts(&command.order, &command.lines)?;
    serde_json::to_vec(&CancellationBody { lines }).map_err(unwritable)
}

fn parts<'a>(order: &'a Remote, lines: &[ShipmentLine]) -> Result<Vec<PartBody<'a>>, String> {
    lines.iter().map(|line| PartBody::of(order, line)).collect()
}

/// The body of `PATCH /orders/{id}/shipments/{id}`: the tracking, whole.
pub fn tracking_body(tracking: &Tracking) -> Result<Vec<u8>, String> {
    serde_json::to_vec(&UpdateBody { tracking: tracking.into() }).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> String {
    format!("the request cannot be written: {error}")
}

/// Reads the shipment with this id, and no other.
pub fn read_own(shipment: &Object<'_>, id: &MollieShipmentId) -> Result<ShipmentSnapshot, Misread> {
    let read = read(shipment)?;
    if read.mollie_id == *id { Ok(read) } else { Err(shipment.wrong("id", id.as_str())) }
}

/// Reads a shipment. A line's total is the amount of this shipment; `self` and `orderId` are ignored.
pub fn read(shipment: &Object<'_>) -> Result<ShipmentSnapshot, Misread> {
    let lines = shipment.objects("lines")?.ok_or_else(|| shipment.wrong("lines", "a list"))?;
    Ok(ShipmentSnapshot {
        mollie_id: MollieShipmentId::new(shipment.id()?),
        created_time: shipment.required_time("createdAt")?,
        tracking: shipment.loose_object("tracking").and_then(|tracking| read_tracking(&tracking)),
        lines: lines.iter().map(read_line).collect::<Result<_, _>>()?,
    })
}

fn read_line(line: &Object<'_>) -> Result<(MollieLineId, Part), Misread> {
    let part = Part {
        quantity: line.count("quantity")?.ok_or_else(|| line.wrong("quantity", "a number"))?,
        amount: line.required_money("totalAmount")?,
    };
    Ok((MollieLineId::new(line.id()?), part))
}

/// A parcel is identified by carrier and code: if either cannot be read, the tracking cannot.
fn read_tracking(tracking: &Object<'_>) -> Field<Tracking> {
    let url = tracking.loose_text("url").value().cloned();
    match (tracking.loose_text("carrier"), tracking.loose_text("code")) {
        (Field::Unreadable, _) | (_, Field::Unreadable) => Field::Unreadable,
        (Field::LeftOut, Field::LeftOut) => Field::LeftOut,
        (carrier, code) => {
            let text = |part: &Field<String>| part.value().cloned().unwrap_or_default();
            Field::Value(Tracking { carrier: text(&carrier), code: text(&code), url })
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::rules::ids::{LineId, MollieOrderId};
    use domain::rules::money::Money;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_request_names_every_line_with_quantity_and_amount() {
        let part = Part { quantity: 2, amount: Money::parse("EUR", "0.00").unwrap() };
        let remote = |lines: &[(LineId, MollieLineId)]| Remote {
            id: MollieOrderId::new("ord_b"),
            lines: lines.iter().cloned().collect(),
        };
        let order = remote(&[(LineId::new(3), MollieLineId::new("odl_3.a1"))]);
        let lines = vec![ShipmentLine { line_id: LineId::new(3), part }];
        let command = RegisterShipment { order, lines, tracking: None };
        let sent: Value = serde_json::from_slice(&body(&command).unwrap()).unwrap();
        let line = json!({"id": "odl_3.a1", "quantity": 2, "amount": {"currency": "EUR", "value": "0.00"}});
        assert_eq!(sent, json!({"lines": [line]}));
        let unknown = RegisterShipment { order: remote(&[]), ..command };
        assert_eq!(body(&unknown).unwrap_err(), "line 3 is not at Mollie");
    }

    #[test]
    fn a_cancellation_names_every_line_with_quantity_and_amount() {
        let part = Part { quantity: 1, amount: Money::parse("EUR", "-5.00").unwrap() };
        let lines = vec![ShipmentLine { line_id: LineId::new(3), part }];
        let of = |lines: &[(LineId, MollieLineId)]| Remote {
            id: MollieOrderId::new("ord_b"),
            lines: lines.iter().cloned().collect(),
        };
        let command = CancelLines { order: of(&[(LineId::new(3), MollieLineId::new("odl_3.a1"))]), lines };
        let sent: Value = serde_json::from_slice(&cancellation_body(&command).unwrap()).unwrap();
        let line = json!({"id": "odl_3.a1", "quantity": 1, "amount": {"currency": "EUR", "value": "-5.00"}});
        assert_eq!(sent, json!({"lines": [line]}));
        let unknown = CancelLines { order: of(&[]), ..command };
        assert_eq!(cancellation_body(&unknown).unwrap_err(), "line 3 is not at Mollie");
    }

    #[test]
    fn tracking_is_changed_as_a_whole() {
        let bare = Tracking { carrier: "PostNL".into(), code: "3SKABA".into(), url: None };
        let full = Tracking { url: Some("https://postnl.example/3SKABA".into()), ..bare.clone() };
        let sent = |tracking| serde_json::from_slice::<Value>(&tracking_body(tracking).unwrap()).unwrap();
        assert_eq!(sent(&bare), json!({"tracking": {"carrier": "PostNL", "code": "3SKABA"}}));
        assert_eq!(sent(&full)["tracking"]["url"], "https://postnl.example/3SKABA");
    }

    #[test]
    fn tracking_may_be_missing_in_any_form() {
        for tracking in [json!(null), json!({}), json!([]), json!({"carrier": "", "code": null})] {
            let value = json!({"id": "shp_1", "createdAt": "2026-02-02T10:00:00Z", "lines": [], "tracking": tracking});
            assert_eq!(read(&Object::root(&value).unwrap()).unwrap().tracking, Field::LeftOut, "{value}");
        }
    }
}
