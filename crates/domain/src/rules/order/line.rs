//! A line of an order, with where its units went and what reserves them.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::rules::amount::Remainder;
use crate::rules::ids::{LineId, MollieLineId};
use crate::rules::line::{LineDraft, LineType};
use crate::rules::money::Money;
use crate::rules::part::Part;
use crate::rules::status::{LineStatus, Read};

/// A line of an order. Mollie never changes its quantity or amounts by shipping, canceling or refunding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: LineId,
    pub mollie_id: Option<MollieLineId>,
    pub line_type: Read<LineType>,
    pub category: Option<String>,
    pub name: String,
    pub sku: Option<String>,
    pub quantity: u32,
    pub quantity_unit: Option<String>,
    pub unit_price: Money,
    pub discount_amount: Option<Money>,
    pub total_amount: Money,
    /// Empty, and the amount zero, where the draft had none.
    pub vat_rate: String,
    pub vat_amount: Money,
    pub image_url: Option<String>,
    pub product_url: Option<String>,
    pub metadata: Option<Value>,
    /// When the merchant means to ship it. Mollie does not have it.
    pub planned_ship_date: Option<Date>,
    /// The caller's own name for it, unique in the order. Mollie does not have it.
    pub reference: Option<String>,
    /// Whether Mollie says that it can be canceled. Nothing depends on it.
    pub is_cancelable: Option<bool>,
    /// When Mollie created it.
    pub created_time: Option<Timestamp>,
    /// The last status we understood; `None` until placed.
    pub status: Option<LineStatus>,
    pub unknown_status: Option<String>,
    /// Registered at Mollie.
    pub shipped: Part,
    pub canceled: Part,
    /// Refunded through the order: what Mollie's counter of the line shows.
    pub refunded: Part,
    /// Refunded on a payment, which moves no counter at Mollie. A lower price has an amount and no units.
    pub payment_refunded: Part,
    /// In shipments recorded by us and not yet settled at Mollie.
    pub reserved: Part,
    /// In cancellations of lines recorded by us and not yet settled at Mollie.
    pub canceling: Part,
    /// Refunds through the order, recorded by us and not yet settled at Mollie.
    pub refunding: Part,
    /// Refunds on a payment, recorded by us and not yet settled at Mollie.
    pub payment_refunding: Part,
    /// Whether new values of it are recorded and not yet settled at Mollie: until then none of its units is available.
    pub is_changing: bool,
    /// Units of those refunded, or to be, of which it was said that they do not leave.
    pub not_leaving: u32,
}

impl Line {
    pub(in crate::rules) fn from_draft(id: LineId, draft: LineDraft) -> Self {
        let none = Part::none(draft.total_amount);
        Self {
            id,
            mollie_id: None,
            line_type: Read::Known(draft.line_type),
            category: draft.category,
            name: draft.name,
            sku: draft.sku,
            quantity: draft.quantity,
            quantity_unit: draft.quantity_unit,
            unit_price: draft.unit_price,
            discount_amount: draft.discount_amount,
            total_amount: draft.total_amount,
            vat_rate: draft.vat.as_ref().map_or("", |(rate, _)| rate.as_str()).to_owned(),
            vat_amount: draft.vat.as_ref().map_or(none.amount, |(_, amount)| *amount),
            image_url: draft.image_url,
            product_url: draft.product_url,
            metadata: draft.metadata,
            planned_ship_date: draft.planned_ship_date,
            reference: draft.reference,
            is_cancelable: None,
            created_time: None,
            status: None,
            unknown_status: None,
            shipped: none,
            canceled: none,
            refunded: none,
            payment_refunded: none,
            reserved: none,
            canceling: none,
            refunding: none,
            payment_refunding: none,
            is_changing: false,
            not_leaving: 0,
        }
    }

    /// The line with other values. Where its units are stays.
    #[must_use]
    pub fn with_values_of(&self, other: &Self) -> Self {
        let other = other.clone();
        Self {
            category: other.category,
            name: other.name,
            sku: other.sku,
            quantity: other.quantity,
            quantity_unit: other.quantity_unit,
            unit_price: other.unit_price,
            discount_amount: other.discount_amount,
            total_amount: other.total_amount,
            vat_rate: other.vat_rate,
            vat_amount: other.vat_amount,
            image_url: other.image_url,
            product_url: other.product_url,
            metadata: other.metadata,
            is_changing: false,
            ..self.clone()
        }
    }

    /// How errors and items name it: `lines/2`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("lines/{}", self.id)
    }

    /// Whether Mollie ships units of it.
    #[must_use]
    pub fn is_shippable(&self) -> bool {
        self.status.is_some_and(LineStatus::allows_shipping)
    }

    /// What is neither shipped nor canceled nor reserved by either. Mollie would let all of it be shipped, refunded or not. Of a line
    /// that is being changed nobody knows yet.
    #[must_use]
    pub fn rest(&self) -> Part {
        if self.is_changing {
            return Part::none(self.total_amount);
        }
        let all = Part { quantity: self.quantity, amount: self.total_amount };
        all.without(self.shipped).without(self.canceled).without(self.reserved).without(self.canceling)
    }

    /// What can still be shipped or canceled: the rest, without the units that were refunded before they were shipped.
    #[must_use]
    pub fn available(&self) -> Part {
        let (rest, early) = (self.rest(), self.given_back_early());
        if early == 0 {
            return rest;
        }
        let quantity = rest.quantity - early;
        let share = self.remainder().share(quantity);
        share.map_or(Part::none(self.total_amount), |amount| Part { quantity, amount })
    }

    /// Units of the rest that are given back: those of which it was said that they do not leave, and others only as far as more are
    /// given back than ever left.
    fn given_back_early(&self) -> u32 {
        let (rest, said) = (self.rest().quantity, self.kept());
        let others = self.given_back().quantity.saturating_sub(said).saturating_sub(self.left());
        said.saturating_add(others).min(rest)
    }

    /// The units that the shopper has: they left, and are not given back.
    #[must_use]
    pub fn with_shopper(&self) -> u32 {
        self.left().saturating_sub(self.given_back().quantity.saturating_sub(self.kept()))
    }

    /// The units that left, whether or not Mollie knows.
    const fn left(&self) -> u32 {
        self.shipped.quantity.saturating_add(self.reserved.quantity)
    }

    /// The units that were said not to leave, are given back, and have not left all the same.
    fn kept(&self) -> u32 {
        self.not_leaving.min(self.rest().quantity).min(self.given_back().quantity)
    }

    /// The rest, as input to the amount rule.
    #[must_use]
    pub fn remainder(&self) -> Remainder {
        let Part { quantity, amount } = self.rest();
        Remainder { quantity, amount, unit_price: self.unit_price }
    }

    /// What is refunded of the line, or is to be: through the order and on payments.
    #[must_use]
    pub fn given_back(&self) -> Part {
        self.refunded.and(self.payment_refunded).and(self.refunding).and(self.payment_refunding)
    }

    /// Whether part of it was refunded on a payment, or is to be. Mollie, which does not know of that, would then refund too much
    /// with the last unit.
    #[must_use]
    pub const fn is_refunded_on_payment(&self) -> bool {
        let (settled, reserved) = (self.payment_refunded, self.payment_refunding);
        settled.quantity > 0
            || reserved.quantity > 0
            || settled.amount.minor() != 0
            || reserved.amount.minor() != 0
    }
}
