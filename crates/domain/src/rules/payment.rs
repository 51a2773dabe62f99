//! Payments: the parameters a caller gives for one, and the attempts Mollie reports.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::amount_input::AmountInput;
use super::date::Today;
use super::ids::MolliePaymentId;
use super::money::{Currency, Money};
use super::payment_particulars::PaymentParticulars;
use super::rule::Mark::{D, I};
use super::rule::Source::Mollie;
use super::rule::rules;
use super::status::{PaymentStatus, Read};
use super::violation::Violations;

pub(in crate::rules) mod further;

rules! {
    SEQUENCE payment_sequence_type = "payment.sequence_type", Refuse, Mollie(D, "create order, payment.sequenceType"),
        "A sequence type is oneoff, first or recurring.",
        refused [|order| order["payment"] = serde_json::json!({ "sequenceType": "twice" })],
        accepted [|order| order["payment"] = serde_json::json!({ "sequenceType": "first" })];

    DUE payment_due_date = "payment.due_date", Refuse, Mollie(D, "create order, payment.dueDate"),
        "A due date is YYYY-MM-DD.",
        refused [|order| order["payment"] = serde_json::json!({ "dueDate": "20260305" })],
        accepted [|order| order["payment"] = serde_json::json!({ "dueDate": "2026-03-05" })];

    DUE_RANGE payment_due_date_range = "payment.due_date_range", Warn, Mollie(I, "create order, expiresAt"),
        "A due date is from tomorrow to 100 days after tomorrow, in UTC and in Amsterdam.",
        refused [
            |order| order["payment"] = serde_json::json!({ "dueDate": "2026-03-01" }),
            |order| order["payment"] = serde_json::json!({ "dueDate": "2026-06-11" }),
            // The next day has begun in Amsterdam.
            |order| {
                (order["now"], order["payment"]["dueDate"]) = ("2026-03-01T23:30:00Z".into(), "2026-03-02".into());
            },
        ],
        accepted [
            |order| order["payment"] = serde_json::json!({ "dueDate": "2026-03-02" }),
            |order| order["payment"] = serde_json::json!({ "dueDate": "2026-06-10" }),
        ];

    FEE payment_application_fee = "payment.application_fee", Warn, Mollie(D, "create order, applicationFee: with access tokens"),
        "An application fee needs an access token: a profile with an API key refuses it; its currency should be the order's.",
        refused [
            |order| {
                let amount = serde_json::json!({ "currency": "EUR", "value": "1.00" });
                order["payment"]["applicationFee"] = serde_json::json!({ "amount": amount, "description": "Fee" });
            },
            |order| {
                let amount = serde_json::json!({ "currency": "USD", "value": "1.00" });
                order["payment"]["applicationFee"] = serde_json::json!({ "amount": amount, "description": "Fee" });
            },
        ],
        accepted [
            |order| order["payment"] = serde_json::json!({ "issuer": "ideal_INGBNL2A" }),
            |order| {
                let amount = serde_json::json!({ "currency": "EUR", "value": "1.00" });
                order["payment"]["applicationFee"] = serde_json::json!({ "amount": amount, "description": "Fee" });
                order["profile"] = serde_json::json!({ "hasToken": true });
            },
        ];
}

/// The id of the rule about application fees. A profile with an API key is strict about it: Mollie may leave the fee out.
pub const APPLICATION_FEE: &str = FEE.id;

