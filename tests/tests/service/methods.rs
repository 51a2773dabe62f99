//! The methods that a checkout page shows, and what their limits say of a draft.

use std::time::Instant;

use serde_json::json;
use tests::proto::{
    CheckOrderDraftRequest, CreateOrderRequest, ListPaymentMethodsRequest, ListPaymentMethodsResponse,
    OrderDraft,
};
use tests::{SOON, World, amount, new_request_id, numbered, on_both_engines, refusal, until};
use tonic::Code;

on_both_engines!(
    methods_are_listed_for_an_amount_and_a_country_and_read_once,
    a_list_that_cannot_be_read_is_told_and_a_known_one_stands_in,
    those_who_ask_at_once_share_one_reading,
    a_mollie_that_is_down_is_not_asked_by_each_caller,
    what_mollie_does_not_take_of_a_request_is_the_callers_fault,
    an_amount_beyond_what_a_method_takes_is_a_warning,
);

async fn methods(world: &World, request: &ListPaymentMethodsRequest) -> ListPaymentMethodsResponse {
    world.orders().list_payment_methods(request.clone()).await.unwrap().into_inner()
}

fn ids(listed: &ListPaymentMethodsResponse) -> Vec<&str> {
    listed.methods.iter().map(|method| method.id.as_str()).collect()
}

async fn methods_are_listed_for_an_amount_and_a_country_and_read_once(world: World) {
    let request = ListPaymentMethodsRequest {
        amount: Some(amount("10.00")),
        billing_country: "nl".to_owned(),
        locale: "nl_NL".to_owned(),
        include_issuers: true,
        ..ListPaymentMethodsRequest::default()
    };
    let listed = methods(&world, &request).await;
    let ideal = listed.methods.iter().find(|method| method.id == "ideal").expect("iDEAL is of this country");
    assert_eq!((ideal.description.as_str(), ideal.status.as_str()), ("iDEAL", "activated"));
    assert!(ideal.minimum_amount.is_some() && ideal.maximum_amount.is_some(), "{ideal:?}");
    assert!(ideal.issuers.iter().any(|issuer| issuer.id == "ideal_INGBNL2A"), "{:?}", ideal.issuers);
    assert!(ideal.image.is_some() && listed.read_time.is_some());
    assert!(!ids(&listed).contains(&"bancontact"), "{:?}", ids(&listed));
    assert_eq!(methods(&world, &request).await, listed, "it is known");
    let traffic = world.simulator.traffic().await;
    assert_eq!(traffic.of("GET /v2/methods"), 1);
    let all = methods(&world, &ListPaymentMethodsRequest::default()).await;
    assert!(ids(&all).contains(&"bancontact") && all.methods.len() > listed.methods.len());
    let odd = ListPaymentMethodsRequest {
        amount: Some(amount("1")),
        billing_country: "Holland".to_owned(),
        profile: "nobody".to_owned(),
        ..ListPaymentMethodsRequest::default()
    };
    let refused = refusal(world.orders().list_payment_methods(odd).await);
    let paths: Vec<_> = refused.violations.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        (refused.code, paths),
        (Code::InvalidArgument, vec!["profile", "amount.value", "billing_country"])
    );
}

async fn a_list_that_cannot_be_read_is_told_and_a_known_one_stands_in(world: World) {
    let known = ListPaymentMethodsRequest {
        billing_country: "NL".to_owned(),
        ..ListPaymentMethodsRequest::default()
    };
    let listed = methods(&world, &known).await;
    let down = json!({ "fault": "status", "status": 503, "effect": false, "method": "GET", "path": "/v2/methods", "count": "all" });
    world.simulator.fail(json!([down])).await;
    assert_eq!(methods(&world, &known).await, listed);
    let other = ListPaymentMethodsRequest {
        billing_country: "BE".to_owned(),
        ..ListPaymentMethodsRequest::default()
    };
    let refused = refusal(world.orders().list_payment_methods(other.clone()).await);
    assert_eq!(refused.kind(), (Code::Unavailable, "MOLLIE_UNAVAILABLE"));
    assert!(refused.retry.is_some());
    world.simulator.mend().await;
    let listed = until("Mollie is asked again", SOON, async || {
        world.orders().list_payment_methods(other.clone()).await.ok().map(tonic::Response::into_inner)
    })
    .await;
    assert!(ids(&listed).contains(&"bancontact"));
}

