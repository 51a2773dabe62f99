//! Drafts with figures left out, with warnings, and with many faults at once.

use prost::Message;
use prost_types::value::Kind;
use prost_types::{Struct, Value};
use serde_json::json;
use tests::proto::{
    CheckOrderDraftRequest, CheckOrderDraftResponse, GetOrderRequest, ListOrdersRequest, Order, OrderDraft,
    OrderLineDraft, PaymentParameters, get_order_request::Key,
};
use tests::{LEGO, World, amount, draft, new_request_id, numbered, on_both_engines, refusal};
use tonic::Code;

use crate::requests::create;

on_both_engines!(
    names_quantities_prices_and_vat_rates_alone_make_the_same_order,
    what_mollie_may_refuse_warns_and_stays_on_the_order,
    thirty_faults_are_listed_in_the_order_of_the_draft,
    a_held_number_is_named_beside_other_faults_and_a_free_one_is_free,
    what_mollie_refuses_comes_back_on_the_callers_path_and_stays_on_the_order,
    a_profile_can_be_strict_lenient_and_have_a_locale_of_its_own,
    the_largest_draft_is_placed_read_and_listed,
    a_draft_whose_order_would_not_fit_into_an_answer_is_refused,
    what_mollie_may_know_of_a_payment_is_sent_as_it_is,
);

const CHOICES: [(&str, &str); 3] = [
    ("ORDER_SERVICE__PROFILES__MAIN__STRICT_RULES", "[line.type_left_out]"),
    ("ORDER_SERVICE__PROFILES__MAIN__REQUIRED", "get_order"),
    ("ORDER_SERVICE__PROFILES__MAIN__LOCALE_FALLBACK", "en_GB"),
];

/// The most bytes of a message, by default.
const MESSAGE: usize = 1024 * 1024;
/// The most bytes of a draft, however large messages may be.
const DRAFT: usize = 1536 * 1024;
/// What clients take, by default.
const ANSWER: usize = 4 * 1024 * 1024;

async fn check(world: &World, draft: OrderDraft) -> CheckOrderDraftResponse {
    let request = CheckOrderDraftRequest { draft: Some(draft), ..Default::default() };
    world.orders().check_order_draft(request).await.unwrap().into_inner()
}

/// Without the figures that follow from others.
fn bare(draft: OrderDraft) -> OrderDraft {
    let bare = |line| OrderLineDraft { total_amount: None, vat_amount: None, ..line };
    OrderDraft { amount: None, lines: draft.lines.into_iter().map(bare).collect(), ..draft }
}

/// What is the shopper's of an order, and not ours or the clock's.
fn agreed(order: &Order) -> impl PartialEq + std::fmt::Debug + use<> {
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|line| {
            let figures = (&line.unit_price, &line.discount_amount, &line.total_amount, &line.vat_amount);
            format!("{} × {} {} {figures:?}", line.quantity, line.name, line.vat_rate)
        })
        .collect();
    (order.amount.clone(), lines)
}

async fn names_quantities_prices_and_vat_rates_alone_make_the_same_order(world: World) {
    let full = world.create(numbered("full", "ideal")).await;
    let short = world.create(bare(numbered("short", "ideal"))).await;
    assert_eq!(agreed(&short), agreed(&full));
    let at_mollie = async |order: &Order| {
        let mut seen = world.simulator.order(&order.mollie_order_id).await;
        let lines = seen["lines"].as_array_mut().unwrap();
        lines
            .iter_mut()
            .for_each(|line| (line["id"], line["orderId"], line["createdAt"]) = Default::default());
        (seen["amount"].clone(), seen["lines"].clone())
    };
    assert_eq!(at_mollie(&short).await, at_mollie(&full).await);
}

async fn what_mollie_may_refuse_warns_and_stays_on_the_order(world: World) {
    let mut odd = OrderDraft { locale: "en_CA".to_owned(), ..numbered(&new_request_id(), "ideal") };
    odd.lines[1].r#type = 0;
    let found = check(&world, odd.clone()).await;
    let ids = |list: &[tests::proto::DraftViolation]| -> Vec<(String, String)> {
        list.iter().map(|it| (it.field.clone(), it.rule.clone())).collect()
    };
    let expected = [("draft.locale", "order.locale_listed"), ("draft.lines[1].type", "line.type_left_out")];
    let expected = expected.map(|(field, rule)| (field.to_owned(), rule.to_owned()));
    assert_eq!(ids(&found.warnings), expected);
    assert_eq!((found.violations.len(), ids(&found.order.unwrap().warnings)), (0, expected.to_vec()));
    world.simulator.switch(json!({ "unlisted_locale": "accepted" })).await;
    let order = world.create(odd).await;
    assert_eq!(ids(&order.warnings), expected);
    let key = Some(Key::Id(order.id.clone()));
    let read = world.orders().get_order(GetOrderRequest { key }).await.unwrap().into_inner();
    assert_eq!((ids(&read.warnings), read.warnings_left_out), (expected.to_vec(), 0));
}

