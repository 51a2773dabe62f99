//! How a refund goes on, by time and on demand, who is told, and what one that failed or was canceled gives back.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::RefundStatus::{self, *};
use super::super::RefundUnmoved;
use super::captures::only;
use super::{Shop, eur, lego, text};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

struct Case {
    shop: Shop,
    order: String,
    payment: String,
    refund: String,
}

impl Case {
    /// A paid order with a payment hook, one line of it being refunded.
    fn new() -> Self {
        let mut shop = Shop::new();
        let mut body = lego("ideal");
        body["payment"] = json!({ "webhookUrl": "https://example.org/payment" });
        let (order, lines) = shop.settled(&body);
        let payment = shop.payment_id(&order);
        let refund = text(&Shop::made(shop.refund_lines(&order, &only(&lines[1]))), "/id");
        Self { shop, order, payment, refund }
    }

    fn path(&self) -> String {
        format!("/v2/payments/{}/refunds/{}", self.payment, self.refund)
    }

    fn status(&mut self) -> String {
        let path = self.path();
        text(&self.shop.get(&path), "/status")
    }

    fn set(&mut self, status: RefundStatus) -> Result<(), RefundUnmoved> {
        self.shop.world.set_refund_status(&self.refund, status, self.shop.now)
    }

    fn plan(&mut self, status: RefundStatus, after: SignedDuration) {
        self.shop.world.plan_refund_status(&self.refund, status, after, self.shop.now).unwrap();
    }

    fn cancel(&mut self) -> super::Answer {
        let path = self.path();
        self.shop.request("DELETE", &path, None, None)
    }

    fn hooks_of_payment(&self) -> usize {
        self.shop.hooks().iter().filter(|id| **id == self.payment).count()
    }

    /// The order's and the payment's refunded amounts, and the line's counters.
    fn books(&mut self) -> [Value; 5] {
        let order = self.shop.order(&self.order);
        let (line, payment) = (&order["lines"][1], order.pointer("/_embedded/payments/0").unwrap());
        [
            order.get("amountRefunded").cloned().unwrap_or_default(),
            payment["amountRefunded"].clone(),
            line["quantityRefunded"].clone(),
            line["amountRefunded"].clone(),
            line["refundableQuantity"].clone(),
        ]
    }
}

fn given() -> [Value; 5] {
    [eur("329.99"), eur("329.99"), json!(1), eur("329.99"), json!(0)]
}

fn returned() -> [Value; 5] {
    [Value::Null, eur("0.00"), json!(0), eur("0.00"), json!(1)]
}

#[test]
fn time_brings_a_refund_to_the_bank_and_to_the_shopper() {
    let mut case = Case::new();
    assert_eq!((case.status().as_str(), case.hooks_of_payment()), ("pending", 0));
    let of_order = case.shop.hooks().iter().filter(|id| **id == case.order).count();
    assert_eq!(of_order, 2, "the order's hook tells that it was paid, and that the refund was made");
    case.shop.pass(DAY - SECOND);
    assert_eq!(case.status(), "pending");
    case.shop.pass(SECOND);
    assert_eq!((case.status().as_str(), case.hooks_of_payment()), ("processing", 1));
    case.shop.pass(DAY);
    assert_eq!((case.status().as_str(), case.hooks_of_payment()), ("refunded", 2));
    let path = case.path();
    assert_eq!(case.shop.get(&path)["settlementAmount"], eur("-329.99"));
    assert_eq!(case.books(), given());
    case.shop.pass(DAY * 30);
    assert_eq!(case.status(), "refunded");
    let kinds = case.shop.kinds();
    assert_eq!(kinds[3..], [LinesRefunded, RefundAdvanced, RefundAdvanced]);
    let at: Vec<_> = case.shop.world.ledger()[3..].iter().map(|effect| effect.at).collect();
    assert_eq!([at[1].duration_since(at[0]), at[2].duration_since(at[1])], [DAY, DAY], "as of its own time");
}

#[test]
fn a_jump_of_the_clock_leaves_the_same_books_as_waiting() {
    let (mut jumping, mut waiting) = (Case::new(), Case::new());
    jumping.shop.pass(DAY * 3);
    for _ in 0..72 {
        waiting.shop.pass(SignedDuration::from_hours(1));
    }
    assert_eq!(json!(jumping.shop.world.ledger()), json!(waiting.shop.world.ledger()));
    assert_eq!(jumping.status(), "refunded");
}

