//! The orders that are copied: the service has placed them at the simulator, and told the first warning of every second one. And whether a
//! copy is an order like any other, as callers see it.

use crate::database::Database;
use crate::drafts::{GIFT_CARD, LEGO, SECOND, draft};
use crate::proto::order_event::Data;
use crate::proto::{ListDeadlinesRequest, Mode, Order, OrderDraft};
use crate::wait::{SOON, until};
use crate::world::World;

const TABLES: &str = "
    CREATE TABLE models (place bigint, id uuid, before interval);
    CREATE TABLE told_when_due (order_id uuid PRIMARY KEY, due bigint, before_seconds bigint);";

/// Each twice: one of which nothing was told yet, and one of which the first warning was.
const MODELS: [&str; 6] = [LEGO, LEGO, SECOND, SECOND, GIFT_CARD, GIFT_CARD];

/// Places them, and stops the service.
pub(super) async fn place(world: &mut World) {
    world.service.start().await;
    let in_two_days = in_two_days(&world.database).await;
    let mut rows = Vec::new();
    for (place, json) in MODELS.into_iter().enumerate() {
        let is_told = place % 2 == 1;
        let order_number = format!("model-{place}");
        let draft = OrderDraft { order_number, ..draft(json, "klarnapaylater") };
        // Within three days of its end, but not within one: the first warning is due at once.
        let expires_on = if is_told { in_two_days.clone() } else { String::new() };
        let order = world.create_and_check_out(OrderDraft { expires_on, ..draft }, "authorized").await;
        if is_told {
            warned(world, &order).await;
        }
        world.settles(&order.id).await;
        rows.push(format!("({place}, '{}', interval '{} days')", order.id, if is_told { 1 } else { 3 }));
    }
    until("every event has its position", SOON, async || {
        world.database.query("SELECT 1 FROM event_queue").await.is_empty().then_some(())
    })
    .await;
    world.service.stop().await;
    world.database.change(&format!("{TABLES} INSERT INTO models VALUES {}", rows.join(", "))).await;
}

async fn in_two_days(database: &Database) -> String {
    let sql = "SELECT to_char(now() AT TIME ZONE 'UTC' + interval '2 days', 'YYYY-MM-DD')";
    database.query(sql).await[0].try_get_by_index(0).expect("a date")
}

/// Waits until the first warning is told, and only that.
async fn warned(world: &World, order: &Order) {
    until("the first warning is told", SOON, async || {
        let events = world.events(&order.id).await;
        let notices = events.into_iter().filter_map(|event| match event.data {
            Some(Data::Deadline(notice)) => Some(notice.hours_before),
            _ => None,
        });
        let hours: Vec<_> = notices.collect();
        assert!(hours.is_empty() || hours == [72], "{hours:?}");
        (!hours.is_empty()).then_some(())
    })
    .await;
}

/// Compares copies of each model with it over the API: those that begin at these numbers. Gives the copies' ids.
pub(super) async fn check(world: &World, begins: &[u64]) -> Vec<String> {
    let numbers: Vec<_> = begins.iter().flat_map(|begin| *begin..*begin + MODELS.len() as u64).collect();
    let names: Vec<_> = numbers.iter().map(|number| format!("'copy-{number}'")).collect();
    let sql = format!(
        "SELECT m.id::text, o.id::text FROM orders o
         JOIN models m ON m.place = substr(o.order_number, 6)::bigint % (SELECT count(*) FROM models)
         WHERE o.profile = 'main' AND o.order_number IN ({})",
        names.join(", ")
    );
    let rows = world.database.query(&sql).await;
    assert_eq!(rows.len(), numbers.len(), "the copies are there");
    let mut ids = Vec::new();
    for row in rows {
        let [model, copy] = [0, 1].map(|n| row.try_get_by_index::<String>(n).expect("an id"));
        compare(world, world.order(&model).await, world.order(&copy).await).await;
        ids.push(copy);
    }
    ids
}

async fn compare(world: &World, model: Order, copy: Order) {
    let from_time = copy.ship_by_time;
    let before_time = from_time.map(|time| prost_types::Timestamp { seconds: time.seconds + 1, ..time });
    let request = ListDeadlinesRequest {
        mode: Mode::Test.into(),
        from_time,
        before_time,
        page_size: 1_000,
        ..Default::default()
    };
    let listed = world.orders().list_deadlines(request).await.expect("a list").into_inner();
    let listed =
        listed.deadlines.iter().find(|listed| listed.order_id == copy.id).expect("it is in the list");
    assert_eq!(listed.amount_to_capture, model.amount_to_capture);
    let events = |events: Vec<crate::proto::OrderEvent>| {
        events.into_iter().map(|event| event.kind).collect::<Vec<_>>()
    };
    assert_eq!(events(world.events(&copy.id).await), events(world.events(&model.id).await));
    // Nothing else differs.
    let mut expected = Order {
        id: copy.id.clone(),
        order_number: copy.order_number.clone(),
        mollie_order_id: copy.mollie_order_id.clone(),
        dashboard_url: model.dashboard_url.replace(&model.mollie_order_id, &copy.mollie_order_id),
        expires_time: copy.ship_by_time,
        ship_by_time: copy.ship_by_time,
        ..model
    };
    for payment in &mut expected.payments {
        payment.capture_before_time = copy.ship_by_time;
    }
    assert_eq!(copy, expected);
}
