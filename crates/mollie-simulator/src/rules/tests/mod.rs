//! The rules, asked without HTTP: a shop with one key, a clock that the test moves, and the LEGO order of the documents.

mod amounts;
mod answers;
mod attempts;
mod attempts_in_time;
mod books;
mod callers;
mod capture_status;
mod captures;
mod chargebacks;
mod checkout_methods;
mod create;
mod create_bounds;
mod create_fields;
mod create_lists;
mod create_payment;
mod create_switches;
mod dashboard;
mod due_dates;
mod fault_hooks;
mod fault_lists;
mod faults;
mod flows;
mod idempotency;
mod judging;
mod late;
mod late_money;
mod line_cancellation;
mod line_management;
mod line_update;
mod listing;
mod lost_authorization;
mod methods;
mod order_payment;
mod order_update;
mod payment_fields;
mod pending;
mod recorded_keys;
mod refund_amounts;
mod refund_balance;
mod refund_course;
mod refund_requests;
mod rewrites;
mod time;
mod tokens;
mod tracking;
mod variants;
mod vouchers;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Answer, ApiRequest, EffectKind, FinalState, NotChosen, Switches, World};

const KEY: &str = "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM";

struct Shop {
    world: World,
    now: Timestamp,
}

impl Shop {
    fn new() -> Self {
        let now = "2018-08-02T09:29:56Z".parse().unwrap();
        Self { world: World::new(7, "http://127.0.0.1:50053/"), now }
    }

    fn with(switches: &Value) -> Self {
        let mut shop = Self::new();
        let switches: Switches = serde_json::from_value(switches.clone()).unwrap();
        shop.world.set_switches(switches);
        shop
    }

    fn request(&mut self, method: &str, path: &str, body: Option<&Value>, key: Option<&str>) -> Answer {
        self.request_as(KEY, method, path, body, key)
    }

    /// The same with another API key than the shop's own.
    fn request_as(
        &mut self,
        api_key: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Answer {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = ApiRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            authorization: Some(format!("Bearer {api_key}")),
            idempotency_key: key.map(str::to_owned),
            body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
        };
        self.world.answer(&request, self.now)
    }

