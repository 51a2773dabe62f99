//! Verdicts on create requests under many settings, without the API.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::super::{Axis, Decides, Switches, judge_create};
use super::{Shop, eur, lego, line, order_of};

const DRAFTS: usize = 300;

/// Drafts that are fine, or refused under one switch or under all, by changes that meet each other.
struct Drafts(StdRng);

impl Drafts {
    /// The seed is new each time; a failure prints it.
    fn new(name: &str) -> Self {
        let seed: u64 = rand::random();
        println!("{name}: seed {seed}");
        Self(StdRng::seed_from_u64(seed))
    }

    fn draw(&mut self) -> Value {
        let method = ["ideal", "klarna", "paypal", "voucher", "billie"].choose(&mut self.0).unwrap();
        let mut body = if self.0.random() { lego(method) } else { self.with_lines(method) };
        for _ in 0..self.0.random_range(0..4) {
            let (pointer, value) = changes().choose(&mut self.0).unwrap().clone();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            if let Some(Value::Object(parent)) = body.pointer_mut(parent) {
                parent.insert(name.to_owned(), value);
            }
        }
        body
    }

    fn with_lines(&mut self, method: &str) -> Value {
        let mut lines = vec![line(1, "20.00", None, "20.00")];
        let (mut cents, mut kinds) = (2000, kinds());
        for _ in 0..self.0.random_range(0..4) {
            let (added, part) = kinds.swap_remove(self.0.random_range(0..kinds.len()));
            lines.push(part);
            cents += added;
        }
        order_of(method, &eur(&format!("{}.{:02}", cents / 100, cents % 100)), &lines)
    }

    fn setting(&mut self) -> Switches {
        let mut switches = Switches::default();
        for axis in Switches::OF_CREATE {
            axis.set(&mut switches, self.0.random_range(0..axis.values.len()));
        }
        switches
    }
}

/// Lines, with what each adds to the order in cents.
fn kinds() -> Vec<(i64, Value)> {
    let priced = |line_type: &str, price: &str, rate: &str, vat: &str| {
        json!({
            "type": line_type, "name": "A thing", "quantity": 1, "unitPrice": eur(price), "totalAmount": eur(price),
            "vatRate": rate, "vatAmount": eur(vat)
        })
    };
    vec![
        (2420, priced("physical", "24.20", "21.00", "4.20")),
        (9, priced("physical", "0.09", "20.00", "0.01")),
        (3, priced("physical", "0.03", "20.00", "0.01")),
        (3, priced("digital", "0.03", "20.00", "0.00")),
        (-100, priced("discount", "-1.00", "10.00", "-0.10")),
        (-121, priced("discount", "-1.21", "21.00", "-0.21")),
        (-121, priced("store_credit", "-1.21", "21.00", "-0.21")),
        (-500, priced("gift_card", "-5.00", "0.00", "0.00")),
        (-500, priced("surcharge", "-5.00", "0.00", "0.00")),
        (-100, line(1, "5.00", Some("6.00"), "-1.00")),
    ]
}

fn changes() -> Vec<(&'static str, Value)> {
    vec![
        ("/locale", json!("en_CA")),
        ("/locale", json!("nl")),
        ("/locale", Value::Null),
        ("/billingAddress", Value::Null),
        ("/billingAddress/email", Value::Null),
        ("/billingAddress/organizationName", Value::Null),
        ("/billingAddress/phone", json!("020")),
        ("/shippingAddress/city", Value::Null),
        ("/shippingAddress/colour", json!("red")),
        ("/method", json!(["paypal"])),
        ("/method", json!("seashells")),
        ("/method", json!(["klarna", "ideal"])),
        ("/redirectUrl", Value::Null),
        ("/payment", json!({ "applePayPaymentToken": "{}" })),
        ("/payment", json!({ "sequenceType": "recurring", "somethingNewer": 1 })),
        ("/payment", json!({ "issuer": 1 })),
        ("/webhookUrl", json!("http://localhost/hook")),
        ("/expiresAt", json!("2018-08-03")),
        ("/expiresAt", json!("2018-09-10")),
        ("/expiresAt", json!("2018-11-12")),
        ("/lines/0/vatRate", Value::Null),
        ("/lines/1/vatAmount", Value::Null),
        ("/lines/0/category", json!("toys")),
        ("/lines/0/sku", json!("s".repeat(65))),
        ("/colour", json!("red")),
        ("/amount", eur("1.00")),
    ]
}

