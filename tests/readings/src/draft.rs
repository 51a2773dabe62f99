//! Random drafts in Mollie's notation, with figures by arithmetic of their own: valid, nearly valid, or with several faults. What
//! comes first in a choice is valid, so that a failing draft shrinks towards the documented order.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// A value of one of these: mostly of the first list.
fn mostly(usual: &[Value], odd: &[Value]) -> impl Strategy<Value = Value> + use<> {
    prop_oneof![110 => select(usual.to_vec()), 1 => select(odd.to_vec())]
}

fn texts(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| json!(text)).collect()
}

/// `null` stands for what is left out.
const LEFT_OUT: Value = Value::Null;

#[derive(Clone, Debug)]
struct Line {
    kind: &'static str,
    quantity: i64,
    cents: i64,
    discount: Option<i64>,
    rate: &'static str,
    /// What the figures are beside the right ones.
    total_off: i64,
    vat_off: i64,
    rest: Map<String, Value>,
}

/// A draft.
pub fn drafts() -> impl Strategy<Value = Value> {
    let currency = prop_oneof![12 => Just(("EUR", 2)), 1 => Just(("SEK", 2)), 1 => Just(("JPY", 0)), 1 => Just(("HUF", 2))];
    (currency, order(), proptest::collection::vec(line(), 1..4), off(80), address(), address(), profile())
        .prop_map(|(currency, mut order, lines, off, billing, shipping, profile)| {
            let totals: i64 = lines.iter().map(total).sum();
            order.insert("amount".to_owned(), amount(currency, totals + off));
            order.insert("lines".to_owned(), lines.iter().map(|line| rendered(line, currency)).collect());
            order.insert("billingAddress".to_owned(), billing);
            if order.remove("hasShipping") == Some(json!(true)) {
                order.insert("shippingAddress".to_owned(), shipping);
            }
            order.insert("profile".to_owned(), profile);
            if order.remove("hasBilling") == Some(json!(false)) {
                order.remove("billingAddress");
            }
            order.retain(|_, value| !value.is_null());
            Value::Object(order)
        })
}

fn profile() -> impl Strategy<Value = Value> {
    let strict = json!({});
    let lenient = json!({ "readsGetOrder": true });
    let agreed = json!({ "klarnaExpiryDays": 101 });
    prop_oneof![4 => Just(strict), 2 => Just(lenient), 1 => Just(agreed)]
}

/// Nothing, or seldom a little.
fn off(seldom: u32) -> impl Strategy<Value = i64> {
    prop_oneof![seldom => Just(0), 1 => select(vec![1, -1, 100])]
}

fn order() -> impl Strategy<Value = Map<String, Value>> {
    let payment = [
        json!({ "sequenceType": "first" }),
        json!({ "sequenceType": "recurring" }),
        json!({ "sequenceType": "twice" }),
        json!({ "applePayPaymentToken": "{}" }),
        json!({ "dueDate": "2026-03-05" }),
        json!({ "dueDate": "soon" }),
        json!({ "issuer": "ideal_INGBNL2A" }),
        json!({ "company": { "vatNumber": "NL1" } }),
        json!({ "captureMode": "manual" }),
    ];
    let methods = [
        json!("klarna"),
        json!("klarnapaylater"),
        json!(["ideal", "klarna"]),
        json!("billie"),
        json!("twint"),
    ];
    let odd_methods = [
        json!("idealo"),
        json!("iDEAL"),
        json!("voucher"),
        json!(["voucher", "ideal"]),
        json!("klarnawhatever"),
        json!(["ideal", "ideal"]),
    ];
    let usual_methods: Vec<_> = [json!("ideal"), LEFT_OUT].into_iter().chain(methods).collect();
    let urls = texts(&["https://example.org/redirect", "myapp://thanks", "http://127.0.0.1:8080/a"]);
    let odd_urls = [
        LEFT_OUT,
        json!("shop.example/a"),
        json!("https://shop.example/a b"),
        json!("https://shop.example/grün"),
        json!("https://shop.example:443/a"),
    ];
    let dates = [LEFT_OUT, json!("2026-03-02"), json!("2026-03-29"), json!("2026-06-10")];
    let odd_dates = texts(&["2026-03-01", "2026-06-11", "2026-03-30", "20260305", "soon"]);
    let fields: Vec<(&'static str, BoxedStrategy<Value>)> = vec![
        ("orderNumber", Just(json!("1337")).boxed()),
        (
            "locale",
            mostly(
                &texts(&["nl_NL", "de_AT", "lt_LT"]),
                &[LEFT_OUT, json!("en_CA"), json!("nl-NL"), json!("nl"), json!("NL_nl")],
            )
            .boxed(),
        ),
        ("method", mostly(&usual_methods, &odd_methods).boxed()),
        ("redirectUrl", mostly(&urls, &odd_urls).boxed()),
        ("cancelUrl", mostly(&[LEFT_OUT, json!("https://example.org/cancel")], &texts(&["nowhere"])).boxed()),
        ("payment", prop_oneof![10 => Just(LEFT_OUT), 1 => select(payment.to_vec())].boxed()),
        (
            "metadata",
            mostly(&[LEFT_OUT, json!({ "a": 1 }), json!("x".repeat(1_022))], &[json!("x".repeat(1_023))])
                .boxed(),
        ),
        // Seldom near midnight, when the next day has begun in Amsterdam.
        ("now", prop_oneof![24 => Just(LEFT_OUT), 1 => Just(json!("2026-03-01T23:30:00Z"))].boxed()),
        ("expiresAt", mostly(&dates, &odd_dates).boxed()),
        (
            "consumerDateOfBirth",
            mostly(&[LEFT_OUT, json!("1958-01-31")], &texts(&["19580131", "2026-03-01", "1899-12-31"]))
                .boxed(),
        ),
        ("shopperCountryMustMatchBillingCountry", mostly(&[LEFT_OUT, json!(true)], &[json!(false)]).boxed()),
        ("hasShipping", select(vec![json!(false), json!(true)]).boxed()),
        ("hasBilling", prop_oneof![60 => Just(json!(true)), 1 => Just(json!(false))].boxed()),
    ];
    object(fields)
}

