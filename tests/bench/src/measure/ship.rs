//! Shipping all of an authorized order.

use std::sync::Arc;

use anyhow::Result;

use super::cancel::{self, Fate};
use crate::bed::Bed;
use crate::findings::Findings;

/// Measures it beside two durable transactions, which it needs too.
pub async fn measure(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let fate: Fate = Arc::new(|api, caller, id| Box::pin(async move { api.ship(caller, &id).await }));
    cancel::fate(bed, "ship", fate, findings).await
}
