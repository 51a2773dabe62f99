//! A new order in place of an old one: whether the old one may be replaced, as Mollie shows it now, and how it changes with the new
//! one. It saves nothing.

use super::claim_at_head::unclaimed;
use super::confirm::{self, Confirmed};
use super::intent::{Intent, MutationError};
use super::refuse::{author, confirm_or_refuse};
use super::{ROUNDS, policy};
use crate::operations::Pen;
use crate::ports::{Change, OrderKey, Ports, Store, StoreError};
use crate::rules::access::Access;
use crate::rules::event::EventData;
use crate::rules::ids::{OrderId, ProfileName};
use crate::rules::order::Order;
use crate::rules::supersession;

/// Where the decision about the old order stands.
pub(super) enum Old {
    /// None is to be replaced.
    None,
    /// It changes so, together with the new one.
    Changes(Box<Change>),
    /// It was read just now: decide again.
    Read,
}

/// Decides about the old order as it is known, or has it read first.
///
/// # Errors
/// [`MutationError`]; nothing was changed.
pub(super) async fn supersede<P: Ports>(
    ports: &P,
    intent: &Intent,
    new: &Order,
    confirmed: &mut Option<Confirmed>,
) -> Result<Old, MutationError> {
    let Some(id) = new.supersedes else { return Ok(Old::None) };
    let Some(old) = may_be_replaced(ports, &intent.access, id, &new.profile, confirmed).await? else {
        return Ok(Old::Read);
    };
    let mut pen = Pen::new(ports.ids(), author(ports, intent, &old), old.into());
    pen.record(EventData::Superseded { by: new.id });
    Ok(Old::Changes(Box::new(unclaimed(ports, pen.finish(None)))))
}

/// Checks whether an order of this profile could be replaced now. Changes nothing but what a reading brings.
///
/// # Errors
/// [`MutationError`]: why it cannot.
pub async fn check<P: Ports>(
    ports: &P,
    access: &Access,
    id: OrderId,
    profile: &ProfileName,
) -> Result<(), MutationError> {
    let mut confirmed = None;
    for _ in 0..ROUNDS {
        if may_be_replaced(ports, access, id, profile, &mut confirmed).await?.is_some() {
            return Ok(());
        }
    }
    Err(MutationError::Contended)
}

/// The old order, if it may be replaced; `None` if it was read just now. It is read before it is refused for its state, and also
/// before it is allowed, however lately it was read: a payment may have begun since, and Mollie does not refuse what would lose it.
async fn may_be_replaced<P: Ports>(
    ports: &P,
    access: &Access,
    id: OrderId,
    profile: &ProfileName,
    confirmed: &mut Option<Confirmed>,
) -> Result<Option<Order>, MutationError> {
    let old = ports.store().load_order(&OrderKey::Id(id)).await?;
    // One that is not shown is as good as missing. That the caller may replace one of its own profile is decided by that profile.
    let old = old.filter(|old| access.shows(&old.profile)).ok_or(MutationError::OrderNotFound(id))?;
    if let Some(fault) = supersession::of_another_profile(&old, profile) {
        return Err(MutationError::Invalid(vec![fault]));
    }
    if let Err(denied) = supersession::check(&old) {
        confirm_or_refuse(ports, &old, denied, confirmed).await?;
        return Ok(None);
    }
    // It may open a page on which the shopper pays an order that is replaced.
    let unsettled = ports.store().unsettled_operations(id).await?;
    if let Some(payment) = unsettled.iter().find(|operation| operation.task.opens_checkout()) {
        return Err(MutationError::Precondition(supersession::is_being_paid(&old, payment.id)));
    }
    if policy::is_being_canceled(&unsettled)
        && let Some(waiting) = waiting(ports, &old).await?
    {
        return Err(MutationError::Precondition(supersession::is_being_undone(&old, &waiting)));
    }
    if supersession::must_be_read(&old) {
        let Some(reading) = confirmed else {
            *confirmed = Some(Box::pin(confirm::confirm(ports, id)).await?);
            return Ok(None);
        };
        reading.is_whole()?;
    }
    Ok(Some(old))
}

/// The order that waits to learn whether this one replaces it.
async fn waiting<P: Ports>(ports: &P, order: &Order) -> Result<Option<Order>, StoreError> {
    let Some(older) = order.supersedes else { return Ok(None) };
    let older = ports.store().load_order(&OrderKey::Id(older)).await?;
    Ok(older.filter(|older| supersession::waits_for(older, order.id)))
}
