//! Changing the lines of an order (update order line, manage order lines): adding some, giving others new values, canceling units.
//! What one request asks for is done altogether, or nothing of it. What a caller may ask for, and when, is decided here; nothing is sent.

use serde_json::Value;

use super::agreements::Agreements;
use super::amount_input::AmountInput;
use super::line::LineInput;
use super::order::{Line, Order, WARNINGS};
use super::shipment::{LineSelectionInput, ShipmentLine};
use super::status::words;
use super::violation::{Finding, Violation, Violations};

mod amended;
mod named;
mod plan;
mod shown;
mod size;
mod together;
mod under_way;

pub use plan::plan;
pub use shown::{Shown, is_shown, may_be, shows_change};

/// One change, as a caller wrote it.
#[derive(Clone, Debug)]
pub enum LineChangeInput {
    Add(Box<LineInput>),
    Update(Box<LineUpdateInput>),
    Cancel(LineSelectionInput),
}

/// New values for a line. What is `None` stays, and a total or VAT amount that follows from others follows.
#[derive(Clone, Debug, Default)]
pub struct LineUpdateInput {
    pub line_id: String,
    pub category: Option<String>,
    pub name: Option<String>,
    pub quantity: Option<i64>,
    pub quantity_unit: Option<String>,
    pub unit_price: Option<AmountInput>,
    /// `Some(None)`: none any more.
    pub discount_amount: Option<Option<AmountInput>>,
    pub total_amount: Option<AmountInput>,
    pub vat_rate: Option<String>,
    pub vat_amount: Option<AmountInput>,
    pub sku: Option<String>,
    pub image_url: Option<String>,
    pub product_url: Option<String>,
    pub metadata: Option<Value>,
}

/// Changes of lines as a caller wrote them. Each has the path at which it stands.
#[derive(Clone, Debug, Default)]
pub struct LineChangesInput {
    /// Where the caller has them altogether.
    pub path: &'static str,
    pub changes: Vec<(String, LineChangeInput)>,
    pub agreements: Agreements,
}

words!(
    /// A value of a line that can be changed.
    LineField {
        Category = "category",
        Name = "name",
        Quantity = "quantity",
        QuantityUnit = "quantity_unit",
        UnitPrice = "unit_price",
        DiscountAmount = "discount_amount",
        TotalAmount = "total_amount",
        VatRate = "vat_rate",
        VatAmount = "vat_amount",
        Sku = "sku",
        ImageUrl = "image_url",
        ProductUrl = "product_url",
        Metadata = "metadata",
    }
);

/// What of a line changes together (update order line: quantity, unitPrice, totalAmount, vatRate and vatAmount; discountAmount always).
pub const AMOUNTS: [LineField; 6] = [
    LineField::Quantity,
    LineField::UnitPrice,
    LineField::DiscountAmount,
    LineField::TotalAmount,
    LineField::VatRate,
    LineField::VatAmount,
];

/// Changes of lines as they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineChanges {
    /// Lines as they will be, under the ids that they get here.
    pub added: Vec<Line>,
    pub updated: Vec<UpdatedLine>,
    /// Units that are canceled.
    pub canceled: Vec<ShipmentLine>,
    /// What Mollie may refuse of them, as of a draft, by the paths of the caller; at most [`WARNINGS`].
    pub warnings: Vec<Finding>,
    /// How many more there were.
    pub warnings_left_out: usize,
}

/// A line with its new values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdatedLine {
    pub line: Line,
    /// What changes: amounts altogether, all else alone.
    pub fields: Vec<LineField>,
}

/// The most lines that an order has.
const LINES: usize = 1_000;

impl LineChangesInput {
    /// What is wrong with them whatever the order has.
    ///
    /// # Errors
    /// Each fault.
    pub fn check(&self, order: Option<&Order>) -> Result<(), Vec<Violation>> {
        let mut faults = Violations::under(self.agreements.clone());
        if self.changes.is_empty() {
            faults.add(self.path, "lines.changes", "at least one operation", "none");
        }
        let currency = order.map(|order| order.terms.amount.currency());
        for (path, change) in &self.changes {
            match change {
                LineChangeInput::Add(line) => drop((**line).clone().parse(path, currency, &mut faults)),
                LineChangeInput::Update(_) | LineChangeInput::Cancel(_) => (),
            }
        }
        let found = faults.into_findings().violations;
        if found.is_empty() { Ok(()) } else { Err(found) }
    }
}

impl LineChanges {
    fn warned(self, warnings: Vec<Violation>) -> Self {
        let warnings_left_out = warnings.len().saturating_sub(WARNINGS);
        let warnings = warnings.into_iter().take(WARNINGS).map(Finding::from).collect();
        Self { warnings, warnings_left_out, ..self }
    }

    /// Whether there is nothing to change.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty() && self.updated.is_empty() && self.canceled.is_empty()
    }

    /// Whether the order's sums change, or may. Texts change none of them.
    fn move_money(&self) -> bool {
        let is_amount = |field: &LineField| AMOUNTS.contains(field);
        let prices = self.updated.iter().any(|updated| updated.fields.iter().any(is_amount));
        prices || !self.added.is_empty() || !self.canceled.is_empty()
    }

    /// The lines that they are about, as events name them.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let updated = self.updated.iter().map(|updated| updated.line.id);
        let canceled = self.canceled.iter().map(|canceled| canceled.line_id);
        let all = self.added.iter().map(|line| line.id).chain(updated).chain(canceled);
        all.map(|id| format!("lines/{id}")).collect()
    }
}

#[cfg(test)]
mod tests;