    fn get(&mut self, path: &str) -> Value {
        let answer = self.request("GET", path, None, None);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    fn create(&mut self, body: &Value) -> Value {
        let answer = self.request("POST", "/v2/orders", Some(body), None);
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    /// The answer of a create request that is refused with a 422.
    fn refused(&mut self, body: &Value) -> Value {
        let answer = self.request("POST", "/v2/orders", Some(body), None);
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert_eq!(self.world.orders().count(), 0);
        answer.body
    }

    fn order(&mut self, id: &str) -> Value {
        self.get(&format!("/v2/orders/{id}?embed=payments,refunds,shipments"))
    }

    fn choose(&mut self, id: &str, state: FinalState) -> Result<Option<String>, NotChosen> {
        self.world.choose(id.trim_start_matches("ord_"), state, None, self.now)
    }

    /// A further attempt beside those that are there: its id.
    fn begin(&mut self, id: &str, method: &str) -> String {
        self.world.begin_attempt(id, Some(method), self.now).unwrap()
    }

    fn end(&mut self, payment_id: &str, state: FinalState) {
        self.world.end_attempt(payment_id, state, self.now).unwrap();
    }

    fn ship(&mut self, id: &str, body: &Value) -> Answer {
        self.request("POST", &format!("/v2/orders/{id}/shipments"), Some(body), None)
    }

    fn shipped(&mut self, id: &str, body: &Value) -> Value {
        let answer = self.ship(id, body);
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    fn cancel(&mut self, id: &str) -> Answer {
        self.request("DELETE", &format!("/v2/orders/{id}"), None, None)
    }

    fn delete_lines(&mut self, id: &str, body: &Value) -> Answer {
        self.request("DELETE", &format!("/v2/orders/{id}/lines"), Some(body), None)
    }

    fn patch(&mut self, id: &str, rest: &str, body: &Value) -> Answer {
        self.request("PATCH", &format!("/v2/orders/{id}{rest}"), Some(body), None)
    }

    /// Asks for a further payment.
    fn pay_again(&mut self, id: &str, body: &Value) -> Answer {
        self.request("POST", &format!("/v2/orders/{id}/payments"), Some(body), None)
    }

    /// Asks for a refund of lines.
    fn refund_lines(&mut self, id: &str, body: &Value) -> Answer {
        self.request("POST", &format!("/v2/orders/{id}/refunds"), Some(body), None)
    }

    /// Asks for a refund of an amount.
    fn refund_amount(&mut self, payment_id: &str, value: &str) -> Answer {
        let body = json!({ "amount": eur(value) });
        self.request("POST", &format!("/v2/payments/{payment_id}/refunds"), Some(&body), None)
    }

    /// The refund of either, which must be made.
    fn made(answer: Answer) -> Value {
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    /// The id of an order's first payment.
    fn payment_id(&mut self, id: &str) -> String {
        text(&self.order(id), "/_embedded/payments/0/id")
    }

    /// Makes the world anew from what the journal keeps of it.
    fn restart(&mut self) {
        let mut again = World::new(0, "http://127.0.0.1:50053/");
        for changes in self.world.compacted(self.now).collect::<Vec<_>>() {
            again.apply(serde_json::from_value(json!(changes)).unwrap());
        }
        self.world = again;
    }

    fn pass(&mut self, duration: SignedDuration) {
        self.now = self.now.checked_add(duration).unwrap();
        self.world.tick(self.now);
    }

    fn kinds(&self) -> Vec<EffectKind> {
        self.world.ledger().iter().map(|effect| effect.kind).collect()
    }

    /// Resource ids of the hooks that wait, in order.
    fn hooks(&self) -> Vec<&str> {
        self.world.due_hooks(Timestamp::MAX).map(|hook| hook.resource_id.as_str()).collect()
    }

    /// A created, and then paid or authorized, order: its id and the ids of its lines.
    fn settled(&mut self, body: &Value) -> (String, Vec<String>) {
        let order = self.create(body);
        let id = text(&order, "/id");
        let state = if self.world.order(&id).unwrap().flow() == super::method::Flow::Paid {
            FinalState::Paid
        } else {
            FinalState::Authorized
        };
        self.choose(&id, state).unwrap();
        let lines = order["lines"].as_array().unwrap().iter().map(|line| text(line, "/id")).collect();
        (id, lines)
    }
}

fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{pointer} in {value}"))
        .to_owned()
}

fn eur(value: &str) -> Value {
    json!({ "value": value, "currency": "EUR" })
}

/// The example of the create-order document.
fn lego(method: &str) -> Value {
    json!({
        "amount": eur("1027.99"),
        "billingAddress": {
            "organizationName": "Mollie B.V.", "streetAndNumber": "Keizersgracht 126", "city": "Amsterdam",
            "region": "Noord-Holland", "postalCode": "1234AB", "country": "NL", "title": "Dhr",
            "givenName": "Piet", "familyName": "Mondriaan", "email": "piet@mondriaan.com", "phone": "+31208202070"
        },
        "shippingAddress": {
            "organizationName": "Mollie B.V.", "streetAndNumber": "Prinsengracht 126",
            "streetAdditional": "4th floor", "city": "Haarlem", "region": "Noord-Holland", "postalCode": "5678AB",
            "country": "NL", "title": "Mr", "givenName": "Chuck", "familyName": "Norris",
            "email": "norris@chucknorrisfacts.net"
        },
        "metadata": { "order_id": "1337", "description": "Lego cars" },
        "consumerDateOfBirth": "1958-01-31",
        "locale": "nl_NL",
        "orderNumber": "1337",
        "redirectUrl": "https://example.org/redirect",
        "webhookUrl": "https://example.org/webhook",
        "method": method,
        "lines": [
            {
                "type": "physical", "category": "gift", "sku": "5702016116977", "name": "LEGO 42083 Bugatti Chiron",
                "productUrl": "https://shop.lego.com/nl-NL/Bugatti-Chiron-42083",
                "imageUrl": "https://sh-s7-live-s.legocdn.com/is/image//LEGO/42083_alt1?$main$",
                "metadata": { "order_id": "1337", "description": "Bugatti Chiron" },
                "quantity": 2, "vatRate": "21.00", "unitPrice": eur("399.00"), "totalAmount": eur("698.00"),
                "discountAmount": eur("100.00"), "vatAmount": eur("121.14")
            },
            {
                "type": "physical", "category": "gift", "sku": "5702015594028",
                "name": "LEGO 42056 Porsche 911 GT3 RS",
                "productUrl": "https://shop.lego.com/nl-NL/Porsche-911-GT3-RS-42056",
                "imageUrl": "https://sh-s7-live-s.legocdn.com/is/image/LEGO/42056?$PDPDefault$",
                "quantity": 1, "vatRate": "21.00", "unitPrice": eur("329.99"), "totalAmount": eur("329.99"),
                "vatAmount": eur("57.27")
            }
        ]
    })
}

/// A line without VAT.
fn line(quantity: u32, unit_price: &str, discount: Option<&str>, total: &str) -> Value {
    let mut line = json!({
        "name": "A thing", "quantity": quantity, "unitPrice": eur(unit_price), "totalAmount": eur(total),
        "vatRate": "0.00", "vatAmount": eur("0.00")
    });
    if let Some(discount) = discount {
        line["discountAmount"] = eur(discount);
    }
    line
}

/// The LEGO order with other lines, in the currency of the first.
fn order_of(method: &str, amount: &Value, lines: &[Value]) -> Value {
    let mut body = lego(method);
    body["amount"] = amount.clone();
    body["lines"] = json!(lines);
    body
}
