//! How the effect of a change is recognised.

use super::*;
use crate::operations::kind::Secret;
use crate::operations::sent::Sent;
use crate::rules::fixtures::{at, placed, snapshot};
use crate::rules::order_update::NewTerms;
use crate::rules::status::{LineStatus, OrderStatus};

fn lives_in(city: &str) -> Address {
    Address { city: Some(city.to_owned()), country: Some("NL".to_owned()), ..Address::default() }
}

fn told(parts: Address, is_whole: bool) -> Option<AddressSnapshot> {
    Some(AddressSnapshot { parts, is_whole })
}

/// What is seen of new terms and a new billing address.
fn observed(terms: &NewTerms, city: Option<&str>, change: impl FnOnce(&mut Snapshot)) -> Observation {
    let order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
    let mut seen = snapshot(OrderStatus::Created, LineStatus::Created);
    change(&mut seen);
    let addresses = NewAddresses { billing_address: city.map(lives_in), shipping_address: None };
    let secret = addresses.to_secret();
    let book = Book { order: &order, shipments: &[], refunds: &[], secret: Secret(secret.as_deref()) };
    let sends = Sends { sent: Sent::at(at(3)), is_refused: false };
    let terms = NewTerms { personal: addresses.names(), ..terms.clone() };
    Task { terms, until: at(9) }.observe(book, &[seen], sends)
}

#[test]
fn it_is_done_once_every_value_is_there() {
    let terms = NewTerms {
        order_number: Some("1338".into()),
        redirect_url: Some("https://a.example".into()),
        ..NewTerms::default()
    };
    let set = |seen: &mut Snapshot| {
        seen.order_number = "1338".into();
        seen.redirect_url = Field::Value("https://a.example".into());
        seen.billing_address = told(lives_in("Utrecht"), true);
    };
    assert!(matches!(observed(&terms, Some("Utrecht"), set), Observation::Found(_)));
    type Change = fn(&mut Snapshot);
    let others: [Change; 6] = [
        |seen| seen.order_number = "1337".into(),
        |seen| seen.order_number.clear(),
        |seen| seen.redirect_url = Field::Value("https://b.example".into()),
        // What an order does not have is left out.
        |seen| seen.redirect_url = Field::LeftOut,
        |seen| seen.billing_address = told(lives_in("Amsterdam"), true),
        |seen| seen.billing_address = None,
    ];
    for other in others {
        let seen = |seen: &mut Snapshot| (set(seen), other(seen)).1;
        assert!(matches!(observed(&terms, Some("Utrecht"), seen), Observation::Absent));
    }
    let unread: [Change; 2] = [
        |seen| seen.redirect_url = Field::Unreadable,
        |seen| seen.billing_address = told(Address { country: None, ..lives_in("Utrecht") }, false),
    ];
    for unread in unread {
        let seen = |seen: &mut Snapshot| (set(seen), unread(seen)).1;
        assert!(matches!(observed(&terms, Some("Utrecht"), seen), Observation::NotUnderstood(_)));
    }
    let spelled: [Change; 2] = [
        |seen| seen.redirect_url = Field::Value("https://a.example/".into()),
        |seen| seen.billing_address = told(lives_in(" UTRECHT"), true),
    ];
    for spelled in spelled {
        let seen = |seen: &mut Snapshot| (set(seen), spelled(seen)).1;
        assert!(
            matches!(observed(&terms, Some("Utrecht"), seen), Observation::Found(_)),
            "only spelled otherwise"
        );
    }
}

#[test]
fn without_the_sealed_addresses_nothing_is_known() {
    let (order, seen) = (
        placed(OrderStatus::Created, LineStatus::Created),
        [snapshot(OrderStatus::Created, LineStatus::Created)],
    );
    let book = Book { order: order.order(), shipments: &[], refunds: &[], secret: Secret::default() };
    let task = Task {
        until: at(9),
        terms: NewTerms { personal: vec!["billing_address".to_owned()], ..NewTerms::default() },
    };
    let sends = Sends { sent: Sent::at(at(3)), is_refused: false };
    assert!(matches!(task.observe(book, &seen, sends), Observation::NotUnderstood(_)));
    assert!(task.command(book).is_err());
    // A person who has looked may say so all the same, of this order.
    assert!(matches!(task.identify(book, &seen, "ord_1.abc"), Named::Effect(_)));
    assert!(matches!(task.identify(book, &seen, "ord_2"), Named::Other(_)));
}

#[test]
fn an_address_of_which_an_understood_part_differs_is_another_one() {
    let seen = |seen: &mut Snapshot| {
        seen.billing_address = told(Address { country: None, ..lives_in("Amsterdam") }, false);
    };
    assert!(matches!(observed(&NewTerms::default(), Some("Utrecht"), seen), Observation::Absent));
}

/// A reading has taken Mollie's spelling over before the change has ended.
#[test]
fn what_the_order_had_when_it_was_asked_for_tells_a_new_spelling_from_a_refusal() {
    let mut order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
    let mut seen = snapshot(OrderStatus::Created, LineStatus::Created);
    let new = NewAddresses { billing_address: Some(lives_in("Utrecht")), shipping_address: None };
    let task = Task { terms: NewTerms { personal: new.names(), ..NewTerms::default() }, until: at(9) };
    for (had, is_done) in [("Breda", true), ("utrecht", false)] {
        order.personal.billing_address = Some(lives_in(had));
        let secret = new.to_secret_after(&order.personal);
        seen.billing_address = told(lives_in("utrecht"), true);
        order.personal.billing_address = Some(lives_in("utrecht"));
        let book = Book { order: &order, shipments: &[], refunds: &[], secret: Secret(secret.as_deref()) };
        let sends = Sends { sent: Sent::at(at(3)), is_refused: true };
        let found = matches!(task.observe(book, &[seen.clone()], sends), Observation::Found(_));
        assert_eq!(found, is_done, "it had {had}");
    }
}

/// A supplier may decline it, and then nothing has changed.
#[test]
fn what_the_order_had_before_is_not_taken_for_a_new_spelling_of_it() {
    let mut order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
    order.terms.redirect_url = Some("https://a.example/Back".into());
    order.personal.billing_address = Some(lives_in("utrecht"));
    let mut seen = snapshot(OrderStatus::Created, LineStatus::Created);
    seen.redirect_url = Field::Value("https://a.example/Back".into());
    seen.billing_address = told(lives_in("utrecht"), true);
    let number = NewTerms { order_number: Some("13-37".into()), ..NewTerms::default() };
    let page = NewTerms { redirect_url: Some("https://a.example/back".into()), ..NewTerms::default() };
    for (terms, city) in [(number, None), (page, None), (NewTerms::default(), Some("Utrecht"))] {
        let addresses = NewAddresses { billing_address: city.map(lives_in), shipping_address: None };
        let secret = addresses.to_secret();
        let book = Book { order: &order, shipments: &[], refunds: &[], secret: Secret(secret.as_deref()) };
        let sends = Sends { sent: Sent::at(at(3)), is_refused: true };
        let task = Task { terms: NewTerms { personal: addresses.names(), ..terms }, until: at(9) };
        assert!(matches!(task.observe(book, &[seen.clone()], sends), Observation::Absent), "{task:?}");
    }
}
