//! Two tabs, and two carts.

use super::*;
use crate::rules::fixtures::{at, placed, recorded};
use crate::rules::ids::OrderId;
use crate::rules::line::LineType;
use crate::rules::status::{LineStatus, OrderStatus, Read};
use crate::rules::violation::Finding;
use uuid::Uuid;

fn lives_in(city: &str) -> Personal {
    let address = Address { city: Some(city.to_owned()), ..Address::default() };
    Personal { billing_address: Some(address), ..Personal::default() }
}

/// A new order from the fixture's draft.
fn new() -> Order {
    let order = recorded().order().clone();
    Order {
        id: OrderId::new(Uuid::from_u128(9)),
        created_time: at(9),
        personal: lives_in("Utrecht"),
        ..order
    }
}

#[test]
fn the_same_draft_is_known_whatever_became_of_the_first_order() {
    let first = recorded().order().impersonal();
    assert!(is_same(&first, &lives_in("Utrecht"), &new()));
    // Mollie spells it otherwise.
    assert!(is_same(&first, &lives_in("UTRECHT"), &new()));
    // What warns depends on the day.
    let finding = Finding { path: "draft".into(), rule: "r".into(), expected: "e".into(), got: "g".into() };
    let mut later = new();
    later.terms.warnings = vec![finding];
    assert!(is_same(&first, &lives_in("Utrecht"), &later));
}

#[test]
fn another_cart_or_another_person_is_another_draft() {
    let first = recorded().order().impersonal();
    let differs = |change: fn(&mut Order)| {
        let mut other = new();
        change(&mut other);
        !is_same(&first, &lives_in("Utrecht"), &other)
    };
    assert!(differs(|order| order.lines[0].quantity = 3));
    assert!(differs(|order| order.lines[0].line_type = Read::Known(LineType::Digital)));
    assert!(differs(|order| drop(order.lines.pop())));
    assert!(differs(|order| order.terms.redirect_url = Some("https://shop.example/b".to_owned())));
    assert!(differs(|order| order.terms.order_number = "1338".to_owned()));
    assert!(differs(|order| order.personal = lives_in("Breda")));
    assert!(differs(|order| order.personal = Personal::default()));
    assert!(differs(|order| order.personal.shipping_address = Some(Address::default())));
    assert!(differs(|order| order.personal.consumer_date_of_birth = "1980-01-01".parse().ok()));
}

/// What was recorded counts, not what Mollie made of it.
#[test]
fn an_order_that_has_moved_on_is_not_what_it_was_created_from() {
    let moved = placed(OrderStatus::Created, LineStatus::Created).order().impersonal();
    assert!(!is_same(&moved, &lives_in("Utrecht"), &new()));
}
