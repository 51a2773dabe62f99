//! Returns of an order as documents, for the order and for the event that recorded them.

use domain::rules::ids::{LineId, OperationId, RefundId, ReturnId};
use domain::rules::money::Money;
use domain::rules::returned::{Booked, Canceling, Return, ReturnedLine};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::money::MoneyDocument;
use super::shipment::ShipmentLineDocument;
use super::{Misfit, each, mirrors, optional};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReturnDocument {
    id: Uuid,
    lines: Vec<ReturnedLineDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation: Option<CancelingDocument>,
    refunds: Vec<Uuid>,
    deduction_shares: Vec<(u32, MoneyDocument)>,
    without_money: Vec<BookedDocument>,
    created_time: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct ReturnedLineDocument {
    line_id: u32,
    came_back: u32,
    not_leaving: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct BookedDocument {
    line: ShipmentLineDocument,
    not_leaving: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct CancelingDocument {
    operation_id: Uuid,
    lines: Vec<ShipmentLineDocument>,
}

impl From<&Return> for ReturnDocument {
    fn from(returned: &Return) -> Self {
        let share = |(id, share): &(LineId, Money)| (id.number(), share.into());
        Self {
            id: returned.id.uuid(),
            lines: mirrors(&returned.lines),
            cancellation: returned.cancellation.as_ref().map(Into::into),
            refunds: returned.refunds.iter().map(|id| id.uuid()).collect(),
            deduction_shares: returned.deduction_shares.iter().map(share).collect(),
            without_money: mirrors(&returned.without_money),
            created_time: returned.created_time,
        }
    }
}

impl TryFrom<ReturnDocument> for Return {
    type Error = Misfit;

    fn try_from(document: ReturnDocument) -> Result<Self, Misfit> {
        let share = |(id, share): (u32, MoneyDocument)| Ok((LineId::new(id), share.try_into()?));
        Ok(Self {
            id: ReturnId::new(document.id),
            lines: document.lines.into_iter().map(Into::into).collect(),
            cancellation: optional(document.cancellation)?,
            refunds: document.refunds.into_iter().map(RefundId::new).collect(),
            deduction_shares: document
                .deduction_shares
                .into_iter()
                .map(share)
                .collect::<Result<_, Misfit>>()?,
            without_money: each(document.without_money)?,
            created_time: document.created_time,
        })
    }
}

impl From<&ReturnedLine> for ReturnedLineDocument {
    fn from(line: &ReturnedLine) -> Self {
        let &ReturnedLine { line_id, came_back, not_leaving } = line;
        Self { line_id: line_id.number(), came_back, not_leaving }
    }
}

impl From<ReturnedLineDocument> for ReturnedLine {
    fn from(document: ReturnedLineDocument) -> Self {
        let ReturnedLineDocument { line_id, came_back, not_leaving } = document;
        Self { line_id: LineId::new(line_id), came_back, not_leaving }
    }
}

impl From<&Booked> for BookedDocument {
    fn from(booked: &Booked) -> Self {
        Self { line: (&booked.line).into(), not_leaving: booked.not_leaving }
    }
}

impl TryFrom<BookedDocument> for Booked {
    type Error = Misfit;

    fn try_from(document: BookedDocument) -> Result<Self, Misfit> {
        Ok(Self { line: document.line.try_into()?, not_leaving: document.not_leaving })
    }
}

impl From<&Canceling> for CancelingDocument {
    fn from(canceling: &Canceling) -> Self {
        Self { operation_id: canceling.operation_id.uuid(), lines: mirrors(&canceling.lines) }
    }
}

impl TryFrom<CancelingDocument> for Canceling {
    type Error = Misfit;

    fn try_from(document: CancelingDocument) -> Result<Self, Misfit> {
        Ok(Self { operation_id: OperationId::new(document.operation_id), lines: each(document.lines)? })
    }
}
