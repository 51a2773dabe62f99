//! What a reading of Mollie's changes of the order.

use crate::rules::order::Order;
use crate::rules::snapshot::Observed;

impl Order {
    pub(super) fn observe(&mut self, observed: &Observed) {
        self.facts = observed.facts.clone();
        self.terms.amount = observed.amount;
        for line in &observed.lines {
            match self.line_mut(line.id) {
                Some(ours) => *ours = line.clone(),
                None => self.lines.push(line.clone()),
            }
        }
        self.drop_lines(&observed.gone);
        observed.payments.iter().for_each(|payment| self.put_payment(payment));
        if !observed.payments.is_empty() {
            self.note_canceled_authorized();
        }
        self.note_highest_amount(observed.amount);
    }
}
