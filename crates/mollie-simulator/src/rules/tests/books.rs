//! The books of an order, against what was done with it.

use serde_json::{Value, json};

use super::super::FinalState::{Authorized, Canceled};
use super::captures::only;
use super::{Shop, eur, lego, line, order_of};

fn books(shop: &Shop, id: &str) -> Value {
    json!(shop.world.books(id).unwrap())
}

fn sums(of: &Value, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| of[*name]["value"].as_str().unwrap().to_owned()).collect()
}

const ORDER: [&str; 6] = ["ordered", "authorized", "captured", "released", "refunded", "charged_back"];
const PAYMENT: [&str; 6] = ["authorized", "captured", "released", "received", "refunded", "refundable"];

#[test]
fn an_authorized_order_that_was_shipped_canceled_and_refunded_in_parts() {
    let mut shop = Shop::new();
    let lines = [line(4, "10.00", None, "40.00"), line(1, "5.00", None, "5.00")];
    let (id, lines) = shop.settled(&order_of("klarna", &eur("45.00"), &lines));
    let of = |quantity: u32| json!({ "lines": [{ "id": lines[0], "quantity": quantity }] });
    shop.shipped(&id, &of(2));
    assert_eq!(shop.delete_lines(&id, &of(1)).status, 204);
    Shop::made(shop.refund_lines(&id, &of(1)));
    let payment = shop.payment_id(&id);
    Shop::made(shop.refund_amount(&payment, "3.00"));
    let all = books(&shop, &id);
    assert_eq!(sums(&all, &ORDER), ["45.00", "45.00", "20.00", "10.00", "13.00", "0.00"]);
    assert_eq!(sums(&all["payments"][0], &PAYMENT), ["45.00", "20.00", "10.00", "20.00", "13.00", "7.00"]);
    let share = |quantity: u32, value: &str| json!({ "quantity": quantity, "amount": eur(value) });
    let first = &all["lines"][0];
    assert_eq!([&first["ordered"], &first["shipped"]], [&share(4, "40.00"), &share(2, "20.00")]);
    assert_eq!([&first["canceled"], &first["refunded"]], [&share(1, "10.00"), &share(1, "10.00")]);
    assert_eq!((&all["status"], &all["lines"][1]["status"]), (&json!("shipping"), &json!("authorized")));
    shop.pass(jiff::SignedDuration::from_hours(28 * 24));
    let all = books(&shop, &id);
    assert_eq!(
        sums(&all, &ORDER),
        ["45.00", "45.00", "20.00", "25.00", "13.00", "0.00"],
        "the rest is released"
    );
}

#[test]
fn a_paid_order_has_nothing_to_release() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("ideal"));
    shop.shipped(&id, &only(&lines[0]));
    let all = books(&shop, &id);
    assert_eq!(sums(&all, &ORDER), ["1027.99", "0.00", "1027.99", "0.00", "0.00", "0.00"]);
    assert_eq!(sums(&all["payments"][0], &PAYMENT), ["0.00", "0.00", "0.00", "1027.99", "0.00", "1027.99"]);
    assert_eq!(shop.world.books("ord_1.nobody"), None);
}

#[test]
fn each_attempt_has_books_of_its_own() {
    let mut shop = Shop::new();
    let mut body = lego("klarna");
    body["method"] = json!(["klarna", "creditcard"]);
    let id = super::text(&shop.create(&body), "/id");
    let (first, second) = (shop.begin(&id, "klarna"), shop.begin(&id, "klarna"));
    shop.end(&first, Authorized);
    shop.end(&second, Authorized);
    assert_eq!(sums(&books(&shop, &id)["payments"][2], &PAYMENT)[..3], ["1027.99", "0.00", "0.00"]);
    assert_eq!(shop.cancel(&id).status, 200);
    let all = books(&shop, &id);
    let released: Vec<String> =
        (0..3).map(|index| sums(&all["payments"][index], &["released"]).remove(0)).collect();
    assert_eq!(released, ["0.00", "1027.99", "1027.99"]);
    assert_eq!(sums(&all, &ORDER)[1..4], ["1027.99", "0.00", "1027.99"], "of the one that it lived on");
    assert!(shop.world.end_attempt(&first, Canceled, shop.now).is_err());
}
