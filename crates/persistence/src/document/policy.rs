//! What policies told and did beside deadlines, as documents: what an order remembers, and the notices themselves.

use domain::rules::followed::{AutoShipped, Followed, WindowActed};
use domain::rules::ids::{LineId, MolliePaymentId, OperationId, ShipmentId};
use domain::rules::policy_notice::{AutoShipSubject, PolicyNotice, UnpaidSubject};
use domain::rules::ship_by::Action;
use domain::rules::status::PaymentStatus;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Misfit;
use super::word::{WordDocument, word};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FollowedDocument {
    #[serde(default)]
    ended_attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_time: Option<Timestamp>,
    #[serde(default)]
    chances: u32,
    #[serde(default)]
    chance_after: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window: Option<WindowDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    auto_shipped: Vec<AutoShippedDocument>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WindowDocument {
    attempts: u32,
    action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize)]
struct AutoShippedDocument {
    line: u32,
    is_dry_run: bool,
}

impl FollowedDocument {
    /// `None`: nothing was told or done.
    pub fn of(followed: &Followed) -> Option<Self> {
        let window = followed.window.map(|acted| WindowDocument {
            attempts: acted.attempts,
            action: acted.action.as_str().to_owned(),
            until: acted.until,
        });
        let tried = followed.auto_shipped.iter();
        let auto_shipped =
            tried.map(|one| AutoShippedDocument { line: one.line_id.number(), is_dry_run: one.is_dry_run });
        (*followed != Followed::default()).then(|| Self {
            ended_attempts: followed.ended_attempts,
            ended_time: followed.ended_time,
            chances: followed.chances,
            chance_after: followed.chance_after,
            window,
            auto_shipped: auto_shipped.collect(),
        })
    }
}

impl TryFrom<FollowedDocument> for Followed {
    type Error = Misfit;

