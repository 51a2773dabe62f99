//! The due date of a bank transfer: its bounds, and when the payment lapses.

use serde_json::{Value, json};

use super::super::FinalState::{Expired, Failed, Open};
use super::super::{Switches, judge_create};
use super::{Shop, lego, text};

const DUE: &str = "2018-08-21T05:00:00+00:00";

fn due(method: &Value, date: &str) -> Value {
    let mut body = lego("ideal");
    body["method"] = method.clone();
    body["payment"] = json!({ "dueDate": date });
    body
}

fn expires_at(shop: &mut Shop, id: &str, at: usize) -> String {
    text(&shop.order(id), &format!("/_embedded/payments/{at}/expiresAt"))
}

#[test]
fn the_first_payment_lapses_after_it() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&due(&json!("banktransfer"), "2018-08-20")), "/id");
    assert_eq!(expires_at(&mut shop, &id, 0), DUE);
    shop.restart();
    shop.now = "2018-08-21T04:59:59Z".parse().unwrap();
    assert_eq!(shop.order(&id)["_embedded"]["payments"][0]["status"], "open");
    shop.now = "2018-08-21T05:00:00Z".parse().unwrap();
    assert_eq!(shop.order(&id)["_embedded"]["payments"][0]["status"], "expired");
    assert_eq!(shop.order(&id)["status"], "created");
}

#[test]
fn it_counts_once_the_shopper_has_chosen_a_bank_transfer() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&due(&json!(["ideal", "banktransfer"]), "2018-08-20")), "/id");
    assert_eq!(expires_at(&mut shop, &id, 0), "2018-08-30T09:29:56+00:00", "nothing is chosen yet");
    let token = id.trim_start_matches("ord_");
    shop.world.choose(token, Open, Some("ideal"), shop.now).unwrap();
    assert_eq!(expires_at(&mut shop, &id, 0), "2018-08-02T09:44:56+00:00");
    shop.restart();
    shop.world.choose(token, Open, Some("banktransfer"), shop.now).unwrap();
    assert_eq!(expires_at(&mut shop, &id, 0), DUE);
    shop.world.choose(token, Failed, None, shop.now).unwrap();
    let next = shop.pay_again(&id, &json!({ "method": "banktransfer" })).body;
    assert_eq!(next["expiresAt"], "2018-08-16T09:29:56+00:00", "it is for the payment that it came with");
    shop.choose(&id, Expired).unwrap();
    let body = json!({ "dueDate": "2018-08-20" });
    assert_eq!(shop.pay_again(&id, &body).body["expiresAt"], "2018-08-30T09:29:56+00:00");
    shop.world.choose(token, Open, Some("banktransfer"), shop.now).unwrap();
    assert_eq!(expires_at(&mut shop, &id, 2), DUE);
}

#[test]
fn it_is_from_tomorrow_until_100_days_after_tomorrow() {
    let text = "The dueDate should be a date from tomorrow until 100 days after tomorrow.";
    for method in [json!("banktransfer"), json!(["ideal", "banktransfer"]), Value::Null] {
        for (date, is_fine) in
            [("2018-08-02", false), ("2018-08-03", true), ("2018-11-11", true), ("2018-11-12", false)]
        {
            let body = due(&method, date);
            let mut shop = Shop::new();
            if is_fine {
                shop.create(&body);
            } else {
                let refusal = shop.refused(&body);
                assert_eq!(
                    (&refusal["field"], &refusal["detail"]),
                    (&json!("payment.dueDate"), &json!(text))
                );
            }
            let id = super::text(&shop.create(&lego("ideal")), "/id");
            shop.choose(&id, Failed).unwrap();
            let answer = shop.pay_again(&id, &json!({ "method": "banktransfer", "dueDate": date }));
            assert_eq!(answer.status, if is_fine { 201 } else { 422 }, "{date}");
            if !is_fine {
                assert_eq!(
                    (&answer.body["field"], &answer.body["detail"]),
                    (&json!("dueDate"), &json!(text))
                );
            }
        }
    }
}

#[test]
fn its_days_are_those_of_either_zone_unless_switched() {
    let now = "2018-08-02T22:30:00Z".parse().unwrap();
    for (zone, expected) in
        [("either", [true, true]), ("UTC", [true, false]), ("Europe/Amsterdam", [false, true])]
    {
        let switches: Switches = serde_json::from_value(json!({ "zone_of_tomorrow": zone })).unwrap();
        let taken = |date| judge_create(&due(&json!("banktransfer"), date), &switches, now).is_ok();
        assert_eq!([taken("2018-08-03"), taken("2018-11-12")], expected, "{zone}");
    }
}

#[test]
fn nobody_looks_at_it_where_no_bank_transfer_can_be_made() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&due(&json!("ideal"), "2001-01-01")), "/id");
    assert_eq!(expires_at(&mut shop, &id, 0), "2018-08-02T09:44:56+00:00");
    let mut shop = Shop::with(&json!({ "due_date_bounds": "accepted" }));
    let id = text(&shop.create(&due(&json!("banktransfer"), "2019-01-01")), "/id");
    assert_eq!(expires_at(&mut shop, &id, 0), "2019-01-02T05:00:00+00:00");
}
