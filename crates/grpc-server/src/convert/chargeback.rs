//! A chargeback as a message.

use domain::rules::chargeback::Chargeback;

use super::common::{amount, time};
use crate::proto;

pub fn chargeback(chargeback: &Chargeback) -> proto::Chargeback {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    proto::Chargeback {
        mollie_chargeback_id: chargeback.mollie_id.to_string(),
        amount: chargeback.amount.map(amount),
        settlement_amount: chargeback.settlement_amount.map(amount),
        created_time: chargeback.created_time.map(time),
        reversed_time: chargeback.reversed_time.map(time),
        reason_code: text(&chargeback.reason_code),
        reason: text(&chargeback.reason),
    }
}
