//! Chargebacks as a payment's list has them. Their sum stands with the payment, so no money depends on them: each is read as far
//! as it is understood, and one without an id is skipped.

use domain::rules::chargeback::Chargeback;
use domain::rules::ids::MollieChargebackId;

use crate::json::Object;

/// Reads a chargeback; `None` without an id.
pub fn read(chargeback: &Object<'_>) -> Option<Chargeback> {
    let text = |object: &Object<'_>, name: &str| object.loose_text(name).value().cloned();
    let money = |name: &str| chargeback.loose_money(name).value().copied();
    let (reason_code, reason) = match chargeback.value("reason").is_some_and(|reason| reason.is_object()) {
        true => {
            let reason = chargeback.loose_object("reason");
            let part = |name: &str| reason.value().and_then(|reason| text(reason, name));
            (part("code"), part("description"))
        }
        false => (None, text(chargeback, "reason")),
    };
    Some(Chargeback {
        mollie_id: MollieChargebackId::new(text(chargeback, "id")?),
        amount: money("amount"),
        settlement_amount: money("settlementAmount"),
        created_time: chargeback.loose_time("createdAt"),
        reversed_time: chargeback.loose_time("reversedAt"),
        reason_code,
        reason,
    })
}

/// Those that have an id. `None` stands for one that has none.
pub fn known(listed: Vec<Option<Chargeback>>) -> Vec<Chargeback> {
    let all = listed.len();
    let known: Vec<_> = listed.into_iter().flatten().collect();
    if known.len() < all {
        tracing::warn!(skipped = all - known.len(), "chargebacks without an id were skipped");
    }
    known
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(value: &Value) -> Option<Chargeback> {
        read(&Object::root(value).unwrap())
    }

    #[test]
    fn a_chargeback_is_read_whole() {
        let whole = json!({
            "resource": "chargeback", "id": "chb_n9.z0tp", "paymentId": "tr_1", "newThing": [],
            "amount": {"currency": "USD", "value": "43.38"}, "settlementAmount": {"currency": "EUR", "value": "-35.07"},
            "createdAt": "2026-02-03T13:44:37+00:00", "reversedAt": "2026-02-05T13:44:37.0Z",
            "reason": {"code": "AC01", "description": "Account identifier incorrect"},
        });
        let read = of(&whole).unwrap();
        assert_eq!(read.mollie_id.as_str(), "chb_n9.z0tp");
        assert_eq!(read.amount.unwrap().to_string(), "43.38 USD");
        assert_eq!(read.settlement_amount.unwrap().to_string(), "-35.07 EUR");
        let times = [read.created_time, read.reversed_time].map(|time| time.unwrap().to_string());
        assert_eq!(times, ["2026-02-03T13:44:37Z", "2026-02-05T13:44:37Z"]);
        let reason = (read.reason_code.as_deref(), read.reason.as_deref());
        assert_eq!(reason, (Some("AC01"), Some("Account identifier incorrect")));
    }

    #[test]
    fn what_is_odd_of_a_chargeback_is_left_out_and_one_without_an_id_is_skipped() {
        let odd =
            json!({"id": "chb_1", "amount": "much", "createdAt": 7, "reversedAt": null, "reason": "not me"});
        let read = of(&odd).unwrap();
        assert_eq!((read.amount, read.settlement_amount, read.created_time), (None, None, None));
        assert_eq!(
            (read.reversed_time, read.reason_code, read.reason.as_deref()),
            (None, None, Some("not me"))
        );
        for reason in [json!(null), json!([]), json!({}), json!({"code": ["x"]})] {
            let read = of(&json!({"id": "chb_1", "reason": reason})).unwrap();
            assert_eq!((read.reason_code, read.reason), (None, None), "{reason}");
        }
        let listed =
            [json!({"id": "chb_1"}), json!({"amount": {}}), json!({"id": null})].iter().map(of).collect();
        assert_eq!(known(listed).len(), 1);
    }
}
