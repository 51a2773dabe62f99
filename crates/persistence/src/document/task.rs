//! Tasks as documents: all that is needed to make the same bytes again. One document per kind.

use domain::operations::cancel_order::Cause;
use domain::operations::task::Task;
use domain::operations::{
    cancel_lines, cancel_order, cancel_refund, create_payment, create_refund, create_shipment, manage_lines,
    place_order, update_order, update_shipment,
};
use domain::rules::ids::{MolliePaymentId, RefundId, ShipmentId};
use domain::rules::refund::Route;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::line_change::LineChangesDocument;
use super::money::MoneyDocument;
use super::new_terms::NewTermsDocument;
use super::shipment::{ShipmentLineDocument, TrackingDocument};
use super::word::word;
use super::{Misfit, each, mirrors};

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum TaskDocument {
    PlaceOrder {
        hook_address: String,
    },
    CreateShipment {
        shipment_id: Uuid,
        lines: Vec<ShipmentLineDocument>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        carries: Vec<Uuid>,
        #[serde(skip_serializing_if = "Option::is_none")]
        tracking: Option<TrackingDocument>,
    },
    UpdateShipment {
        shipment_id: Uuid,
        tracking: TrackingDocument,
    },
    CancelOrder {
        cause: String,
    },
    CancelLines {
        lines: Vec<ShipmentLineDocument>,
    },
    CreateRefund {
        refund_id: Uuid,
        route: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        payment_id: Option<String>,
        amount: MoneyDocument,
        lines: Vec<ShipmentLineDocument>,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        recorded_time: Timestamp,
        charged_back: MoneyDocument,
    },
    CancelRefund {
        refund_id: Uuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        payment_id: Option<String>,
    },
    CreatePayment {
        methods: Vec<String>,
        before: Vec<String>,
        until: Timestamp,
        cause: String,
    },
    UpdateOrder {
        terms: NewTermsDocument,
        until: Timestamp,
    },
    ManageLines {
        changes: LineChangesDocument,
        until: Timestamp,
    },
    #[cfg(feature = "made-up")]
    MadeUp(super::made_up::MadeUpDocument),
}

impl From<&Task> for TaskDocument {
    fn from(task: &Task) -> Self {
        match task {
            Task::PlaceOrder(task) => Self::PlaceOrder { hook_address: task.hook_address.clone() },
            Task::CreateShipment(task) => Self::CreateShipment {
                shipment_id: task.shipment_id.uuid(),
                lines: mirrors(&task.lines),
                carries: task.carries.iter().map(|id| id.uuid()).collect(),
                tracking: task.tracking.clone().map(Into::into),
            },
            Task::UpdateShipment(task) => Self::UpdateShipment {
                shipment_id: task.shipment_id.uuid(),
                tracking: task.tracking.clone().into(),
            },
            Task::CancelOrder(task) => Self::CancelOrder { cause: task.cause.as_str().to_owned() },
            Task::CancelLines(task) => Self::CancelLines { lines: mirrors(&task.lines) },
            Task::CreateRefund(task) => Self::CreateRefund {
                refund_id: task.refund_id.uuid(),
                route: task.route.as_str().to_owned(),
                payment_id: task.payment_id.as_ref().map(ToString::to_string),
                amount: (&task.amount).into(),
                lines: mirrors(&task.lines),
                description: task.description.clone(),
                recorded_time: task.recorded_time,
                charged_back: (&task.charged_back).into(),
            },
            Task::CancelRefund(task) => Self::CancelRefund {
                refund_id: task.refund_id.uuid(),
                payment_id: task.payment_id.as_ref().map(ToString::to_string),
            },
            Task::CreatePayment(task) => Self::CreatePayment {
                methods: task.methods.clone(),
                before: task.before.iter().map(ToString::to_string).collect(),
                until: task.until,
                cause: task.cause.as_str().to_owned(),
            },
            Task::UpdateOrder(task) => Self::UpdateOrder { terms: (&task.terms).into(), until: task.until },
            Task::ManageLines(task) => {
                Self::ManageLines { changes: (&task.changes).into(), until: task.until }
            }
            #[cfg(feature = "made-up")]
            Task::MadeUp(task) => Self::MadeUp(task.into()),
        }
    }
}

impl TryFrom<TaskDocument> for Task {
    type Error = Misfit;

    fn try_from(document: TaskDocument) -> Result<Self, Misfit> {
        Ok(match document {
            TaskDocument::PlaceOrder { hook_address } => place_order::Task { hook_address }.into(),
            TaskDocument::CreateShipment { shipment_id, lines, carries, tracking } => create_shipment::Task {
                shipment_id: ShipmentId::new(shipment_id),
                lines: each(lines)?,
                carries: carries.into_iter().map(ShipmentId::new).collect(),
                tracking: tracking.map(Into::into),
            }
            .into(),
            TaskDocument::UpdateShipment { shipment_id, tracking } => {
                update_shipment::Task { shipment_id: ShipmentId::new(shipment_id), tracking: tracking.into() }
                    .into()
            }
            TaskDocument::CancelOrder { cause } => {
                cancel_order::Task { cause: word("cause", &cause, Cause::parse)? }.into()
            }
            TaskDocument::CancelLines { lines } => cancel_lines::Task { lines: each(lines)? }.into(),
            TaskDocument::CreateRefund {
                refund_id,
                route,
                payment_id,
                amount,
                lines,
                description,
                recorded_time,
                charged_back,
            } => create_refund::Task {
                refund_id: RefundId::new(refund_id),
                route: word("route", &route, Route::parse)?,
                payment_id: payment_id.map(MolliePaymentId::new),
                amount: amount.try_into()?,
                lines: each(lines)?,
                description,
                recorded_time,
                charged_back: charged_back.try_into()?,
            }
            .into(),
            TaskDocument::CancelRefund { refund_id, payment_id } => cancel_refund::Task {
                refund_id: RefundId::new(refund_id),
                payment_id: payment_id.map(MolliePaymentId::new),
            }
            .into(),
            TaskDocument::CreatePayment { methods, before, until, cause } => create_payment::Task {
                methods,
                before: before.into_iter().map(MolliePaymentId::new).collect(),
                until,
                cause: word("cause", &cause, create_payment::Cause::parse)?,
            }
            .into(),
            TaskDocument::UpdateOrder { terms, until } => {
                update_order::Task { terms: terms.into(), until }.into()
            }
            TaskDocument::ManageLines { changes, until } => {
                manage_lines::Task { changes: changes.try_into()?, until }.into()
            }
            #[cfg(feature = "made-up")]
            TaskDocument::MadeUp(document) => domain::operations::made_up::Task::try_from(document)?.into(),
        })
    }
}
