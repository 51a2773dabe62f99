//! A changed cart: the shopper goes back, and a new order replaces the old one. One of them is alive in the end, and it has the number.

use serde_json::json;
use tests::proto::{CreateOrderRequest, Order, OrderDraft, OrderStatus, ReviewItemKind};
use tests::{LEGO, SOON, World, draft, new_request_id, numbered, on_both_engines, refusal, told, until};
use tonic::Code;

use crate::requests::{cancel, create, sync};

on_both_engines!(
    a_changed_cart_takes_the_number_along_and_the_old_order_is_canceled,
    a_new_order_that_mollie_refuses_gives_the_number_back,
    an_old_order_that_may_bring_money_is_not_replaced_and_the_refusal_says_why,
    of_many_who_replace_an_order_at_once_one_does_and_the_others_learn_which,
    an_old_order_that_the_shopper_is_paying_is_canceled_when_that_has_failed,
    what_the_shopper_pays_on_the_old_order_is_put_to_a_person,
    whatever_becomes_of_an_answer_one_of_two_carts_is_alive,
    a_held_number_tells_where_the_shopper_may_go_on,
    a_draft_is_checked_with_the_order_that_it_replaces,
);

fn instead_of(old: &Order, number: &str) -> CreateOrderRequest {
    CreateOrderRequest { supersedes: old.id.clone(), ..create(&new_request_id(), numbered(number, "ideal")) }
}

async fn replaced(world: &World, request: &CreateOrderRequest) -> Order {
    world.orders().create_order(request.clone()).await.expect("it replaces the old one").into_inner()
}

async fn kinds(world: &World, order: &Order) -> Vec<String> {
    world.events(&order.id).await.into_iter().map(|event| event.kind).collect()
}

async fn a_changed_cart_takes_the_number_along_and_the_old_order_is_canceled(world: World) {
    let old = world.create(numbered("cart", "ideal")).await;
    let request = instead_of(&old, "cart");
    let new = replaced(&world, &request).await;
    assert_eq!((&new.supersedes, new.status()), (&old.id, OrderStatus::Created));
    let ended = world.reaches(&old.id, OrderStatus::Canceled).await;
    assert_eq!((&ended.superseded_by, ended.items.len()), (&new.id, 0));
    let again = replaced(&world, &request).await;
    assert_eq!((&again.id, &again.mollie_order_id), (&new.id, &new.mollie_order_id));
    world.simulator.check_out(&new.checkout_url, "paid").await;
    world.reaches(&new.id, OrderStatus::Paid).await;
    world.settles(&old.id).await;
    let kinds = kinds(&world, &old).await;
    for kind in ["order.superseded", "order.replaced", "cancellation.recorded", "order.canceled"] {
        assert_eq!(kinds.iter().filter(|one| *one == kind).count(), 1, "{kind}: {kinds:?}");
    }
    let events = world.events(&old.id).await;
    let of = |kind: &str| events.iter().find(|event| event.kind == kind).unwrap().clone();
    assert_eq!(told::supersession(&of("order.superseded")).superseded_by, new.id);
    assert_eq!(of("cancellation.succeeded").actor, "order-service (superseded)");
    let ledger = world.simulator.ledger().await;
    assert_eq!((ledger.count("order_created"), ledger.count("order_canceled")), (2, 1));
}

async fn a_new_order_that_mollie_refuses_gives_the_number_back(world: World) {
    let old = world.create(numbered("cart", "ideal")).await;
    // The simulator refuses this locale.
    let draft = Some(OrderDraft { locale: "en_CA".to_owned(), ..numbered("cart", "ideal") });
    let request = CreateOrderRequest { draft, ..instead_of(&old, "cart") };
    let refused = refusal(world.orders().create_order(request).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "MOLLIE_REFUSED"));
    let back = world.order(&old.id).await;
    assert_eq!((back.superseded_by.as_str(), back.status()), ("", OrderStatus::Created));
    let held =
        refusal(world.orders().create_order(create(&new_request_id(), numbered("cart", "ideal"))).await);
    assert_eq!(held.metadata["order_id"], old.id, "it holds its number again");
    let kinds = kinds(&world, &old).await;
    assert!(kinds.ends_with(&["order.superseded".to_owned(), "order.reinstated".to_owned()]), "{kinds:?}");
    // It may be replaced again.
    let new = replaced(&world, &instead_of(&old, "cart")).await;
    assert_eq!(world.reaches(&old.id, OrderStatus::Canceled).await.superseded_by, new.id);
}

