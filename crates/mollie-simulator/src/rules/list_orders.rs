//! The list of a profile's orders: newest first, unless asked otherwise.

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::order_json;
use super::page::{List, page};
use super::query::Query;
use super::records::Order;
use super::world::World;

impl World {
    pub(super) fn list_orders(&self, caller: &Caller, query: &Query) -> Result<Answer, Refusal> {
        let mut orders: Vec<&Order> = self.orders().filter(|order| caller.reaches(&order.owner)).collect();
        if !is_ascending(query)? {
            orders.reverse();
        }
        let list =
            List { path: "orders".to_owned(), name: "orders", documentation: "orders-api/list-orders" };
        page(self, &list, query, &orders, |order| &order.id, |order| order_json::listed(order, self))
    }
}

fn is_ascending(query: &Query) -> Result<bool, Refusal> {
    match query.get("sort").unwrap_or("desc") {
        "asc" => Ok(true),
        "desc" | "" => Ok(false),
        _ => Err(Refusal {
            field: Some("sort".to_owned()),
            ..Refusal::bad_request("The sort should be asc or desc")
        }),
    }
}
