//! Several attempts, and then time or a cancellation: what ends with the order, and what ends by itself.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::FinalState::{Authorized, Paid};
use super::super::{Changes, NotEnded, PaymentStatus, World};
use super::attempts::{created, states};
use super::{Shop, eur};

const DAYS_28: SignedDuration = SignedDuration::from_hours(28 * 24);

#[test]
fn open_attempts_lapse_each_in_its_time_also_beside_a_paid_one() {
    let mut shop = Shop::new();
    let (id, _) = created(&mut shop);
    let (ideal, card) = (shop.begin(&id, "ideal"), shop.begin(&id, "creditcard"));
    // Begun last, and the first to lapse.
    let late_ideal = shop.begin(&id, "ideal");
    let transfer = shop.begin(&id, "banktransfer");
    shop.end(&transfer, Paid);
    shop.pass(SignedDuration::from_mins(15));
    assert_eq!(states(&mut shop, &id), ["open", "expired", "open", "expired", "paid"]);
    shop.pass(SignedDuration::from_mins(15));
    assert_eq!(states(&mut shop, &id), ["open", "expired", "expired", "expired", "paid"]);
    assert_eq!(shop.order(&id)["status"], "paid");
    assert_eq!(shop.hooks(), [&id, &ideal, &late_ideal, &card]);
    let ended = shop.world.end_attempt(&card, Paid, shop.now);
    assert_eq!(ended, Err(NotEnded::HasEnded(PaymentStatus::Expired)));
    // The one without a method ends on the last day.
    shop.pass(DAYS_28);
    assert_eq!(states(&mut shop, &id)[0], "expired");
    assert_eq!(shop.order(&id)["status"], "paid");
}

#[test]
fn an_open_attempt_lapses_beside_an_authorized_one() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    shop.begin(&id, "ideal");
    // First in the list, so that a search for anything that can end would find it.
    shop.world.end_attempt(&first, Authorized, shop.now).unwrap();
    shop.pass(SignedDuration::from_mins(15));
    assert_eq!(states(&mut shop, &id), ["authorized", "expired"]);
    assert_eq!(shop.order(&id)["status"], "authorized");
}

#[test]
fn an_order_expires_with_all_its_attempts() {
    let mut shop = Shop::new();
    let (id, _) = created(&mut shop);
    shop.begin(&id, "ideal");
    shop.pass(DAYS_28);
    assert_eq!(shop.order(&id)["status"], "expired");
    assert_eq!(states(&mut shop, &id), ["expired", "expired"]);
    assert_eq!(shop.kinds()[3..], [PaymentExpired, PaymentExpired, OrderExpired]);
}

#[test]
fn authorisations_are_released_when_the_order_expires_whichever_it_lives_on() {
    let mut shop = Shop::new();
    let (id, _) = created(&mut shop);
    let (second, third) = (shop.begin(&id, "klarna"), shop.begin(&id, "klarna"));
    shop.end(&third, Authorized);
    shop.end(&second, Authorized);
    shop.pass(DAYS_28 - SignedDuration::from_secs(1));
    assert_eq!(states(&mut shop, &id), ["open", "authorized", "authorized"], "not by the time of the method");
    shop.pass(SignedDuration::from_secs(1));
    assert_eq!(shop.order(&id)["status"], "expired");
    assert_eq!(states(&mut shop, &id), ["expired", "expired", "expired"]);
}

#[test]
fn an_authorisation_that_no_order_needs_is_released_in_the_end() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let second = shop.begin(&id, "klarna");
    shop.end(&first, Paid);
    shop.end(&second, Authorized);
    shop.pass(DAYS_28);
    assert_eq!(states(&mut shop, &id), ["paid", "expired"]);
    assert_eq!(shop.order(&id)["status"], "paid");
    assert_eq!(shop.hooks().last(), Some(&second.as_str()));
}

#[test]
fn canceling_an_order_ends_every_attempt() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let second = shop.world.begin_attempt(&id, None, shop.now).unwrap();
    assert_eq!(shop.cancel(&id).status, 200, "nobody has opened one of them");
    assert_eq!(states(&mut shop, &id), ["canceled", "canceled"]);
    assert_eq!(shop.kinds()[3..], [OrderCanceled, PaymentCanceled, PaymentCanceled]);
    assert_eq!(shop.hooks(), [&first, &second, &id]);
    let ended = shop.world.end_attempt(&second, Paid, shop.now);
    assert_eq!(ended, Err(NotEnded::HasEnded(PaymentStatus::Canceled)));
}

#[test]
fn an_opened_attempt_blocks_the_cancellation_also_beside_an_authorisation() {
    for (switches, status, expected) in [
        (json!({}), 400, ["authorized", "authorized", "open"]),
        (json!({ "open_payment_and_cancel": "allowed" }), 200, ["canceled", "canceled", "canceled"]),
    ] {
        let mut shop = Shop::with(&switches);
        let (id, first) = created(&mut shop);
        let second = shop.begin(&id, "klarna");
        shop.begin(&id, "banktransfer");
        shop.end(&second, Authorized);
        shop.end(&first, Authorized);
        assert_eq!(shop.cancel(&id).status, status);
        assert_eq!(states(&mut shop, &id), expected);
    }
}

/// The world again from what the journal keeps of it, after `spoil` has been at each order.
fn reread(shop: &mut Shop, spoil: impl Fn(&mut Value)) {
    let mut changes = json!(shop.world.take_changes().unwrap());
    changes["orders"].as_array_mut().unwrap().iter_mut().for_each(spoil);
    let mut again = World::new(0, "http://127.0.0.1:50053/");
    again.apply(serde_json::from_value::<Changes>(changes).unwrap());
    shop.world = again;
}

#[test]
fn which_attempt_settled_the_order_is_kept() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let second = shop.begin(&id, "klarna");
    shop.end(&second, Authorized);
    shop.end(&first, Authorized);
    let before = shop.order(&id);
    reread(&mut shop, |_| {});
    assert_eq!(shop.order(&id), before);
    shop.shipped(&id, &json!({}));
    assert_eq!(states(&mut shop, &id), ["authorized", "paid"]);
}

#[test]
fn a_journal_from_before_there_were_attempts_beside_each_other_is_read() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    shop.end(&first, Authorized);
    reread(&mut shop, |order| assert!(order.as_object_mut().unwrap().remove("settled_by").is_some()));
    shop.pass(DAYS_28 - SignedDuration::from_secs(1));
    assert_eq!(states(&mut shop, &id), ["authorized"]);
    shop.shipped(&id, &json!({}));
    assert_eq!(shop.order(&id).pointer("/_embedded/payments/0/amountCaptured"), Some(&eur("1027.99")));
}