async fn an_old_order_that_may_bring_money_is_not_replaced_and_the_refusal_says_why(world: World) {
    for (n, (method, result)) in [("klarnapaylater", "authorized"), ("ideal", "paid")].into_iter().enumerate()
    {
        let old = world.create_and_check_out(numbered(&format!("paid-{n}"), method), result).await;
        let refused = refusal(world.orders().create_order(instead_of(&old, "other")).await);
        assert_eq!(refused.kind(), (Code::FailedPrecondition, "ORDER_NOT_SUPERSEDABLE"));
        assert!(refused.message.contains(result), "{}", refused.message);
    }
    // What cannot be read may be paid by now.
    let old = world.create(numbered("unheard", "ideal")).await;
    world.advance("PT1M").await;
    world.simulator.fail(json!([{"fault": "status", "status": 503, "effect": false, "method": "GET", "path": "/v2/orders/*", "count": "all"}])).await;
    let unread = refusal(world.orders().create_order(instead_of(&old, "other")).await);
    assert_eq!(unread.kind(), (Code::Unavailable, "MOLLIE_UNAVAILABLE"));
    world.simulator.mend().await;

    let unknown = Order { id: "01900000-0000-7000-8000-000000000000".to_owned(), ..old.clone() };
    let refused = refusal(world.orders().create_order(instead_of(&unknown, "other")).await);
    assert_eq!(refused.kind(), (Code::NotFound, "ORDER_NOT_FOUND"));
    let wrong = Order { id: old.mollie_order_id.clone(), ..old };
    let request = CreateOrderRequest { draft: Some(numbered("", "ideal")), ..instead_of(&wrong, "other") };
    let refused = refusal(world.orders().create_order(request).await);
    let fields: Vec<_> = refused.violations.iter().map(|fault| fault.0.as_str()).collect();
    assert_eq!(fields, ["supersedes", "draft.order_number"], "every fault is named");
}

async fn of_many_who_replace_an_order_at_once_one_does_and_the_others_learn_which(world: World) {
    let old = world.create(numbered("cart", "ideal")).await;
    let calls = (0..6).map(|_| {
        let (mut orders, request) = (world.orders(), instead_of(&old, "cart"));
        async move { orders.create_order(request).await }
    });
    let answers = futures_util::future::join_all(calls).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1, "{lost:?}");
    let winner = won.into_iter().next().unwrap().unwrap().into_inner();
    for answer in lost {
        let refused = refusal(answer);
        assert_eq!(refused.kind(), (Code::FailedPrecondition, "ORDER_SUPERSEDED"), "{refused:?}");
        assert_eq!(refused.metadata["superseded_by"], winner.id);
        assert!(refused.message.contains(&winner.id), "{}", refused.message);
    }
    world.reaches(&old.id, OrderStatus::Canceled).await;
    assert_eq!(world.simulator.ledger().await.count("order_created"), 2);
}

/// Mollie does not cancel an order while its shopper has a payment open.
async fn an_old_order_that_the_shopper_is_paying_is_canceled_when_that_has_failed(world: World) {
    let old = world.create(numbered("cart", "ideal")).await;
    let attempt = world.simulator.begin_attempt(&old.mollie_order_id, "ideal").await;
    let new = replaced(&world, &instead_of(&old, "cart")).await;
    until("Mollie has refused to cancel it", SOON, async || {
        kinds(&world, &old).await.contains(&"cancellation.refused".to_owned()).then_some(())
    })
    .await;
    for _ in 0..3 {
        assert_eq!(sync(&world, &old).await.unwrap().status(), OrderStatus::Created);
    }
    world.settles(&old.id).await;
    assert_eq!(world.simulator.traffic().await.of("DELETE /v2/orders/{id}"), 1, "asked once");
    world.simulator.end_attempt(&attempt, "failed").await;
    let ended = world.reaches(&old.id, OrderStatus::Canceled).await;
    assert_eq!((ended.superseded_by.as_str(), ended.items.len()), (new.id.as_str(), 0));
    assert_eq!(world.simulator.traffic().await.of("DELETE /v2/orders/{id}"), 2);
}

async fn what_the_shopper_pays_on_the_old_order_is_put_to_a_person(world: World) {
    let old = world.create(numbered("cart", "klarnapaylater")).await;
    let attempt = world.simulator.begin_attempt(&old.mollie_order_id, "klarnapaylater").await;
    let new = replaced(&world, &instead_of(&old, "cart")).await;
    world.simulator.end_attempt(&attempt, "authorized").await;
    let raised = until("it is raised", SOON, async || {
        Some(world.order(&old.id).await).filter(|order| !order.items.is_empty())
    })
    .await;
    let [item] = &raised.items[..] else { panic!("{:?}", raised.items) };
    assert_eq!((item.kind(), &item.subject), (ReviewItemKind::SupersededPaid, &new.id));
    for _ in 0..2 {
        let order = sync(&world, &old).await.unwrap();
        assert_eq!((order.status(), order.items.len()), (OrderStatus::Authorized, 1));
    }
    world.settles(&old.id).await;
    assert_eq!(world.simulator.ledger().await.count("order_canceled"), 0, "its money is not released");
    // A person decides.
    world.orders().cancel_order(cancel(&raised)).await.unwrap();
    world.reaches(&old.id, OrderStatus::Canceled).await;
}

