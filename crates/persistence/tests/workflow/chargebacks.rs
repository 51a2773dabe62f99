//! Chargebacks, one by one: what a payment's own list says of them is told, and no reading waits for it.

use std::sync::Arc;

use domain::ports::{Clock, GatewayError};
use domain::rules::chargeback::Chargeback;
use domain::rules::event::EventData;
use domain::rules::ids::{MollieChargebackId, OrderId};
use domain::rules::item::ItemKind;
use domain::rules::status::PaymentStatus;

use crate::intents::euro;
use crate::items::{attempt, raised};
use crate::world::World;

fn chargeback(id: &str, value: &str) -> Chargeback {
    Chargeback {
        mollie_id: MollieChargebackId::new(id),
        amount: Some(euro(value)),
        settlement_amount: Some(euro(&format!("-{value}"))),
        created_time: None,
        reversed_time: None,
        reason_code: Some("AC01".to_owned()),
        reason: Some("Account identifier incorrect".to_owned()),
    }
}

impl World {
    /// The bank has taken so much in all.
    async fn charged_back(self: &Arc<Self>, id: OrderId, value: Option<&str>) {
        let sum = value.map(euro);
        self.at_mollie(id, |order| {
            for payment in order.payments.iter_mut().flatten() {
                payment.amount_charged_back = sum;
            }
        })
        .await;
    }

    async fn paid_once(self: &Arc<Self>) -> OrderId {
        let id = self.placed().await;
        self.authorize(id).await;
        let payment = attempt("tr_1", PaymentStatus::Paid, self.clock.now());
        self.at_mollie(id, |order| order.payments = Some(vec![payment])).await;
        self.sync(id).await;
        id
    }

    async fn told_chargebacks(&self, id: OrderId) -> Vec<(&'static str, String)> {
        let events = self.events(id).await;
        let of_chargeback = events.into_iter().filter_map(|event| {
            let kind = event.data.kind();
            let EventData::ChargebackObserved { chargeback, .. } = event.data else { return None };
            Some((kind, chargeback.mollie_id.to_string()))
        });
        of_chargeback.collect()
    }
}

#[tokio::test]
async fn each_chargeback_is_told_once_and_again_when_it_is_returned() {
    let world = World::new().await;
    let id = world.paid_once().await;
    world.mollie.side().chargebacks = vec![chargeback("chb_1", "4.00")];
    assert_eq!(world.sync(id).await.payments[0].particulars.chargebacks, [], "nothing was charged back");
    world.charged_back(id, Some("4.00")).await;
    let order = world.sync(id).await;
    assert_eq!(order.payments[0].particulars.chargebacks, [chargeback("chb_1", "4.00")]);
    assert_eq!(raised(&order), [(ItemKind::Chargeback, "tr_1")]);
    assert_eq!(world.sync(id).await.version, order.version, "it is told once");
    let back = Chargeback { reversed_time: Some(world.clock.now()), ..chargeback("chb_1", "4.00") };
    world.mollie.side().chargebacks = vec![back.clone()];
    world.charged_back(id, None).await;
    let order = world.sync(id).await;
    assert_eq!(order.payments[0].particulars.chargebacks, [back]);
    let told = [("chargeback.received", "chb_1".to_owned()), ("chargeback.reversed", "chb_1".to_owned())];
    assert_eq!(world.told_chargebacks(id).await, told);
    world.balanced(id).await;
}

#[tokio::test]
async fn a_list_that_cannot_be_read_keeps_nothing_from_being_recorded_and_is_read_again() {
    let world = World::new().await;
    let id = world.paid_once().await;
    for error in [
        GatewayError::Unavailable("down".to_owned()),
        GatewayError::NotFound,
        GatewayError::Unreadable("odd".into()),
        GatewayError::KeyRefused("no".to_owned()),
    ] {
        world.mollie.side().chargebacks_fail = Some(error);
        world.charged_back(id, Some("4.00")).await;
        let order = world.sync(id).await;
        assert_eq!(order.payments[0].amount_charged_back, Some(euro("4.00")));
        assert_eq!((order.beside.charged_back, order.items.len()), (euro("4.00"), 1));
        assert_eq!(order.payments[0].particulars.chargebacks, []);
    }
    world.mollie.side().chargebacks_fail = None;
    world.mollie.side().chargebacks = vec![chargeback("chb_1", "4.00")];
    let order = world.sync(id).await;
    assert_eq!(order.payments[0].particulars.chargebacks.len(), 1);
    assert_eq!(world.told_chargebacks(id).await.len(), 1);
}
