//! The id in the body of a webhook. It is never believed, the order is read; but an id that the order does not know means that
//! something at Mollie uses the order's address and is unknown to us.

use super::item::ItemKind;
use super::order::Order;

/// How many distinct hints are kept until the order is looked up.
pub const MOST: usize = 8;

/// Whether a text has the form of the id of an order or of a payment at Mollie.
#[must_use]
pub fn is_hint(text: &str) -> bool {
    let name = text.strip_prefix("ord_").or_else(|| text.strip_prefix("tr_"));
    name.is_some_and(|name| {
        (1..=28).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
    })
}

/// The webhook hint in the body: its form field `id`.
#[must_use]
pub fn in_body(body: &[u8]) -> Option<&str> {
    let form = std::str::from_utf8(body).ok()?;
    form.trim().split('&').find_map(|field| field.strip_prefix("id=")).filter(|id| is_hint(id))
}

/// Whether these hints call for a search for duplicate orders under the order's hook address. If the maximum was kept, some may
/// have been lost.
#[must_use]
pub fn name_duplicates(order: &Order, hints: &[String]) -> bool {
    hints.len() >= MOST || hints.iter().any(|hint| !is_known(order, hint))
}

fn is_known(order: &Order, hint: &str) -> bool {
    let raised = |item: &super::item::Item| item.kind == ItemKind::SurplusOrder && item.subject == hint;
    order.mollie_id.as_ref().is_some_and(|id| id.as_str() == hint)
        || order.payments.iter().any(|payment| payment.mollie_id.as_str() == hint)
        || order.items.iter().any(raised)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::event::{EventData, Recorder};
    use crate::rules::fixtures::{self, placed, recorded, snapshot};

    use crate::rules::item::Concern;

    use crate::rules::snapshot::observed;
    use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus};

    #[test]
    fn hints_are_ids_of_orders_and_payments() {
        assert_eq!(in_body(b"id=tr_7UhSN1zuXS"), Some("tr_7UhSN1zuXS"));
        assert_eq!(in_body(b"a=b&id=ord_1.rsa7lu\n"), Some("ord_1.rsa7lu"));
        let long = format!("id=tr_{}", "a".repeat(29));
        for body in ["", "id=", "id=tr_", "id=re_1", "id=tr_a,b", "id=tr_a b", "id=tr_%41", "xid=tr_1", &long]
        {
            assert_eq!(in_body(body.as_bytes()), None, "{body}");
        }
        assert_eq!(in_body(b"id=tr_\xff"), None);
    }

    #[test]
    fn an_id_the_order_does_not_know_hints_at_duplicate_orders() {
        let order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
        let hints = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert!(!name_duplicates(&order, &[]));
        assert!(!name_duplicates(&order, &hints(&["ord_1.abc"])));
        assert!(name_duplicates(&order, &hints(&["ord_1.abc", "ord_2.abc"])));
        assert!(name_duplicates(&order, &hints(&["tr_1"])));
        assert!(name_duplicates(recorded().order(), &hints(&["ord_1.abc"])));
        assert!(name_duplicates(&order, &hints(&["ord_1.abc"; MOST])));
    }

    #[test]
    fn a_payment_of_the_order_and_a_duplicate_that_was_raised_are_known() {
        let mut seen = snapshot(OrderStatus::Created, LineStatus::Created);
        let payment = |id: &str| fixtures::payment(id, seen.amount, PaymentStatus::Open);
        seen.payments = Some(vec![payment("tr_1"), payment("tr_2")]);
        let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
        let observed = Box::new(observed(recorder.order(), &seen));
        recorder.record(EventData::OrderObserved { observed });
        let raise = |recorder: &mut Recorder, kind, subject: &str| {
            let (subject, text) = (subject.to_owned(), "look".to_owned());
            recorder.raise(Concern { kind, subject, text, operation_id: None });
        };
        raise(&mut recorder, ItemKind::SurplusOrder, "ord_2");
        raise(&mut recorder, ItemKind::SurplusPayment, "tr_3");
        let is_new = |hint: &str| name_duplicates(recorder.order(), &[hint.to_owned()]);
        assert!(!is_new("tr_1") && !is_new("tr_2") && !is_new("ord_2"));
        assert!(is_new("tr_3"), "an item about something else");
        assert!(is_new("ord_3"));
    }
}
