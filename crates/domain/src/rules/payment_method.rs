//! Methods that a profile may offer for an order (list methods, `resource=orders`): what a caller asks for, and what Mollie says of each.

use super::address;
use super::amount_input::AmountInput;
use super::draft::locale;
use super::method_limits::MethodLimits;
use super::money::Money;
use super::rejection::Rejection;
use super::violation::{Violation, Violations};

/// What methods a caller asks for; what is left out leaves nothing out.
#[derive(Clone, Debug, Default)]
pub struct MethodsInput {
    pub amount: Option<AmountInput>,
    pub billing_country: String,
    pub locale: String,
    pub include_issuers: bool,
}

/// The same, in form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MethodsWanted {
    /// Currency and value.
    pub amount: Option<(String, String)>,
    pub billing_country: Option<String>,
    pub locale: Option<String>,
    pub include_issuers: bool,
}

/// A method, as Mollie returned it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentMethod {
    /// `ideal`.
    pub id: String,
    /// For people, in the locale.
    pub description: String,
    /// Below this amount it is not offered.
    pub minimum: Option<Money>,
    /// Above this amount it is not offered. Some have no maximum.
    pub maximum: Option<Money>,
    /// Mollie's word, such as `activated`.
    pub status: String,
    pub image: Image,
    /// If they were asked for, and the method has any.
    pub issuers: Vec<Issuer>,
}

/// A bank, or who else issues a means of payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issuer {
    pub id: String,
    pub name: String,
    pub image: Image,
}

/// Addresses of a picture; empty where Mollie gives none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    pub size1x: String,
    pub size2x: String,
    pub svg: String,
}

impl MethodsInput {
    /// Checks the form of the request.
    ///
    /// # Errors
    /// Each fault with its path.
    pub fn parse(self) -> Result<MethodsWanted, Vec<Violation>> {
        let mut faults = Violations::default();
        let amount = self.amount.and_then(|amount| amount.parse("amount", &mut faults));
        if amount.is_some_and(|amount| amount.minor() < 0) {
            faults.add("amount.value", "methods.amount", "zero or more", "less than zero");
        }
        let billing_country = match self.billing_country.is_empty() {
            true => None,
            false => address::country(&self.billing_country, "billing_country", &mut faults),
        };
        if !self.locale.is_empty() && !locale::is_formed(&self.locale) {
            faults.add("locale", "order.locale_form", "a locale such as nl_NL", self.locale.as_str());
        }
        let found = faults.into_vec();
        if !found.is_empty() {
            return Err(found);
        }
        Ok(MethodsWanted {
            amount: amount.map(|amount| (amount.currency().code().to_owned(), amount.value())),
            billing_country,
            locale: Some(self.locale).filter(|locale| !locale.is_empty()),
            include_issuers: self.include_issuers,
        })
    }
}

impl MethodsWanted {
    /// Mollie's refusal of the list, as a fault of what the caller gave; `None` if it is not about that.
    #[must_use]
    pub fn refused(&self, refusal: &Rejection) -> Option<Violation> {
        let currency = self.amount.as_ref().map(|(currency, _)| currency);
        let value = self.amount.as_ref().map(|(_, value)| value);
        let (path, got) = match refusal.field.as_deref()? {
            "amount.currency" | "amount[currency]" => ("amount.currency", currency),
            "amount" => ("amount", value),
            "amount.value" | "amount[value]" => ("amount.value", value),
            "billingCountry" => ("billing_country", self.billing_country.as_ref()),
            "locale" => ("locale", self.locale.as_ref()),
            _ => return None,
        };
        let (path, got, expected) =
            (path.to_owned(), got?.clone(), format!("what Mollie takes: {}", refusal.detail));
        Some(Violation { path, rule: "mollie.refused", expected, got })
    }
}

impl PaymentMethod {
    /// Between which amounts it is offered; `None` if Mollie names no bound.
    #[must_use]
    pub fn limits(&self) -> Option<MethodLimits> {
        let (minimum, maximum) = (self.minimum, self.maximum);
        (minimum.is_some() || maximum.is_some()).then(|| MethodLimits {
            id: self.id.clone(),
            minimum,
            maximum,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::euro;
    use crate::rules::rejection::RejectedBy;

    #[test]
    fn a_method_without_bounds_has_no_limits() {
        let method = PaymentMethod { id: "ideal".to_owned(), ..PaymentMethod::default() };
        assert_eq!(method.limits(), None);
        let bounded = PaymentMethod { minimum: Some(euro("1.00")), ..method };
        let limits = MethodLimits { id: "ideal".to_owned(), minimum: Some(euro("1.00")), maximum: None };
        assert_eq!(bounded.limits(), Some(limits));
    }

    #[test]
    fn a_refusal_that_names_what_the_caller_gave_is_its_fault_and_no_other() {
        let wanted = MethodsWanted {
            amount: Some(("EUR".to_owned(), "10.00".to_owned())),
            locale: Some("xx_XX".to_owned()),
            ..MethodsWanted::default()
        };
        let refused = |field: Option<&str>| {
            let refusal = Rejection {
                by: RejectedBy::Mollie(422),
                title: "Unprocessable Entity".to_owned(),
                detail: "The value is invalid".to_owned(),
                field: field.map(str::to_owned),
                extra: None,
            };
            wanted.refused(&refusal).map(|fault| (fault.path, fault.got, fault.expected))
        };
        let fault = |path: &str, got: &str| {
            Some((path.to_owned(), got.to_owned(), "what Mollie takes: The value is invalid".to_owned()))
        };
        assert_eq!(refused(Some("locale")), fault("locale", "xx_XX"));
        assert_eq!(refused(Some("amount")), fault("amount", "10.00"));
        assert_eq!(refused(Some("amount.value")), fault("amount.value", "10.00"));
        assert_eq!(refused(Some("amount[currency]")), fault("amount.currency", "EUR"));
        for other in [None, Some("billingCountry"), Some("resource"), Some("_embedded.methods")] {
            assert_eq!(refused(other), None, "{other:?}: it was not given");
        }
    }

    #[test]
    fn every_fault_of_a_request_is_named() {
        let amount = AmountInput { currency: "EUR".to_owned(), value: "1".to_owned() };
        let input = MethodsInput {
            amount: Some(amount),
            billing_country: "XX".to_owned(),
            locale: "dutch".to_owned(),
            include_issuers: true,
        };
        let paths: Vec<_> = input.parse().unwrap_err().into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, ["amount.value", "billing_country", "locale"]);
        let of = |value: &str| AmountInput { currency: "EUR".to_owned(), value: value.to_owned() };
        assert!(MethodsInput { amount: Some(of("-1.00")), ..MethodsInput::default() }.parse().is_err());
        assert!(MethodsInput { amount: Some(of("0.00")), ..MethodsInput::default() }.parse().is_ok());
        let whole = MethodsInput {
            amount: Some(AmountInput { currency: "EUR".to_owned(), value: "10.00".to_owned() }),
            billing_country: "nl".to_owned(),
            locale: "nl_NL".to_owned(),
            include_issuers: false,
        };
        let wanted = whole.parse().unwrap();
        assert_eq!(wanted.amount, Some(("EUR".to_owned(), "10.00".to_owned())));
        assert_eq!(
            (wanted.billing_country.as_deref(), wanted.locale.as_deref()),
            (Some("NL"), Some("nl_NL"))
        );
        assert_eq!(MethodsInput::default().parse(), Ok(MethodsWanted::default()));
    }
}
