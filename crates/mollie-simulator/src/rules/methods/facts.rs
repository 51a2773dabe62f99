//! What there is to know about each method, as data.
//!
//! Which methods are for orders alone: Klarna's, in3 and vouchers by seed 3. All else here is inferred from how the methods
//! are known to work, since no source of the simulator names limits, countries or currencies: good enough for a client that
//! has to cope with limits, and no statement of Mollie's.

/// The payments a method can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequences {
    /// Single ones.
    OneOff,
    /// Single ones, and the first of a mandate.
    First,
    /// Those that a mandate allows.
    Recurring,
    /// Any.
    All,
}

#[derive(Clone, Copy, Debug)]
pub struct MethodFacts {
    pub id: &'static str,
    pub description: &'static str,
    /// Of which it can be any, the usual one first, with blanks between; empty for all there are.
    pub currencies: &'static str,
    /// Of the billing address, likewise.
    pub countries: &'static str,
    /// In hundredths of whatever currency is asked for.
    pub minimum: i64,
    pub maximum: Option<i64>,
    /// Only for orders, and not for payments alone.
    pub of_orders: bool,
    pub sequences: Sequences,
    /// Shown only to whoever says that the shopper has it.
    pub is_wallet: bool,
    /// Id and name.
    pub issuers: &'static [(&'static str, &'static str)],
}

/// One that is a payment at a bank, up to 50,000.00. The others say what is different.
const BANK: MethodFacts = MethodFacts {
    id: "",
    description: "",
    currencies: "EUR",
    countries: "",
    minimum: 1,
    maximum: Some(5_000_000),
    of_orders: false,
    sequences: Sequences::OneOff,
    is_wallet: false,
    issuers: &[],
};

const KLARNA: MethodFacts = MethodFacts {
    currencies: "EUR CHF CZK DKK GBP HUF NOK PLN RON SEK",
    countries: "AT BE CH CZ DE DK ES FI FR GB GR HU IE IT NL NO PL PT RO SE SK",
    minimum: 100,
    maximum: Some(1_000_000),
    of_orders: true,
    ..BANK
};

/// Whether shoppers of this country pay with the method. One that nothing is known of is for everybody.
pub fn is_for_country(method: &str, country: &str) -> bool {
    let facts = FACTS.iter().find(|facts| facts.id == method);
    let countries = facts.map(|facts| facts.countries).unwrap_or_default();
    countries.is_empty() || countries.split(' ').any(|one| one.eq_ignore_ascii_case(country))
}

pub const FACTS: [MethodFacts; 28] = [
    MethodFacts {
        id: "applepay",
        description: "Apple Pay",
        currencies: "",
        maximum: Some(1_000_000),
        sequences: Sequences::First,
        is_wallet: true,
        ..BANK
    },
    MethodFacts { id: "bancomatpay", description: "BANCOMAT Pay", countries: "IT", ..BANK },
    MethodFacts {
        id: "bancontact",
        description: "Bancontact",
        countries: "BE",
        minimum: 2,
        sequences: Sequences::First,
        ..BANK
    },
    MethodFacts { id: "banktransfer", description: "Bank transfer", maximum: Some(100_000_000), ..BANK },
    MethodFacts {
        id: "belfius",
        description: "Belfius Pay Button",
        countries: "BE",
        sequences: Sequences::First,
        ..BANK
    },
    MethodFacts {
        id: "billie",
        description: "Billie",
        currencies: "EUR GBP SEK",
        countries: "AT DE FR GB NL SE",
        minimum: 100,
        maximum: Some(10_000_000),
        of_orders: true,
        ..BANK
    },
    MethodFacts {
        id: "creditcard",
        description: "Card",
        currencies: "",
        maximum: Some(1_000_000),
        sequences: Sequences::All,
        ..BANK
    },
    MethodFacts {
        id: "directdebit",
        description: "SEPA Direct Debit",
        maximum: Some(100_000),
        sequences: Sequences::Recurring,
        ..BANK
    },
    MethodFacts { id: "eps", description: "eps", countries: "AT", sequences: Sequences::First, ..BANK },
    MethodFacts {
        id: "giftcard",
        description: "Gift cards",
        maximum: None,
        issuers: &[("fashioncheque", "fashioncheque")],
        ..BANK
    },
    MethodFacts {
        id: "giropay",
        description: "Giropay",
        countries: "DE",
        sequences: Sequences::First,
        ..BANK
    },
    MethodFacts {
        id: "ideal",
        description: "iDEAL",
        countries: "NL",
        sequences: Sequences::First,
        issuers: &[
            ("ideal_ABNANL2A", "ABN AMRO"),
            ("ideal_ASNBNL21", "ASN Bank"),
            ("ideal_INGBNL2A", "ING"),
            ("ideal_RABONL2U", "Rabobank"),
        ],
        ..BANK
    },
    MethodFacts {
        id: "in3",
        description: "iDEAL in3",
        countries: "NL",
        minimum: 5_000,
        maximum: Some(500_000),
        of_orders: true,
        ..BANK
    },
    MethodFacts {
        id: "kbc",
        description: "KBC/CBC Payment Button",
        countries: "BE",
        sequences: Sequences::First,
        issuers: &[("cbc", "CBC"), ("kbc", "KBC")],
        ..BANK
    },
    MethodFacts { id: "klarna", description: "Pay with Klarna", ..KLARNA },
    MethodFacts { id: "klarnapaylater", description: "Pay later", ..KLARNA },
    MethodFacts { id: "klarnapaynow", description: "Pay now", ..KLARNA },
    MethodFacts { id: "klarnasliceit", description: "Slice it", minimum: 3_500, ..KLARNA },
    MethodFacts { id: "mybank", description: "MyBank", countries: "IT", sequences: Sequences::First, ..BANK },
    MethodFacts {
        id: "paypal",
        description: "PayPal",
        currencies: "",
        maximum: None,
        sequences: Sequences::All,
        ..BANK
    },
    MethodFacts { id: "paysafecard", description: "paysafecard", maximum: Some(100_000), ..BANK },
    MethodFacts {
        id: "przelewy24",
        description: "Przelewy24",
        currencies: "PLN EUR",
        countries: "PL",
        maximum: Some(5_500_000),
        ..BANK
    },
    MethodFacts {
        id: "riverty",
        description: "Riverty",
        countries: "AT BE DE NL",
        minimum: 100,
        maximum: Some(500_000),
        of_orders: true,
        ..BANK
    },
    MethodFacts { id: "satispay", description: "Satispay", countries: "DE FR IT LU", ..BANK },
    MethodFacts {
        id: "sofort",
        description: "SOFORT Banking",
        countries: "AT BE CH DE ES IT NL",
        sequences: Sequences::First,
        ..BANK
    },
    MethodFacts {
        id: "trustly",
        description: "Trustly",
        currencies: "EUR DKK GBP NOK PLN SEK",
        countries: "AT CZ DE DK EE ES FI GB LT LV NL NO PL SE SK",
        maximum: Some(1_000_000),
        sequences: Sequences::First,
        ..BANK
    },
    MethodFacts {
        id: "twint",
        description: "TWINT",
        currencies: "CHF",
        countries: "CH",
        maximum: Some(500_000),
        ..BANK
    },
    MethodFacts {
        id: "voucher",
        description: "Vouchers",
        countries: "BE ES FR NL",
        maximum: None,
        of_orders: true,
        issuers: &[("pluxee-lunch-pass", "Pluxee Lunch Pass"), ("monizze-meal", "Monizze Meal")],
        ..BANK
    },
];
