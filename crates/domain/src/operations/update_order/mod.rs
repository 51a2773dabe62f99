//! Changing an order's addresses, its number and the pages the shopper comes back to. It moves no money and sets values, so it may be
//! sent again at any time. A supplier may decline it; then the order is as it was.

mod task;

use jiff::{SignedDuration, Timestamp};

pub use task::Task;

use super::facts::{Facts, Lane, Needs, Repeat};
use super::kind::{Book, Difference, Failure, Kind, Meaning, Named, Observation, Ready, Sought};
use super::operation::Operation;
use super::pen::Pen;
use super::request::Request;
use super::sent::Sends;
use super::task::OperationKind;
use crate::ports::{Acceptance, Command, UpdateOrder};
use crate::rules::address::Address;
use crate::rules::event::EventData;
use crate::rules::field::Field;
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::order_update::{self, NewAddresses, OrderUpdate};
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::snapshot::{AddressSnapshot, Snapshot};
use crate::rules::subject::Subject;

/// A request to change an order.
#[derive(Clone, Debug)]
pub struct Update(pub OrderUpdate);

impl Request for Update {
    fn needs(&self) -> Needs {
        Needs::Order
    }

    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
        let OrderUpdate { terms, addresses } = &self.0;
        order_update::check(pen.order(), terms)?;
        pen.unblocked(FACTS.lane)?;
        let operation_id = pen.set_to_work(Task { terms: terms.clone() }, addresses.to_secret());
        pen.record(EventData::UpdateRecorded { operation_id, terms: terms.clone() });
        Ok(Subject::Order)
    }
}

const FACTS: Facts = Facts {
    name: OperationKind::UpdateOrder,
    lane: Lane::Terms,
    repeat: Repeat::ByValue,
    needs: Needs::Order,
};

impl Kind for Task {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn subject(&self) -> Subject {
        Subject::Order
    }

    fn deadline(&self, _order: &Order, _age_limit: SignedDuration) -> Option<Timestamp> {
        None
    }

    fn ready(&self, _book: Book<'_>, _now: Timestamp) -> Ready {
        Ready::Send
    }

    fn command(&self, book: Book<'_>) -> Result<Command, String> {
        let order = book.order.mollie_id.clone().ok_or("the order has no id at Mollie")?;
        let addresses = self.addresses(book).ok_or("this release does not know these addresses")?;
        Ok(Command::UpdateOrder(Box::new(UpdateOrder { order, terms: self.terms.clone(), addresses })))
    }

    fn seek(&self, order: &Order, _named: Option<&str>) -> Option<Sought> {
        order.mollie_id.clone().map(Sought::Order)
    }

    fn observe(&self, book: Book<'_>, seen: &[Snapshot], _sends: Sends) -> Observation {
        let Some(snapshot) = seen.first() else { return Observation::Absent };
        match self.is_in(snapshot, book) {
            Shown::Set => Observation::Found(Acceptance::Order(Box::new(snapshot.clone()))),
            Shown::Other => Observation::Absent,
            Shown::Untold(field) => Observation::NotUnderstood(Misread::left_out(field)),
        }
    }

    fn identify(&self, book: Book<'_>, seen: &[Snapshot], named: &str) -> Named {
        let Some(snapshot) = seen.first() else { return Named::Nothing };
        if snapshot.mollie_id.as_str() != named {
            return Named::Other(format!("the order to be changed is {}", snapshot.mollie_id));
        }
        match self.is_in(snapshot, book) {
            Shown::Set => Named::Effect(Acceptance::Order(Box::new(snapshot.clone()))),
            Shown::Other => Named::Other("the order has other values".to_owned()),
            Shown::Untold(field) => Named::NotUnderstood(Misread::left_out(field)),
        }
    }

    /// Terms and addresses are no figures: what a reading shows of them is taken over, whoever set it.
    fn explains(&self, _order: &Order, _found: Difference<'_>, _sent: bool) -> bool {
        false
    }

    /// Mollie may reject it because of the effect of an earlier call.
    fn rejection(&self, _order: &Order, why: &Rejection) -> Meaning {
        if why.names_another_profile() { Meaning::WrongKey } else { Meaning::LookFirst }
    }

    fn succeed(&self, of: &Operation, effect: &Acceptance, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        pen.record(EventData::Updated { operation_id: of.id, terms: self.terms.clone() });
        if let Acceptance::Order(snapshot) = effect {
            pen.observe(snapshot);
        }
        pen.look_again(pen.now());
    }

    fn fail(&self, of: &Operation, why: &Failure, _seen: &[Snapshot], pen: &mut Pen<'_>) {
        let Some(rejection) = why.rejection() else { return };
        pen.record(EventData::UpdateRefused { operation_id: of.id, rejection });
        pen.look_again(pen.now());
    }

    fn resume(&self, _pen: &mut Pen<'_>) {}
}

/// What a reading shows of the values that are to be set.
enum Shown {
    Set,
    Other,
    /// It does not tell this field.
    Untold(&'static str),
}

impl Task {
    /// Those that were sealed. None if they cannot be read any more.
    fn addresses(&self, book: Book<'_>) -> Option<NewAddresses> {
        NewAddresses::from_secret(book.secret.0).filter(|sealed| sealed.names() == self.terms.personal)
    }

    fn is_in(&self, snapshot: &Snapshot, book: Book<'_>) -> Shown {
        let Some(NewAddresses { billing_address, shipping_address }) = self.addresses(book) else {
            return Shown::Untold("billingAddress");
        };
        let number = match snapshot.order_number.is_empty() {
            true => Field::LeftOut,
            false => Field::Value(snapshot.order_number.clone()),
        };
        let terms = &self.terms;
        let fields = [
            text("orderNumber", terms.order_number.as_ref(), &number),
            text("redirectUrl", terms.redirect_url.as_ref(), &snapshot.redirect_url),
            text("cancelUrl", terms.cancel_url.as_ref(), &snapshot.cancel_url),
            address("billingAddress", billing_address.as_ref(), snapshot.billing_address.as_ref()),
            address("shippingAddress", shipping_address.as_ref(), snapshot.shipping_address.as_ref()),
        ];
        let worst = |shown, next| match (shown, next) {
            (Shown::Other, _) | (_, Shown::Other) => Shown::Other,
            (Shown::Untold(field), _) | (Shown::Set, Shown::Untold(field)) => Shown::Untold(field),
            (Shown::Set, Shown::Set) => Shown::Set,
        };
        fields.into_iter().fold(Shown::Set, worst)
    }
}

fn text(field: &'static str, wanted: Option<&String>, told: &Field<String>) -> Shown {
    match (wanted, told) {
        (None, _) => Shown::Set,
        (Some(wanted), Field::Value(told)) if wanted == told => Shown::Set,
        (Some(_), Field::Value(_)) => Shown::Other,
        (Some(_), Field::LeftOut | Field::Unreadable) => Shown::Untold(field),
    }
}

/// A part that was not understood may be as it is to be.
fn address(field: &'static str, wanted: Option<&Address>, told: Option<&AddressSnapshot>) -> Shown {
    match (wanted, told) {
        (None, _) => Shown::Set,
        (Some(_), None) => Shown::Untold(field),
        (Some(wanted), Some(told)) if told.parts == *wanted => Shown::Set,
        (Some(wanted), Some(told)) if !told.is_whole && told.parts.clone().over(wanted) == *wanted => {
            Shown::Untold(field)
        }
        (Some(_), Some(_)) => Shown::Other,
    }
}

#[cfg(test)]
mod tests;
