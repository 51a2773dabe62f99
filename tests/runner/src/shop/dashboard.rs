//! Somebody at Mollie's dashboard, who ships and cancels behind the service's back and looks at what is there. No network lies
//! between, and no fault may befall it; the journal keeps what was done.

mod money;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{World, find};
use crate::basket::Basket;
use crate::journal::Act;
use crate::mollie::Mollie;
use crate::script::Elsewhere;
use crate::site::Site;

impl World {
    /// Somebody acts in Mollie's dashboard.
    pub fn elsewhere(&self, order: u64, act: Elsewhere) {
        let basket = Basket::of(self.seed, order);
        let now = self.site.now();
        let mut mollie = self.site.mollie();
        let Some(id) = find(&mollie.world, &basket.order_number()) else { return };
        let done = match act {
            Elsewhere::Cancel => cancel(&mut mollie, &id, now),
            Elsewhere::CancelLine { line } => cancel_line(&mut mollie, &id, line, now),
            Elsewhere::Track { parcel } => {
                let code = format!("ELSEWHERE-{}", self.site.next_id());
                track(&mut mollie, &id, parcel, code, now)
            }
            Elsewhere::Ship { line, tracked } => {
                let code = format!("ELSEWHERE-{}", self.site.next_id());
                ship(&mut mollie, &id, line, tracked.then_some(code), now)
            }
            Elsewhere::RefundLine { line } => money::refund_line(&mut mollie, &id, line, now),
            Elsewhere::RefundAmount { cents } => money::refund_amount(&mut mollie, &id, cents, now),
            Elsewhere::CancelRefund { refund } => money::cancel_refund(&mut mollie, &id, refund, now),
            Elsewhere::FailRefund { refund } => money::fail_refund(&mut mollie, &id, refund, now),
            Elsewhere::ChargeBack { cents } => money::charge_back(&mut mollie, &id, cents, now),
            Elsewhere::Reverse => money::reverse(&mut mollie, &id, now),
        };
        drop(mollie);
        self.site.note(|| format!("dashboard, order {order}: {act:?}, {done:?}"));
        if let Some(act) = done {
            self.site.tally().call("dashboard".to_owned());
            self.site.journal().acts.push(act);
        }
        self.site.pump();
    }
}

fn cancel(mollie: &mut Mollie, id: &str, now: Timestamp) -> Option<Act> {
    let (status, _) = mollie.ask("DELETE", &format!("/v2/orders/{id}"), "", Vec::new(), now);
    (status == 200).then(|| Act::Canceled { mollie_order: id.to_owned() })
}

/// Cancels one unit of a line, for its price, as long as that is left.
fn cancel_line(mollie: &mut Mollie, id: &str, line: usize, now: Timestamp) -> Option<Act> {
    let (_, seen) = mollie.ask("GET", &format!("/v2/orders/{id}"), "", Vec::new(), now);
    let line = &seen["lines"][line];
    let left = line["cancelableQuantity"].as_u64()?;
    let mut part = json!({ "id": line["id"], "quantity": 1 });
    if left > 1 && line["discountAmount"].is_object() {
        part["amount"] = line["unitPrice"].clone();
    }
    mollie.world.cancel_in_dashboard(id, &json!({ "lines": [part] }), now).ok()?;
    let line = line["id"].as_str().unwrap_or_default().to_owned();
    Some(Act::LineCanceled { mollie_order: id.to_owned(), line })
}

/// Ships one unit of a line; `code`: of its tracking, if it has one.
fn ship(mollie: &mut Mollie, id: &str, line: usize, code: Option<String>, now: Timestamp) -> Option<Act> {
    let (_, seen) = mollie.ask("GET", &format!("/v2/orders/{id}"), "", Vec::new(), now);
    let line = &seen["lines"][line]["id"];
    let mut body = json!({ "lines": [{ "id": line, "quantity": 1 }] });
    let tracked = code.is_some();
    if let Some(code) = code {
        body["tracking"] = json!({ "carrier": "DHL", "code": code });
    }
    let path = format!("/v2/orders/{id}/shipments");
    let (status, made) = mollie.ask("POST", &path, "", body.to_string().into_bytes(), now);
    let shipment = made["id"].as_str().unwrap_or_default().to_owned();
    (status == 201).then(|| Act::Shipped { mollie_order: id.to_owned(), shipment, tracked })
}

/// Changes how one of the order's parcels is followed.
fn track(mollie: &mut Mollie, id: &str, parcel: usize, code: String, now: Timestamp) -> Option<Act> {
    let all = &mollie.world.order(id)?.shipments;
    let shipment = all.get(parcel.checked_rem(all.len())?)?.id.clone();
    let body = json!({ "tracking": { "carrier": "DHL", "code": code } });
    mollie.world.update_shipment_in_dashboard(id, &shipment, &body, now).ok()?;
    Some(Act::Tracked { mollie_order: id.to_owned(), shipment, code })
}

/// Mollie's own words on an order, for the checker.
pub fn read(site: &Site, id: &str) -> Value {
    let now = site.now();
    site.mollie()
        .ask("GET", &format!("/v2/orders/{id}"), "embed=payments,refunds,shipments", Vec::new(), now)
        .1
}