async fn thirty_faults_are_listed_in_the_order_of_the_draft(world: World) {
    let wrong = OrderLineDraft {
        quantity: 0,
        sku: "5".repeat(65),
        vat_rate: "21 %".to_owned(),
        ..bare(draft(LEGO, "ideal")).lines[0].clone()
    };
    let lines = vec![wrong; 10];
    let faulty = OrderDraft { lines, ..bare(numbered(&new_request_id(), "ideal")) };
    let found = check(&world, faulty.clone()).await;
    assert_eq!((found.violations.len(), found.violations_left_out), (30, 0));
    let expected = (0..10)
        .flat_map(|n| ["sku", "quantity", "vat_rate"].map(|field| format!("draft.lines[{n}].{field}")));
    let fields: Vec<_> = found.violations.iter().map(|it| it.field.clone()).collect();
    assert_eq!(fields, expected.collect::<Vec<_>>());
    // An error holds what fits, in the same order, and says how many more there are.
    let refused = refusal(world.orders().create_order(create(&new_request_id(), faulty)).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    let lines: Vec<_> = refused.message.lines().skip(1).collect();
    let (more, lines) = lines.split_last().unwrap();
    let paths: Vec<_> = lines.iter().map(|line| line.split_once(':').unwrap().0).collect();
    assert_eq!(paths, fields[..lines.len()]);
    assert!(refused.message.starts_with("30 faults;") && lines.len() > 5, "{}", refused.message);
    assert_eq!(*more, format!("and {} more; CheckOrderDraft lists them", 30 - lines.len()));
    let detailed: Vec<_> = refused.violations.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(detailed, fields[..detailed.len()]);
    assert!(detailed.len() >= 15, "{} in the details", detailed.len());
}

async fn a_held_number_is_named_beside_other_faults_and_a_free_one_is_free(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let free = check(&world, numbered(&new_request_id(), "ideal")).await;
    assert_eq!((free.order_number_held_by.as_str(), free.violations.len()), ("", 0));
    let held = check(&world, OrderDraft { locale: "dutch".to_owned(), ..draft(LEGO, "ideal") }).await;
    assert_eq!(held.order_number_held_by, order.id);
    let rules: Vec<_> = held.violations.iter().map(|it| it.rule.as_str()).collect();
    assert_eq!(rules, ["order.locale_form", "order.number_held"]);
}

async fn what_mollie_refuses_comes_back_on_the_callers_path_and_stays_on_the_order(world: World) {
    // Mollie's documents list this locale's form and not the locale: the simulator refuses it.
    let odd = OrderDraft { locale: "en_CA".to_owned(), ..numbered(&new_request_id(), "ideal") };
    let refused = refusal(world.orders().create_order(create(&new_request_id(), odd)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "MOLLIE_REFUSED"));
    assert_eq!(refused.violations.iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), ["draft.locale"]);
    let order = world.order(&refused.metadata["order_id"]).await;
    let kept: Vec<_> = order.violations.iter().map(|it| (it.field.as_str(), it.rule.as_str())).collect();
    assert_eq!(kept, [("draft.locale", "mollie.refused")]);
    assert_eq!(order.violations[0].expected, order.rejection.unwrap().detail);
    assert_eq!(order.violations[0].got, "en_CA");
    assert_eq!(order.warnings[0].rule, "order.locale_listed");
}

fn text(value: String) -> Value {
    Value { kind: Some(Kind::StringValue(value)) }
}

