//! What was sent where Mollie refuses it, as far as it may be shown: of personal values the shape, of payment parameters nothing,
//! since some are secrets.

use serde_json::Value;

use crate::rules::address::Address;
use crate::rules::order::{Line, Order};
use crate::rules::status::Read;
use crate::rules::text::shape;

/// The value at a path of the draft; `None` where there is not one value, or it may not be shown.
pub(super) fn shown(path: &str, order: &Order) -> Option<String> {
    let path = path.strip_prefix("draft.")?;
    if let Some(rest) = path.strip_prefix("lines[") {
        let (number, field) = rest.split_once("].")?;
        return of_line(field, order.lines.get(number.parse::<usize>().ok()?)?);
    }
    match path.split_once('.') {
        Some(("billing_address", part)) => of_address(part, order.personal.billing_address.as_ref()?),
        Some(("shipping_address", part)) => of_address(part, order.personal.shipping_address.as_ref()?),
        Some((field, _)) => of_order(field, order),
        None => of_order(path, order),
    }
}

fn of_order(field: &str, order: &Order) -> Option<String> {
    let terms = &order.terms;
    match field {
        "order_number" => Some(terms.order_number.clone()),
        "amount" => Some(terms.amount.to_string()),
        "consumer_date_of_birth" => {
            Some(shape(&order.personal.consumer_date_of_birth.map_or_else(String::new, |it| it.to_string())))
        }
        "redirect_url" => Some(text(terms.redirect_url.as_deref())),
        "cancel_url" => Some(text(terms.cancel_url.as_deref())),
        "locale" => Some(text(Some(&terms.locale))),
        "method" => Some(text(Some(&terms.methods.join(" ")))),
        "metadata" => Some(size(terms.metadata.as_ref())),
        "expires_on" => Some(text(terms.expires_on.map(|date| date.to_string()).as_deref())),
        "shopper_country_must_match_billing_country" => Some(text(
            terms.shopper_country_must_match_billing_country.map(|flag| flag.to_string()).as_deref(),
        )),
        _ => None,
    }
}

fn of_line(field: &str, line: &Line) -> Option<String> {
    let field = field.split('.').next().unwrap_or(field);
    let has_vat = !line.vat_rate.is_empty();
    Some(match field {
        "type" => match &line.line_type {
            Read::Known(known) => known.as_str().to_owned(),
            Read::Unknown(word) => word.clone(),
        },
        "category" => text(line.category.as_deref()),
        "name" => line.name.clone(),
        "quantity" => line.quantity.to_string(),
        "quantity_unit" => text(line.quantity_unit.as_deref()),
        "unit_price" => line.unit_price.to_string(),
        "discount_amount" => text(line.discount_amount.map(|money| money.to_string()).as_deref()),
        "total_amount" => line.total_amount.to_string(),
        "vat_rate" => text(Some(&line.vat_rate)),
        "vat_amount" => text(has_vat.then(|| line.vat_amount.to_string()).as_deref()),
        "sku" => text(line.sku.as_deref()),
        "image_url" => text(line.image_url.as_deref()),
        "product_url" => text(line.product_url.as_deref()),
        "metadata" => size(line.metadata.as_ref()),
        _ => return None,
    })
}

fn of_address(part: &str, address: &Address) -> Option<String> {
    let value = match part {
        "organization_name" => &address.organization_name,
        "title" => &address.title,
        "given_name" => &address.given_name,
        "family_name" => &address.family_name,
        "email" => &address.email,
        "phone" => &address.phone,
        "street_and_number" => &address.street_and_number,
        "street_additional" => &address.street_additional,
        "postal_code" => &address.postal_code,
        "city" => &address.city,
        "region" => &address.region,
        "country" => &address.country,
        _ => return None,
    };
    Some(shape(value.as_deref().unwrap_or_default()))
}

fn text(value: Option<&str>) -> String {
    value.filter(|text| !text.is_empty()).unwrap_or("nothing").to_owned()
}

fn size(metadata: Option<&Value>) -> String {
    metadata.map_or_else(|| text(None), |value| format!("{} bytes", value.to_string().len()))
}
