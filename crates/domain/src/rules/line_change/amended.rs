//! A line with new values: what is given is read as at create, beside what stays. What stays is not judged.

use super::{AMOUNTS, LineField, LineUpdateInput, UpdatedLine};
use crate::rules::amount_input::AmountInput;
use crate::rules::line::{LineDraft, LineInput, LineType};
use crate::rules::money::Money;
use crate::rules::order::Line;
use crate::rules::status::Read;
use crate::rules::vat::VatRate;
use crate::rules::violation::{Violation, Violations};

/// The line with the values that `update` gives, judged by every rule that concerns them and a line alone. `None`: something is wrong
/// with them.
pub(super) fn amended(
    line: &Line,
    update: &LineUpdateInput,
    path: &str,
    faults: &mut Violations,
) -> Option<UpdatedLine> {
    kept(update, path, faults);
    let input = if update.names_amounts() { merged(line, update) } else { texts(line, update) };
    let is_judged = |fault: &Violation| update.is_judged_by(fault, path);
    let read = input.parse_judging(is_judged, path, Some(line.total_amount.currency()), faults);
    let new = with(line, update, read.draft?);
    let fields = differing(line, &new);
    Some(UpdatedLine { line: new, fields })
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
    let prices = update.quantity.is_some() || update.unit_price.is_some() || update.discount_amount.is_some();
    let total = update.total_amount.clone().or_else(|| (!prices).then(|| written(line.total_amount)));
    let stays =
        !prices && update.total_amount.is_none() && update.vat_rate.is_none() && !line.vat_rate.is_empty();
    LineInput {
        line_type: Some(known(&line.line_type)),
        quantity: update.quantity.unwrap_or_else(|| line.quantity.into()),
        unit_price: update.unit_price.clone().or_else(|| Some(written(line.unit_price))),
        discount_amount: update.discount_amount.clone().unwrap_or_else(|| line.discount_amount.map(written)),
        total_amount: total,
        vat_rate: update.vat_rate.clone().unwrap_or_else(|| line.vat_rate.clone()),
        vat_amount: update.vat_amount.clone().or_else(|| stays.then(|| written(line.vat_amount))),
        ..texts(line, update)
    }
}

/// The texts that are given, on a line whose amounts are none: the line's own stay, whatever they are.
fn texts(line: &Line, update: &LineUpdateInput) -> LineInput {
    let given = |text: &Option<String>| text.clone().unwrap_or_default();
    LineInput {
        line_type: Some(Some(LineType::Physical)),
        quantity: 1,
        unit_price: Some(written(Money::zero(line.total_amount.currency()))),
        vat_rate: "0".to_owned(),
        category: given(&update.category),
        name: given(&update.name),
        quantity_unit: given(&update.quantity_unit),
        sku: given(&update.sku),
        image_url: given(&update.image_url),
        product_url: given(&update.product_url),
        metadata: update.metadata.clone(),
        ..LineInput::default()
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
fn differing(line: &Line, new: &Line) -> Vec<LineField> {
    let rate = |text: &str| VatRate::parse(text).map(|rate| rate.key());
    let amounts = [
        line.quantity != new.quantity,
        line.unit_price != new.unit_price,
        line.discount_amount != new.discount_amount,
        line.total_amount != new.total_amount,
        rate(&line.vat_rate) != rate(&new.vat_rate),
        line.vat_amount != new.vat_amount,
    ];
    let texts = [
        (LineField::Category, line.category != new.category),
        (LineField::Name, line.name != new.name),
        (LineField::QuantityUnit, line.quantity_unit != new.quantity_unit),
        (LineField::Sku, line.sku != new.sku),
        (LineField::ImageUrl, line.image_url != new.image_url),
        (LineField::ProductUrl, line.product_url != new.product_url),
        (LineField::Metadata, line.metadata != new.metadata),
    ];
    let texts = texts.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field);
    let amounts = AMOUNTS.into_iter().filter(|_| amounts.contains(&true));
    texts.chain(amounts).collect()
}

/// The line with what is named of the draft. Amounts follow from each other, so they are named together.
fn with(line: &Line, update: &LineUpdateInput, draft: LineDraft) -> Line {
    let mut new = line.clone();
    if update.names_amounts() {
        let (vat_rate, vat_amount) = vat_of(&draft);
        (new.vat_rate, new.vat_amount) = (vat_rate.to_owned(), vat_amount);
        (new.quantity, new.unit_price) = (draft.quantity, draft.unit_price);
        (new.discount_amount, new.total_amount) = (draft.discount_amount, draft.total_amount);
    }
    if update.names(LineField::Name) {
        new.name = draft.name;
    }
    let texts = [
        (LineField::Category, &mut new.category, draft.category),
        (LineField::QuantityUnit, &mut new.quantity_unit, draft.quantity_unit),
        (LineField::Sku, &mut new.sku, draft.sku),
        (LineField::ImageUrl, &mut new.image_url, draft.image_url),
        (LineField::ProductUrl, &mut new.product_url, draft.product_url),
    ];
    for (_, text, given) in texts.into_iter().filter(|(field, ..)| update.names(*field)) {
        *text = given;
    }
    if update.names(LineField::Metadata) {
        new.metadata = draft.metadata;
    }
    new
}
