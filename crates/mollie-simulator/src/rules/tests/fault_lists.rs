//! Lists of faults as JSON: what they say when read back, and everything that is wrong with them.

use serde_json::{Value, json};

use super::super::{Fault, Faults, Refusal, RequestFault};
use super::faults::faults;

/// One of each kind, with every field.
fn every_kind() -> Value {
    let on = json!({ "method": "POST", "path": "/v2/orders/*/shipments" });
    let with = |more: Value| {
        let mut fault = json!({ "fault": more["fault"] });
        for part in [&on, &more, &json!({ "skip": 1, "count": 2 })] {
            fault.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        }
        fault
    };
    json!([
        with(json!({ "fault": "refuse" })),
        with(json!({ "fault": "close_before" })),
        with(json!({ "fault": "close_after" })),
        with(json!({ "fault": "hang", "effect": true })),
        with(json!({ "fault": "status", "status": 502, "effect": false })),
        with(json!({ "fault": "in_flight" })),
        with(json!({ "fault": "busy" })),
        with(json!({ "fault": "key_used" })),
        with(json!({ "fault": "rate_limited", "retry_after_seconds": 3 })),
        with(json!({ "fault": "truncate", "chunked": true })),
        with(json!({ "fault": "drip", "over": "PT2S" })),
        with(json!({ "fault": "late_effect", "now": "500", "after": "PT1M30S", "in_flight": false })),
        with(json!({ "fault": "rewrite", "edits": [
            { "op": "add", "path": "/a", "value": null },
            { "op": "replace", "path": "/b/0", "value": 1 },
            { "op": "remove", "path": "/c/*/d" },
        ] })),
        with(json!({ "fault": "line_counters_left_out" })),
        with(json!({ "fault": "idempotency_ignored" })),
        { "fault": "hook_dropped", "path": "/hook", "skip": 0, "count": "all" },
        { "fault": "hook_doubled", "skip": 0, "count": 1 },
        { "fault": "hook_delayed", "after": "PT1H", "skip": 0, "count": 1 },
        { "fault": "hook_reordered", "skip": 0, "count": 1 },
    ])
}

fn problems(list: &Value) -> Vec<String> {
    let refusal: Refusal = Faults::parse(list.to_string().as_bytes()).unwrap_err();
    assert_eq!(refusal.status, 422);
    let problems: Vec<String> = serde_json::from_value(refusal.extra.unwrap()["problems"].clone()).unwrap();
    assert!(problems.iter().all(|problem| refusal.detail.contains(problem)), "{}", refusal.detail);
    problems
}

#[test]
fn every_kind_reads_back_as_it_was_armed() {
    let armed = faults(&every_kind()).to_json();
    let mut without_counts = armed.clone();
    for fault in without_counts.as_array_mut().unwrap() {
        assert_eq!(fault["fired"], 0);
        assert_eq!(fault["remaining"], fault["count"]);
        assert_eq!(fault["skip_remaining"], fault["skip"]);
        for field in ["fired", "remaining", "skip_remaining"] {
            fault.as_object_mut().unwrap().remove(field);
        }
    }
    assert_eq!(without_counts, every_kind());
}

#[test]
fn what_is_left_out_has_its_default() {
    let list = json!([
        { "fault": "truncate", "method": "GET", "path": "/v2/orders" },
        { "fault": "late_effect", "method": "POST", "path": "/v2/orders", "now": "close", "after": "P1DT2H" },
        { "fault": "idempotency_ignored" },
    ]);
    let armed = faults(&list).to_json();
    assert_eq!(
        (&armed[0]["chunked"], &armed[0]["count"], &armed[0]["skip"]),
        (&json!(false), &json!(1), &json!(0))
    );
    assert_eq!((&armed[1]["in_flight"], &armed[1]["after"]), (&json!(true), &json!("PT26H")));
    assert_eq!(armed[2]["count"], "all");
    let typed = Faults::new([Fault::request("GET", "/v2/orders", RequestFault::Truncate { chunked: false })]);
    assert_eq!(typed.to_json()[0], armed[0]);
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let list = json!([
        { "fault": "explode", "method": "POST", "colour": "red" },
        { "fault": "hang", "method": "POST", "path": "/v2/orders", "colour": "red", "after": "PT1S" },
        { "fault": "status", "method": "POST", "path": "", "status": 404, "effect": "no" },
        { "fault": "late_effect", "method": "POST", "path": "/v2/orders", "now": "soon", "after": "-PT1S", "count": 0 },
        { "fault": "hook_dropped", "method": "POST", "skip": -1 },
        { "method": "POST" },
        "refuse",
        { "fault": "idempotency_ignored", "method": "POST" },
        { "fault": "refuse", "method": "POST", "path": "/v2/orders" },
        { "fault": "rewrite", "method": "GET", "path": "/v2/orders", "edits": [{ "op": "remove", "path": "id" }] },
    ]);
    assert_eq!(
        problems(&list),
        [
            "0.fault: \"explode\" is no kind of fault",
            "0.colour: is no field of this fault",
            "1.effect: is missing, should be true or false",
            "1.colour: is no field of this fault",
            "1.after: is no field of this fault",
            "2.status: should be 202, 401, 422, 500, 502 or 503",
            "2.effect: should be true or false",
            "2.path: should be a text",
            "3.now: should be close, hang or 500",
            "3.after: should be an ISO 8601 duration, as in PT90S",
            "3.count: should be a whole number of at least 1, or \"all\"",
            "4.skip: should be a whole number",
            "4.method: is no field of this fault",
            "5.fault: is missing, should be a text",
            "6: should be an object",
            "7.fault: needs both a method and a path, or neither",
            "9.edits: should be a list of {\"op\": \"add\" or \"replace\" or \"remove\", \"path\": \"/…\", \"value\": … \
             unless it removes}",
        ]
    );
}

#[test]
fn what_is_no_list_is_refused() {
    for body in ["", "{}", "null", "[", "[{}] []"] {
        assert_eq!(Faults::parse(body.as_bytes()).unwrap_err().status, 422, "{body}");
    }
    assert_eq!(faults(&json!([])).to_json(), json!([]));
}
