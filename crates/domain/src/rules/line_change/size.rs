//! How much the lines of an order hold. Whoever reads the order reads all of it, and most clients take no more than 4 MiB at once.

use serde_json::Value;

use crate::rules::order::Line;

/// The most bytes that lines may grow to: as many as a draft may have.
pub(super) const MOST: usize = 1536 * 1024;

/// What an answer adds to each text, number or list, at most.
const FRAME: usize = 12;

/// The bytes that callers have given the line, as answers have them.
pub(super) fn of(line: &Line) -> usize {
    let texts =
        [&line.category, &line.quantity_unit, &line.sku, &line.image_url, &line.product_url, &line.reference];
    let texts = texts.into_iter().flatten().map(String::len).sum::<usize>();
    line.name.len() + texts + line.metadata.as_ref().map_or(0, json)
}

/// Short values take more room in an answer than as JSON.
fn json(value: &Value) -> usize {
    FRAME
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(json).sum(),
            Value::Object(fields) => fields.iter().map(|(key, value)| FRAME + key.len() + json(value)).sum(),
        }
}