/// Late in the evening in UTC, which is the next day in Amsterdam.
fn evening() -> jiff::Timestamp {
    "2018-08-02T22:30:00Z".parse().unwrap()
}

fn is_taken(body: &Value, switches: &Switches) -> bool {
    judge_create(body, switches, evening()).is_ok()
}

#[test]
fn a_verdict_is_the_answer_of_the_api() {
    let mut drafts = Drafts::new("verdict and answer");
    for _ in 0..DRAFTS {
        let (body, switches) = (drafts.draw(), drafts.setting());
        let mut shop = Shop::with(&json!(switches));
        shop.now = evening();
        let answer = shop.request("POST", "/v2/orders", Some(&body), None);
        match judge_create(&body, &switches, evening()) {
            Ok(()) => assert_eq!(answer.status, 201, "{switches:?} {body}"),
            Err(refusal) => {
                assert_eq!(answer.status, refusal.status, "{body}");
                assert_eq!(answer.body["title"], refusal.title());
                assert_eq!(answer.body["detail"], refusal.detail);
                assert_eq!(answer.body["field"].as_str(), refusal.field.as_deref());
            }
        }
    }
}

#[test]
fn the_settings_of_create_tell_what_some_settings_refuse_and_others_take() {
    let settings = Switches::pairwise(&Switches::OF_CREATE);
    let mut drafts = Drafts::new("unanimous and mixed");
    let mut seen = BTreeSet::new();
    for _ in 0..DRAFTS {
        let body = drafts.draw();
        let verdicts: BTreeSet<bool> = settings.iter().map(|switches| is_taken(&body, switches)).collect();
        for _ in 0..10 {
            let switches = drafts.setting();
            assert!(verdicts.contains(&is_taken(&body, &switches)), "{switches:?} {body}");
        }
        seen.insert(verdicts);
    }
    assert_eq!(seen.len(), 3, "some are refused by all, some taken by all, some by a few");
}

#[test]
fn what_any_setting_takes_the_most_lenient_one_takes() {
    let lenient = Switches::most_lenient(&Switches::OF_CREATE);
    let mut drafts = Drafts::new("most lenient");
    for _ in 0..DRAFTS {
        let (body, switches) = (drafts.draw(), drafts.setting());
        assert!(is_taken(&body, &lenient) || !is_taken(&body, &switches), "{switches:?} {body}");
    }
}

#[test]
fn each_switch_of_create_takes_the_values_that_it_names() {
    let mut names = BTreeSet::new();
    for axis in Switches::OF_CREATE {
        assert!(names.insert(axis.name), "{} is there once", axis.name);
        assert!(axis.values.len() > 1 && axis.most_lenient < axis.values.len());
        assert_eq!(json!(Switches::default())[axis.name], axis.values[0]);
        for (index, text) in axis.values.iter().enumerate() {
            let mut switches = Switches::default();
            axis.set(&mut switches, index);
            assert_eq!(json!(switches)[axis.name], *text);
        }
    }
}

#[test]
fn wording_changes_no_verdict() {
    let wording = Switches::OF_CREATE.into_iter().filter(|axis| axis.decides == Decides::Wording);
    let settings = Switches::pairwise(&wording.collect::<Vec<_>>());
    let mut drafts = Drafts::new("wording");
    for _ in 0..DRAFTS {
        let body = drafts.draw();
        let verdicts: BTreeSet<bool> = settings.iter().map(|switches| is_taken(&body, switches)).collect();
        assert_eq!(verdicts.len(), 1, "{body}");
    }
}

#[test]
fn any_two_switches_of_create_meet_with_all_their_values() {
    let settings: Vec<Value> =
        Switches::pairwise(&Switches::OF_CREATE).iter().map(|one| json!(one)).collect();
    assert!(settings.len() <= 30, "{} settings are few", settings.len());
    let values = |axis: Axis| axis.values.iter().map(move |value| (axis.name, *value));
    for one in Switches::OF_CREATE.into_iter().flat_map(values) {
        for other in Switches::OF_CREATE.into_iter().flat_map(values).filter(|other| other.0 != one.0) {
            let both = |setting: &Value| setting[one.0] == one.1 && setting[other.0] == other.1;
            assert!(settings.iter().any(both), "{one:?} with {other:?}");
        }
    }
}
