//! What a payment shows of the request that it was made by, and of why it failed.

use serde_json::json;

use super::super::FinalState::{Failed, Paid};
use super::super::{AttemptEnd, NotEnded};
use super::{Shop, lego, text};

#[test]
fn it_shows_the_customer_and_the_mandate_that_were_sent() {
    let mut shop = Shop::new();
    let mut body = lego("creditcard");
    body["payment"] =
        json!({ "customerId": "cst_8wmqcHMN4U", "mandateId": "mdt_h3gAaD5zP", "sequenceType": "recurring" });
    let id = text(&shop.create(&body), "/id");
    shop.choose(&id, Failed).unwrap();
    shop.restart();
    let first = shop.order(&id)["_embedded"]["payments"][0].clone();
    assert_eq!(
        (&first["customerId"], &first["mandateId"]),
        (&json!("cst_8wmqcHMN4U"), &json!("mdt_h3gAaD5zP"))
    );
    let other = shop.pay_again(&id, &json!({ "customerId": "cst_other" })).body;
    assert_eq!((&other["customerId"], other.get("mandateId")), (&json!("cst_other"), None));
    shop.choose(&id, Failed).unwrap();
    let plain = shop.pay_again(&id, &json!({})).body;
    assert_eq!(
        (plain.get("customerId"), plain.get("mandateId")),
        (None, None),
        "of the webhook alone it is copied"
    );
}

#[test]
fn a_failed_one_says_why_if_the_bank_does() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("creditcard")), "/id");
    let first = shop.payment_id(&id);
    let misfit = shop.world.end_attempt_as(&first, &AttemptEnd::new(Paid).failure("card_expired"), shop.now);
    assert_eq!(misfit, Err(NotEnded::Misfit(Paid)));
    let failed = AttemptEnd::new(Failed).failure("insufficient_funds");
    shop.world.end_attempt_as(&first, &failed, shop.now).unwrap();
    shop.restart();
    let shown = shop.get(&format!("/v2/payments/{first}"));
    assert_eq!(shown["details"], json!({ "failureReason": "insufficient_funds" }));
    let second = text(&shop.pay_again(&id, &json!({})).body, "/id");
    shop.end(&second, Failed);
    assert!(shop.get(&format!("/v2/payments/{second}")).get("details").is_none());
    shop.world.end_attempt_as(&first, &AttemptEnd::new(Paid).forced(), shop.now).unwrap();
    assert!(shop.get(&format!("/v2/payments/{first}"))["details"].get("failureReason").is_none());
}
