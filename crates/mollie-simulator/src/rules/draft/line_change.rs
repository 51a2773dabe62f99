//! Other values for a line that is there: what is sent is judged as at create, what is not sent stays.

use serde_json::{Map, Value};

use super::line::{check_amounts, read_category, read_sku, read_type};
use super::line_vat::read_vat;
use super::parameters::{Credential, LINE, Part, check_known};
use super::sums::{check_amount, check_discount_rates, check_vat_sums};
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::money::{Currency, Minor};
use crate::rules::records::Line;
use crate::rules::switches::{Switches, UnsentDiscount};

/// Whoever sends one of them sends them all, but for the discount.
const AMOUNTS: [&str; 6] = ["quantity", "unitPrice", "discountAmount", "totalAmount", "vatRate", "vatAmount"];

/// A line with its new values.
pub struct Amended {
    pub line: Line,
    /// The fields that were sent, as they were sent.
    pub sent: Map<String, Value>,
}

/// Reads the new values of `line`. `number` is for error texts.
pub fn read_line_change(
    fields: &Fields<'_>,
    part: Part,
    line: &Line,
    number: usize,
    currency: Currency,
    switches: &Switches,
) -> Result<Amended, Refusal> {
    check_known(fields, part, Credential::ApiKey, switches)?;
    let value = |name: &str| Some((name.to_owned(), fields.get(name)?.clone()));
    let sent: Map<String, Value> = LINE.into_iter().filter_map(value).collect();
    if sent.is_empty() {
        return Err(Refusal::unprocessable("At least one of the parameters of the line should be provided."));
    }
    if sent.contains_key("type") && read_type(fields)? != line.line_type {
        return Err(fields.refuse("type", "The type of a line cannot be changed."));
    }
    let line = amend_texts(fields, line.clone(), switches)?;
    if !AMOUNTS.iter().any(|name| sent.contains_key(*name)) {
        return Ok(Amended { line, sent });
    }
    if line.canceled.quantity > 0 {
        // Inferred: what a part that is gone was worth must stay what it was.
        return Err(fields
            .refuse("quantity", "The amounts of a line cannot be changed once a part of it is canceled."));
    }
    let line = amend_amounts(fields, line, currency, switches)?;
    check_amounts(fields, &line, number, currency, switches)?;
    Ok(Amended { line, sent })
}

fn amend_texts(fields: &Fields<'_>, line: Line, switches: &Switches) -> Result<Line, Refusal> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let name = fields.get("name").map(|_| fields.required_text("name")).transpose()?;
    Ok(Line {
        name: name.map_or(line.name, str::to_owned),
        category: owned(read_category(fields, switches)?).or(line.category),
        sku: owned(read_sku(fields)?).or(line.sku),
        product_url: owned(fields.url("productUrl")?).or(line.product_url),
        image_url: owned(fields.url("imageUrl")?).or(line.image_url),
        quantity_unit: owned(fields.text("quantityUnit")?).or(line.quantity_unit),
        metadata: if fields.get("metadata").is_some() { fields.metadata()? } else { line.metadata },
        ..line
    })
}

/// Source: the rulebook on update order line, "together; always send discountAmount".
fn amend_amounts(
    fields: &Fields<'_>,
    line: Line,
    currency: Currency,
    switches: &Switches,
) -> Result<Line, Refusal> {
    let money = |name: &str| fields.money_in(name, currency);
    let discount = match (money("discountAmount")?, switches.unsent_discount_at_update) {
        (Some(discount), UnsentDiscount::Removed | UnsentDiscount::Kept) => Some(discount),
        (None, UnsentDiscount::Removed) => None,
        (None, UnsentDiscount::Kept) => line.discount,
    };
    Ok(Line {
        quantity: fields.required("quantity", fields.quantity("quantity")?)?,
        unit_price: fields.required("unitPrice", money("unitPrice")?)?,
        discount,
        total: fields.required("totalAmount", money("totalAmount")?)?,
        // Where VAT need not be sent, the line keeps what it has, and that has to fit.
        vat: read_vat(fields, currency, switches)?.or(line.vat),
        ..line
    })
}

/// Whether the lines of an order, as they would be, may stand together for `amount`: what create order asks of them.
pub fn check_lines(
    lines: &[Line],
    amount: Minor,
    sequence_type: &str,
    switches: &Switches,
) -> Result<(), Refusal> {
    let nothing = Value::Object(Map::new());
    let fields = Fields::top(&nothing)?;
    check_vat_sums(&fields, lines, switches)?;
    check_discount_rates(lines, switches)?;
    check_amount(&fields, amount, sequence_type, switches)
}
