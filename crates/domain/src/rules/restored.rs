//! An order that a restored database has lost: what was recorded of it, as far as Mollie still shows it, and who asks for it again.
//!
//! Mollie has the order's hook address, which carries its id and a keyed hash of its caller and request id. Neither of those two can be
//! read from the hash; who repeats the request can show that it is his.

use jiff::civil::Date;
use serde_json::Value;

use super::draft::OrderDraft;
use super::ids::{Caller, LineId, RequestId};
use super::order::{Line, Order, Placer};
use super::payment::PaymentParameters;
use super::snapshot::{LineSnapshot, Snapshot, new_line};

/// Under this name the requests of lost orders are kept, until their callers repeat them. No caller has it: names have no brackets.
const LOST: &str = "(restored)";

/// What Mollie has of an order that no reading needs, since it never changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agreed {
    pub locale: Option<String>,
    pub metadata: Option<Value>,
    pub consumer_date_of_birth: Option<Date>,
    pub shopper_country_must_match_billing_country: Option<bool>,
}

/// Who stands for the caller of a lost request.
#[must_use]
pub fn lost_caller() -> Caller {
    Caller::new(LOST)
}

/// The id under which a lost request is kept: its keyed hash.
#[must_use]
pub fn lost_request(hash: &str) -> RequestId {
    RequestId::new(hash)
}

/// The order as it was recorded, as far as Mollie shows it.
#[must_use]
pub fn recorded(placer: Placer, snapshot: &Snapshot, agreed: Agreed) -> Order {
    let draft = OrderDraft {
        order_number: snapshot.order_number.clone(),
        amount: snapshot.amount,
        lines: Vec::new(),
        billing_address: snapshot.billing_address.as_ref().map(|address| address.parts.clone()),
        shipping_address: snapshot.shipping_address.as_ref().map(|address| address.parts.clone()),
        consumer_date_of_birth: agreed.consumer_date_of_birth,
        redirect_url: snapshot.redirect_url.value().cloned(),
        cancel_url: snapshot.cancel_url.value().cloned(),
        locale: agreed.locale,
        methods: Vec::new(),
        payment: PaymentParameters::default(),
        metadata: agreed.metadata,
        expires_on: None,
        shopper_country_must_match_billing_country: agreed.shopper_country_must_match_billing_country,
        continues: None,
        warnings: Vec::new(),
    };
    let lines = (1..).zip(&snapshot.lines).map(|(n, theirs)| line(LineId::new(n), theirs)).collect();
    Order { lines, ..Order::placing(placer, draft, snapshot.created_time) }
}

/// The line before Mollie had it.
fn line(id: LineId, theirs: &LineSnapshot) -> Line {
    Line {
        mollie_id: None,
        status: None,
        unknown_status: None,
        is_cancelable: None,
        created_time: None,
        ..new_line(id, theirs)
    }
}

/// The reading as it would have been right after the order was made: what was done with it since is left out.
#[must_use]
pub fn at_first(snapshot: &Snapshot) -> Snapshot {
    let uncounted =
        |line: &LineSnapshot| LineSnapshot { shipped: None, canceled: None, refunded: None, ..line.clone() };
    Snapshot {
        lines: snapshot.lines.iter().map(uncounted).collect(),
        payments: None,
        shipments: None,
        refunds: None,
        ..snapshot.clone()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::rules::fixtures::{at, euro, snapshot};
    use crate::rules::ids::{OrderId, ProfileName};
    use crate::rules::part::Part;
    use crate::rules::placement::{Mode, Placement};
    use crate::rules::snapshot::observed;
    use crate::rules::status::{LineStatus, OrderStatus};

    fn placer() -> Placer {
        Placer {
            id: OrderId::new(Uuid::from_u128(1)),
            profile: ProfileName::new("main"),
            mode: Mode::Test,
            caller: lost_caller(),
            request_id: lost_request("0123"),
            hook_base: "https://orders.example".to_owned(),
        }
    }

    #[test]
    fn what_was_done_with_an_order_is_no_part_of_how_it_was_recorded() {
        let mut theirs = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
        theirs.lines[0].shipped = Some(Part { quantity: 1, amount: euro("349.00") });
        let agreed = Agreed { locale: Some("nl_NL".to_owned()), ..Agreed::default() };
        let order = recorded(placer(), &theirs, agreed);
        assert_eq!((order.placement, order.created_time), (Placement::Placing, at(1)));
        assert_eq!((order.terms.order_number.as_str(), order.terms.locale.as_str()), ("1337", "nl_NL"));
        let lines: Vec<_> = order.lines.iter().map(|line| (line.id.number(), line.quantity)).collect();
        assert_eq!(lines, [(1, 2), (2, 1)]);
        assert!(order.lines.iter().all(|line| line.mollie_id.is_none() && line.shipped.quantity == 0));
        // Mollie's lines are these, and none is new.
        let first = observed(&order, &at_first(&theirs));
        assert!(first.entries.is_empty() && first.facts.found_lines.is_empty(), "{first:?}");
        assert_eq!(first.lines.iter().map(|line| line.id.number()).collect::<Vec<_>>(), [1, 2]);
    }
}
