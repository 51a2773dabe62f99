//! Orders that nobody pays in time, over gRPC: canceled where the profile wants that, and never beside what a shopper may still pay.

use tests::proto::{Order, OrderStatus, PauseProfileRequest, ResumeProfileRequest};
use tests::{World, numbered, on_both_engines, told as tells};

use crate::requests::sync;
use crate::second_chance::{told, tried};

on_both_engines!(
    an_order_that_nobody_pays_is_canceled_in_time_and_its_number_is_free,
    an_attempt_that_is_open_is_waited_for,
    a_bank_transfer_is_never_given_up,
    a_dry_run_cancels_nothing,
    a_paused_profile_gives_nothing_up_until_it_is_resumed,
);

/// Two hours, but half an hour for iDEAL, and meant.
const WINDOW: [(&str, &str); 3] = [
    ("ORDER_SERVICE__PROFILES__MAIN__PAYMENT_WINDOW_HOURS", "2"),
    ("ORDER_SERVICE__PROFILES__MAIN__PAYMENT_WINDOW_HOURS_OF__IDEAL", "1"),
    ("ORDER_SERVICE__PROFILES__MAIN__PAYMENT_WINDOW_DRY_RUN", "false"),
];

async fn kinds(world: &World, order: &Order) -> Vec<String> {
    let events = world.events(&order.id).await.into_iter().map(|event| event.kind);
    events.filter(|kind| kind.starts_with("payment_window.")).collect()
}

async fn an_order_that_nobody_pays_is_canceled_in_time_and_its_number_is_free(mut world: World) {
    world.service.restart_with(&WINDOW).await;
    let ideal = tried(&world, "window-1", "ideal", "failed").await;
    let paypal = tried(&world, "window-2", "paypal", "canceled").await;
    world.advance("PT61M").await;
    let canceled = world.reaches(&ideal.id, OrderStatus::Canceled).await;
    assert_eq!(world.order(&paypal.id).await.status(), OrderStatus::Created);
    let event = told(&world, &canceled, "payment_window.cancels").await;
    assert_eq!(&*event.actor, "order-service (payment window)");
    assert!(!event.operation_id.is_empty() && tells::unpaid(&event).attempts == 1);
    world.create(numbered("window-1", "ideal")).await;
    world.advance("PT60M").await;
    world.reaches(&paypal.id, OrderStatus::Canceled).await;
    assert_eq!(kinds(&world, &paypal).await, ["payment_window.cancels"]);
}

async fn an_attempt_that_is_open_is_waited_for(mut world: World) {
    world.service.restart_with(&WINDOW).await;
    let order = world.create(numbered("open", "paypal")).await;
    world.advance("PT60H").await;
    sync(&world, &order).await.unwrap();
    assert_eq!(world.order(&order.id).await.status(), OrderStatus::Created);
    assert_eq!(world.simulator.ledger().await.count("order_canceled"), 0);
    // The attempt expires at Mollie, 72 hours after it was begun.
    world.advance("PT13H").await;
    world.reaches(&order.id, OrderStatus::Canceled).await;
}

async fn a_bank_transfer_is_never_given_up(mut world: World) {
    world.service.restart_with(&WINDOW).await;
    let open = world.create(numbered("transfer-1", "banktransfer")).await;
    let tried = tried(&world, "transfer-2", "banktransfer", "canceled").await;
    world.advance("P3D").await;
    for order in [&open, &tried] {
        sync(&world, order).await.unwrap();
        assert_eq!(kinds(&world, order).await, Vec::<String>::new());
    }
    assert_eq!(world.simulator.ledger().await.count("order_canceled"), 0);
}

async fn a_dry_run_cancels_nothing(mut world: World) {
    world.service.restart_with(&WINDOW[..2]).await;
    let order = tried(&world, "dry", "ideal", "failed").await;
    world.advance("PT61M").await;
    told(&world, &order, "payment_window.would_cancel").await;
    world.advance("PT3H").await;
    sync(&world, &order).await.unwrap();
    assert_eq!(kinds(&world, &order).await, ["payment_window.would_cancel"]);
    assert_eq!(world.order(&order.id).await.status(), OrderStatus::Created);
}

async fn a_paused_profile_gives_nothing_up_until_it_is_resumed(mut world: World) {
    world.service.restart_with(&WINDOW).await;
    let order = tried(&world, "paused", "ideal", "failed").await;
    let (profile, actor, reason) = ("main".to_owned(), "olga".to_owned(), "stock count".to_owned());
    let pause =
        PauseProfileRequest { profile: profile.clone(), actor: actor.clone(), reason: reason.clone() };
    world.operators().pause_profile(pause).await.unwrap();
    world.advance("PT61M").await;
    world.advance("PT5M").await;
    sync(&world, &order).await.unwrap();
    assert_eq!(kinds(&world, &order).await, Vec::<String>::new());
    world.operators().resume_profile(ResumeProfileRequest { profile, actor, reason }).await.unwrap();
    world.advance("PT2M").await;
    world.reaches(&order.id, OrderStatus::Canceled).await;
}
