//! Drafts that break rules: every fault in one answer, and nothing kept or sent.

use tests::proto::{ListOrdersRequest, OrderDraft, Placement};
use tests::{LEGO, World, amount, draft, new_request_id, on_both_engines, refusal};
use tonic::Code;

use crate::requests::create;

on_both_engines!(
    six_faults_are_told_at_once_and_nothing_is_kept_or_sent,
    a_checked_draft_is_neither_kept_nor_sent,
);

async fn six_faults_are_told_at_once_and_nothing_is_kept_or_sent(world: World) {
    let request_id = new_request_id();
    let refused = refusal(world.orders().create_order(create(&request_id, six_faults())).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    let mut violations = refused.violations.clone();
    violations.sort();
    let expected = [
        ("draft.billing_address.city", "address.city", "a value", "nothing"),
        (
            "draft.billing_address.phone",
            "address.phone",
            "E.164",
            "10 digits, no leading +, other characters",
        ),
        ("draft.lines[0].vat_amount", "line.vat_amount", "121.14 EUR", "121.13 EUR"),
        ("draft.lines[1].sku", "line.sku", "at most 64 characters", "65 characters"),
        ("draft.locale", "order.locale_form", "nl_NL", "dutch"),
        ("draft.shipping_address.given_name", "address.name", "2 to 100 characters", "1 character"),
    ];
    assert_eq!(violations.len(), expected.len(), "{violations:#?}");
    for ((path, description), (wanted, rule, right, got)) in violations.iter().zip(expected) {
        assert_eq!(path, wanted);
        let (before, after) = description.split_once(", got ").expect("what was expected, and what came");
        assert!(before.contains(right), "{path}: {description}");
        assert_eq!(refused.rules[path], rule.to_uppercase().replace('.', "_"));
        assert_eq!(after, got, "{path}");
    }
    for personal in ["8202070", "Keizersgracht"] {
        assert!(!format!("{refused:?}").contains(personal), "personal values are told by their shape only");
    }
    assert_nothing_happened(&world).await;

    // The request id is as good as new.
    let order =
        world.orders().create_order(create(&request_id, draft(LEGO, "ideal"))).await.unwrap().into_inner();
    assert_eq!(order.placement(), Placement::Placed);
}

async fn a_checked_draft_is_neither_kept_nor_sent(world: World) {
    let request = create(&new_request_id(), draft(LEGO, "ideal"));
    let checked = tests::proto::CreateOrderRequest { validate_only: true, ..request };
    let preview = world.orders().create_order(checked).await.unwrap().into_inner();
    assert_eq!((preview.order_number.as_str(), preview.lines.len()), ("1337", 2));
    assert_nothing_happened(&world).await;
}

fn six_faults() -> OrderDraft {
    let mut draft = draft(LEGO, "klarnapaylater");
    draft.lines[0].vat_amount = Some(amount("121.13"));
    draft.lines[1].sku = "5".repeat(65);
    draft.locale = "dutch".to_owned();
    let billing = draft.billing_address.as_mut().unwrap();
    billing.city.clear();
    billing.phone = "020 8202070".to_owned();
    draft.shipping_address.as_mut().unwrap().given_name = "C".to_owned();
    draft
}

async fn assert_nothing_happened(world: &World) {
    for placements in
        [vec![], vec![Placement::Placing.into(), Placement::Refused.into(), Placement::Abandoned.into()]]
    {
        let filter = Some(tests::proto::OrderFilter { placements, ..Default::default() });
        let request = ListOrdersRequest { filter, ..Default::default() };
        let orders = world.orders().list_orders(request).await.unwrap().into_inner().orders;
        assert!(orders.is_empty(), "{orders:#?}");
    }
    assert_eq!(world.simulator.traffic().await.total(), 0, "nothing was sent to Mollie");
}
