//! A further payment of an order: when Mollie takes one (create order payment), and what a caller may say of it. It may not decide
//! what an attempt that exists already means for the order.

use jiff::{SignedDuration, Timestamp};

use super::agreements::Agreements;
use super::date::Today;
use super::draft::method;
use super::number_refusal::by_another;
use super::order::Order;
use super::payment::{Payment, PaymentParameters};
use super::precondition::{FailedPrecondition, PreconditionReason};
use super::request_error::RequestError;
use super::status::{OrderStatus, PaymentStatus, Read};
use super::violation::{Violation, Violations};

/// So many attempts an order may have (MOLLIE: create order payment, at most 25).
pub const ATTEMPTS: usize = 25;

/// A shopper waits for the page to pay on: what is not made by then is given up.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// What a caller says of a further payment.
#[derive(Clone, Debug, Default)]
pub struct PaymentInput {
    /// The methods the shopper may choose from; empty: those of the order.
    pub methods: Vec<String>,
    pub payment: PaymentParameters,
}

/// A further payment, in form.
#[derive(Clone, Debug)]
pub struct PaymentRequest {
    pub methods: Vec<String>,
    pub payment: PaymentParameters,
}

impl PaymentInput {
    /// Checks the form of the request, without looking at the order.
    ///
    /// # Errors
    /// Each fault with its path.
    pub fn parse(self, now: Timestamp) -> Result<PaymentRequest, Vec<Violation>> {
        // As CreateOrder, which only warns of a method that Mollie's documents do not name: their list grows.
        let mut methods = Violations::under(Agreements::default());
        method::methods(&self.methods, &|field: &str| field.to_owned(), &mut methods);
        let mut faults = Violations::default();
        faults.append(methods);
        self.payment.check("payment", Today::at(now), None, &mut faults);
        let found = faults.into_findings().violations;
        if !found.is_empty() {
            return Err(found);
        }
        Ok(PaymentRequest { methods: self.methods, payment: self.payment })
    }
}

/// Until when a payment recorded now is tried.
#[must_use]
pub fn tried_until(now: Timestamp) -> Timestamp {
    now.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX)
}

/// The attempt that the shopper may still complete.
#[must_use]
pub fn open(order: &Order) -> Option<&Payment> {
    order.payments.iter().find(|payment| payment.status == Read::Known(PaymentStatus::Open))
}

/// Refuses a further payment unless the order is created and every attempt has ended without money.
///
/// # Errors
/// [`RequestError::State`]: with [`PreconditionReason::PaymentOpen`], there is an attempt to complete.
pub fn check(order: &Order) -> Result<(), RequestError> {
    let refuse = |reason, text: String| Err(RequestError::State(FailedPrecondition::of_order(reason, text)));
    if !order.is_understood() {
        let text = "Mollie reports a status this release does not know; update the service before asking for a payment.";
        return refuse(PreconditionReason::StatusNotUnderstood, text.to_owned());
    }
    if let Some(superseded) = &order.superseded {
        return Err(RequestError::Blocked(by_another(order, superseded)));
    }
    match order.facts.status {
        None => {
            let text = format!("The order is {}: Mollie has not confirmed it.", order.placement.as_str());
            return refuse(PreconditionReason::OrderNotPlaced, text);
        }
        Some(OrderStatus::Created) => (),
        Some(status) => return refuse(PreconditionReason::OrderNotPayable, not_payable(status)),
    }
    if let Some(payment) = open(order) {
        let text = format!("Payment {} is open: the shopper can complete it.", payment.mollie_id);
        return refuse(PreconditionReason::PaymentOpen, text);
    }
    if let Some(payment) = order.payments.iter().find(|payment| !payment.has_ended()) {
        let text = format!("Payment {} may still succeed, or has: wait for its end.", payment.mollie_id);
        return refuse(PreconditionReason::OrderNotPayable, text);
    }
    if order.payments.len() >= ATTEMPTS {
        let text =
            format!("The order has {ATTEMPTS} payments, and Mollie takes no more: create a new order.");
        return refuse(PreconditionReason::OrderNotPayable, text);
    }
    Ok(())
}

