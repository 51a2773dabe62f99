//! What is told of orders that nobody has paid, and of lines that are shipped unasked, as messages.

use domain::rules::ids::{LineId, OperationId};
use domain::rules::policy_notice::{AutoShipSubject, PolicyNotice, UnpaidSubject};
use domain::rules::status::{PaymentStatus, Read};

use super::common::{count, time};
use crate::proto::order_event::Data;
use crate::proto::{AutoShipNotice, UnpaidNotice};

/// The notice as an event's data.
pub fn notice(notice: &PolicyNotice) -> Data {
    match notice {
        PolicyNotice::Unpaid { attempts, subject } => Data::Unpaid(unpaid(count(*attempts), subject)),
        PolicyNotice::AutoShip { lines, subject } => Data::AutoShip(auto_ship(lines, subject)),
    }
}

/// The operation that it is about.
pub const fn operation_id(notice: &PolicyNotice) -> Option<OperationId> {
    match notice {
        PolicyNotice::Unpaid { subject, .. } => match subject {
            UnpaidSubject::SecondChance { operation_id }
            | UnpaidSubject::NextLink { operation_id, .. }
            | UnpaidSubject::WindowCancels { operation_id } => Some(*operation_id),
            UnpaidSubject::AttemptEnded { .. }
            | UnpaidSubject::WindowWouldCancel
            | UnpaidSubject::WindowLeftToPeople { .. }
            | UnpaidSubject::WindowWaits { .. } => None,
        },
        PolicyNotice::AutoShip { subject, .. } => match subject {
            AutoShipSubject::Ships { operation_id, .. } => Some(*operation_id),
            AutoShipSubject::WouldShip | AutoShipSubject::LeftToPeople { .. } => None,
        },
    }
}

fn unpaid(attempts: i32, subject: &UnpaidSubject) -> UnpaidNotice {
    let told = UnpaidNotice { attempts, ..UnpaidNotice::default() };
    match subject {
        UnpaidSubject::AttemptEnded { payment_id, method, status, failure_reason } => UnpaidNotice {
            mollie_payment_id: payment_id.to_string(),
            method: method.clone().unwrap_or_default(),
            payment_status: word(status),
            failure_reason: failure_reason.clone().unwrap_or_default(),
            ..told
        },
        UnpaidSubject::NextLink { payment_id, checkout_url, .. } => UnpaidNotice {
            mollie_payment_id: payment_id.to_string(),
            checkout_url: checkout_url.clone().unwrap_or_default(),
            ..told
        },
        UnpaidSubject::SecondChance { .. }
        | UnpaidSubject::WindowCancels { .. }
        | UnpaidSubject::WindowWouldCancel => told,
        UnpaidSubject::WindowLeftToPeople { reason } => UnpaidNotice { reason: reason.clone(), ..told },
        UnpaidSubject::WindowWaits { until } => UnpaidNotice { until_time: Some(time(*until)), ..told },
    }
}

fn word(status: &Read<PaymentStatus>) -> String {
    match status {
        Read::Known(status) => status.as_str().to_owned(),
        Read::Unknown(text) => text.clone(),
    }
}

fn auto_ship(lines: &[LineId], subject: &AutoShipSubject) -> AutoShipNotice {
    let told = AutoShipNotice {
        line_ids: lines.iter().map(ToString::to_string).collect(),
        ..AutoShipNotice::default()
    };
    match subject {
        AutoShipSubject::Ships { shipment_id, .. } => {
            AutoShipNotice { shipment_id: shipment_id.to_string(), ..told }
        }
        AutoShipSubject::WouldShip => told,
        AutoShipSubject::LeftToPeople { reasons } => AutoShipNotice { reasons: reasons.clone(), ..told },
    }
}
