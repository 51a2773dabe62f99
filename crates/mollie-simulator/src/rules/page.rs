//! Lists, page by page: from which item on, how many, and the links to the pages beside it.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal};
use super::json::documentation;
use super::query::Query;
use super::world::World;

const USUAL_LIMIT: usize = 50;
const MAX_LIMIT: usize = 250;

/// What is listed where.
pub struct List<'a> {
    /// Behind `/v2/`.
    pub path: String,
    /// The key of the items.
    pub name: &'a str,
    pub documentation: &'a str,
}

/// The page that the query asks for, of all `items` in their order.
pub fn page<T>(
    world: &World,
    list: &List<'_>,
    query: &Query,
    items: &[T],
    id: impl Fn(&T) -> &str,
    show: impl Fn(&T) -> Value,
) -> Result<Answer, Refusal> {
    let limit = read_limit(query)?;
    let start = match query.get("from").filter(|from| !from.is_empty()) {
        None => 0,
        Some(from) => items.iter().position(|item| id(item) == from).ok_or_else(|| Refusal {
            field: Some("from".to_owned()),
            ..Refusal::bad_request("Invalid cursor value")
        })?,
    };
    let shown: Vec<Value> = items.iter().skip(start).take(limit).map(show).collect();
    let link_from = |index: usize| {
        items.get(index).map(|item| {
            let query = query.with("from", id(item)).with("limit", &limit.to_string());
            world.api_link(&format!("{}{}", list.path, query.to_text()))
        })
    };
    let count = shown.len();
    let embedded: Map<String, Value> = [(list.name.to_owned(), Value::from(shown))].into_iter().collect();
    Ok(Answer::ok(json!({
        "count": count,
        "_embedded": embedded,
        "_links": {
            "self": world.api_link(&format!("{}{}", list.path, query.to_text())),
            "previous": if start == 0 { None } else { link_from(start.saturating_sub(limit)) },
            "next": link_from(start + limit),
            "documentation": documentation(list.documentation),
        },
    })))
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
