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
use crate::rules::address::{Address, is_like};
use crate::rules::comparison::{Comparison, Side};
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
        let task = Task { terms: terms.clone(), until: order_update::tried_until(pen.now()) };
        // Behind another change nobody knows yet what this one will find.
        let secret = match pen.is_lane_at_rest(FACTS.lane) {
            true => addresses.to_secret_after(&pen.order().personal),
            false => addresses.to_secret(),
        };
        let operation_id = pen.set_to_work(task, secret);
        pen.record(EventData::UpdateRecorded { operation_id, terms: terms.clone() });
        Ok(Subject::Order)
    }
}

const FACTS: Facts = Facts {
    name: OperationKind::UpdateOrder,
    lane: Lane::Terms,
    repeat: Repeat::ByValue,
    needs: Needs::Order,
    opens_checkout: false,
};

impl Kind for Task {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn subject(&self) -> Subject {
        Subject::Order
    }

    fn deadline(&self, _order: &Order, _age_limit: SignedDuration) -> Option<Timestamp> {
        Some(self.until)
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
            Shown::Unread(field) => Observation::NotUnderstood(unread(field)),
            Shown::Sealed => Observation::NotUnderstood(SEALED.into()),
        }
    }

    fn identify(&self, book: Book<'_>, seen: &[Snapshot], named: &str) -> Named {
        let Some(snapshot) = seen.first() else { return Named::Nothing };
        if snapshot.mollie_id.as_str() != named {
            return Named::Other(format!("the order to be changed is {}", snapshot.mollie_id));
        }
        match self.is_in(snapshot, book) {
            // Of what is sealed: somebody has looked, and nothing that can be compared speaks against it.
            Shown::Set | Shown::Sealed => Named::Effect(Acceptance::Order(Box::new(snapshot.clone()))),
            Shown::Other => Named::Other("the order has other values".to_owned()),
            Shown::Unread(field) => Named::NotUnderstood(unread(field)),
        }
    }

    fn compare(&self, _of: &Operation, book: Book<'_>, seen: &[Snapshot]) -> Comparison {
        let side = |snapshot: &Snapshot| {
            let text = match self.is_in(snapshot, book) {
                Shown::Set => "all of them are set".to_owned(),
                Shown::Other => "some of them have other values".to_owned(),
                Shown::Unread(field) => format!("{field} cannot be read"),
                Shown::Sealed => SEALED.to_owned(),
            };
            Side { text, ..Side::of_order(snapshot) }
        };
        let ours = Side::of_text(format!("set {}", self.terms.names().join(", ")));
        Comparison { ours, theirs: seen.iter().map(side).collect() }
    }

    /// They are no figures. Addresses that a reading shows are taken over, whoever set them; number and pages are as they were set here.
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
    /// This field could not be read.
    Unread(&'static str),
    /// The addresses cannot be compared: their seal cannot be opened.
    Sealed,
}

const SEALED: &str =
    "its sealed addresses cannot be opened: the service's secret has changed since it was saved";

fn unread(field: &str) -> Misread {
    format!("{field} cannot be read").as_str().into()
}

impl Task {
    /// Those that were sealed. None if they cannot be read any more.
    fn addresses(&self, book: Book<'_>) -> Option<NewAddresses> {
        NewAddresses::from_secret(book.secret.0).filter(|sealed| sealed.names() == self.terms.personal)
    }

    fn is_in(&self, snapshot: &Snapshot, book: Book<'_>) -> Shown {
        let (terms, number) = (&self.terms, Field::Value(snapshot.order_number.clone()));
        let had = &book.order.terms;
        let had_addresses = NewAddresses::had(book.secret.0).unwrap_or_else(|| NewAddresses {
            billing_address: book.order.personal.billing_address.clone(),
            shipping_address: book.order.personal.shipping_address.clone(),
        });
        let had_number = Some(&had.order_number);
        let texts = [
            text("orderNumber", terms.order_number.as_ref(), had_number, &number),
            text(
                "redirectUrl",
                terms.redirect_url.as_ref(),
                had.redirect_url.as_ref(),
                &snapshot.redirect_url,
            ),
            text("cancelUrl", terms.cancel_url.as_ref(), had.cancel_url.as_ref(), &snapshot.cancel_url),
        ];
        let addresses = match self.addresses(book) {
            Some(NewAddresses { billing_address, shipping_address }) => [
                address(
                    "billingAddress",
                    billing_address.as_ref(),
                    had_addresses.billing_address.as_ref(),
                    snapshot.billing_address.as_ref(),
                ),
                address(
                    "shippingAddress",
                    shipping_address.as_ref(),
                    had_addresses.shipping_address.as_ref(),
                    snapshot.shipping_address.as_ref(),
                ),
            ],
            None => [Shown::Sealed, Shown::Set],
        };
        let worst = |shown, next| match (shown, next) {
            (Shown::Other, _) | (_, Shown::Other) => Shown::Other,
            (Shown::Sealed, _) | (_, Shown::Sealed) => Shown::Sealed,
            (Shown::Unread(field), _) | (Shown::Set, Shown::Unread(field)) => Shown::Unread(field),
            (Shown::Set, Shown::Set) => Shown::Set,
        };
        texts.into_iter().chain(addresses).fold(Shown::Set, worst)
    }
}

/// What an order does not have is left out. Mollie may spell what is wanted otherwise; but what the order had, it still has.
fn text(field: &'static str, wanted: Option<&String>, had: Option<&String>, told: &Field<String>) -> Shown {
    match (wanted, told) {
        (None, _) => Shown::Set,
        (Some(wanted), Field::Value(told)) if wanted == told => Shown::Set,
        (Some(wanted), Field::Value(told)) if is_like(wanted, told) && had != Some(told) => Shown::Set,
        (Some(_), Field::Value(_) | Field::LeftOut) => Shown::Other,
        (Some(_), Field::Unreadable) => Shown::Unread(field),
    }
}

/// The same of an address. A part that was not understood may be as it is to be.
fn address(
    field: &'static str,
    wanted: Option<&Address>,
    had: Option<&Address>,
    told: Option<&AddressSnapshot>,
) -> Shown {
    match (wanted, told) {
        (None, _) => Shown::Set,
        (Some(wanted), Some(told)) if *wanted == told.parts => Shown::Set,
        (Some(wanted), Some(told)) if wanted.is_like(&told.parts) && had != Some(&told.parts) => Shown::Set,
        (Some(wanted), Some(told)) if !told.is_whole && wanted.is_like(&told.parts.clone().over(wanted)) => {
            Shown::Unread(field)
        }
        (Some(_), Some(_) | None) => Shown::Other,
    }
}

#[cfg(test)]
mod tests;
