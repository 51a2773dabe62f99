//! What orders of a history hold: amounts that no other order or shipment has, so that a double is seen.

use domain::rules::address::Address;
use domain::rules::draft::OrderDraft;
use domain::rules::line::{LineDraft, LineType};
use domain::rules::money::{Currency, Money};
use domain::rules::payment::PaymentParameters;
use domain::rules::vat::VatRate;

use crate::chance::{Chance, mix};
use crate::replica::ships_unasked;

/// An order of a history: two lines, the first with a discount, and perhaps a shipping fee and a gift card.
#[derive(Clone, Copy, Debug)]
pub struct Basket {
    number: u64,
    chairs: u32,
    chair: i64,
    discount: i64,
    lamps: u32,
    lamp: i64,
    fee: i64,
    /// What a gift card takes off; 0: there is none. Some outweigh most parcels.
    gift: i64,
    /// Whether nobody packs its lamps.
    are_lamps_digital: bool,
    /// Whether shipments capture, rather than the shopper paying at once.
    pub captures: bool,
}

impl Basket {
    pub fn of(seed: u64, order: u64) -> Self {
        let mut chance = Chance::new(mix(seed) ^ (order + 1));
        let mut cents = |low, high| i64::try_from(chance.between(low, high)).unwrap_or(0);
        let (chair, lamp) = (cents(10_000, 40_000), cents(1_000, 3_000));
        let discount = cents(1, 9_000);
        let fee = if cents(0, 1) == 0 { 0 } else { cents(100, 900) };
        let mut few = |high| u32::try_from(chance.between(2, high)).unwrap_or(2);
        let (chairs, lamps) = (few(4), few(5));
        let captures = chance.permille(700);
        let has_gift = chance.permille(400);
        let gift = i64::try_from(chance.between(100, 2_000)).unwrap_or(0) * i64::from(has_gift);
        let total = chair * i64::from(chairs) - discount + lamp * i64::from(lamps) + fee;
        let share = i64::try_from(chance.between(500, 950)).unwrap_or(500);
        let gift = if has_gift && captures && chance.permille(300) { total * share / 1_000 } else { gift };
        Self {
            number: order,
            chairs,
            chair,
            discount,
            lamps,
            lamp,
            fee,
            gift,
            are_lamps_digital: ships_unasked(seed),
            captures,
        }
    }

    /// Whether the gift card outweighs any parcel that leaves it behind goods.
    pub const fn is_heavy(&self) -> bool {
        self.gift > 2_000
    }

    /// Whether nothing joins a parcel of its goods.
    pub const fn is_plain(&self) -> bool {
        self.gift == 0 && self.fee == 0
    }

    /// Whether a parcel of one chair has to wait: it fits neither with nor without the gift card.
    pub fn holds_a_chair(&self) -> bool {
        let chairs = self.chair * i64::from(self.chairs) - self.discount;
        let (one, agreed) = (
            chairs / i64::from(self.chairs),
            chairs + self.lamp * i64::from(self.lamps) + self.fee - self.gift,
        );
        // With or without the fee, and to the cent above or below.
        self.captures && one > agreed + 1 && one + self.fee + 1 < self.gift
    }

    /// The line that takes money off, as the API names it.
    pub fn gift_card(&self) -> Option<String> {
        (self.gift > 0).then(|| (3 + u8::from(self.fee > 0)).to_string())
    }

    /// Unique within the history.
    pub fn order_number(&self) -> String {
        format!("H-{}", self.number)
    }

    /// What the shopper pays with.
    pub const fn method(&self) -> &'static str {
        if self.captures { "klarna" } else { "ideal" }
    }

    const fn lamp_type(&self) -> LineType {
        if self.are_lamps_digital { LineType::Digital } else { LineType::Physical }
    }

    pub fn draft(&self) -> OrderDraft {
        let mut lines = vec![
            line("Chair", LineType::Physical, self.chairs, self.chair, self.discount),
            line("Lamp", self.lamp_type(), self.lamps, self.lamp, 0),
        ];
        if self.fee > 0 {
            lines.push(line("Shipping", LineType::ShippingFee, 1, self.fee, 0));
        }
        if self.gift > 0 {
            lines.push(gift_card(self.gift));
        }
        let total: i64 = lines.iter().map(|line| line.total_amount.minor()).sum();
        OrderDraft {
            order_number: self.order_number(),
            amount: euro(total),
            lines,
            billing_address: Some(address()),
            shipping_address: None,
            consumer_date_of_birth: None,
            redirect_url: Some("https://shop.example/thanks".to_owned()),
            cancel_url: None,
            locale: Some("nl_NL".to_owned()),
            methods: vec![self.method().to_owned()],
            payment: PaymentParameters::default(),
            metadata: None,
            expires_on: None,
            shopper_country_must_match_billing_country: None,
            continues: None,
            warnings: Vec::new(),
        }
    }
}

/// Euros by their cents.
///
/// # Panics
/// Never: the euro is a currency.
pub fn euro(cents: i64) -> Money {
    let Some(currency) = Currency::parse("EUR") else { unreachable!("the euro is a currency") };
    Money::from_minor(cents, currency)
}

fn line(name: &str, line_type: LineType, quantity: u32, unit: i64, discount: i64) -> LineDraft {
    let total = unit * i64::from(quantity) - discount;
    let Some(vat_rate) = VatRate::parse("21.00") else { unreachable!("21.00 is a rate") };
    LineDraft {
        line_type,
        category: None,
        name: name.to_owned(),
        quantity,
        quantity_unit: None,
        unit_price: euro(unit),
        discount_amount: (discount != 0).then(|| euro(discount)),
        total_amount: euro(total),
        // 21/121 of the total, to the nearest cent; never exactly half of one, as 121 is odd.
        vat: Some((vat_rate, euro((total * 42 + 121) / 242))),
        sku: None,
        image_url: None,
        product_url: None,
        metadata: None,
        planned_ship_date: None,
        reference: None,
    }
}

/// What was taxed when it was sold bears no VAT.
fn gift_card(cents: i64) -> LineDraft {
    let Some(vat_rate) = VatRate::parse("0.00") else { unreachable!("0.00 is a rate") };
    LineDraft { vat: Some((vat_rate, euro(0))), ..line("Gift card", LineType::GiftCard, 1, -cents, 0) }
}

fn address() -> Address {
    let text = |text: &str| Some(text.to_owned());
    Address {
        given_name: text("Luke"),
        family_name: text("Skywalker"),
        email: text("luke@example.org"),
        street_and_number: text("Keizersgracht 313"),
        postal_code: text("1016 EE"),
        city: text("Amsterdam"),
        country: text("NL"),
        ..Address::default()
    }
}
