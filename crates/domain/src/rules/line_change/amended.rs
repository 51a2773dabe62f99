//! A line with new values: what is given is read as at create, beside what stays.

use super::{AMOUNTS, LineField, LineUpdateInput, UpdatedLine};
use crate::rules::amount_input::AmountInput;
use crate::rules::line::{LineDraft, LineInput};
use crate::rules::money::Money;
use crate::rules::order::Line;
use crate::rules::status::Read;
use crate::rules::vat::VatRate;
use crate::rules::violation::Violations;

/// The line with the values that `update` gives, judged by every rule that concerns a line alone. `None`: something is wrong with it.
pub(super) fn amended(
    line: &Line,
    update: &LineUpdateInput,
    path: &str,
    faults: &mut Violations,
) -> Option<UpdatedLine> {
    kept(update, path, faults);
    let draft = merged(line, update).parse(path, Some(line.total_amount.currency()), faults).draft?;
    let fields = differing(line, &draft);
    Some(UpdatedLine { line: with(line, draft), fields })
}

/// Mollie can give a text another value, and cannot take it away.
fn kept(update: &LineUpdateInput, path: &str, faults: &mut Violations) {
    let texts = [
        (LineField::Category, &update.category),
        (LineField::QuantityUnit, &update.quantity_unit),
        (LineField::Sku, &update.sku),
        (LineField::ImageUrl, &update.image_url),
        (LineField::ProductUrl, &update.product_url),
    ];
    for (field, _) in
        texts.iter().filter(|(_, text)| text.as_ref().is_some_and(|text| text.trim().is_empty()))
    {
        let expected = "a value: Mollie cannot take it away";
        faults.add(format!("{path}.{}", field.as_str()), "update.value", expected, "nothing");
    }
}

/// What follows from a value that changes is computed anew, unless it is given.
fn merged(line: &Line, update: &LineUpdateInput) -> LineInput {
    let text = |new: &Option<String>, old: &Option<String>| new.clone().or(old.clone()).unwrap_or_default();
    let prices = update.quantity.is_some() || update.unit_price.is_some() || update.discount_amount.is_some();
    let total = update.total_amount.clone().or_else(|| (!prices).then(|| written(line.total_amount)));
    let stays =
        !prices && update.total_amount.is_none() && update.vat_rate.is_none() && !line.vat_rate.is_empty();
    LineInput {
        line_type: Some(known(&line.line_type)),
        category: text(&update.category, &line.category),
        name: update.name.clone().unwrap_or_else(|| line.name.clone()),
        quantity: update.quantity.unwrap_or_else(|| line.quantity.into()),
        quantity_unit: text(&update.quantity_unit, &line.quantity_unit),
        unit_price: update.unit_price.clone().or_else(|| Some(written(line.unit_price))),
        discount_amount: update.discount_amount.clone().unwrap_or_else(|| line.discount_amount.map(written)),
        total_amount: total,
        vat_rate: update.vat_rate.clone().unwrap_or_else(|| line.vat_rate.clone()),
        vat_amount: update.vat_amount.clone().or_else(|| stays.then(|| written(line.vat_amount))),
        sku: text(&update.sku, &line.sku),
        image_url: text(&update.image_url, &line.image_url),
        product_url: text(&update.product_url, &line.product_url),
        metadata: update.metadata.clone().or_else(|| line.metadata.clone()),
        planned_ship_date: line.planned_ship_date.map(|date| date.to_string()).unwrap_or_default(),
        reference: line.reference.clone().unwrap_or_default(),
    }
}

fn written(amount: Money) -> AmountInput {
    AmountInput { currency: amount.currency().code().to_owned(), value: amount.value() }
}

/// `None`: a type that this release does not know; the rules refuse it.
fn known<T: Copy>(read: &Read<T>) -> Option<T> {
    match read {
        Read::Known(value) => Some(*value),
        Read::Unknown(_) => None,
    }
}

fn vat_of(draft: &LineDraft) -> (&str, Money) {
    let none = Money::zero(draft.total_amount.currency());
    draft.vat.as_ref().map_or(("", none), |(rate, amount)| (rate.as_str(), *amount))
}

/// What of the line is another value now. Whoever changes one amount sends them all.
fn differing(line: &Line, draft: &LineDraft) -> Vec<LineField> {
    let rate = |text: &str| VatRate::parse(text).map(|rate| rate.key());
    let (vat_rate, vat_amount) = vat_of(draft);
    let amounts = [
        line.quantity != draft.quantity,
        line.unit_price != draft.unit_price,
        line.discount_amount != draft.discount_amount,
        line.total_amount != draft.total_amount,
        rate(&line.vat_rate) != rate(vat_rate),
        line.vat_amount != vat_amount,
    ];
    let texts = [
        (LineField::Category, line.category != draft.category),
        (LineField::Name, line.name != draft.name),
        (LineField::QuantityUnit, line.quantity_unit != draft.quantity_unit),
        (LineField::Sku, line.sku != draft.sku),
        (LineField::ImageUrl, line.image_url != draft.image_url),
        (LineField::ProductUrl, line.product_url != draft.product_url),
        (LineField::Metadata, line.metadata != draft.metadata),
    ];
    let texts = texts.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field);
    let amounts = AMOUNTS.into_iter().filter(|_| amounts.contains(&true));
    texts.chain(amounts).collect()
}

fn with(line: &Line, draft: LineDraft) -> Line {
    let (vat_rate, vat_amount) = vat_of(&draft);
    Line {
        vat_rate: vat_rate.to_owned(),
        vat_amount,
        category: draft.category,
        name: draft.name,
        quantity: draft.quantity,
        quantity_unit: draft.quantity_unit,
        unit_price: draft.unit_price,
        discount_amount: draft.discount_amount,
        total_amount: draft.total_amount,
        sku: draft.sku,
        image_url: draft.image_url,
        product_url: draft.product_url,
        metadata: draft.metadata,
        ..line.clone()
    }
}
