//! The requests that change lines. One line that gets new values has an endpoint of its own; everything else goes in one call, which Mollie
//! does altogether or not at all.

use domain::ports::ManageLines;
use domain::rules::call_rate::Rank;
use domain::rules::ids::LineId;
use domain::rules::line_change::{LineField, UpdatedLine};
use domain::rules::remote::Remote;
use domain::rules::shipment::ShipmentLine;
use serde_json::{Map, Value, json};

use crate::base::Base;
use crate::command::at;
use crate::endpoint::Endpoint;
use crate::line::LineBody;
use crate::money::Amount;
use crate::transport::Request;

/// The request, or why it must not be sent. Mollie ignores a key on PATCH, so none is sent.
pub fn request(base: &Base, command: &ManageLines) -> Result<Request, String> {
    let ManageLines { order, changes } = command;
    let orders = ["orders", order.id.as_str(), "lines"];
    let (endpoint, url, body) =
        match (&changes.updated[..], changes.added.is_empty() && changes.canceled.is_empty()) {
            ([one], true) => {
                let url = at(base, &[orders[0], orders[1], orders[2], &id(order, one.line.id)?])?;
                (Endpoint::UpdateLine, url, Value::Object(values(one)?))
            }
            _ if changes.is_empty() => return Err("a change of lines without any is never sent".to_owned()),
            _ => (Endpoint::ManageLines, at(base, &orders)?, json!({ "operations": operations(command)? })),
        };
    let body = serde_json::to_vec(&body).map_err(|error| unwritable(&error))?;
    Ok(Request { endpoint, url, body: Some(body), idempotency: None, rank: Rank::First })
}

/// Lines that stay get their new values before others come and go.
fn operations(command: &ManageLines) -> Result<Vec<Value>, String> {
    let ManageLines { order, changes } = command;
    let operation = |name: &str, data: Value| json!({ "operation": name, "data": data });
    let mut operations = Vec::new();
    for updated in &changes.updated {
        let mut data = values(updated)?;
        data.insert("id".to_owned(), id(order, updated.line.id)?.into());
        operations.push(operation("update", Value::Object(data)));
    }
    for ShipmentLine { line_id, part } in &changes.canceled {
        let amount = written(Amount::from(part.amount))?;
        let data = json!({ "id": id(order, *line_id)?, "quantity": part.quantity, "amount": amount });
        operations.push(operation("cancel", data));
    }
    for line in &changes.added {
        operations.push(operation("add", written(LineBody::from(line))?));
    }
    Ok(operations)
}

/// The values that change, as create spells them. With other amounts a discount is said, too, also where it is none.
fn values(updated: &UpdatedLine) -> Result<Map<String, Value>, String> {
    let UpdatedLine { line, fields } = updated;
    let mut all = match written(LineBody::from(line))? {
        Value::Object(all) => all,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    if !all.contains_key(name(LineField::DiscountAmount)) {
        let none = domain::rules::money::Money::zero(line.total_amount.currency());
        all.insert(name(LineField::DiscountAmount).to_owned(), written(Amount::from(none))?);
    }
    all.retain(|key, _| fields.iter().any(|field| name(*field) == key));
    if all.is_empty() {
        return Err(format!(
            "a change of line {} without a value is never sent: Mollie wants at least one",
            line.id
        ));
    }
    Ok(all)
}

const fn name(field: LineField) -> &'static str {
    match field {
        LineField::Category => "category",
        LineField::Name => "name",
        LineField::Quantity => "quantity",
        LineField::QuantityUnit => "quantityUnit",
        LineField::UnitPrice => "unitPrice",
        LineField::DiscountAmount => "discountAmount",
        LineField::TotalAmount => "totalAmount",
        LineField::VatRate => "vatRate",
        LineField::VatAmount => "vatAmount",
        LineField::Sku => "sku",
        LineField::ImageUrl => "imageUrl",
        LineField::ProductUrl => "productUrl",
        LineField::Metadata => "metadata",
    }
}

fn id(order: &Remote, line: LineId) -> Result<String, String> {
    let id = order.lines.get(&line).ok_or_else(|| format!("line {line} has no id at Mollie"))?;
    Ok(id.to_string())
}

fn written(value: impl serde::Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> String {
    format!("the request cannot be written: {error}")
}