/// Payment parameters by their path in the API (`issuer`, `company.vat_number`, `application_fee.amount.value`); those of
/// `extra_merchant_data`, whose shape is Klarna's, and of `further_parameters` are JSON text. Some are secrets (card token, voucher pin), so all are stored
/// sealed and wiped once their operation is settled.
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

    /// As they are sealed; `None`: there are none.
    #[must_use]
    pub fn to_secret(&self) -> Option<Vec<u8>> {
        let text = serde_json::Value::from_iter(self.0.clone()).to_string();
        (!self.0.is_empty()).then(|| text.into_bytes())
    }

    /// What was sealed; `None`, if this release does not know it.
    #[must_use]
    pub fn from_secret(secret: Option<&[u8]>) -> Option<Self> {
        let Some(secret) = secret else { return Some(Self::default()) };
        let value: serde_json::Value = serde_json::from_slice(secret).ok()?;
        let entries = value.as_object()?.iter();
        entries
            .map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Checks the parameters that have a closed form; Mollie judges the others.
    /// `currency`: the order's, where that could be read.
    pub(super) fn check(
        &self,
        path: &str,
        today: Today,
        currency: Option<Currency>,
        faults: &mut Violations,
    ) {
        let sequence =
            self.get("sequence_type").filter(|text| !["oneoff", "first", "recurring"].contains(text));
        if let Some(got) = sequence {
            faults.breaks(format!("{path}.sequence_type"), &SEQUENCE, "oneoff, first or recurring", got);
        }
        if let Some(due) = self.get("due_date") {
            today.due(due, (&format!("{path}.due_date"), &DUE, &DUE_RANGE), faults);
        }
        if self.0.keys().any(|key| key.starts_with("application_fee.")) {
            self.application_fee(&format!("{path}.application_fee"), currency, faults);
        }
        further::check(self.get("further_parameters").unwrap_or_default(), path, faults);
    }

    fn application_fee(&self, path: &str, currency: Option<Currency>, faults: &mut Violations) {
        let part = |name: &str| self.get(name).unwrap_or_default().to_owned();
        let (code, value) = (part("application_fee.amount.currency"), part("application_fee.amount.value"));
        let fee = AmountInput { currency: code, value }.parse(&format!("{path}.amount"), faults);
        match faults.agreements() {
            Some(agreed) if agreed.has_token => (),
            Some(_) => faults.breaks(
                path,
                &FEE,
                "none: the profile has an API key, and a fee needs an access token",
                "one",
            ),
            // No document names one of a further payment.
            None => faults.breaks(path, &FEE, "none: a fee is told when the order is created", "one"),
        }
        if let (Some(fee), Some(currency)) = (fee.map(Money::currency), currency)
            && fee != currency
        {
            // No document says so of a fee; of an order's own amounts they do.
            faults.breaks(format!("{path}.amount.currency"), &FEE, currency.code(), fee.code());
        }
    }

    /// Whether it creates a mandate, so that it may cost nothing (create order, `payment.sequenceType`).
    pub(super) fn is_first(&self) -> bool {
        self.get("sequence_type") == Some("first")
    }

    /// Whether the shopper never sees a page (create order, `redirectUrl`).
    pub(super) fn is_recurring(&self) -> bool {
        self.get("sequence_type") == Some("recurring")
    }

    /// Whether the shopper has paid on the merchant's own page by Apple Pay.
    pub(super) fn is_apple_pay(&self) -> bool {
        self.get("apple_pay_payment_token").is_some()
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
    /// Where the shopper completes it, while it is open.
    pub checkout_url: Option<String>,
    pub amount_captured: Option<Money>,
    pub amount_refunded: Option<Money>,
    /// What of it was not paid by vouchers: only that can be refunded. `None` without vouchers.
    pub remainder_amount: Option<Money>,
    /// What the shopper's bank took back and did not return.
    pub amount_charged_back: Option<Money>,
    pub created_time: Timestamp,
    pub authorized_time: Option<Timestamp>,
    pub paid_time: Option<Timestamp>,
    /// When it failed, expired or was canceled.
    pub ended_time: Option<Timestamp>,
    /// When it ends if the shopper does not complete it.
    pub expires_time: Option<Timestamp>,
    /// Until when an authorized amount can be captured, where Mollie tells.
    pub capture_before: Option<Timestamp>,
    pub particulars: PaymentParticulars,
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

    /// Whether it has ended without money.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        match self.status {
            Read::Known(PaymentStatus::Failed | PaymentStatus::Canceled | PaymentStatus::Expired) => true,
            Read::Known(
                PaymentStatus::Open
                | PaymentStatus::Pending
                | PaymentStatus::Authorized
                | PaymentStatus::Paid,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_of_payment_parameters_is_read_back() {
        let given = PaymentParameters([("issuer".to_owned(), "ideal_INGBNL2A".to_owned())].into());
        assert_eq!(PaymentParameters::from_secret(given.to_secret().as_deref()), Some(given));
        assert_eq!(PaymentParameters::default().to_secret(), None);
        assert_eq!(PaymentParameters::from_secret(None), Some(PaymentParameters::default()));
        assert_eq!(PaymentParameters::from_secret(Some(b"[1]")), None);
    }

    #[test]
    fn of_payment_parameters_only_the_names_are_printed() {
        let secret = PaymentParameters([("card_token".to_owned(), "tkn_12345".to_owned())].into());
        assert_eq!(format!("{secret:?}"), r#"{"card_token"}"#);
    }
}
