//! The create request as a whole.

use jiff::Timestamp;
use serde_json::Value;

use super::expires_at::read_expiry;
use super::line;
use super::method::Choice;
use super::parameters::{Credential, Part, check_known, check_owner};
use super::particulars::read_particulars;
use super::sums::{check_amount, check_discount_rates, check_sum, check_vat_sums};
use super::terms::read_terms;
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::money::{Currency, Minor};
use crate::rules::records::{Line, Particulars, Terms};
use crate::rules::switches::Switches;

/// A create request that no rule objects to.
pub struct OrderDraft {
    pub currency: Currency,
    pub amount: Minor,
    pub lines: Vec<Line>,
    pub expires_at: Timestamp,
    /// Of its first payment.
    pub terms: Terms,
    pub particulars: Particulars,
}

impl OrderDraft {
    pub fn parse(
        body: &Value,
        credential: Credential,
        switches: &Switches,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let fields = Fields::top(body)?;
        check_owner(&fields, credential)?;
        check_known(&fields, Part::Order, credential, switches)?;
        let (currency, amount) = fields.required("amount", fields.money("amount")?)?;
        fields.required_text("orderNumber")?;
        let lines = read_lines(&fields, currency, switches)?;
        check_sum(&fields, &lines, currency, amount)?;
        check_vat_sums(&fields, &lines, switches)?;
        check_discount_rates(&lines, switches)?;
        let choice = Choice::read(&fields, switches)?;
        choice.check_vouchers(&fields, &lines, switches)?;
        let particulars = read_particulars(&fields, &choice, credential, switches)?;
        check_amount(&fields, amount, &particulars.sequence_type, switches)?;
        let expires_at = read_expiry(&fields, &choice, switches, now)?;
        let payment = fields.object("payment")?;
        let terms = payment.map(|payment| read_terms(&payment, &choice.methods, switches, now));
        let terms = terms.transpose()?.unwrap_or_default();
        Ok(Self { currency, amount, lines, expires_at, terms, particulars })
    }
}

fn read_lines(fields: &Fields<'_>, currency: Currency, switches: &Switches) -> Result<Vec<Line>, Refusal> {
    let lines = fields.required("lines", fields.list("lines")?)?;
    if lines.is_empty() {
        return Err(fields.refuse("lines", "The order should have at least one line."));
    }
    lines.iter().enumerate().map(|(index, line)| line::parse(line, index, currency, switches)).collect()
}