fn not_payable(status: OrderStatus) -> String {
    let why = match status {
        OrderStatus::Created | OrderStatus::Pending => "a payment is being processed",
        OrderStatus::Authorized | OrderStatus::Paid | OrderStatus::Shipping | OrderStatus::Completed => {
            "the shopper has paid"
        }
        OrderStatus::Canceled | OrderStatus::Expired => "it has ended; create a new order",
    };
    format!(
        "The order's status is \"{}\": {why}. A further payment is made while it is created.",
        status.as_str()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{at, euro, payment, placed};
    use crate::rules::status::LineStatus;

    fn order(status: OrderStatus, attempts: &[PaymentStatus]) -> Order {
        let mut order = placed(status, LineStatus::Created).order().clone();
        let attempt =
            |(n, status): (usize, &PaymentStatus)| payment(&format!("tr_{n}"), euro("1027.99"), *status);
        order.payments = attempts.iter().enumerate().map(attempt).collect();
        order
    }

    fn reason(order: &Order) -> Option<PreconditionReason> {
        match check(order) {
            Ok(()) => None,
            Err(RequestError::State(refusal)) => Some(refusal.reason),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_further_payment_needs_a_created_order_whose_attempts_have_ended() {
        use PaymentStatus::{Authorized, Canceled, Expired, Failed, Open, Paid, Pending};
        let (open, not) = (Some(PreconditionReason::PaymentOpen), Some(PreconditionReason::OrderNotPayable));
        let created = |attempts: &[PaymentStatus]| reason(&order(OrderStatus::Created, attempts));
        assert_eq!(created(&[]), None);
        assert_eq!(created(&[Failed, Canceled, Expired]), None);
        assert_eq!(created(&[Failed, Open]), open);
        assert_eq!(created(&[Open, Pending]), open);
        for attempt in [Pending, Authorized, Paid] {
            assert_eq!(created(&[Failed, attempt]), not, "{attempt:?}");
        }
        assert_eq!(created(&[Failed; ATTEMPTS - 1]), None);
        assert_eq!(created(&[Failed; ATTEMPTS]), not);
        for status in OrderStatus::ALL.iter().filter(|status| **status != OrderStatus::Created) {
            assert_eq!(reason(&order(*status, &[Failed])), not, "{status:?}");
        }
        let mut placing = order(OrderStatus::Created, &[]);
        placing.facts.status = None;
        assert_eq!(reason(&placing), Some(PreconditionReason::OrderNotPlaced));
    }

    #[test]
    fn a_refusal_says_why_and_nobody_waits_longer_than_a_quarter_of_an_hour() {
        let why = |status| match check(&order(status, &[])) {
            Err(RequestError::State(refusal)) => refusal.unmet[0].description.clone(),
            other => panic!("{other:?}"),
        };
        assert!(why(OrderStatus::Paid).starts_with("The order's status is \"paid\": the shopper has paid."));
        assert!(why(OrderStatus::Expired).contains("it has ended; create a new order"));
        assert_eq!(tried_until(at(0)), at(15));
    }

    #[test]
    fn every_fault_of_a_request_is_named() {
        let input = PaymentInput {
            methods: vec!["ideal".to_owned(), " ".to_owned()],
            payment: PaymentParameters([("due_date".to_owned(), "tomorrow".to_owned())].into()),
        };
        let paths: Vec<_> =
            input.parse(Timestamp::UNIX_EPOCH).unwrap_err().into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, ["method[1]", "payment.due_date"]);
    }

    /// Mollie's list of methods grows: what CreateOrder only warns of is no reason to keep a shopper from paying.
    #[test]
    fn a_method_that_is_not_known_yet_is_asked_for() {
        let methods = vec!["wero".to_owned(), "ideal".to_owned(), "ideal".to_owned()];
        let input = PaymentInput { methods: methods.clone(), ..PaymentInput::default() };
        assert_eq!(input.parse(Timestamp::UNIX_EPOCH).unwrap().methods, methods);
    }
}
