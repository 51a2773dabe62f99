//! Deductions and captures: shipments take no more than was authorized, and no cancellation leaves more taken than may be.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::super::Switches;
use super::{Shop, eur, line, order_of};

pub(super) fn gift_card(amount: &str) -> Value {
    let mut line = line(1, amount, None, amount);
    line["type"] = json!("gift_card");
    line
}

/// Goods of 20.00 and a gift card of −5.00, authorized for 15.00.
pub(super) fn goods_and_gift_card(shop: &mut Shop, method: &str) -> (String, Vec<String>) {
    shop.settled(&order_of(method, &eur("15.00"), &[line(2, "10.00", None, "20.00"), gift_card("-5.00")]))
}

pub(super) fn only(line: &str) -> Value {
    json!({ "lines": [{ "id": line }] })
}

fn accepting(shop: &mut Shop) {
    let switches = json!({ "capture_above_authorization": "accepted" });
    shop.world.set_switches(serde_json::from_value(switches).unwrap());
}

#[test]
fn shipping_goods_without_their_gift_card_is_refused_and_changes_nothing() {
    let mut shop = Shop::new();
    let (id, lines) = goods_and_gift_card(&mut shop, "klarna");
    let (before, ledger) = (shop.order(&id), shop.kinds());
    let refusal = shop.ship(&id, &only(&lines[0]));
    assert_eq!(refusal.status, 422);
    assert_eq!(
        refusal.body["detail"],
        "The amount of all shipments together is higher than the authorized amount. The maximum amount is €15.00, \
         got: €20.00."
    );
    assert_eq!((shop.order(&id), shop.kinds()), (before, ledger));
}

#[test]
fn shipping_a_deduction_alone_is_refused() {
    let mut shop = Shop::new();
    let (id, lines) = goods_and_gift_card(&mut shop, "klarna");
    let refusal = shop.ship(&id, &only(&lines[1]));
    assert_eq!(refusal.status, 422);
    let detail = "The amount of a shipment cannot be negative. The minimum amount is €0.00, got: -€5.00.";
    assert_eq!(refusal.body["detail"], detail);
    // Also where shipments before it have captured enough.
    shop.shipped(&id, &json!({ "lines": [{ "id": lines[0], "quantity": 1 }] }));
    assert_eq!(shop.ship(&id, &only(&lines[1])).status, 422);
}

#[test]
fn goods_are_shipped_along_with_their_deduction() {
    let mut shop = Shop::new();
    let (id, lines) = goods_and_gift_card(&mut shop, "klarna");
    shop.shipped(&id, &json!({ "lines": [{ "id": lines[0], "quantity": 1 }] }));
    let second = shop.ship(&id, &only(&lines[0]));
    let detail = second.body["detail"].as_str().unwrap_or_default();
    assert!(detail.ends_with("The maximum amount is €15.00, got: €20.00."), "{detail}");
    shop.shipped(&id, &json!({}));
    let order = shop.order(&id);
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("15.00")));
}

#[test]
fn where_shipments_capture_nothing_they_are_not_bounded() {
    let mut shop = Shop::new();
    let (id, lines) = goods_and_gift_card(&mut shop, "ideal");
    shop.shipped(&id, &only(&lines[0]));
    shop.shipped(&id, &only(&lines[1]));
    assert_eq!(shop.order(&id)["amountCaptured"], eur("15.00"));
}

#[test]
fn the_rest_of_an_order_is_canceled_after_a_legal_part_was_shipped() {
    let mut shop = Shop::new();
    let (id, lines) = goods_and_gift_card(&mut shop, "klarna");
    shop.shipped(&id, &json!({ "lines": [{ "id": lines[0], "quantity": 1 }] }));
    let order = shop.cancel(&id).body;
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("10.00")));
    assert_eq!(order["lines"][1]["amountCanceled"], eur("-5.00"));
}

