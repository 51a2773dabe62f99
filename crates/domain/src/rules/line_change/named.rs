//! Which faults of a line a change of it is judged by: those of what it names, and of the sums that this is part of. The line was accepted
//! with all else, perhaps by other rules than those of today, or by Mollie alone.

use super::{AMOUNTS, LineField, LineUpdateInput};
use crate::rules::line::price::{ABOVE_PRICE, BELOW_ZERO, DISCOUNT, OF_DEDUCTION as PRICE_OF_DEDUCTION};
use crate::rules::line::reading::DISCOUNT_OF_DEDUCTION;
use crate::rules::line::vat::{GIFT_CARD, REQUIRED, STORE_CREDIT, ZEROS};
use crate::rules::rule::Rule;
use crate::rules::violation::Violation;

/// Rules of one amount, each with what it is about. Any other rule of an amount is about a sum, or about what a sum is computed from.
static ALONE: [(&Rule, &[LineField]); 9] = [
    (&PRICE_OF_DEDUCTION, &[LineField::UnitPrice]),
    (&BELOW_ZERO, &[LineField::UnitPrice]),
    (&DISCOUNT, &[LineField::DiscountAmount]),
    (&DISCOUNT_OF_DEDUCTION, &[LineField::DiscountAmount]),
    (&ABOVE_PRICE, &[LineField::Quantity, LineField::UnitPrice, LineField::DiscountAmount]),
    (&REQUIRED, &[LineField::VatRate]),
    (&ZEROS, &[LineField::VatRate]),
    (&GIFT_CARD, &[LineField::VatRate]),
    (&STORE_CREDIT, &[LineField::VatRate]),
];

impl LineUpdateInput {
    /// Whether it gives the field a value, or takes its value away.
    pub(super) const fn names(&self, field: LineField) -> bool {
        match field {
            LineField::Category => self.category.is_some(),
            LineField::Name => self.name.is_some(),
            LineField::Quantity => self.quantity.is_some(),
            LineField::QuantityUnit => self.quantity_unit.is_some(),
            LineField::UnitPrice => self.unit_price.is_some(),
            LineField::DiscountAmount => self.discount_amount.is_some(),
            LineField::TotalAmount => self.total_amount.is_some(),
            LineField::VatRate => self.vat_rate.is_some(),
            LineField::VatAmount => self.vat_amount.is_some(),
            LineField::Sku => self.sku.is_some(),
            LineField::ImageUrl => self.image_url.is_some(),
            LineField::ProductUrl => self.product_url.is_some(),
            LineField::Metadata => self.metadata.is_some(),
        }
    }

    /// Whether it names an amount, the quantity or the VAT rate: these are sent altogether.
    pub(super) fn names_amounts(&self) -> bool {
        AMOUNTS.into_iter().any(|field| self.names(field))
    }

    /// Whether a fault of the line is the change's. `path`: where the line stands.
    pub(super) fn is_judged_by(&self, fault: &Violation, path: &str) -> bool {
        let field = fault.path.strip_prefix(path).unwrap_or(&fault.path).trim_start_matches('.');
        let field = field.split('.').next().unwrap_or(field);
        match LineField::parse(field) {
            Some(field) if AMOUNTS.contains(&field) => self.names_amounts() && self.names_part_of(fault.rule),
            Some(field) => self.names(field),
            // The sign of a price depends on the line's type. A reference and a date are not Mollie's, and are not changed.
            None => field == "type" && self.names_amounts(),
        }
    }

    fn names_part_of(&self, rule: &str) -> bool {
        let about = ALONE.iter().find(|(alone, _)| alone.id == rule);
        about.is_none_or(|(_, fields)| fields.iter().any(|field| self.names(*field)))
    }
}
