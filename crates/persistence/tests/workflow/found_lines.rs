//! A line that one odd answer showed leaves the order again; a line that somebody added elsewhere stays.

use domain::rules::ids::{MollieLineId, OrderId};
use domain::rules::order::Order;
use domain::rules::status::OrderStatus;

use crate::intents::the_rest;
use crate::world::{World, secs};

impl World {
    /// One answer has a line that does not exist, and adds up.
    async fn reads_an_odd_line(&self, id: OrderId) -> Order {
        self.mollie.side().distorts = Some(|order| {
            let mut line = order.lines[1].clone();
            line.mollie_id = MollieLineId::new("odl_odd");
            line.quantity = 1;
            line.discount_amount = None;
            line.total_amount = line.unit_price;
            let more = order.amount.minor() + line.total_amount.minor();
            order.amount = domain::rules::money::Money::from_minor(more, order.amount.currency());
            order.lines.push(line);
        });
        let order = self.sync(id).await;
        self.mollie.side().distorts = None;
        order
    }
}

fn ids(order: &Order) -> Vec<u32> {
    order.lines.iter().map(|line| line.id.number()).collect()
}

#[tokio::test]
async fn a_line_that_only_one_answer_showed_leaves_the_order_and_the_rest_can_be_shipped() {
    let world = World::new().await;
    let id = world.authorized().await;
    let before = world.order(id).await;
    assert_eq!(ids(&world.reads_an_odd_line(id).await), [1, 2, 3]);
    assert_eq!(ids(&world.sync(id).await), [1, 2, 3], "an answer may be behind");
    // The schedule looks again by itself.
    world.advance(secs(62));
    world.look_up().await;
    let order = world.settled(id).await;
    assert_eq!(ids(&order), [1, 2]);
    assert_eq!((order.terms.amount, order.highest_amount), (before.terms.amount, before.highest_amount));
    assert_eq!(order.items, []);
    let count = world.events(id).await.len();
    world.advance(secs(62));
    world.sync(id).await;
    assert_eq!(world.events(id).await.len(), count, "nothing more is told");
    let rest = world.ship(id, &the_rest()).await.unwrap();
    world.drive(rest.claim.as_ref().unwrap()).await;
    world.sync(id).await;
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Completed));
}

#[tokio::test]
async fn a_line_that_was_added_in_the_dashboard_stays() {
    let world = World::new().await;
    let id = world.authorized().await;
    world
        .at_mollie(id, |order| {
            let mut line = order.lines[1].clone();
            line.mollie_id = MollieLineId::new("odl_new");
            order.amount = domain::rules::money::Money::from_minor(
                order.amount.minor() + line.total_amount.minor(),
                order.amount.currency(),
            );
            order.lines.push(line);
        })
        .await;
    for _ in 0..5 {
        assert_eq!(ids(&world.sync(id).await), [1, 2, 3]);
        world.advance(secs(62));
    }
    // An answer that lacks a line of the draft, too, takes none away.
    world.mollie.side().distorts = Some(|order| {
        order.lines.truncate(1);
        order.amount = order.lines[0].total_amount;
    });
    for _ in 0..5 {
        assert_eq!(ids(&world.sync(id).await), [1, 2, 3]);
        world.advance(secs(62));
    }
}
