//! What an end by time leaves open: only what is certain, whatever is under way.

use domain::ports::Clock;
use domain::rules::event::EventData;
use domain::rules::ids::OrderId;
use domain::rules::status::{LineStatus, OrderStatus};
use jiff::SignedDuration;

use crate::mollie::Fate;
use crate::world::{World, all_at, mins, secs};

impl World {
    /// An authorized order that Mollie ends in an hour.
    async fn ends_in_an_hour(&self) -> OrderId {
        let id = self.authorized().await;
        let end = self.clock.now() + SignedDuration::from_hours(1);
        self.at_mollie(id, |order| order.expires_time = Some(end)).await;
        self.sync(id).await;
        id
    }

    /// Mollie ends it: what nobody shipped counts as canceled.
    async fn ends(&self, id: OrderId) {
        let now = self.clock.now();
        self.at_mollie(id, |order| {
            all_at(order, OrderStatus::Expired, LineStatus::Canceled);
            order.expired_time = Some(now);
            for line in &mut order.lines {
                let all = domain::rules::part::Part { quantity: line.quantity, amount: line.total_amount };
                line.canceled = Some(all);
            }
        })
        .await;
    }

    /// The lines that the event of its end has a draft of.
    async fn offered(&self, id: OrderId) -> Vec<u32> {
        let events = self.events(id).await;
        let mut left = Vec::new();
        for event in &events {
            if let EventData::OrderObserved { observed } = &event.data {
                left.extend(observed.left_open.iter().copied());
            }
        }
        left.iter().map(|line| line.line_id.number()).collect()
    }
}

#[tokio::test]
async fn what_was_read_shortly_before_the_end_is_offered_and_nothing_else() {
    for (before_the_end, expected) in [(20, vec![1, 2]), (40, vec![])] {
        let world = World::new().await;
        let id = world.ends_in_an_hour().await;
        world.advance(mins(60 - before_the_end));
        world.sync(id).await;
        world.advance(mins(before_the_end));
        world.ends(id).await;
        world.sync(id).await;
        assert_eq!(world.offered(id).await, expected, "{before_the_end}");
    }
}

/// The schedule reads it in time, without anybody's asking.
#[tokio::test]
async fn look_ups_make_it_certain() {
    let world = World::new().await;
    let id = world.ends_in_an_hour().await;
    // A hook: from then on the schedule goes by the end that Mollie told.
    world.hook(id, "tr_1").await;
    for _ in 0..60 {
        for claim in world.lookups().await {
            Box::pin(domain::workflow::lookup::look_up(&*world, &claim)).await.unwrap();
        }
        world.advance(mins(1));
    }
    world.ends(id).await;
    world.sync(id).await;
    assert_eq!(world.offered(id).await, [1, 2]);
}

/// Whether it was sent, was lost, or waits for a person.
#[tokio::test]
async fn what_somebody_has_canceled_is_not_offered_whatever_is_known_of_it() {
    for fate in [Fate::NotSent(Some(mins(30))), Fate::LostCall, Fate::LostAnswer] {
        let world = World::new().await;
        let id = world.ends_in_an_hour().await;
        world.advance(mins(50));
        world.sync(id).await;
        world.mollie.next(fate.clone());
        let canceled = world.cancel(id).await.unwrap();
        world.drive(canceled.claim.as_ref().unwrap()).await;
        world.advance(mins(10));
        world.ends(id).await;
        world.sync(id).await;
        world.work(secs(120)).await;
        world.sync(id).await;
        assert_eq!(world.offered(id).await, Vec::<u32>::new(), "{fate:?}");
    }
}
