//! Requests that hold a draft. The only profile is that of the sample order, and it has agreed nothing.

use domain::rules::agreements::Agreements;
use tonic::Status;

use super::super::reading::Reading;
use super::super::request::order_id;
use super::super::{continues, draft};
use super::{Asked, Site, decoded, head};
use crate::proto::{CheckOrderDraftRequest, CreateOrderRequest, OrderDraft};

pub fn create_order(bytes: &[u8], site: Site<'_>) -> Result<Asked, Status> {
    let (request, mut reading) = decoded::<CreateOrderRequest>(bytes)?;
    head(&mut reading, &request.request_id, "", &request.actor);
    reading.part(continues::id(&request.continues));
    let supersedes = Some(&request.supersedes).filter(|text| !text.is_empty());
    reading.part(supersedes.map(|text| order_id(text, "supersedes")).transpose());
    judged(&request.profile, request.draft, reading, site)
}

pub fn check_order_draft(bytes: &[u8], site: Site<'_>) -> Result<Asked, Status> {
    let (request, reading) = decoded::<CheckOrderDraftRequest>(bytes)?;
    judged(&request.profile, request.draft, reading, site)
}

fn judged(name: &str, given: Option<OrderDraft>, reading: Reading, site: Site<'_>) -> Result<Asked, Status> {
    let Site { order, now } = site;
    let named = match name.is_empty() || name == order.profile.as_str() {
        true => Ok((order.profile.clone(), order.mode)),
        false => Err(format!("one of {}", order.profile)),
    };
    let read = draft::judged((name, named), given.unwrap_or_default(), &Agreements::default(), now, reading);
    let (_, draft) = read.parsed.map_err(super::errors::invalid)?;
    Ok(Asked::Draft(Box::new(draft)))
}
