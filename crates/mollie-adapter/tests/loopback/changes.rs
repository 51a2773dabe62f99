//! Changes of an order and of its lines: what goes over the wire.

use domain::ports::{Command, Gateway, Outcome};
use domain::rules::address::Address;
use domain::rules::line_change::{AMOUNTS, LineChanges, LineField};
use domain::rules::money::Money;
use domain::rules::order_update::{NewAddresses, NewTerms};
use serde_json::{Value, json};

use crate::change::{
    ORDER, canceled, line, manage, manage_as, money, of_updates, renamed, renumber, update, updated,
};
use crate::lego::{self, euro};
use crate::server::{Seen, Server, key, profile};

/// The only request that a command becomes. Mollie ignores a key on PATCH, so there is none.
async fn patched(command: &Command) -> (String, Value) {
    let server = Server::start([]).await;
    server.adapter().execute(&profile(), command, key()).await;
    let Seen { line, headers, body } = server.only();
    assert_eq!(
        (headers.get("idempotency-key"), &headers["content-type"]),
        (None, &"application/json".parse().unwrap())
    );
    (line, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn of_an_order_only_what_changes_is_sent() {
    let expected = json!({ "orderNumber": "1338" });
    assert_eq!(patched(&renumber()).await, (format!("PATCH /v2/orders/{ORDER}"), expected));
    let pages = NewTerms {
        redirect_url: Some("https://example.org/back".to_owned()),
        cancel_url: Some("https://example.org/no".to_owned()),
        ..NewTerms::default()
    };
    let (_, body) = patched(&update(pages, NewAddresses::default())).await;
    assert_eq!(
        body,
        json!({ "redirectUrl": "https://example.org/back", "cancelUrl": "https://example.org/no" })
    );
}

/// An address is replaced: a part that is left out is gone at Mollie, so the others go along whatever changes.
#[tokio::test]
async fn an_address_is_sent_whole_and_without_the_other_one() {
    let both = lego::command().order.personal;
    let address = both.billing_address.map(|address| Address { title: None, ..address });
    let terms = NewTerms { personal: vec!["billing_address".to_owned()], ..NewTerms::default() };
    let (_, body) =
        patched(&update(terms, NewAddresses { billing_address: address, shipping_address: None })).await;
    let mut expected = lego::request()["billingAddress"].clone();
    expected.as_object_mut().unwrap().remove("title");
    assert_eq!(body, json!({ "billingAddress": expected }));
    let addresses = NewAddresses { billing_address: None, shipping_address: both.shipping_address };
    let (_, body) = patched(&update(NewTerms::default(), addresses)).await;
    assert_eq!(body, json!({ "shippingAddress": lego::request()["shippingAddress"] }));
}

/// Mollie wants at least one parameter. An address that is named, and is not there, is none.
#[tokio::test]
async fn a_change_of_nothing_is_never_sent() {
    let server = Server::start([]).await;
    let named = NewTerms { personal: vec!["billing_address".to_owned()], ..NewTerms::default() };
    let nothing = [NewTerms::default(), named].map(|terms| update(terms, NewAddresses::default()));
    let no_value = [vec![], vec![renamed(2)]].map(|mut others| {
        others.push(updated(line(1, |_| ()), &[]));
        manage(of_updates(others))
    });
    for command in nothing.iter().chain(&no_value).chain(&[manage(LineChanges::default())]) {
        let outcome = server.adapter().execute(&profile(), command, key()).await;
        assert!(matches!(outcome, Outcome::NotSent { pause: None, .. }), "{outcome:?}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn one_line_that_gets_new_amounts_has_its_own_endpoint_and_sends_them_all() {
    let one = line(1, |line| {
        (line.quantity, line.total_amount, line.vat_amount) = (1, euro("299.00"), euro("51.89"));
    });
    let (request, body) = patched(&manage(of_updates(vec![updated(one, &AMOUNTS)]))).await;
    assert_eq!(request, format!("PATCH /v2/orders/{ORDER}/lines/odl_1.a%2Fb"));
    let expected = json!({
        "quantity": 1, "unitPrice": money("399.00"), "discountAmount": money("100.00"), "totalAmount": money("299.00"),
        "vatRate": "21.00", "vatAmount": money("51.89"),
    });
    assert_eq!(body, expected);
}

/// What is not said of a discount, one document takes for no discount, and another for the one there is.
#[tokio::test]
async fn that_there_is_no_discount_is_said() {
    for before in [None, Some(euro("0.00"))] {
        let two = line(2, |line| line.discount_amount = before);
        let (_, body) = patched(&manage(of_updates(vec![updated(two, &AMOUNTS)]))).await;
        assert_eq!(body["discountAmount"], money("0.00"));
        assert_eq!(body.as_object().unwrap().len(), AMOUNTS.len());
    }
    let yen = Money::parse("JPY", "700").unwrap();
    let two = line(2, |line| (line.unit_price, line.total_amount, line.vat_amount) = (yen, yen, yen));
    let (_, body) = patched(&manage(of_updates(vec![updated(two, &AMOUNTS)]))).await;
    assert_eq!(body["discountAmount"], json!({ "currency": "JPY", "value": "0" }));
}

/// An amount, once sent, wants all the others; texts stand alone.
#[tokio::test]
async fn a_text_that_changes_is_sent_without_amounts() {
    let texts = [
        LineField::Category,
        LineField::Name,
        LineField::QuantityUnit,
        LineField::Sku,
        LineField::ImageUrl,
        LineField::ProductUrl,
        LineField::Metadata,
    ];
    let one = line(1, |line| {
        line.quantity_unit = Some("pcs".to_owned());
        line.metadata = Some(json!({ "shelf": [4] }));
    });
    let (_, body) = patched(&manage(of_updates(vec![updated(one, &texts)]))).await;
    let all = &lego::request()["lines"][0];
    let expected = json!({
        "category": "gift", "name": all["name"], "quantityUnit": "pcs", "sku": all["sku"], "imageUrl": all["imageUrl"],
        "productUrl": all["productUrl"], "metadata": { "shelf": [4] },
    });
    assert_eq!(body, expected);
    assert_eq!(patched(&manage(of_updates(vec![renamed(2)]))).await.1, json!({ "name": "Other" }));
}

#[tokio::test]
async fn changes_of_several_kinds_are_one_request() {
    let new = line(3, |line| line.category = None);
    let changes = LineChanges {
        added: vec![new],
        updated: vec![renamed(2)],
        canceled: vec![canceled(1, 1, "299.00")],
        ..LineChanges::default()
    };
    let (request, body) = patched(&manage(changes)).await;
    assert_eq!(request, format!("PATCH /v2/orders/{ORDER}/lines"));
    let mut added = lego::request()["lines"][1].clone();
    added.as_object_mut().unwrap().remove("category");
    let expected = json!({ "operations": [
        { "operation": "update", "data": { "id": "odl_1.c.d", "name": "Other" } },
        { "operation": "cancel", "data": { "id": "odl_1.a/b", "quantity": 1, "amount": money("299.00") } },
        { "operation": "add", "data": added },
    ]});
    assert_eq!(body, expected);
}

/// Only an update that is alone has an endpoint of its own.
#[tokio::test]
async fn two_updates_an_addition_or_a_cancellation_alone_go_to_all_lines() {
    let added = LineChanges { added: vec![line(3, |_| ())], ..LineChanges::default() };
    let gone = LineChanges { canceled: vec![canceled(2, 1, "329.99")], ..LineChanges::default() };
    let with = LineChanges { updated: vec![renamed(1)], ..gone.clone() };
    let two = of_updates(vec![renamed(1), renamed(2)]);
    for (changes, names) in [
        (added, vec!["add"]),
        (gone, vec!["cancel"]),
        (with, vec!["update", "cancel"]),
        (two, vec!["update"; 2]),
    ] {
        let (request, body) = patched(&manage(changes)).await;
        assert_eq!(request, format!("PATCH /v2/orders/{ORDER}/lines"));
        let operations = body["operations"].as_array().unwrap();
        assert_eq!(
            operations.iter().map(|one| one["operation"].as_str().unwrap()).collect::<Vec<_>>(),
            names
        );
    }
}

/// Of several lines each sends its own amounts, with its own discount.
#[tokio::test]
async fn an_update_among_others_sends_its_amounts_too() {
    let changes = of_updates(vec![updated(line(1, |_| ()), &AMOUNTS), updated(line(2, |_| ()), &AMOUNTS)]);
    let (_, body) = patched(&manage(changes)).await;
    let discounts = [0, 1].map(|n| &body["operations"][n]["data"]["discountAmount"]);
    assert_eq!(discounts, [&money("100.00"), &money("0.00")]);
    let keys = |n: usize| body["operations"][n]["data"].as_object().unwrap().len();
    assert_eq!((keys(0), keys(1)), (AMOUNTS.len() + 1, AMOUNTS.len() + 1));
}

#[tokio::test]
async fn ids_of_lines_cannot_leave_their_segment_and_a_line_must_have_one() {
    let strange = manage_as("ord_1/../x", ["odl_1?a#b", "odl_1.c"], of_updates(vec![renamed(1)]));
    assert_eq!(patched(&strange).await.0, "PATCH /v2/orders/ord_1%2F..%2Fx/lines/odl_1%3Fa%23b");
    let server = Server::start([]).await;
    let unknown = [
        of_updates(vec![renamed(3)]),
        of_updates(vec![renamed(1), renamed(3)]),
        LineChanges { canceled: vec![canceled(3, 1, "1.00")], ..LineChanges::default() },
    ];
    let climbing = ["", ".", ".."].map(|id| manage_as(ORDER, [id, "odl_1.c"], of_updates(vec![renamed(1)])));
    for command in unknown.map(manage).iter().chain(&climbing) {
        let outcome = server.adapter().execute(&profile(), command, key()).await;
        assert!(matches!(outcome, Outcome::NotSent { pause: None, .. }), "{outcome:?}");
    }
    assert!(server.seen().is_empty());
}
