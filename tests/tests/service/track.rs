//! UpdateShipment: how a parcel is followed, changed at Mollie and here.

use std::time::Duration;

use serde_json::json;
use tests::proto::{
    GetShipmentRequest, ListShipmentsRequest, OperationKind, Shipment, ShipmentState, Tracking,
    UpdateShipmentRequest,
};
use tests::{LEGO, SOON, Uuid, World, draft, on_both_engines, refusal, told, until};
use tonic::Code;

use crate::requests::{ship, track};

/// Pauses between attempts grow to eight seconds.
const RECOVERY: Duration = Duration::from_secs(30);

on_both_engines!(
    a_parcel_is_followed_by_what_was_asked_for_last,
    tracking_of_a_shipment_that_mollie_does_not_have_yet_waits_for_it,
    a_shipment_that_mollie_refused_has_no_parcel_to_follow,
    every_fault_of_the_request_is_named_at_once,
    whatever_becomes_of_its_answer_the_parcel_is_followed_by_it,
    tracking_that_is_changed_in_the_dashboard_is_shown,
    a_call_that_leaves_no_time_for_an_answer_begins_nothing,
);

async fn shipped(world: &World) -> Shipment {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap().into_inner()
}

async fn read(world: &World, shipment: &Shipment) -> Shipment {
    let request = GetShipmentRequest { id: shipment.id.clone() };
    world.orders().get_shipment(request).await.unwrap().into_inner()
}

fn code(tracking: Option<&Tracking>) -> &str {
    tracking.map_or("", |tracking| &tracking.code)
}

async fn a_parcel_is_followed_by_what_was_asked_for_last(world: World) {
    let shipment = shipped(&world).await;
    let first = track(&shipment, "JD01");
    let url = "https://dhl.example/JD02".to_owned();
    let tracking = Some(Tracking { url, ..track(&shipment, "JD02").tracking.unwrap() });
    let second = UpdateShipmentRequest { tracking, ..track(&shipment, "JD02") };
    for request in [&first, &second] {
        let updated = world.orders().update_shipment(request.clone()).await.unwrap().into_inner();
        assert_eq!((&updated.id, &updated.tracking), (&shipment.id, &request.tracking));
        assert_eq!(updated.pending_tracking, None);
    }
    // A repeated request has no second effect, and shows the parcel as it is.
    let again = world.orders().update_shipment(first).await.unwrap().into_inner();
    assert_eq!(again.tracking, second.tracking);
    assert_eq!(world.simulator.traffic().await.of("PATCH /v2/orders/{id}/shipments/{id}"), 2);
    let ledger = world.simulator.ledger().await;
    let codes: Vec<_> = ledger.of("shipment_updated").iter().map(|it| it["tracking"].clone()).collect();
    let url = "https://dhl.example/JD02";
    assert_eq!(
        codes,
        [json!({"carrier": "DHL", "code": "JD01"}), json!({"carrier": "DHL", "code": "JD02", "url": url})]
    );
    let kinds: Vec<_> = world.events(&shipment.order_id).await.into_iter().map(|event| event.kind).collect();
    let own = kinds.iter().filter(|kind| kind.starts_with("shipment.update")).collect::<Vec<_>>();
    assert_eq!(own.len(), 4, "{kinds:?}");
}

async fn tracking_of_a_shipment_that_mollie_does_not_have_yet_waits_for_it(mut world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.simulator.stop();
    let request = ship(&order, 0, 1, Some("299.00"));
    let shipment = world.orders().create_shipment(request).await.unwrap().into_inner();
    assert_eq!(shipment.state(), ShipmentState::Recorded);
    let updated = world.orders().update_shipment(track(&shipment, "JD01")).await.unwrap().into_inner();
    assert_eq!(code(updated.tracking.as_ref()), "3SKABA000000000");
    assert_eq!(code(updated.pending_tracking.as_ref()), "JD01");
    let kinds: Vec<_> = world.order(&order.id).await.operations.iter().map(|one| one.kind()).collect();
    assert_eq!(kinds, [OperationKind::CreateShipment, OperationKind::UpdateShipment]);
    world.simulator.resume().await;
    let followed = until("the parcel is followed by it", RECOVERY, async || {
        let shipment = read(&world, &shipment).await;
        shipment.pending_tracking.is_none().then_some(shipment)
    })
    .await;
    assert_eq!((followed.state(), code(followed.tracking.as_ref())), (ShipmentState::Registered, "JD01"));
    let ledger = world.simulator.ledger().await;
    assert_eq!((ledger.count("shipment_created"), ledger.count("shipment_updated")), (1, 1));
}

