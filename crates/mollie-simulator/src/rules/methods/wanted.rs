//! What a request for methods asks for, and which methods fit.

use super::facts::{MethodFacts, Sequences};
use crate::rules::answer::Refusal;
use crate::rules::draft::{is_country, is_locale};
use crate::rules::money::{Currency, Minor};
use crate::rules::query::Query;
use crate::rules::switches::Switches;

/// A list of methods as the query wants it. What is not asked for leaves nothing out.
pub struct Wanted {
    for_orders: bool,
    amount: Option<(Currency, Minor)>,
    country: Option<String>,
    sequence: String,
    wallets: String,
}

impl Wanted {
    pub fn read(query: &Query, switches: &Switches) -> Result<Self, Refusal> {
        check_locale(query, switches)?;
        let resource = given(query, "resource").unwrap_or("payments");
        if !["orders", "payments"].contains(&resource) {
            return Err(refuse("resource", "The resource should be orders or payments"));
        }
        let country = given(query, "billingCountry").map(str::to_ascii_uppercase);
        if country.as_deref().is_some_and(|country| !is_country(country)) {
            return Err(refuse("billingCountry", "The billingCountry should be an ISO 3166-1 alpha-2 code"));
        }
        let sequence = given(query, "sequenceType").unwrap_or("oneoff");
        if !["oneoff", "first", "recurring"].contains(&sequence) {
            return Err(refuse("sequenceType", "The sequenceType is invalid"));
        }
        Ok(Self {
            for_orders: resource == "orders",
            amount: read_amount(query)?,
            country,
            sequence: sequence.to_owned(),
            wallets: given(query, "includeWallets").unwrap_or_default().to_owned(),
        })
    }

    pub fn fits(&self, method: &MethodFacts) -> bool {
        let is_sold = self.for_orders || !method.of_orders;
        let in_country = self.country.as_deref().is_none_or(|country| has(method.countries, country));
        let is_had = !method.is_wallet || self.wallets.split(',').any(|wallet| wallet.trim() == method.id);
        is_sold && in_country && is_had && self.fits_sequence(method) && self.fits_amount(method)
    }

    fn fits_sequence(&self, method: &MethodFacts) -> bool {
        match method.sequences {
            Sequences::All => true,
            Sequences::OneOff => self.sequence == "oneoff",
            Sequences::First => self.sequence == "oneoff" || self.sequence == "first",
            Sequences::Recurring => self.sequence == "recurring",
        }
    }

    /// Both limits included.
    fn fits_amount(&self, method: &MethodFacts) -> bool {
        let Some((currency, amount)) = self.amount else {
            return true;
        };
        let limits = method.limits(currency);
        method.takes(currency) && limits.0 <= amount && limits.1.is_none_or(|maximum| amount <= maximum)
    }

    /// In which limits are shown, if the query says so.
    pub fn currency(&self) -> Option<Currency> {
        self.amount.map(|(currency, _)| currency)
    }
}

impl MethodFacts {
    pub fn takes(&self, currency: Currency) -> bool {
        has(self.currencies, currency.code())
    }

    /// The one in which its limits are shown to whoever names none.
    pub fn usual_currency(&self) -> Option<Currency> {
        let first = self.currencies.split(' ').next().filter(|code| !code.is_empty());
        Currency::from_code(first.unwrap_or("EUR"))
    }

    /// The least and the most in this currency.
    pub fn limits(&self, currency: Currency) -> (Minor, Option<Minor>) {
        let least = currency.of_hundredths(self.minimum).max(1);
        (least, self.maximum.map(|maximum| currency.of_hundredths(maximum)))
    }
}

/// The currency in which a single method is to show its limits.
pub fn read_currency(query: &Query) -> Result<Option<Currency>, Refusal> {
    let unknown = || refuse("currency", "The currency is unknown");
    given(query, "currency").map(|code| Currency::from_code(code).ok_or_else(unknown)).transpose()
}

/// A locale changes no text here: descriptions are in English.
pub fn check_locale(query: &Query, switches: &Switches) -> Result<(), Refusal> {
    match given(query, "locale") {
        Some(locale) if !is_locale(locale, switches) => Err(refuse("locale", "The locale is invalid")),
        Some(_) | None => Ok(()),
    }
}

/// Currency and value, both or none.
fn read_amount(query: &Query) -> Result<Option<(Currency, Minor)>, Refusal> {
    let invalid = || refuse("amount", "The amount should have a currency and a value that fits it");
    let (value, code) = match (given(query, "amount[value]"), given(query, "amount[currency]")) {
        (None, None) => return Ok(None),
        (Some(value), Some(code)) => (value, code),
        (Some(_), None) | (None, Some(_)) => return Err(invalid()),
    };
    let currency = Currency::from_code(code).ok_or_else(invalid)?;
    let amount = currency.parse(value).filter(|amount| *amount >= 0).ok_or_else(invalid)?;
    Ok(Some((currency, amount)))
}

pub fn given<'a>(query: &'a Query, name: &str) -> Option<&'a str> {
    query.get(name).filter(|value| !value.is_empty())
}

pub fn refuse(name: &str, detail: &str) -> Refusal {
    Refusal { field: Some(name.to_owned()), ..Refusal::bad_request(detail) }
}

/// Whether a list of the facts names it, or is of everything.
fn has(list: &str, wanted: &str) -> bool {
    list.is_empty() || list.split(' ').any(|one| one == wanted)
}
