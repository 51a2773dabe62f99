//! Deadlines over gRPC: what people are told before an authorization ends, what is lost, and what a profile's policy does.

use serde_json::json;
use tests::proto::order_event::Data;
use tests::proto::{
    DeadlineCause, ListDeadlinesRequest, ListDeadlinesResponse, Mode, Order, OrderEvent, OrderStatus,
    PauseProfileRequest, ResumeProfileRequest, RiskReason, ShipmentState,
};
use tests::{LEGO, SOON, World, cents, draft, numbered, on_both_engines, refusal, told as tells, until};
use tonic::Code;

use crate::lost::arm;
use crate::requests::{ship, sync};

on_both_engines!(
    three_warnings_and_the_loss_are_told_once_each,
    a_policy_cancels_the_rest_in_time_and_nothing_is_lost,
    goods_whose_parcel_was_refused_are_not_canceled_and_people_are_told,
    deadlines_are_listed_with_what_is_at_risk,
    a_parcel_made_in_the_dashboard_takes_its_goods_off_what_is_at_risk,
    a_paused_profile_cancels_nothing_until_it_is_resumed,
    what_is_wrong_with_a_request_for_deadlines_is_told_at_once,
);

/// The profile cancels what was not shipped, and means it.
const POLICY: [(&str, &str); 2] = [
    ("ORDER_SERVICE__PROFILES__MAIN__DEADLINE_POLICY", "cancel_unshipped"),
    ("ORDER_SERVICE__PROFILES__MAIN__POLICY_DRY_RUN", "false"),
];

/// The events about deadlines once there are so many.
async fn told(world: &World, order: &Order, count: usize) -> Vec<OrderEvent> {
    let what = format!("{count} notices of its deadline");
    until(&what, SOON, async || {
        let mut events = world.events(&order.id).await;
        events.retain(|event| matches!(event.data, Some(Data::Deadline(_))));
        (events.len() >= count).then_some(events)
    })
    .await
}

/// What is at risk by an event: the sum, and each reason with its part.
fn risk(event: &OrderEvent) -> (i64, Vec<(RiskReason, i64)>) {
    let notice = tells::deadline(event);
    let amount = |amount: &Option<tests::proto::Amount>| cents(&amount.as_ref().unwrap().value);
    let parts = notice.at_risk.iter().map(|part| (part.reason(), amount(&part.amount)));
    (amount(&notice.amount_at_risk), parts.collect())
}

async fn deadlines(world: &World, request: ListDeadlinesRequest) -> ListDeadlinesResponse {
    world.orders().list_deadlines(request).await.unwrap().into_inner()
}

fn of_tests() -> ListDeadlinesRequest {
    ListDeadlinesRequest { mode: Mode::Test.into(), ..ListDeadlinesRequest::default() }
}

async fn three_warnings_and_the_loss_are_told_once_each(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    assert_eq!(order.ship_by_time, order.expires_time);
    assert_eq!(order.ship_by_cause(), DeadlineCause::OrderExpires);
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    world.settles(&order.id).await;
    world.advance("P20D").await;
    sync(&world, &order).await.unwrap();
    let left = cents(&order.amount.as_ref().unwrap().value) - cents("299.00");
    for (count, (step, hours)) in (1..).zip([("P1DT1H", 168), ("P4D", 72), ("P2D", 24)]) {
        world.advance(step).await;
        let events = told(&world, &order, count).await;
        let last = events.last().unwrap();
        assert_eq!(last.kind, "deadline.warning");
        assert_eq!(tells::deadline(last).hours_before, hours);
        assert_eq!(risk(last), (left, vec![(RiskReason::NotShipped, left)]), "{hours}");
    }
    world.advance("P1DT1H").await;
    let events = told(&world, &order, 4).await;
    assert_eq!((&*events[3].kind, risk(&events[3]).0), ("deadline.lost", left));
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!((order.ship_by_time, order.amount_to_capture.unwrap().value), (None, "0.00".to_owned()));
    sync(&world, &world.order(&order.id).await).await.unwrap();
    assert_eq!(told(&world, &world.order(&order.id).await, 4).await.len(), 4);
}

