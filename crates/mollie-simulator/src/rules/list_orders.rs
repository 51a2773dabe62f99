//! The list of a profile's orders: newest first, page by page.

use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::json::documentation;
use super::order_json;
use super::query::Query;
use super::records::Order;
use super::world::World;

const USUAL_LIMIT: usize = 50;
const MAX_LIMIT: usize = 250;

impl World {
    pub(super) fn list_orders(&self, caller: &Caller, query: &Query) -> Result<Answer, Refusal> {
        let limit = read_limit(query)?;
        let mut orders: Vec<&Order> = self.orders().filter(|order| order.owner == *caller).collect();
        if !is_ascending(query)? {
            orders.reverse();
        }
        let start = match query.get("from").filter(|from| !from.is_empty()) {
            None => 0,
            Some(from) => orders.iter().position(|order| order.id == from).ok_or_else(|| Refusal {
                field: Some("from".to_owned()),
                ..Refusal::bad_request("Invalid cursor value")
            })?,
        };
        let page: Vec<Value> =
            orders.iter().skip(start).take(limit).map(|order| order_json::listed(order, self)).collect();
        let link_from = |index: usize| {
            orders.get(index).map(|order| {
                let query = query.with("from", &order.id).with("limit", &limit.to_string());
                self.api_link(&format!("orders{}", query.to_text()))
            })
        };
        Ok(Answer::ok(json!({
            "count": page.len(),
            "_embedded": { "orders": page },
            "_links": {
                "self": self.api_link(&format!("orders{}", query.to_text())),
                "previous": if start == 0 { None } else { link_from(start.saturating_sub(limit)) },
                "next": link_from(start + limit),
                "documentation": documentation("orders-api/list-orders"),
            },
        })))
    }
}

fn read_limit(query: &Query) -> Result<usize, Refusal> {
    let Some(text) = query.get("limit").filter(|text| !text.is_empty()) else {
        return Ok(USUAL_LIMIT);
    };
    text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit)).ok_or_else(|| Refusal {
        field: Some("limit".to_owned()),
        ..Refusal::bad_request("The limit should be a number from 1 to 250")
    })
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
