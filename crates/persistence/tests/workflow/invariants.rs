//! Invariants of every order at all times: its events are gapless and fold to it, and its lines add up.

use domain::ports::Store;
use domain::rules::event::Event;
use domain::rules::ids::OrderId;
use domain::rules::order::Order;
use domain::rules::part::Part;

use crate::world::World;

impl World {
    pub async fn events(&self, id: OrderId) -> Vec<Event> {
        self.store.list_events(id, 0, 1000).await.unwrap().items
    }

    /// The kinds of the order's events, in order.
    pub async fn kinds(&self, id: OrderId) -> Vec<&'static str> {
        self.events(id).await.iter().map(|event| event.data.kind()).collect()
    }

    /// Checks the invariants, and returns the order.
    pub async fn sound(&self, id: OrderId) -> Order {
        let (order, events) = (self.order(id).await, self.events(id).await);
        let sequences: Vec<_> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, (1..=order.version).collect::<Vec<_>>());
        assert!(events.is_sorted_by_key(|event| event.time));
        let folded = events.iter().fold(None, Order::after).unwrap();
        assert_eq!(folded, Order { observed_time: None, ..order.impersonal() });
        for line in &order.lines {
            let parts = [line.shipped, line.canceled, line.reserved, line.canceling, line.rest()];
            let sum = parts.into_iter().reduce(Part::and).unwrap();
            assert_eq!((sum.quantity, sum.amount), (line.quantity, line.total_amount), "line {}", line.id);
        }
        order
    }

    /// The same, with nothing of the order under way or reserved.
    pub async fn settled(&self, id: OrderId) -> Order {
        let unsettled = self.store.unsettled_operations(id).await.unwrap();
        assert!(unsettled.is_empty(), "{unsettled:?}");
        let order = self.sound(id).await;
        for line in &order.lines {
            let reserved = line.reserved.and(line.canceling);
            assert_eq!((reserved.quantity, reserved.amount.minor()), (0, 0), "line {}", line.id);
        }
        order
    }
}
