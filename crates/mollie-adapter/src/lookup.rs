//! Finding an order again whose creation was never answered: paging back Mollie's list, newest first, to shortly before
//! the intent. Only the cursor is taken out of a link to the next page; its host is never followed.

use std::collections::BTreeSet;

use domain::ports::GatewayError;
use domain::rules::ids::MollieOrderId;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;

use crate::json::{Object, ReadError};

/// Mollie's clock may be behind ours by so much at most.
const CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_mins(10);

/// What a page of the list tells.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// The orders with the hook address looked for, newest first.
    pub matches: Vec<MollieOrderId>,
    /// Whether the list has gone back far enough.
    pub reaches_back: bool,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// Reads a page.
pub fn read(list: &Object<'_>, hook_address: &str, since: Timestamp) -> Result<Page, ReadError> {
    let oldest = since.saturating_sub(CLOCK_DIFFERENCE).unwrap_or(Timestamp::MIN);
    let embedded = list
        .object("_embedded")?
        .ok_or_else(|| list.wrong("_embedded", "an object"))?;
    let orders = embedded
        .objects("orders")?
        .ok_or_else(|| embedded.wrong("orders", "a list"))?;
    let (mut matches, mut reaches_back) = (Vec::new(), false);
    for order in &orders {
        if order.text("webhookUrl")?.as_deref() == Some(hook_address) {
            matches.push(MollieOrderId::new(order.id()?));
        }
        reaches_back |= order.required_time("createdAt")? < oldest;
    }
    let next = list
        .link("next")?
        .map(|href| cursor(&href).ok_or_else(|| list.wrong("_links.next.href", "a cursor")));
    Ok(Page {
        matches,
        reaches_back,
        next: next.transpose()?,
    })
}

fn cursor(href: &str) -> Option<String> {
    let url = Url::parse(href).ok()?;
    url.query_pairs()
        .find(|(name, _)| name == "from")
        .map(|(_, from)| from.into_owned())
}

/// The cursors already followed: a list that leads back to one would never end.
#[derive(Default)]
pub struct Trail(BTreeSet<String>);

impl Trail {
    pub fn follow(&mut self, cursor: &str) -> Result<(), GatewayError> {
        if self.0.insert(cursor.to_owned()) {
            Ok(())
        } else {
            Err(GatewayError::Unreadable(
                "the list of orders leads back to itself".to_owned(),
            ))
        }
    }
}
