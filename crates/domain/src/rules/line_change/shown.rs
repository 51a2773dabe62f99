//! What a reading shows of changes of lines: whether a line has the values it was to have, and whether a line is one that was to be added.

use super::{LineField, UpdatedLine};
use crate::rules::address::is_like;
use crate::rules::field::Field;
use crate::rules::line::LineType;
use crate::rules::money::Money;
use crate::rules::order::Line;
use crate::rules::snapshot::LineSnapshot;
use crate::rules::status::Read;
use crate::rules::vat::VatRate;

/// What a reading shows of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It is as it was to be.
    Same,
    /// It is another one.
    Other,
    /// The reading does not say.
    Untold,
}

/// Whether the line has its new values. `before`: as we know it. A value that was not told speaks neither way, as long as another was.
#[must_use]
pub fn shows_change(updated: &UpdatedLine, before: &Line, theirs: &LineSnapshot) -> Shown {
    all(updated.fields.iter().map(|field| value(*field, &updated.line, Some(before), theirs)))
}

/// Whether a line of Mollie's is this one, by all that was sent of it.
#[must_use]
pub fn is_shown(added: &Line, theirs: &LineSnapshot) -> bool {
    is_type(added, theirs)
        && all(LineField::ALL.iter().map(|field| value(*field, added, None, theirs))) == Shown::Same
}

/// Whether a line of Mollie's may be this one: of its type and price, whatever its texts are.
#[must_use]
pub fn may_be(added: &Line, theirs: &LineSnapshot) -> bool {
    let price =
        [LineField::Quantity, LineField::UnitPrice, LineField::DiscountAmount, LineField::TotalAmount];
    is_type(added, theirs) && all(price.iter().map(|field| value(*field, added, None, theirs))) == Shown::Same
}

fn is_type(added: &Line, theirs: &LineSnapshot) -> bool {
    match (&theirs.line_type, &added.line_type) {
        (Field::Value(theirs), ours) => theirs == ours,
        (Field::LeftOut | Field::Unreadable, Read::Known(line_type)) => *line_type == LineType::Physical,
        (Field::LeftOut | Field::Unreadable, Read::Unknown(_)) => false,
    }
}

fn all(values: impl Iterator<Item = Shown>) -> Shown {
    values.fold(Shown::Untold, |sum, value| match (sum, value) {
        (Shown::Other, _) | (_, Shown::Other) => Shown::Other,
        (Shown::Same, _) | (_, Shown::Same) => Shown::Same,
        (Shown::Untold, Shown::Untold) => Shown::Untold,
    })
}

fn value(field: LineField, line: &Line, before: Option<&Line>, theirs: &LineSnapshot) -> Shown {
    let known = |is_same: bool| if is_same { Shown::Same } else { Shown::Other };
    let none = |amount: Option<Money>| amount.filter(|amount| amount.minor() != 0);
    let had = |text: fn(&Line) -> &Option<String>| before.and_then(|line| text(line).as_ref());
    match field {
        LineField::Quantity => known(theirs.quantity == line.quantity),
        LineField::UnitPrice => known(theirs.unit_price == line.unit_price),
        LineField::DiscountAmount => known(none(theirs.discount_amount) == none(line.discount_amount)),
        LineField::TotalAmount => known(theirs.total_amount == line.total_amount),
        LineField::VatRate => rate(&line.vat_rate, &theirs.vat_rate),
        LineField::VatAmount => match &theirs.vat_amount {
            Field::Value(amount) => known(*amount == line.vat_amount || line.vat_rate.is_empty()),
            Field::LeftOut | Field::Unreadable => Shown::Untold,
        },
        LineField::Name => text(Some(&line.name), before.map(|before| &before.name), theirs.name.value()),
        LineField::Sku => text(line.sku.as_ref(), had(|line| &line.sku), theirs.sku.value()),
        LineField::Category => {
            text(line.category.as_ref(), had(|line| &line.category), theirs.category.as_ref())
        }
        LineField::QuantityUnit => {
            text(line.quantity_unit.as_ref(), had(|line| &line.quantity_unit), theirs.quantity_unit.as_ref())
        }
        LineField::ImageUrl => {
            text(line.image_url.as_ref(), had(|line| &line.image_url), theirs.image_url.as_ref())
        }
        LineField::ProductUrl => {
            text(line.product_url.as_ref(), had(|line| &line.product_url), theirs.product_url.as_ref())
        }
        LineField::Metadata => match (&theirs.metadata, &line.metadata) {
            (Some(theirs), Some(ours)) => known(theirs == ours),
            (None, _) | (_, None) => Shown::Untold,
        },
    }
}

fn rate(ours: &str, theirs: &Field<String>) -> Shown {
    let key = |text: &str| VatRate::parse(text).map(|rate| rate.key());
    match theirs {
        Field::Value(_) if ours.is_empty() => Shown::Untold,
        Field::Value(theirs) if key(ours) == key(theirs) => Shown::Same,
        Field::Value(_) => Shown::Other,
        Field::LeftOut | Field::Unreadable => Shown::Untold,
    }
}

/// Mollie may spell a text otherwise; but what the line had, it still has.
fn text(wanted: Option<&String>, had: Option<&String>, told: Option<&String>) -> Shown {
    match (wanted, told) {
        (Some(wanted), Some(told)) if wanted == told => Shown::Same,
        (Some(wanted), Some(told)) if is_like(wanted, told) && had != Some(told) => Shown::Same,
        (Some(_), Some(_)) => Shown::Other,
        (None, _) | (_, None) => Shown::Untold,
    }
}