fn object(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> impl Strategy<Value = Map<String, Value>> {
    let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    values.prop_map(move |values| {
        let named = names.iter().map(|name| (*name).to_owned()).zip(values);
        named.collect()
    })
}

fn line() -> impl Strategy<Value = Line> {
    let kind = prop_oneof![
        14 => Just("physical"), 3 => Just("digital"), 2 => Just("shipping_fee"), 1 => Just("surcharge"),
        3 => Just("discount"), 1 => Just("store_credit"), 1 => Just("gift_card"),
    ];
    let quantity = prop_oneof![70 => 1..5_i64, 1 => select(vec![10_000, 0, -1])];
    let cents = prop_oneof![60 => 1..90_000_i64, 6 => 1..40_i64, 1 => select(vec![0, -1, -500])];
    let rate = prop_oneof![60 => select(vec!["21.00", "9.00", "0.00", "20.00", "26.5", "21"]), 1 => select(vec!["-1", "21%", "1.23456", "0021.00", "021.00", ""])];
    let discount = prop_oneof![24 => Just(None), 12 => (1..400_i64).prop_map(Some), 1 => select(vec![Some(0), Some(-1), Some(99_999_999)])];
    let fields = object(vec![
        ("name", mostly(&texts(&["LEGO 42083", "Bögen"]), &[json!(" "), LEFT_OUT]).boxed()),
        ("sku", mostly(&[LEFT_OUT, json!("5".repeat(64))], &[json!("5".repeat(65))]).boxed()),
        ("category", mostly(&[LEFT_OUT, json!("gift"), json!("sport_culture")], &texts(&["food"])).boxed()),
        ("quantityUnit", mostly(&[LEFT_OUT, json!("pcs")], &texts(&["kg"])).boxed()),
        (
            "imageUrl",
            mostly(&[LEFT_OUT, json!("https://example.org/i.png")], &texts(&["myapp://i", "nowhere"]))
                .boxed(),
        ),
        ("metadata", mostly(&[LEFT_OUT, json!({ "a": 1 })], &[json!("x".repeat(1_023))]).boxed()),
        ("vatIsLeftOut", prop_oneof![60 => Just(json!(false)), 1 => Just(json!(true))].boxed()),
    ]);
    (kind, quantity, cents, discount, rate, off(90), off(60), fields).prop_map(
        |(kind, quantity, cents, discount, rate, total_off, vat_off, rest)| {
            let deducts = ["discount", "store_credit", "gift_card"].contains(&kind);
            let cents = if deducts { -(cents % 700) } else { cents };
            let untaxed = kind == "gift_card" || kind == "store_credit";
            // One in seven of them is taxed all the same.
            let rate = if untaxed && cents % 7 != 0 { "0.00" } else { rate };
            let discount = if deducts { None } else { discount };
            Line { kind, quantity, cents, discount, rate, total_off, vat_off, rest }
        },
    )
}

fn total(line: &Line) -> i64 {
    line.cents * line.quantity - line.discount.unwrap_or_default() + line.total_off
}

/// Of the total as it is sent, to the nearest cent and away from zero.
fn vat(line: &Line) -> i64 {
    let rate = i128::from(ten_thousandths(line.rate));
    let (above, below) = (i128::from(total(line)) * rate, 1_000_000 + rate);
    let nearest = (above.abs() * 2 + below) / (below * 2) * above.signum();
    i64::try_from(nearest).unwrap_or_default() + line.vat_off
}

/// Of a percent; 0 for what is no rate.
fn ten_thousandths(rate: &str) -> i64 {
    let (whole, part) = rate.split_once('.').unwrap_or((rate, ""));
    let digits = format!("{whole}{part:0<4}");
    digits.parse().unwrap_or_default()
}

fn rendered(line: &Line, currency: (&str, u32)) -> Value {
    let mut fields = line.rest.clone();
    let is_without_vat = fields.remove("vatIsLeftOut") == Some(json!(true));
    fields.insert("type".to_owned(), json!(line.kind));
    fields.insert("quantity".to_owned(), json!(line.quantity));
    fields.insert("unitPrice".to_owned(), amount(currency, line.cents));
    fields.insert("totalAmount".to_owned(), amount(currency, total(line)));
    if let Some(discount) = line.discount {
        fields.insert("discountAmount".to_owned(), amount(currency, discount));
    }
    if !is_without_vat {
        fields.insert("vatRate".to_owned(), json!(line.rate));
        fields.insert("vatAmount".to_owned(), amount(currency, vat(line)));
    }
    fields.retain(|_, value| !value.is_null());
    Value::Object(fields)
}

fn amount((currency, decimals): (&str, u32), minor: i64) -> Value {
    let unit = 10_u64.pow(decimals);
    let (sign, minor) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    let value = match decimals {
        0 => format!("{sign}{minor}"),
        _ => format!("{sign}{}.{:02}", minor / unit, minor % unit),
    };
    json!({ "currency": currency, "value": value })
}

fn address() -> impl Strategy<Value = Value> {
    let names = texts(&["Piet", "Jó", "P2"]);
    let odd_names = [json!("P"), json!("12"), LEFT_OUT, json!("P".repeat(101)), json!("½²")];
    let countries = texts(&["NL", "nl", "DE", "HK", "AN", "ZW"]);
    let fields = object(vec![
        ("organizationName", mostly(&texts(&["Mollie B.V."]), &[LEFT_OUT]).boxed()),
        ("title", mostly(&[LEFT_OUT, json!("Dhr")], &[json!("D".repeat(21)), json!(" ")]).boxed()),
        ("givenName", mostly(&names, &odd_names).boxed()),
        ("familyName", mostly(&names, &odd_names).boxed()),
        (
            "email",
            mostly(
                &texts(&["piet@mondriaan.com", "a@b.nl"]),
                &[
                    LEFT_OUT,
                    json!("a@b"),
                    json!("jörg@example.de"),
                    json!("a..b@example.de"),
                    json!("a@1.2.3.4"),
                ],
            )
            .boxed(),
        ),
        (
            "phone",
            mostly(
                &[LEFT_OUT, json!("+31208202070"), json!("+3130920207")],
                &texts(&["020 8202070", "+0208202070", "+31"]),
            )
            .boxed(),
        ),
        (
            "streetAndNumber",
            mostly(
                &[json!("Keizersgracht 126"), json!("K".repeat(100))],
                &[json!(" "), LEFT_OUT, json!("K".repeat(101))],
            )
            .boxed(),
        ),
        ("streetAdditional", mostly(&[LEFT_OUT, json!("3 hoog")], &[json!("K".repeat(101))]).boxed()),
        ("postalCode", mostly(&texts(&["1234AB", "00000"]), &[LEFT_OUT, json!("1".repeat(21))]).boxed()),
        (
            "city",
            mostly(&[json!("Amsterdam"), json!("A".repeat(200))], &[LEFT_OUT, json!("A".repeat(201))])
                .boxed(),
        ),
        ("region", mostly(&[LEFT_OUT, json!("Noord-Holland")], &[json!("N".repeat(201))]).boxed()),
        ("country", mostly(&countries, &[json!("XX"), json!("NLD"), LEFT_OUT]).boxed()),
    ]);
    fields.prop_map(|mut fields| {
        fields.retain(|_, value| !value.is_null());
        Value::Object(fields)
    })
}
