//! What changes of the order's terms do to it, and what it holds of a new number meanwhile.

use crate::rules::ids::OperationId;
use crate::rules::order::{Order, Renaming, Terms};
use crate::rules::order_update::NewTerms;

impl Order {
    /// A new number is held from the request on.
    pub(super) fn begin_update(&mut self, operation_id: OperationId, terms: &NewTerms) {
        if let Some(number) = terms.order_number.clone() {
            self.renaming = Some(Box::new(Renaming { operation_id, number }));
        }
    }

    pub(super) fn end_update(&mut self, operation_id: OperationId, terms: &NewTerms) {
        if self.end_renaming(operation_id).is_some() {
            // Whatever became of the old one, this one is its own.
            self.number_released = false;
        }
        self.terms.take(terms);
    }

    /// The number that the operation was to give it, if it was.
    pub(super) fn end_renaming(&mut self, operation_id: OperationId) -> Option<Box<Renaming>> {
        self.renaming.take_if(|renaming| renaming.operation_id == operation_id)
    }
}

impl Terms {
    fn take(&mut self, new: &NewTerms) {
        let NewTerms { order_number, redirect_url, cancel_url, personal: _ } = new.clone();
        self.redirect_url = redirect_url.or(self.redirect_url.take());
        self.cancel_url = cancel_url.or(self.cancel_url.take());
        if let Some(number) = order_number {
            self.order_number = number;
        }
    }
}