async fn whatever_becomes_of_an_answer_one_of_two_carts_is_alive(world: World) {
    let lost = [
        json!({"fault": "close_after"}),
        json!({"fault": "status", "status": 500, "effect": true}),
        json!({"fault": "status", "status": 503, "effect": false}),
        json!({"fault": "rate_limited", "retry_after_seconds": 1}),
    ];
    let mut number = 0;
    for fault in &lost {
        for (method, path) in [("POST", "/v2/orders"), ("DELETE", "/v2/orders/*")] {
            number += 1;
            let old = world.create(numbered(&format!("cart-{number}"), "ideal")).await;
            crate::lost::arm(&world, fault, method, path).await;
            let deleted = world.simulator.traffic().await.of("DELETE /v2/orders/{id}");
            let request = instead_of(&old, &format!("cart-{number}"));
            let new = until(&format!("the new one is placed despite {fault}"), SOON, async || {
                world.orders().create_order(request.clone()).await.ok().map(tonic::Response::into_inner)
            })
            .await;
            until(&format!("the old one is to be canceled, {method} {fault}"), SOON, async || {
                let sent = world.simulator.traffic().await.of("DELETE /v2/orders/{id}");
                (sent > deleted).then_some(())
            })
            .await;
            // Nobody can tell before its time whether a lost cancellation was done.
            world.advance("PT2M").await;
            until(&format!("the old one is canceled despite {method} {fault}"), SOON, async || {
                (world.order(&old.id).await.status() == OrderStatus::Canceled).then_some(())
            })
            .await;
            assert_eq!(world.order(&new.id).await.status(), OrderStatus::Created);
        }
    }
    let ledger = world.simulator.ledger().await;
    let counted = ["order_created", "order_canceled"].map(|kind| ledger.count(kind));
    assert_eq!(counted, [2 * number, number]);
}

async fn a_held_number_tells_where_the_shopper_may_go_on(world: World) {
    let first = world.create(draft(LEGO, "ideal")).await;
    let twin = refusal(world.orders().create_order(create(&new_request_id(), draft(LEGO, "ideal"))).await);
    assert_eq!(twin.kind(), (Code::AlreadyExists, "ORDER_NUMBER_HELD"));
    let told = |key: &str| twin.metadata.get(key).cloned().unwrap_or_default();
    assert_eq!((told("order_id"), told("checkout_url")), (first.id.clone(), first.checkout_url.clone()));
    assert_eq!((told("status"), told("same_draft")), ("created".to_owned(), "true".to_owned()));
    let address = first.billing_address.clone().unwrap();
    for personal in [&address.email, &address.family_name, &address.street_and_number] {
        let echoed = twin.metadata.values().any(|value| value.contains(personal));
        assert!(!echoed && !twin.message.contains(personal), "{twin:?}");
    }
    let mut other = draft(LEGO, "ideal");
    other.billing_address.as_mut().unwrap().city = "Breda".to_owned();
    for other in [other, draft(LEGO, "klarnapaylater")] {
        let refused = refusal(world.orders().create_order(create(&new_request_id(), other.clone())).await);
        assert_eq!(refused.metadata["same_draft"], "false");
        let check = CreateOrderRequest { validate_only: true, ..create(&new_request_id(), other) };
        let refused = refusal(world.orders().create_order(check).await);
        assert_eq!(
            (refused.reason.as_str(), refused.metadata["same_draft"].as_str()),
            ("ORDER_NUMBER_HELD", "false")
        );
    }
}

async fn a_draft_is_checked_with_the_order_that_it_replaces(world: World) {
    let old = world.create(numbered("cart", "ideal")).await;
    let check = |old: &Order| CreateOrderRequest { validate_only: true, ..instead_of(old, "cart") };
    let would_be = world.orders().create_order(check(&old)).await.unwrap().into_inner();
    assert_eq!((would_be.supersedes.as_str(), would_be.id.as_str()), (old.id.as_str(), ""));
    assert_eq!(world.order(&old.id).await.superseded_by, "", "nothing is kept");
    let paid = world.create_and_check_out(numbered("paid", "ideal"), "paid").await;
    let refused = refusal(world.orders().create_order(check(&paid)).await);
    assert_eq!(refused.reason, "ORDER_NOT_SUPERSEDABLE");
    let new = replaced(&world, &instead_of(&old, "cart")).await;
    let refused = refusal(world.orders().create_order(check(&old)).await);
    assert_eq!((refused.reason.as_str(), &refused.metadata["superseded_by"]), ("ORDER_SUPERSEDED", &new.id));
}