async fn a_policy_cancels_the_rest_in_time_and_nothing_is_lost(mut world: World) {
    world.service.restart_with(&POLICY).await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    world.settles(&order.id).await;
    world.advance("P27DT13H").await;
    let events = told(&world, &order, 2).await;
    assert_eq!(
        events.iter().map(|event| &*event.kind).collect::<Vec<_>>(),
        ["deadline.warning", "deadline.cancels"]
    );
    assert!(!events[1].operation_id.is_empty());
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    let events = world.events(&order.id).await;
    let canceled = events.iter().find(|event| event.kind == "cancellation.succeeded").unwrap();
    assert_eq!(canceled.actor, "order-service (deadline)");
    world.advance("P2D").await;
    sync(&world, &order).await.unwrap();
    assert_eq!(told(&world, &order, 2).await.len(), 2, "nothing was lost");
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.sum(&order.mollie_order_id, "shipment_created", "captured"), cents("299.00"));
}

async fn goods_whose_parcel_was_refused_are_not_canceled_and_people_are_told(mut world: World) {
    world.service.restart_with(&POLICY).await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let refused = json!({ "fault": "status", "status": 422, "effect": false });
    arm(&world, &refused, "POST", "/v2/orders/*/shipments").await;
    let error = refusal(world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await);
    assert_eq!(error.kind().0, Code::FailedPrecondition, "{error:?}");
    world.advance("P27DT13H").await;
    let events = told(&world, &order, 2).await;
    let last = events.last().unwrap();
    assert_eq!(last.kind, "deadline.left_to_people");
    let reasons = tells::deadline(last).reasons.join("; ");
    assert!(
        reasons.contains("shipment") && reasons.contains("SHIPMENT_REFUSED")
            || reasons.contains("review item 1"),
        "{reasons}"
    );
    assert_eq!(risk(last).1[0], (RiskReason::Rejected, cents("299.00")));
    let listed = deadlines(&world, of_tests()).await;
    assert_eq!(listed.deadlines[0].open_items, [1]);
    assert_eq!(world.order(&order.id).await.status(), OrderStatus::Authorized, "nothing was released");
    assert_eq!(world.simulator.ledger().await.count("order_canceled"), 0);
}

async fn deadlines_are_listed_with_what_is_at_risk(world: World) {
    let mut ids = Vec::new();
    for number in ["d-1", "d-2", "d-3"] {
        let order = world.create_and_check_out(numbered(number, "klarnapaylater"), "authorized").await;
        ids.push(order.id);
        world.advance("PT12H").await;
    }
    let paid = world.create_and_check_out(numbered("d-4", "ideal"), "paid").await;
    assert_eq!((paid.ship_by_time, paid.amount_to_capture.unwrap().value), (None, "0.00".to_owned()));
    let first = deadlines(&world, ListDeadlinesRequest { page_size: 2, ..of_tests() }).await;
    let page_token = first.next_page_token.clone();
    let second = deadlines(&world, ListDeadlinesRequest { page_size: 2, page_token, ..of_tests() }).await;
    let all: Vec<_> = first.deadlines.iter().chain(&second.deadlines).collect();
    assert_eq!(all.iter().map(|one| &one.order_id).collect::<Vec<_>>(), ids.iter().collect::<Vec<_>>());
    assert_eq!((second.deadlines.len(), &*second.next_page_token), (1, ""));
    let value = |amount: &Option<tests::proto::Amount>| cents(&amount.as_ref().unwrap().value);
    let one = value(&all[0].amount_to_capture);
    let sums: i64 = first.sums.iter().map(|sum| value(&sum.amount_to_capture)).sum();
    assert_eq!((sums, first.sums.iter().map(|sum| sum.orders).sum::<i64>()), (3 * one, 3));
    assert!(first.sums.len() >= 2, "their days differ: {:?}", first.sums);
    assert_eq!(first.sums, second.sums);
    assert_eq!(all[0].at_risk[0].reason(), RiskReason::NotShipped);
    assert!(first.read_time.is_some());
    let live = deadlines(&world, ListDeadlinesRequest::default()).await;
    assert_eq!((live.deadlines.len(), live.sums.len()), (0, 0), "test orders never count");
    let before_time = all[1].ship_by_time;
    let some = deadlines(&world, ListDeadlinesRequest { before_time, ..of_tests() }).await;
    assert_eq!(some.deadlines.len(), 1);
    let request = ListDeadlinesRequest { profiles: vec!["mian".into(), "main".into()], ..of_tests() };
    let mistyped = refusal(world.orders().list_deadlines(request).await);
    assert_eq!(mistyped.paths(), ["profiles[0]"]);
    let named = deadlines(&world, ListDeadlinesRequest { profiles: vec!["main".into()], ..of_tests() }).await;
    assert_eq!(named.deadlines.len(), 3);
}