async fn a_shipment_that_mollie_refused_has_no_parcel_to_follow(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.simulator.ship_in_dashboard(&order, 0).await;
    refusal(world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await);
    let request = ListShipmentsRequest { order_id: order.id.clone(), ..Default::default() };
    let all = world.orders().list_shipments(request).await.unwrap().into_inner().shipments;
    let id = all.into_iter().find(|it| it.state() == ShipmentState::Refused).expect("ours was refused").id;
    let request = UpdateShipmentRequest { id, ..track(&Shipment::default(), "JD01") };
    let refused = refusal(world.orders().update_shipment(request).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "SHIPMENT_REFUSED"));
    assert_eq!(world.simulator.traffic().await.of("PATCH /v2/orders/{id}/shipments/{id}"), 0);
}

async fn every_fault_of_the_request_is_named_at_once(world: World) {
    let tracking =
        Some(Tracking { carrier: " ".to_owned(), code: "x".repeat(101), url: "not a url".to_owned() });
    let request = UpdateShipmentRequest { tracking, ..Default::default() };
    let refused = refusal(world.orders().update_shipment(request).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    let mut paths: Vec<_> = refused.violations.iter().map(|fault| fault.0.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["id", "request_id", "tracking.carrier", "tracking.code", "tracking.url"]);
    let nothing = UpdateShipmentRequest {
        request_id: "r".to_owned(),
        id: Uuid::nil().to_string(),
        ..Default::default()
    };
    let refused = refusal(world.orders().update_shipment(nothing.clone()).await);
    assert_eq!(refused.violations.iter().map(|fault| fault.0.as_str()).collect::<Vec<_>>(), ["tracking"]);
    let nowhere = UpdateShipmentRequest { id: nothing.id, ..track(&Shipment::default(), "JD01") };
    let refused = refusal(world.orders().update_shipment(nowhere).await);
    assert_eq!(refused.kind(), (Code::NotFound, "SHIPMENT_NOT_FOUND"));
}

async fn whatever_becomes_of_its_answer_the_parcel_is_followed_by_it(world: World) {
    let shipment = shipped(&world).await;
    let faults = [
        json!({"fault": "close_before"}),
        json!({"fault": "status", "status": 503, "effect": false}),
        json!({"fault": "busy"}),
        json!({"fault": "rate_limited", "retry_after_seconds": 1}),
        json!({"fault": "truncate"}),
    ];
    for (n, mut fault) in faults.into_iter().enumerate() {
        (fault["method"], fault["path"]) = ("PATCH".into(), "/v2/orders/*/shipments/*".into());
        world.simulator.fail(json!([fault])).await;
        let name = format!("JD{n}");
        world.orders().update_shipment(track(&shipment, &name)).await.unwrap();
        // What still lands of a lost call must have landed before anything else is done.
        world.advance("PT3M").await;
        until(&format!("it is followed by it despite {fault}"), SOON, async || {
            let shipment = read(&world, &shipment).await;
            (code(shipment.tracking.as_ref()) == name && shipment.pending_tracking.is_none()).then_some(())
        })
        .await;
    }
}

async fn tracking_that_is_changed_in_the_dashboard_is_shown(world: World) {
    let shipment = shipped(&world).await;
    let order = world.order(&shipment.order_id).await;
    world.simulator.track_in_dashboard(&order, &shipment, "JD99").await;
    let request = tests::proto::SyncOrderRequest { id: order.id.clone() };
    world.orders().sync_order(request).await.unwrap();
    assert_eq!(code(read(&world, &shipment).await.tracking.as_ref()), "JD99");
    let events = world.events(&order.id).await;
    let last = events.iter().rfind(|event| event.kind == "shipment.updated").unwrap();
    assert_eq!((last.operation_id.as_str(), code(told::shipment(last).tracking.as_ref())), ("", "JD99"));
}

/// It would go on unseen, and be carried out after what the caller asks for next.
async fn a_call_that_leaves_no_time_for_an_answer_begins_nothing(world: World) {
    let shipment = shipped(&world).await;
    for n in 0..5 {
        let mut request = tonic::Request::new(track(&shipment, &format!("JD{n}")));
        request.set_timeout(Duration::from_millis(100));
        world.orders().update_shipment(request).await.unwrap_err();
    }
    let last = world.orders().update_shipment(track(&shipment, "JD99")).await.unwrap().into_inner();
    assert_eq!(code(last.tracking.as_ref()), "JD99");
    let events = world.events(&shipment.order_id).await;
    assert_eq!(events.iter().filter(|event| event.kind == "shipment.update_recorded").count(), 1);
}
