//! What is ordered: two chairs and a lamp, with every text that the rule of full pages counts on being large.

use domain::rules::address::Address;
use domain::rules::draft::OrderDraft;
use domain::rules::line::{LineDraft, LineType};
use domain::rules::money::{Currency, Money};
use domain::rules::payment::PaymentParameters;
use domain::rules::vat::VatRate;

/// What the shopper pays with: money is captured by shipments.
pub const METHOD: &str = "klarna";

/// The draft of an order.
#[must_use]
pub fn draft(order_number: &str) -> OrderDraft {
    let lines = vec![line("Chair", 2, 10_000), line("Lamp", 3, 1_500)];
    let total: i64 = lines.iter().map(|line| line.total_amount.minor()).sum();
    OrderDraft {
        order_number: order_number.to_owned(),
        amount: euro(total),
        lines,
        billing_address: Some(address()),
        shipping_address: None,
        consumer_date_of_birth: None,
        redirect_url: Some(format!("https://shop.example/thanks?{}", large(order_number))),
        cancel_url: None,
        locale: Some("nl_NL".to_owned()),
        methods: vec![METHOD.to_owned()],
        payment: PaymentParameters::default(),
        metadata: None,
        expires_on: None,
        shopper_country_must_match_billing_country: None,
        continues: None,
        warnings: Vec::new(),
    }
}

/// A text of 24,000 letters that cannot be made shorter: several pages of either engine.
#[must_use]
pub fn large(of: &str) -> String {
    let start = of.bytes().fold(0xcbf2_9ce4_8422_2325, |sum: u64, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut state = start | 1;
    let letter = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[(state >> 58) as usize],
        )
    };
    (0..24_000).map(letter).collect()
}

fn euro(cents: i64) -> Money {
    Money::from_minor(cents, Currency::parse("EUR").expect("the euro is a currency"))
}

fn line(name: &str, quantity: u32, unit: i64) -> LineDraft {
    let total = unit * i64::from(quantity);
    LineDraft {
        line_type: LineType::Physical,
        category: None,
        name: name.to_owned(),
        quantity,
        quantity_unit: None,
        unit_price: euro(unit),
        discount_amount: None,
        total_amount: euro(total),
        // 21/121 of the total, to the nearest cent.
        vat: VatRate::parse("21.00").zip(Some(euro((total * 42 + 121) / 242))),
        sku: None,
        image_url: None,
        product_url: None,
        metadata: None,
        planned_ship_date: None,
        reference: None,
    }
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
