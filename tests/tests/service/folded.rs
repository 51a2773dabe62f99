//! Whoever folds the events of an order has the counters of GetOrder, and each status and sum that is told as before is the one that was
//! told last: in lives that are drawn.

use std::collections::BTreeSet;

use tests::proto::{
    CancelRefundRequest, CreateRefundRequest, LedgerPool, ListRefundsRequest, Order, OrderEvent,
    RefundReduction, ShipmentLineSelection,
};
use tests::{
    Dice, Folded, GIFT_CARD, LEGO, SOON, World, amount, draft, new_request_id, on_both_engines, until,
};

use crate::requests::{cancel_lines, manage, ship, ship_rest, sync, take_back, thing, track, without};

on_both_engines!(
    folding_the_events_of_an_authorized_order_gives_its_counters,
    folding_the_events_of_a_paid_order_gives_its_counters,
);

/// So many acts are tried in one life.
const ACTS: usize = 14;

/// The order and its events, both of one version.
async fn both(world: &World, id: &str) -> (Order, Vec<OrderEvent>) {
    until("the order and its events are of one version", SOON, async || {
        let (order, events) = (world.order(id).await, world.events(id).await);
        (order.etag == events.len().to_string()).then_some((order, events))
    })
    .await
}

fn refund(order: &Order) -> CreateRefundRequest {
    let (request_id, order_id) = (new_request_id(), order.id.clone());
    CreateRefundRequest { request_id, order_id, ..Default::default() }
}

fn units(order: &Order, line: usize) -> Vec<ShipmentLineSelection> {
    vec![ShipmentLineSelection { line_id: order.lines[line].id.clone(), quantity: 1, amount: None }]
}

/// One act of a caller, or of somebody at Mollie. What is refused changes nothing, and is as good.
async fn act(world: &World, order: &Order, dice: &mut Dice) -> String {
    let line = dice.below(order.lines.len());
    let mut orders = world.orders();
    let refunds = async || {
        let request = ListRefundsRequest { order_id: order.id.clone(), ..Default::default() };
        world.orders().list_refunds(request).await.expect("a list").into_inner().refunds
    };
    let what = dice.below(11);
    let done = match what {
        0 | 1 => orders.create_shipment(ship(order, line, 1, None)).await.map(|it| format!("{it:?}")),
        2 => orders.cancel_order_lines(cancel_lines(order, line, 1, None)).await.map(|it| format!("{it:?}")),
        3 => {
            let request = CreateRefundRequest { lines: units(order, line), ..refund(order) };
            orders.create_refund(request).await.map(|it| format!("{it:?}"))
        }
        4 => {
            let line_id = order.lines[line].id.clone();
            let reductions = vec![RefundReduction { line_id, amount: Some(amount("1.00")) }];
            let request = CreateRefundRequest { reductions, ..refund(order) };
            orders.create_refund(request).await.map(|it| format!("{it:?}"))
        }
        5 => {
            let request = CreateRefundRequest { amount: Some(amount("0.50")), ..refund(order) };
            orders.create_refund(request).await.map(|it| format!("{it:?}"))
        }
        6 => orders.return_lines(take_back(order, &[(line, 0, 1)])).await.map(|it| format!("{it:?}")),
        7 => {
            let add_and_cancel = manage(order, vec![thing("Mug", 2), without(order, line, 1)]);
            orders.manage_order_lines(add_and_cancel).await.map(|it| format!("{it:?}"))
        }
        8 => match refunds().await.last() {
            Some(last) => {
                let (request_id, id) = (new_request_id(), last.id.clone());
                let request = CancelRefundRequest { request_id, id, ..Default::default() };
                orders.cancel_refund(request).await.map(|it| format!("{it:?}"))
            }
            None => Ok("there is nothing to call off".to_owned()),
        },
        9 => {
            let could = order.lines[line].quantity_available > 0 && order.status_raw == "authorized";
            // A discount alone, say, is refused there, too.
            let shipped = could && world.simulator.try_to_ship_in_dashboard(order, line).await;
            Ok(format!("in the dashboard: {shipped}"))
        }
        _ => {
            let paid = order.payments.iter().find(|payment| payment.paid_time.is_some());
            if let Some(payment) = paid {
                world.simulator.charge_back(&payment.mollie_payment_id, "0.25").await;
            }
            Ok("charged back, if it was paid".to_owned())
        }
    };
    // A reading tells what was done elsewhere, and what became of it all.
    let read = sync(world, order).await;
    format!("{what} on line {line}: {done:?}, {}", read.is_ok())
}

/// Lives one life; gives the pools that something moved in.
async fn live(world: &World, order: Order, dice: &mut Dice) -> BTreeSet<i32> {
    let mut acts = Vec::new();
    let mut order = order;
    for _ in 0..ACTS {
        acts.push(act(world, &order, dice).await);
        let (now, events) = both(world, &order.id).await;
        let telling = format!("{acts:#?}");
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Folded::of(&events).is(&now)));
        assert!(told.is_ok(), "{telling}\n{events:#?}");
        order = now;
    }
    let _ = world.orders().create_shipment(ship_rest(&order)).await;
    let (order, events) = both(world, &order.id).await;
    let folded = Folded::of(&events);
    folded.is(&order);
    folded.pools
}

fn has(pools: &BTreeSet<i32>, all: &[LedgerPool]) {
    let missing: Vec<_> = all.iter().filter(|pool| !pools.contains(&i32::from(**pool))).collect();
    assert!(missing.is_empty(), "nothing moved in {missing:?}");
}

async fn folding_the_events_of_an_authorized_order_gives_its_counters(world: World) {
    let mut dice = Dice::new("folded authorized");
    let mut pools = BTreeSet::new();
    for json in [LEGO, GIFT_CARD] {
        let order = world.create_and_check_out(draft(json, "klarnapaylater"), "authorized").await;
        let parcel = world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap().into_inner();
        world.orders().update_shipment(track(&parcel, "JD1")).await.unwrap();
        let _ = world.orders().cancel_order_lines(cancel_lines(&order, 0, 1, None)).await;
        pools.extend(live(&world, order, &mut dice).await);
    }
    use LedgerPool::{Canceled, Canceling, Open, Reserved, Shipped};
    has(&pools, &[Open, Reserved, Shipped, Canceling, Canceled]);
}

async fn folding_the_events_of_a_paid_order_gives_its_counters(world: World) {
    let mut dice = Dice::new("folded paid");
    let mut pools = BTreeSet::new();
    for json in [LEGO, GIFT_CARD] {
        let order = world.create_and_check_out(draft(json, "ideal"), "paid").await;
        let goodwill = CreateRefundRequest { amount: Some(amount("0.10")), ..refund(&order) };
        let made = world.orders().create_refund(goodwill).await.unwrap().into_inner();
        world.simulator.set_refund(&made.mollie_refund_id, "failed").await;
        world.orders().return_lines(take_back(&order, &[(0, 0, 1)])).await.unwrap();
        let payment = &order.payments[0].mollie_payment_id;
        world.simulator.charge_back(payment, "0.25").await;
        pools.extend(live(&world, order, &mut dice).await);
    }
    use LedgerPool::{ChargedBack, Kept, NotLeaving, Refunded, Refunding};
    has(&pools, &[Kept, Refunding, Refunded, ChargedBack, NotLeaving]);
}