/// As many lines as there may be, each with as much metadata as the message has room for.
async fn the_largest_draft_is_placed_read_and_listed(world: World) {
    let request = create("largest", largest(MESSAGE - 20));
    assert!(request.encoded_len() > MESSAGE - 3_000, "{} bytes", request.encoded_len());
    let order = world.orders().create_order(request).await.unwrap().into_inner();
    assert!(order.encoded_len() < ANSWER && order.lines.len() == 1_000, "{} bytes", order.encoded_len());
    assert_eq!(world.order(&order.id).await.lines, order.lines);
    let listed = world.orders().list_orders(ListOrdersRequest::default()).await.unwrap().into_inner();
    assert_eq!(listed.orders[0].lines, order.lines);
    let kinds: Vec<_> = world.events(&order.id).await.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["order.recorded", "order.placed"]);
    let at_mollie = world.simulator.order(&order.mollie_order_id).await;
    assert_eq!(at_mollie["lines"].as_array().map(Vec::len), Some(1_000));
}

fn largest(most: usize) -> OrderDraft {
    let of = |characters: usize| {
        let line = OrderLineDraft {
            name: "A thing".to_owned(),
            quantity: 1,
            unit_price: Some(amount("1.00")),
            vat_rate: "21.00".to_owned(),
            sku: "s".repeat(characters.min(64)),
            metadata: Some(text("x".repeat(characters.min(1_000)))),
            image_url: format!("https://shop.example/{}", "i".repeat(characters.saturating_sub(1_000))),
            ..OrderLineDraft::default()
        };
        OrderDraft { amount: None, lines: vec![line; 1_000], ..numbered("largest", "ideal") }
    };
    (0..2_000).rev().map(of).find(|draft| draft.encoded_len() <= most).unwrap()
}

async fn a_draft_whose_order_would_not_fit_into_an_answer_is_refused(mut world: World) {
    world.service.restart_with(&[("ORDER_SERVICE__GRPC__MAX_MESSAGE_BYTES", "4194304")]).await;
    let found = check(&world, largest(DRAFT + 2_000)).await;
    assert_eq!(found.violations.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>(), ["draft.size"]);
    let refused = refusal(world.orders().create_order(create("larger", largest(DRAFT + 2_000))).await);
    let expected =
        format!("draft: expected at most {DRAFT} bytes, so that its order fits into an answer, got ");
    assert!(refused.message.contains(&expected), "{}", refused.message);
    let order = world.create(largest(DRAFT)).await;
    assert!(order.encoded_len() < ANSWER, "{} bytes", order.encoded_len());
}

async fn what_mollie_may_know_of_a_payment_is_sent_as_it_is(world: World) {
    let with = |name: &str| {
        let fields = [(name.to_owned(), text("manual".to_owned()))].into_iter().collect();
        let payment = PaymentParameters { further_parameters: Some(Struct { fields }), ..Default::default() };
        OrderDraft { payment: Some(payment), ..numbered(&new_request_id(), "creditcard") }
    };
    for (name, rule) in [("card_token", "payment.further_name"), ("cardToken", "payment.further_name")] {
        let found = check(&world, with(name)).await;
        assert_eq!(found.violations.iter().map(|it| it.rule.as_str()).collect::<Vec<_>>(), [rule], "{name}");
    }
    let order = world.create(with("captureMode")).await;
    let warned: Vec<_> = order.warnings.iter().map(|it| (it.field.as_str(), it.rule.as_str())).collect();
    let path = "draft.payment.further_parameters.captureMode";
    assert_eq!(warned, [(path, "payment.further_parameter")]);
    world.simulator.switch(json!({ "unknown_parameters": "422" })).await;
    let refused = refusal(world.orders().create_order(create(&new_request_id(), with("captureMode"))).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "MOLLIE_REFUSED"));
    assert_eq!(refused.violations[0].0, path);
}

async fn a_profile_can_be_strict_lenient_and_have_a_locale_of_its_own(mut world: World) {
    world.service.stop().await;
    for (name, value) in CHOICES {
        world.service.set(name, value);
    }
    world.service.start().await;
    let mut odd = OrderDraft { locale: String::new(), ..numbered(&new_request_id(), "ideal") };
    odd.billing_address.as_mut().unwrap().email.clear();
    odd.lines[0].r#type = 0;
    let found = check(&world, odd.clone()).await;
    let rules = |list: &[tests::proto::DraftViolation]| -> Vec<String> {
        list.iter().map(|it| it.rule.clone()).collect()
    };
    assert_eq!(rules(&found.violations), ["line.type_left_out"]);
    assert_eq!(rules(&found.warnings), ["order.locale_fallback", "address.email_given"]);
    odd.lines[0].r#type = 1;
    let order = check(&world, OrderDraft { amount: Some(amount("1027.99")), ..odd }).await.order.unwrap();
    assert_eq!(order.locale, "en_GB");
}
