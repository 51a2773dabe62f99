//! What orders hold, with figures by arithmetic of their own: whole minor units, and no code of the domain.

use serde_json::{Value, json};

/// A currency and its decimals.
pub type Tender = (&'static str, u32);

pub const EUR: Tender = ("EUR", 2);

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Mollie's type.
    pub kind: &'static str,
    pub quantity: i64,
    /// Of one unit, in minor units.
    pub unit: i64,
    pub discount: i64,
    pub rate: &'static str,
}

impl Row {
    #[must_use]
    pub const fn total(self) -> i64 {
        self.unit * self.quantity - self.discount
    }

    #[must_use]
    pub fn is_goods(self) -> bool {
        self.unit >= 0 && !matches!(self.kind, "shipping_fee" | "surcharge")
    }

    #[must_use]
    pub const fn is_deduction(self) -> bool {
        self.unit < 0
    }
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basket {
    pub tender: Tender,
    /// Whether shipments capture, rather than the shopper paying at once.
    pub captures: bool,
    /// Whether lines that nobody packs join parcels of goods, rather than being named.
    pub joins: bool,
    pub rows: Vec<Row>,
}

impl Basket {
    /// What the shopper pays with.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        if self.captures { "klarna" } else { "ideal" }
    }

    #[must_use]
    pub fn total(&self) -> i64 {
        self.rows.iter().map(|row| row.total()).sum()
    }

    /// Mollie's order. VAT amounts are left to the service: other tests have them.
    #[must_use]
    pub fn draft(&self) -> Value {
        let address = json!({
            "givenName": "Luke", "familyName": "Skywalker", "email": "luke@example.org",
            "streetAndNumber": "Keizersgracht 313", "postalCode": "1016 EE", "city": "Amsterdam", "country": "NL",
        });
        json!({
            "orderNumber": "S-1",
            "amount": amount(self.tender, self.total()),
            "locale": "nl_NL",
            "method": self.method(),
            "redirectUrl": "https://shop.example/thanks",
            "billingAddress": address,
            "lines": self.rows.iter().map(|row| self.line(row)).collect::<Vec<_>>(),
        })
    }

    fn line(&self, row: &Row) -> Value {
        let mut line = json!({
            "type": row.kind,
            "name": row.kind,
            "quantity": row.quantity,
            "unitPrice": amount(self.tender, row.unit),
            "totalAmount": amount(self.tender, row.total()),
            "vatRate": row.rate,
        });
        if row.discount > 0 {
            line["discountAmount"] = amount(self.tender, row.discount);
        }
        line
    }
}

/// Mollie's notation.
#[must_use]
pub fn amount(tender: Tender, minor: i64) -> Value {
    json!({ "currency": tender.0, "value": value(tender, minor) })
}

/// Decimal text.
#[must_use]
pub fn value((_, decimals): Tender, minor: i64) -> String {
    let (unit, sign) = (10_u64.pow(decimals), if minor < 0 { "-" } else { "" });
    let minor = minor.unsigned_abs();
    match decimals {
        0 => format!("{sign}{minor}"),
        _ => format!("{sign}{}.{:02}", minor / unit, minor % unit),
    }
}

/// Reads decimal text; `None` if its decimals are not the currency's.
#[must_use]
pub fn minor((_, decimals): Tender, value: &str) -> Option<i64> {
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let fits = part.len() == usize::try_from(decimals).ok()?;
    if fits { format!("{whole}{part}").parse().ok() } else { None }
}
