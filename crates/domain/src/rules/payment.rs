//! Payments: the parameters a caller gives for the first one, and the attempts Mollie reports.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::date::Today;
use super::ids::MolliePaymentId;
use super::line::AmountInput;
use super::money::Money;
use super::status::{PaymentStatus, Read};
use super::violation::Violations;

/// Payment parameters by their path in the API (`issuer`, `company.vat_number`, `application_fee.amount.value`); that of
/// `extra_merchant_data`, whose shape is Klarna's, is JSON text. Some are secrets (card token, voucher pin), so all are stored
/// sealed and wiped once the placement is settled.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PaymentParameters(pub BTreeMap<String, String>);

impl std::fmt::Debug for PaymentParameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl PaymentParameters {
    /// The value at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Checks the parameters that have a closed form; Mollie judges the others.
    pub(super) fn check(&self, path: &str, today: Today, faults: &mut Violations) {
        let sequence =
            self.get("sequence_type").filter(|text| !["oneoff", "first", "recurring"].contains(text));
        if let Some(got) = sequence {
            faults.add(
                format!("{path}.sequence_type"),
                "payment.sequence_type",
                "oneoff, first or recurring",
                got,
            );
        }
        if let Some(due) = self.get("due_date") {
            today.ahead(due, (&format!("{path}.due_date"), "payment.due_date"), faults);
        }
        if self.0.keys().any(|key| key.starts_with("application_fee.")) {
            let part = |name: &str| self.get(name).unwrap_or_default().to_owned();
            let (currency, value) =
                (part("application_fee.amount.currency"), part("application_fee.amount.value"));
            AmountInput { currency, value }.parse(
                &format!("{path}.application_fee.amount"),
                "payment.application_fee",
                faults,
            );
        }
    }

    /// Whether it creates a mandate, so that it may cost nothing (create order, `payment.sequenceType`).
    pub(super) fn is_first(&self) -> bool {
        self.get("sequence_type") == Some("first")
    }

    /// Whether the shopper never sees a payment page, so that no return page is needed (create order, `redirectUrl`).
    pub(super) fn needs_no_redirect(&self) -> bool {
        self.get("sequence_type") == Some("recurring") || self.get("apple_pay_payment_token").is_some()
    }
}

/// One attempt to pay, as Mollie reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub mollie_id: MolliePaymentId,
    pub status: Read<PaymentStatus>,
    /// The method, once one is chosen.
    pub method: Option<String>,
    pub amount: Money,
    pub amount_captured: Option<Money>,
    pub amount_refunded: Option<Money>,
    pub created_time: Timestamp,
    pub authorized_time: Option<Timestamp>,
    pub paid_time: Option<Timestamp>,
    /// When it failed, expired or was canceled.
    pub ended_time: Option<Timestamp>,
}

impl Payment {
    /// Whether this attempt holds the shopper's money or has it promised.
    #[must_use]
    pub const fn holds_money(&self) -> bool {
        match self.status {
            Read::Known(PaymentStatus::Authorized | PaymentStatus::Paid) => true,
            Read::Known(
                PaymentStatus::Open
                | PaymentStatus::Pending
                | PaymentStatus::Failed
                | PaymentStatus::Canceled
                | PaymentStatus::Expired,
            )
            | Read::Unknown(_) => false,
        }
    }

    /// The money it holds that was not refunded; `None` if it holds none. The whole, if the amounts cannot be compared.
    #[must_use]
    pub fn kept(&self) -> Option<Money> {
        let given_back = self.amount_refunded.unwrap_or(Money::zero(self.amount.currency()));
        self.holds_money().then(|| self.amount.minus(given_back).unwrap_or(self.amount))
    }
}

/// A payment that holds money although its order has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranded {
    pub payment: MolliePaymentId,
    /// When it was first seen.
    pub since: Timestamp,
}