async fn a_parcel_made_in_the_dashboard_takes_its_goods_off_what_is_at_risk(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let left = async || {
        let found = deadlines(&world, of_tests()).await.deadlines.pop().unwrap();
        cents(&found.amount_to_capture.unwrap().value)
    };
    let before = left().await;
    world.simulator.ship_in_dashboard(&order, 1).await;
    sync(&world, &order).await.unwrap();
    let request = tests::proto::ListShipmentsRequest { order_id: order.id.clone(), ..Default::default() };
    let parcels = world.orders().list_shipments(request).await.unwrap().into_inner().shipments;
    assert_eq!(
        (parcels.len(), parcels[0].made_elsewhere, parcels[0].state()),
        (1, true, ShipmentState::Registered)
    );
    let worth: i64 = parcels[0].lines.iter().map(|line| cents(&line.amount.as_ref().unwrap().value)).sum();
    assert_eq!(left().await, before - worth);
}

async fn a_paused_profile_cancels_nothing_until_it_is_resumed(mut world: World) {
    world.service.restart_with(&POLICY).await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let (profile, actor, reason) = ("main".to_owned(), "olga".to_owned(), "stock count".to_owned());
    let pause =
        PauseProfileRequest { profile: profile.clone(), actor: actor.clone(), reason: reason.clone() };
    let paused = world.operators().pause_profile(pause.clone()).await.unwrap().into_inner();
    assert!(paused.paused && paused.actor == "olga" && paused.reason == "stock count", "{paused:?}");
    assert_eq!(deadlines(&world, of_tests()).await.pauses, std::slice::from_ref(&paused));
    let again = PauseProfileRequest { actor: "joe".to_owned(), ..pause.clone() };
    assert_eq!(world.operators().pause_profile(again).await.unwrap().into_inner(), paused);
    world.advance("P27DT13H").await;
    assert_eq!(told(&world, &order, 1).await[0].kind, "deadline.warning");
    world.advance("PT5M").await;
    assert_eq!(told(&world, &order, 1).await.len(), 1);
    let resume = ResumeProfileRequest { profile, actor, reason };
    let resumed = world.operators().resume_profile(resume.clone()).await.unwrap().into_inner();
    assert_eq!((resumed.paused, &resumed.paused_time), (false, &paused.paused_time));
    assert_eq!(deadlines(&world, of_tests()).await.pauses, []);
    assert!(!world.operators().resume_profile(resume).await.unwrap().into_inner().paused);
    world.advance("PT2M").await;
    assert_eq!(told(&world, &order, 2).await[1].kind, "deadline.cancels");
    let unknown = refusal(
        world.operators().pause_profile(PauseProfileRequest { profile: "none".into(), ..pause }).await,
    );
    assert_eq!((unknown.kind().0, unknown.paths()), (Code::InvalidArgument, vec!["profile"]));
    let bare = refusal(world.operators().pause_profile(PauseProfileRequest::default()).await);
    assert_eq!(bare.paths(), ["profile", "actor", "reason"]);
}

async fn what_is_wrong_with_a_request_for_deadlines_is_told_at_once(world: World) {
    let time = prost_types::Timestamp { seconds: i64::MAX, nanos: 0 };
    let request = ListDeadlinesRequest {
        mode: 7,
        from_time: Some(time),
        before_time: Some(time),
        page_size: -1,
        page_token: "x".to_owned(),
        ..ListDeadlinesRequest::default()
    };
    let faults = refusal(world.orders().list_deadlines(request).await);
    let mut paths = faults.paths();
    paths.sort_unstable();
    assert_eq!(paths, ["before_time", "from_time", "mode", "page_size", "page_token"]);
}
