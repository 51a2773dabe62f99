//! Answers that are rewritten on their way out.

use serde_json::{Value, json};

use super::super::{Change, Content, Count, Edit, Fault, Faults, Outcome, RequestFault};
use super::faults::request;
use super::{Shop, lego, text};

/// What a client sees of an order behind these faults.
fn seen(shop: &mut Shop, faults: &mut Faults, method: &str, path: &str, key: Option<&str>) -> Value {
    let request = request(method, path, &lego("ideal"), key);
    match shop.world.answer_through(faults, &request, shop.now) {
        Outcome::Answered(reply) => match reply.content {
            Content::Hal(body) => body,
            Content::Html(text) => panic!("no JSON: {text}"),
            Content::Empty => panic!("nothing"),
        },
        Outcome::Impaired { .. } | Outcome::Lost { .. } => panic!("no answer"),
    }
}

fn rewriting(method: &str, path: &str, edits: &[(&str, Change)]) -> Faults {
    let edits = edits.iter().map(|(path, change)| Edit::new(path, change.clone())).collect();
    Faults::new([Fault::request(method, path, RequestFault::Rewrite { edits })])
}

#[test]
fn edits_reach_every_place_that_they_name_and_no_other() {
    let mut shop = Shop::new();
    let order = shop.create(&lego("ideal"));
    let path = format!("/v2/orders/{}", text(&order, "/id"));
    let edits = [
        ("/lines/*/sku", Change::Replace(json!(1))),
        ("/lines/1/name", Change::Remove),
        ("/lines/-", Change::Add(json!({}))),
        ("/a~1b", Change::Add(json!("new"))),
        ("/method", Change::Add(json!(["ideal"]))),
        ("/nowhere", Change::Replace(json!(1))),
        ("/nowhere/at/all", Change::Add(json!(1))),
        ("/lines/9", Change::Remove),
        ("/id/inside", Change::Remove),
    ];
    let mut expected = order;
    for index in [0, 1] {
        expected["lines"][index]["sku"] = json!(1);
    }
    expected["lines"][1].as_object_mut().unwrap().remove("name");
    expected["lines"].as_array_mut().unwrap().push(json!({}));
    expected["a/b"] = json!("new");
    expected["method"] = json!(["ideal"]);
    let mut faults = rewriting("GET", "/v2/orders/*", &edits);
    assert_eq!(seen(&mut shop, &mut faults, "GET", &path, None), expected);
}

#[test]
fn a_rewritten_answer_has_its_effect_and_is_remembered_as_it_was() {
    let mut shop = Shop::new();
    let mut faults = rewriting("POST", "/v2/orders", &[("/id", Change::Replace(json!(7)))]);
    let first = seen(&mut shop, &mut faults, "POST", "/v2/orders", Some("k1"));
    assert_eq!((&first["id"], shop.world.orders().count()), (&json!(7), 1));
    let again = seen(&mut shop, &mut faults, "POST", "/v2/orders", Some("k1"));
    assert!(again["id"].is_string());
    assert_eq!(shop.world.orders().count(), 1);
}

#[test]
fn line_counters_are_left_out_of_so_many_answers_and_nothing_else_is() {
    let mut shop = Shop::new();
    let (id, _) = shop.settled(&lego("klarna"));
    let path = format!("/v2/orders/{id}");
    let whole = shop.get(&path);
    let fault = Fault::request("GET", "/v2/orders/*", RequestFault::LineCountersLeftOut);
    let mut faults = Faults::new([fault.count(Count::Times(2))]);
    for _ in 0..2 {
        let part = seen(&mut shop, &mut faults, "GET", &path, None);
        let line = part["lines"][0].as_object().unwrap();
        let missing: Vec<&str> = whole["lines"][0]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .filter(|key| !line.contains_key(*key))
            .collect();
        assert_eq!(missing.len(), 9, "{missing:?}");
        assert!(line.contains_key("quantity") && line.contains_key("isCancelable"));
        assert_eq!(part["amount"], whole["amount"]);
    }
    assert_eq!(seen(&mut shop, &mut faults, "GET", &path, None), whole);
}

#[test]
fn the_answer_to_create_can_leave_line_counters_out() {
    let mut shop = Shop::with(&json!({ "line_counters_at_changes": "left out" }));
    let answer = shop.request("POST", "/v2/orders", Some(&lego("ideal")), Some("k1")).body;
    assert_eq!(
        (answer["lines"][0].get("quantityShipped"), &answer["lines"][0]["quantity"]),
        (None, &json!(2))
    );
    let id = text(&answer, "/id");
    assert_eq!(shop.order(&id)["lines"][0]["quantityShipped"], 0);
    let canceled = shop.cancel(&id).body;
    assert_eq!(canceled["lines"][0]["quantityCanceled"], 2);
}