#[test]
fn with_the_switch_more_is_captured_than_authorized_and_the_books_say_so() {
    let mut shop = Shop::with(&json!({ "capture_above_authorization": "accepted" }));
    let (id, lines) = goods_and_gift_card(&mut shop, "klarna");
    shop.shipped(&id, &only(&lines[0]));
    let order = shop.order(&id);
    assert_eq!((&order["amount"], &order["amountCaptured"]), (&eur("15.00"), &eur("20.00")));
    assert_eq!(order.pointer("/_embedded/payments/0/amountCaptured"), Some(&eur("20.00")));
    assert_eq!(shop.cancel(&id).status, 200);
    let order = shop.order(&id);
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("20.00")));
    let payment = order.pointer("/_embedded/payments/0").unwrap();
    assert_eq!((&payment["amount"], &payment["amountRemaining"]), (&eur("15.00"), &eur("20.00")));
    let captured: Vec<_> =
        shop.world.ledger().iter().filter_map(|effect| effect.amounts.get("captured")).collect();
    assert_eq!(captured, [&eur("20.00")]);
}

#[test]
fn a_cancellation_that_leaves_more_captured_than_may_be_is_refused_and_changes_nothing() {
    let mut shop = Shop::new();
    accepting(&mut shop);
    let (id, lines) = goods_and_gift_card(&mut shop, "klarna");
    shop.shipped(&id, &only(&lines[0]));
    shop.world.set_switches(Switches::default());
    let (before, ledger) = (shop.order(&id), shop.kinds());
    let refusal = shop.cancel(&id);
    assert_eq!(refusal.status, 422);
    assert_eq!(
        refusal.body["detail"],
        "The captured amount would be higher than what remains authorized. The maximum amount is €15.00, captured: \
         €20.00."
    );
    assert_eq!((shop.order(&id), shop.kinds()), (before, ledger));
}

#[test]
fn expiry_refuses_nothing_and_releases_the_deduction_that_was_left() {
    let mut shop = Shop::new();
    accepting(&mut shop);
    let (id, lines) = goods_and_gift_card(&mut shop, "klarna");
    shop.shipped(&id, &only(&lines[0]));
    shop.world.set_switches(Switches::default());
    shop.pass(SignedDuration::from_hours(28 * 24));
    let order = shop.order(&id);
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("20.00")));
    let deduction = &order["lines"][1];
    assert_eq!((&deduction["status"], &deduction["amountCanceled"]), (&json!("canceled"), &eur("-5.00")));
}

/// A few draws from one seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
fn whatever_was_legally_shipped_the_rest_can_be_canceled_and_no_more_is_captured_than_authorized() {
    let (mut canceled, mut refused) = (0, 0);
    for _ in 0..300 {
        let seed: u64 = rand::random();
        let (mut chance, mut shop) = (Chance(seed), Shop::new());
        let prices = [chance.below(9) + 1, chance.below(9) + 1];
        let gift = chance.below(prices.iter().sum::<u64>() * 2 - 1) + 1;
        let total = prices.iter().sum::<u64>() * 2 - gift;
        let whole = |amount: u64| format!("{amount}.00");
        let goods = prices.map(|price| line(2, &whole(price), None, &whole(price * 2)));
        let lines = [goods[0].clone(), goods[1].clone(), gift_card(&format!("-{gift}.00"))];
        let (id, ids) = shop.settled(&order_of("klarna", &eur(&whole(total)), &lines));
        for _ in 0..chance.below(4) {
            let mut parts = Vec::new();
            for (index, line) in ids.iter().enumerate() {
                let quantity = if index == 2 { 1 } else { chance.below(2) + 1 };
                if chance.below(2) == 0 {
                    parts.push(json!({ "id": line, "quantity": quantity }));
                }
            }
            if !parts.is_empty() {
                refused += usize::from(shop.ship(&id, &json!({ "lines": parts })).status == 422);
            }
        }
        let order = shop.world.order(&id).unwrap();
        let shipped: i64 = order.lines.iter().map(|line| line.shipped.amount).sum();
        assert_eq!(order.captured, shipped, "seed {seed}");
        assert!((0..=order.amount).contains(&order.captured), "seed {seed}");
        if !order.is_final() {
            canceled += 1;
            assert_eq!(shop.cancel(&id).status, 200, "seed {seed}");
        }
    }
    assert!(canceled > 0 && refused > 0, "{canceled} canceled, {refused} shipments refused");
}