async fn those_who_ask_at_once_share_one_reading(world: World) {
    let request = ListPaymentMethodsRequest::default();
    world.simulator.hold("GET", "/v2/methods").await;
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let (mut orders, request) = (world.orders(), request.clone());
            tokio::spawn(async move {
                orders.list_payment_methods(request).await.map(tonic::Response::into_inner)
            })
        })
        .collect();
    world.simulator.holds_one().await;
    world.simulator.release().await;
    for asked in asking {
        assert!(ids(&asked.await.unwrap().unwrap()).contains(&"ideal"));
    }
    assert_eq!(world.simulator.traffic().await.of("GET /v2/methods"), 1);
}

/// More callers than a second has readings: each asks for another list, and Mollie is down.
async fn a_mollie_that_is_down_is_not_asked_by_each_caller(world: World) {
    let down = json!({ "fault": "status", "status": 503, "effect": true, "method": "GET", "path": "/v2/methods", "count": "all" });
    world.simulator.fail(json!([down])).await;
    let before = Instant::now();
    let asking: Vec<_> = (1..=40)
        .map(|n| {
            let amount = Some(amount(&format!("{n}.00")));
            let request = ListPaymentMethodsRequest { amount, ..ListPaymentMethodsRequest::default() };
            let mut orders = world.orders();
            tokio::spawn(async move { orders.list_payment_methods(request).await })
        })
        .collect();
    for asked in asking {
        assert_eq!(refusal(asked.await.unwrap()).kind(), (Code::Unavailable, "MOLLIE_UNAVAILABLE"));
    }
    // At most four at once, and after each failure nobody for a second.
    let most = 4 * (1 + before.elapsed().as_secs());
    let asked = world.simulator.traffic().await.of("GET /v2/methods");
    assert!((1..=most).contains(&asked), "Mollie was asked {asked} times");
}

async fn what_mollie_does_not_take_of_a_request_is_the_callers_fault(world: World) {
    let odd =
        ListPaymentMethodsRequest { locale: "xx_XX".to_owned(), ..ListPaymentMethodsRequest::default() };
    for _ in 0..2 {
        let refused = refusal(world.orders().list_payment_methods(odd.clone()).await);
        assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
        let rules: Vec<_> = refused.rules.iter().map(|(path, rule)| (path.as_str(), rule.as_str())).collect();
        assert_eq!(rules, [("locale", "MOLLIE_REFUSED")], "{:?}", refused.violations);
    }
}

async fn an_amount_beyond_what_a_method_takes_is_a_warning(world: World) {
    let mut dear = OrderDraft { method: vec!["paysafecard".to_owned()], ..numbered("dear", "paysafecard") };
    dear.lines.truncate(1);
    dear.amount = None;
    let line = &mut dear.lines[0];
    (line.quantity, line.unit_price, line.discount_amount) = (1, Some(amount("100000.00")), None);
    (line.total_amount, line.vat_amount) = (None, None);
    let check = CheckOrderDraftRequest { draft: Some(dear.clone()), ..CheckOrderDraftRequest::default() };
    let found = world.orders().check_order_draft(check).await.unwrap().into_inner();
    assert_eq!(found.violations, []);
    let [warning] = &found.warnings[..] else { panic!("{:?}", found.warnings) };
    assert_eq!((warning.field.as_str(), warning.rule.as_str()), ("draft.method[0]", "order.method_limits"));
    assert!(warning.expected.contains("EUR") && warning.got.contains("100000.00 EUR"), "{warning:?}");
    let request = CreateOrderRequest {
        request_id: new_request_id(),
        draft: Some(dear),
        ..CreateOrderRequest::default()
    };
    let order = world.orders().create_order(request).await.unwrap().into_inner();
    assert_eq!(
        order.warnings.iter().filter(|it| it.rule == "order.method_limits").count(),
        1,
        "it is known by now"
    );
    assert_eq!(world.simulator.traffic().await.of("GET /v2/methods"), 1);
}
