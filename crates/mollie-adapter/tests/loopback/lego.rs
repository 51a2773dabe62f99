//! The order of two LEGO cars from Mollie's documentation: as our order, as the request it becomes, and as an answer.

use domain::ports::PlaceOrder;
use domain::rules::address::Address;
use domain::rules::beside::Beside;
use domain::rules::followed::Followed;
use domain::rules::ids::{Caller, LineId, OrderId, ProfileName, RequestId};
use domain::rules::line::LineType;
use domain::rules::money::Money;
use domain::rules::order::{Facts, Line, Order, Personal, Terms};
use domain::rules::part::Part;
use domain::rules::payment::PaymentParameters;
use domain::rules::placement::{Mode, Placement};
use domain::rules::ship_by::{Agenda, Deadline};
use domain::rules::status::Read;
use serde_json::{Value, json};

pub const HOOK: &str = "https://example.org/webhook";

pub fn euro(value: &str) -> Money {
    Money::parse("EUR", value).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn command() -> PlaceOrder {
    PlaceOrder { order: order(), payment: PaymentParameters::default(), hook_address: HOOK.to_owned() }
}

fn order() -> Order {
    Order {
        id: OrderId::parse("0191c2a0-0000-7000-8000-000000001337").unwrap(),
        profile: ProfileName::new("main"),
        mode: Mode::Test,
        caller: Caller::new("checkout"),
        request_id: RequestId::new("r-1"),
        created_time: "2026-02-01T08:00:00Z".parse().unwrap(),
        version: 1,
        hook_base: "https://orders.example".to_owned(),
        hook_proof: None,
        number_released: false,
        placement: Placement::Placing,
        rejection: None,
        mollie_id: None,
        terms: Terms {
            order_number: "1337".to_owned(),
            amount: euro("1027.99"),
            locale: "nl_NL".to_owned(),
            methods: vec!["klarnapaylater".to_owned()],
            redirect_url: some("https://example.org/redirect"),
            cancel_url: None,
            metadata: Some(json!({"order_id": "1337", "description": "Lego cars"})),
            expires_on: None,
            shopper_country_must_match_billing_country: None,
            continues: None,
            warnings: Vec::new(),
            warnings_left_out: 0,
        },
        personal: Personal {
            billing_address: Some(billing_address()),
            shipping_address: Some(shipping_address()),
            consumer_date_of_birth: Some("1958-01-31".parse().unwrap()),
        },
        highest_amount: euro("1027.99"),
        canceled_unpaid: euro("0.00"),
        lines_changed_time: None,
        lines: vec![chiron(), porsche()],
        releases: vec![],
        cancellations: vec![],
        beside: Beside::none(euro("0.00").currency()),
        held: vec![],
        open_captures: vec![],
        lost_captures: vec![],
        open_refunds: vec![],
        returns: vec![],
        facts: Facts::default(),
        payments: vec![],
        renaming: None,
        supersedes: None,
        superseded: None,
        made_payments: vec![],
        line_change: None,
        added_lines: vec![],
        stranded: vec![],
        items: vec![],
        deadline: Deadline::default(),
        followed: Followed::default(),
        agenda: Agenda::nothing(euro("0.00")),
        observed_time: None,
        closed_time: None,
    }
}

fn billing_address() -> Address {
    Address {
        street_and_number: some("Keizersgracht 126"),
        city: some("Amsterdam"),
        postal_code: some("1234AB"),
        title: some("Dhr"),
        given_name: some("Piet"),
        family_name: some("Mondriaan"),
        email: some("piet@mondriaan.com"),
        phone: some("+31208202070"),
        ..at_mollie()
    }
}

fn shipping_address() -> Address {
    Address {
        street_and_number: some("Prinsengracht 126"),
        street_additional: some("4th floor"),
        city: some("Haarlem"),
        postal_code: some("5678AB"),
        title: some("Mr"),
        given_name: some("Chuck"),
        family_name: some("Norris"),
        email: some("norris@chucknorrisfacts.net"),
        ..at_mollie()
    }
}

fn at_mollie() -> Address {
    Address {
        organization_name: some("Mollie B.V."),
        region: some("Noord-Holland"),
        country: some("NL"),
        ..Address::default()
    }
}

fn chiron() -> Line {
    Line {
        name: "LEGO 42083 Bugatti Chiron".to_owned(),
        sku: some("5702016116977"),
        quantity: 2,
        unit_price: euro("399.00"),
        discount_amount: Some(euro("100.00")),
        total_amount: euro("698.00"),
        vat_amount: euro("121.14"),
        image_url: some("https://sh-s7-live-s.legocdn.com/is/image//LEGO/42083_alt1?$main$"),
        product_url: some("https://shop.lego.com/nl-NL/Bugatti-Chiron-42083"),
        metadata: Some(json!({"order_id": "1337", "description": "Bugatti Chiron"})),
        ..porsche()
    }
}

fn porsche() -> Line {
    let none = Part::none(euro("0.00"));
    Line {
        id: LineId::new(2),
        mollie_id: None,
        line_type: Read::Known(LineType::Physical),
        category: some("gift"),
        name: "LEGO 42056 Porsche 911 GT3 RS".to_owned(),
        sku: some("5702015594028"),
        quantity: 1,
        quantity_unit: None,
        unit_price: euro("329.99"),
        discount_amount: None,
        total_amount: euro("329.99"),
        vat_rate: "21.00".to_owned(),
        vat_amount: euro("57.27"),
        image_url: some("https://sh-s7-live-s.legocdn.com/is/image/LEGO/42056?$PDPDefault$"),
        product_url: some("https://shop.lego.com/nl-NL/Porsche-911-GT3-RS-42056"),
        metadata: None,
        planned_ship_date: None,
        reference: None,
        is_cancelable: None,
        created_time: None,
        status: None,
        unknown_status: None,
        shipped: none,
        canceled: none,
        refunded: none,
        reserved: none,
        canceling: none,
        payment_refunded: none,
        refunding: none,
        payment_refunding: none,
        is_changing: false,
        not_leaving: 0,
    }
}

/// The request, as the documentation has it, and the hook address for the payment.
pub fn request() -> Value {
    json!({
        "amount": {"value": "1027.99", "currency": "EUR"},
        "billingAddress": {
            "organizationName": "Mollie B.V.", "streetAndNumber": "Keizersgracht 126", "city": "Amsterdam",
            "region": "Noord-Holland", "postalCode": "1234AB", "country": "NL", "title": "Dhr", "givenName": "Piet",
            "familyName": "Mondriaan", "email": "piet@mondriaan.com", "phone": "+31208202070"
        },
        "shippingAddress": {
            "organizationName": "Mollie B.V.", "streetAndNumber": "Prinsengracht 126", "streetAdditional": "4th floor",
            "city": "Haarlem", "region": "Noord-Holland", "postalCode": "5678AB", "country": "NL", "title": "Mr",
            "givenName": "Chuck", "familyName": "Norris", "email": "norris@chucknorrisfacts.net"
        },
        "metadata": {"order_id": "1337", "description": "Lego cars"},
        "consumerDateOfBirth": "1958-01-31",
        "locale": "nl_NL",
        "orderNumber": "1337",
        "redirectUrl": "https://example.org/redirect",
        "webhookUrl": "https://example.org/webhook",
        "payment": {"webhookUrl": "https://example.org/webhook"},
        "method": "klarnapaylater",
        "lines": [
            {
                "type": "physical", "category": "gift", "sku": "5702016116977", "name": "LEGO 42083 Bugatti Chiron",
                "productUrl": "https://shop.lego.com/nl-NL/Bugatti-Chiron-42083",
                "imageUrl": "https://sh-s7-live-s.legocdn.com/is/image//LEGO/42083_alt1?$main$",
                "metadata": {"order_id": "1337", "description": "Bugatti Chiron"},
                "quantity": 2, "vatRate": "21.00",
                "unitPrice": {"currency": "EUR", "value": "399.00"},
                "totalAmount": {"currency": "EUR", "value": "698.00"},
                "discountAmount": {"currency": "EUR", "value": "100.00"},
                "vatAmount": {"currency": "EUR", "value": "121.14"}
            },
            {
                "type": "physical", "category": "gift", "sku": "5702015594028", "name": "LEGO 42056 Porsche 911 GT3 RS",
                "productUrl": "https://shop.lego.com/nl-NL/Porsche-911-GT3-RS-42056",
                "imageUrl": "https://sh-s7-live-s.legocdn.com/is/image/LEGO/42056?$PDPDefault$",
                "quantity": 1, "vatRate": "21.00",
                "unitPrice": {"currency": "EUR", "value": "329.99"},
                "totalAmount": {"currency": "EUR", "value": "329.99"},
                "vatAmount": {"currency": "EUR", "value": "57.27"}
            }
        ]
    })
}

/// A short answer about an order with this id.
pub fn answer(id: &str) -> Value {
    json!({
        "resource": "order", "id": id, "status": "created", "orderNumber": "1337", "webhookUrl": HOOK,
        "amount": {"value": "329.99", "currency": "EUR"}, "createdAt": "2026-02-01T08:00:00+00:00",
        "lines": [{"id": "odl_1.a", "name": "LEGO", "status": "created", "quantity": 1,
            "unitPrice": {"currency": "EUR", "value": "329.99"}, "totalAmount": {"currency": "EUR", "value": "329.99"}}],
    })
}
