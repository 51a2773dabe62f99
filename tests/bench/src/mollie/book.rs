//! What the canned Mollie keeps of an order, and nothing more.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Created,
    Authorized,
    Completed,
    Canceled,
}

/// An order.
pub struct Order {
    pub number: String,
    pub hook: String,
    pub stage: Stage,
}

/// All orders; an order's id is its place.
#[derive(Default)]
pub struct Book(Mutex<Vec<Order>>);

impl Book {
    fn orders(&self) -> MutexGuard<'_, Vec<Order>> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a new order and tells of it.
    pub fn open<T>(&self, number: String, hook: String, tell: impl FnOnce(usize, &Order) -> T) -> T {
        let mut orders = self.orders();
        orders.push(Order { number, hook, stage: Stage::Created });
        let id = orders.len() - 1;
        tell(id, &orders[id])
    }

    /// Changes an order and tells of it; `None` if there is no such order.
    pub fn visit<T>(&self, id: usize, visit: impl FnOnce(&mut Order) -> T) -> Option<T> {
        self.orders().get_mut(id).map(visit)
    }

    /// The shopper of every order has been to the checkout.
    pub fn authorize_all(&self) {
        for order in self.orders().iter_mut().filter(|order| order.stage == Stage::Created) {
            order.stage = Stage::Authorized;
        }
    }
}
