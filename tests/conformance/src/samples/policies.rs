//! Notices of policies: each once, with and without what may be left out.

use domain::rules::event::EventData;
use domain::rules::followed::{AutoShipped, Followed, WindowActed};
use domain::rules::ids::{LineId, MolliePaymentId, OperationId, ShipmentId};
use domain::rules::policy_notice::{AutoShipSubject, PolicyNotice, UnpaidSubject};
use domain::rules::ship_by::Action;
use domain::rules::status::{PaymentStatus, Read};

use super::{micros, uuid};

pub fn every_policy_event() -> Vec<EventData> {
    let (operation_id, payment_id) = (OperationId::new(uuid()), MolliePaymentId::new("tr_7UhSN1zuXS"));
    let link =
        |checkout_url| UnpaidSubject::NextLink { operation_id, payment_id: payment_id.clone(), checkout_url };
    let ended = |status, text: Option<&str>| UnpaidSubject::AttemptEnded {
        payment_id: payment_id.clone(),
        method: text.map(str::to_owned),
        status,
        failure_reason: text.map(str::to_owned),
    };
    let unpaid = [
        ended(Read::Known(PaymentStatus::Failed), Some("insufficient_funds")),
        ended(Read::Unknown("lost".to_owned()), None),
        UnpaidSubject::SecondChance { operation_id },
        link(Some("https://pay.example/1".to_owned())),
        link(None),
        UnpaidSubject::WindowCancels { operation_id },
        UnpaidSubject::WindowWouldCancel,
        UnpaidSubject::WindowLeftToPeople { reason: "a payment is open".to_owned() },
        UnpaidSubject::WindowWaits { until: micros(7, 7) },
    ];
    let ships = [
        AutoShipSubject::Ships { operation_id, shipment_id: ShipmentId::new(uuid()) },
        AutoShipSubject::WouldShip,
        AutoShipSubject::LeftToPeople { reasons: vec!["it does not fit".to_owned()] },
    ];
    let unpaid = unpaid.into_iter().map(|subject| PolicyNotice::Unpaid { attempts: 2, subject });
    let lines = || vec![LineId::new(1), LineId::new(7)];
    let ships = ships.into_iter().map(|subject| PolicyNotice::AutoShip { lines: lines(), subject });
    unpaid.chain(ships).map(|notice| EventData::PolicyTold { notice: Box::new(notice) }).collect()
}

pub fn followed() -> Followed {
    Followed {
        ended_attempts: 2,
        ended_time: Some(micros(3, 1)),
        chances: 1,
        chance_after: 1,
        window: Some(WindowActed { attempts: 2, action: Action::Waits, until: Some(micros(9, 2)) }),
        auto_shipped: vec![
            AutoShipped { line_id: LineId::new(1), is_dry_run: true },
            AutoShipped { line_id: LineId::new(7), is_dry_run: false },
        ],
    }
}