    fn try_from(document: FollowedDocument) -> Result<Self, Misfit> {
        let window = document.window.map(|acted| {
            let action = word("action", &acted.action, Action::parse)?;
            Ok(WindowActed { attempts: acted.attempts, action, until: acted.until })
        });
        let tried = document.auto_shipped.into_iter();
        let auto_shipped =
            tried.map(|one| AutoShipped { line_id: LineId::new(one.line), is_dry_run: one.is_dry_run });
        Ok(Self {
            ended_attempts: document.ended_attempts,
            ended_time: document.ended_time,
            chances: document.chances,
            chance_after: document.chance_after,
            window: window.transpose()?,
            auto_shipped: auto_shipped.collect(),
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PolicyNoticeDocument {
    Unpaid { attempts: u32, subject: UnpaidDocument },
    AutoShip { lines: Vec<u32>, subject: AutoShipDocument },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UnpaidDocument {
    AttemptEnded {
        payment_id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<String>,
        status: WordDocument,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure_reason: Option<String>,
    },
    SecondChance {
        operation_id: Uuid,
    },
    NextLink {
        operation_id: Uuid,
        payment_id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checkout_url: Option<String>,
    },
    WindowCancels {
        operation_id: Uuid,
    },
    WindowWouldCancel,
    WindowLeftToPeople {
        reason: String,
    },
    WindowWaits {
        until: Timestamp,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AutoShipDocument {
    Ships { operation_id: Uuid, shipment_id: Uuid },
    WouldShip,
    LeftToPeople { reasons: Vec<String> },
}

impl From<&PolicyNotice> for PolicyNoticeDocument {
    fn from(notice: &PolicyNotice) -> Self {
        match notice {
            PolicyNotice::Unpaid { attempts, subject } => {
                Self::Unpaid { attempts: *attempts, subject: subject.into() }
            }
            PolicyNotice::AutoShip { lines, subject } => Self::AutoShip {
                lines: lines.iter().copied().map(LineId::number).collect(),
                subject: subject.into(),
            },
        }
    }
}

impl TryFrom<PolicyNoticeDocument> for PolicyNotice {
    type Error = Misfit;

    fn try_from(document: PolicyNoticeDocument) -> Result<Self, Misfit> {
        Ok(match document {
            PolicyNoticeDocument::Unpaid { attempts, subject } => {
                Self::Unpaid { attempts, subject: subject.try_into()? }
            }
            PolicyNoticeDocument::AutoShip { lines, subject } => Self::AutoShip {
                lines: lines.into_iter().map(LineId::new).collect(),
                subject: subject.into(),
            },
        })
    }
}

impl From<&UnpaidSubject> for UnpaidDocument {
    fn from(subject: &UnpaidSubject) -> Self {
        match subject {
            UnpaidSubject::AttemptEnded { payment_id, method, status, failure_reason } => {
                Self::AttemptEnded {
                    payment_id: payment_id.to_string(),
                    method: method.clone(),
                    status: WordDocument::new(status, PaymentStatus::as_str),
                    failure_reason: failure_reason.clone(),
                }
            }
            UnpaidSubject::SecondChance { operation_id } => {
                Self::SecondChance { operation_id: operation_id.uuid() }
            }
            UnpaidSubject::NextLink { operation_id, payment_id, checkout_url } => Self::NextLink {
                operation_id: operation_id.uuid(),
                payment_id: payment_id.to_string(),
                checkout_url: checkout_url.clone(),
            },
            UnpaidSubject::WindowCancels { operation_id } => {
                Self::WindowCancels { operation_id: operation_id.uuid() }
            }
            UnpaidSubject::WindowWouldCancel => Self::WindowWouldCancel,
            UnpaidSubject::WindowLeftToPeople { reason } => {
                Self::WindowLeftToPeople { reason: reason.clone() }
            }
            UnpaidSubject::WindowWaits { until } => Self::WindowWaits { until: *until },
        }
    }
}

impl TryFrom<UnpaidDocument> for UnpaidSubject {
    type Error = Misfit;

    fn try_from(document: UnpaidDocument) -> Result<Self, Misfit> {
        let operation = OperationId::new;
        Ok(match document {
            UnpaidDocument::AttemptEnded { payment_id, method, status, failure_reason } => {
                Self::AttemptEnded {
                    payment_id: MolliePaymentId::new(payment_id),
                    method,
                    status: status.read("status", PaymentStatus::parse)?,
                    failure_reason,
                }
            }
            UnpaidDocument::SecondChance { operation_id } => {
                Self::SecondChance { operation_id: operation(operation_id) }
            }
            UnpaidDocument::NextLink { operation_id, payment_id, checkout_url } => Self::NextLink {
                operation_id: operation(operation_id),
                payment_id: MolliePaymentId::new(payment_id),
                checkout_url,
            },
            UnpaidDocument::WindowCancels { operation_id } => {
                Self::WindowCancels { operation_id: operation(operation_id) }
            }
            UnpaidDocument::WindowWouldCancel => Self::WindowWouldCancel,
            UnpaidDocument::WindowLeftToPeople { reason } => Self::WindowLeftToPeople { reason },
            UnpaidDocument::WindowWaits { until } => Self::WindowWaits { until },
        })
    }
}

impl From<&AutoShipSubject> for AutoShipDocument {
    fn from(subject: &AutoShipSubject) -> Self {
        match subject {
            AutoShipSubject::Ships { operation_id, shipment_id } => {
                Self::Ships { operation_id: operation_id.uuid(), shipment_id: shipment_id.uuid() }
            }
            AutoShipSubject::WouldShip => Self::WouldShip,
            AutoShipSubject::LeftToPeople { reasons } => Self::LeftToPeople { reasons: reasons.clone() },
        }
    }
}

impl From<AutoShipDocument> for AutoShipSubject {
    fn from(document: AutoShipDocument) -> Self {
        match document {
            AutoShipDocument::Ships { operation_id, shipment_id } => Self::Ships {
                operation_id: OperationId::new(operation_id),
                shipment_id: ShipmentId::new(shipment_id),
            },
            AutoShipDocument::WouldShip => Self::WouldShip,
            AutoShipDocument::LeftToPeople { reasons } => Self::LeftToPeople { reasons },
        }
    }
}