#[test]
fn a_refund_that_fails_after_three_days_gives_everything_back() {
    let mut case = Case::new();
    case.plan(Failed, DAY * 3);
    case.shop.pass(DAY * 3 - SECOND);
    assert_eq!((case.status().as_str(), case.books()), ("processing", given()));
    case.shop.restart();
    case.shop.pass(SECOND);
    assert_eq!((case.status().as_str(), case.books()), ("failed", returned()));
    assert_eq!(case.hooks_of_payment(), 2, "processing, failed");
    let effect = case.shop.world.ledger().last().unwrap();
    assert_eq!((effect.kind, &effect.amounts["refunded"]), (RefundFailed, &eur("329.99")));
    assert_eq!(
        (&effect.particulars["refund_id"], &effect.particulars["status"]),
        (&json!(case.refund), &json!("failed"))
    );
    let id = case.order.clone();
    let line = text(&case.shop.order(&id), "/lines/1/id");
    Shop::made(case.shop.refund_lines(&id, &only(&line)));
}

#[test]
fn a_refund_that_has_reached_the_shopper_may_come_back() {
    let mut case = Case::new();
    case.set(Refunded).unwrap();
    assert_eq!((case.status().as_str(), case.hooks_of_payment()), ("refunded", 1));
    case.set(Failed).unwrap();
    assert_eq!((case.status().as_str(), case.books()), ("failed", returned()));
}

#[test]
fn a_canceled_refund_is_gone_and_its_amount_is_back() {
    let mut case = Case::new();
    let answer = case.cancel();
    assert_eq!((answer.status, &answer.body), (204, &Value::Null));
    let path = case.path();
    let gone = case.shop.request("GET", &path, None, None);
    assert_eq!(
        (gone.status, &gone.body["detail"]),
        (404, &json!(format!("No refund exists with token {}.", case.refund)))
    );
    assert_eq!(case.cancel().status, 404, "and stays gone");
    assert_eq!(case.books(), returned());
    assert_eq!((case.shop.kinds().last(), case.hooks_of_payment()), (Some(&RefundCanceled), 0));
    let list = format!("/v2/orders/{}/refunds", case.order);
    assert_eq!(case.shop.get(&list).pointer("/_embedded/refunds/0/status"), Some(&json!("canceled")));
    let left_out = json!({ "canceled_refunds_in_lists": "left out" });
    case.shop.world.set_switches(serde_json::from_value(left_out).unwrap());
    assert_eq!(case.shop.get(&list)["count"], 0);
    let id = case.order.clone();
    assert_eq!(case.shop.order(&id).pointer("/_embedded/refunds"), Some(&json!([])));
    case.shop.pass(DAY * 5);
    assert_eq!(case.books(), returned(), "time moves it no more");
}

#[test]
fn what_is_at_the_bank_cannot_be_canceled() {
    for status in [Processing, Refunded, Failed] {
        let mut case = Case::new();
        case.set(status).unwrap();
        let books = case.books();
        assert_eq!((case.cancel().status, case.books()), (422, books), "{status:?}");
    }
}

#[test]
fn refunds_move_forward_only() {
    let forward = [
        (Queued, vec![]),
        (Pending, vec![Processing, Refunded, Failed, Canceled]),
        (Processing, vec![Refunded, Failed]),
        (Refunded, vec![Failed]),
        (Failed, vec![]),
        (Canceled, vec![]),
    ];
    for (from, allowed) in forward {
        for to in RefundStatus::ALL {
            let mut case = Case::new();
            if from != Pending && case.set(from).is_err() {
                assert_eq!(from, Queued);
                continue;
            }
            let moved = case.set(to);
            assert_eq!(moved.is_ok(), allowed.contains(&to), "{from:?} to {to:?}");
            let planned = case.shop.world.plan_refund_status(&case.refund, to, DAY, case.shop.now);
            if moved.is_err() {
                assert_eq!(planned, Err(RefundUnmoved::Misfit(from, to)));
            }
        }
    }
    let mut shop = Shop::new();
    let unknown = shop.world.set_refund_status("re_nobody", Failed, shop.now);
    assert_eq!(unknown, Err(RefundUnmoved::Unknown("re_nobody".to_owned())));
}

#[test]
fn what_was_planned_is_void_where_it_does_not_fit_any_more() {
    let mut case = Case::new();
    case.plan(Canceled, DAY + SECOND);
    case.shop.pass(DAY + SECOND);
    assert_eq!(case.status(), "processing", "it came to the bank before");
    case.shop.pass(DAY - SECOND);
    assert_eq!(case.status(), "refunded", "and goes on, for nothing is planned any more");
    let mut case = Case::new();
    case.plan(Failed, DAY);
    case.set(Refunded).unwrap();
    case.shop.pass(DAY * 2);
    assert_eq!(case.status(), "refunded", "a status that is set takes the place of what was planned");
}
