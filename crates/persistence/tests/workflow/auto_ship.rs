//! Digital lines are shipped by the service itself, where the profile wants that: once, alone, and never where the sum does not fit.

use std::sync::Arc;

use domain::ports::Store;
use domain::rules::auto_ship::AutoShip;
use domain::rules::cause::Unasked;
use domain::rules::draft::OrderDraft;
use domain::rules::ids::{LineId, OrderId};
use domain::rules::policy::Policy;
use domain::rules::policy_notice::{AutoShipSubject, PolicyNotice};
use domain::rules::shipment::ShipmentState;
use domain::rules::status::OrderStatus;
use domain::workflow::place::place;

use crate::intents::{intent, licences_with_gift_card, main_profile, named, with_licences};
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

async fn with_auto_ship(chosen: AutoShip) -> Arc<World> {
    World::with(|settings| {
        let before = settings.policy(&main_profile().0);
        settings.policies.insert(main_profile().0, Policy { auto_ship: chosen, ..before });
    })
    .await
}

impl World {
    async fn told_of_lines(&self, id: OrderId) -> Vec<&'static str> {
        let kinds = self.kinds(id).await;
        kinds.into_iter().filter(|kind| kind.starts_with("auto_ship.")).collect()
    }

    /// What shipments hold: lines and units with their worth.
    async fn parcels(&self, id: OrderId) -> Vec<Vec<(LineId, u32, String)>> {
        let shipments = self.store.list_shipments(id).await.unwrap();
        let lines = |shipment: &domain::rules::shipment::Shipment| {
            let line = |line: &domain::rules::shipment::ShipmentLine| {
                (line.line_id, line.part.quantity, line.part.amount.value())
            };
            shipment.lines.iter().map(line).collect()
        };
        shipments.iter().map(lines).collect()
    }

    async fn placed_of(&self, draft: OrderDraft) -> OrderId {
        let placed = Box::pin(place(self, &intent("CreateOrder", "p"), main_profile(), draft)).await.unwrap();
        self.drive(placed.claim.as_ref().unwrap()).await;
        self.advance(secs(1));
        placed.order_id
    }
}

#[tokio::test]
async fn digital_lines_are_shipped_once_and_alone_whatever_answer_is_lost() {
    for fate in [Fate::Answered, Fate::LostAnswer, Fate::LostCall, Fate::Late(secs(30))] {
        let world = with_auto_ship(AutoShip::Digital).await;
        let id = world.authorized_of(with_licences()).await;
        world.mollie.next(fate.clone());
        world.on_time().await;
        world.work(mins(10)).await;
        world.sync(id).await;
        world.on_time().await;
        let licences = vec![(LineId::new(2), 2, "30.00".to_owned())];
        assert_eq!(world.parcels(id).await, [licences], "{fate:?}");
        assert_eq!(world.told_of_lines(id).await, ["auto_ship.ships"], "{fate:?}");
        assert_eq!(world.mollie.side().ledger.shipments(), 1, "{fate:?}");
        let events = world.events(id).await;
        let recorded = events.iter().find(|event| event.data.kind() == "shipment.recorded").unwrap();
        assert_eq!(recorded.actor.as_deref(), Some(Unasked::AutoShip.actor()), "{fate:?}");
        let order = world.settled(id).await;
        assert_eq!(order.facts.status, Some(OrderStatus::Shipping), "{fate:?}");
    }
}

#[tokio::test]
async fn they_are_shipped_in_the_paid_flow_too_and_never_before_the_money_is_there() {
    let world = with_auto_ship(AutoShip::Digital).await;
    let id = world.placed_of(with_licences()).await;
    world.sync(id).await;
    world.on_time().await;
    assert!(world.parcels(id).await.is_empty(), "nobody has paid");
    world.pay(id).await;
    world.sync(id).await;
    world.advance(secs(5));
    world.on_time().await;
    world.work(secs(5)).await;
    assert_eq!(world.parcels(id).await.len(), 1);
    assert_eq!(world.told_of_lines(id).await, ["auto_ship.ships"]);
}

#[tokio::test]
async fn where_the_sum_does_not_fit_people_are_told_once_and_nothing_is_held() {
    for paid in [false, true] {
        let world = with_auto_ship(AutoShip::Digital).await;
        let id = world.placed_of(licences_with_gift_card()).await;
        if paid {
            world.pay(id).await
        } else {
            world.authorize(id).await
        }
        world.sync(id).await;
        world.advance(secs(5));
        world.on_time().await;
        world.advance(mins(60));
        world.sync(id).await;
        world.on_time().await;
        assert_eq!(world.told_of_lines(id).await, ["auto_ship.left_to_people"], "{paid}");
        assert!(world.parcels(id).await.is_empty() && world.order(id).await.held.is_empty(), "{paid}");
        let (_, last) = world.notices(id).await.pop().unwrap();
        let PolicyNotice::AutoShip { subject: AutoShipSubject::LeftToPeople { reasons }, .. } = last else {
            panic!("{last:?}")
        };
        assert!(reasons[0].starts_with("line 2 takes money off"), "{paid}");
    }
}

#[tokio::test]
async fn a_dry_run_only_tells() {
    let world = with_auto_ship(AutoShip::DryRun).await;
    let id = world.authorized_of(with_licences()).await;
    world.on_time().await;
    world.advance(mins(60));
    world.sync(id).await;
    world.on_time().await;
    assert_eq!(world.told_of_lines(id).await, ["auto_ship.would_ship"]);
    assert!(world.parcels(id).await.is_empty());
}

#[tokio::test]
async fn what_mollie_refused_once_waits_for_a_person() {
    let world = with_auto_ship(AutoShip::Digital).await;
    let id = world.authorized_of(with_licences()).await;
    world.mollie.next(Fate::Rejected);
    world.on_time().await;
    world.work(mins(10)).await;
    world.advance(mins(60));
    world.sync(id).await;
    world.on_time().await;
    assert_eq!(world.told_of_lines(id).await, ["auto_ship.ships"]);
    let shipments = world.store.list_shipments(id).await.unwrap();
    assert_eq!((shipments.len(), shipments[0].state), (1, ShipmentState::Refused));
}

#[tokio::test]
async fn units_that_a_caller_has_shipped_are_not_shipped_again() {
    let world = with_auto_ship(AutoShip::Digital).await;
    let id = world.authorized_of(with_licences()).await;
    world.ship_now(id, &named(2, 1, None)).await;
    world.sync(id).await;
    world.on_time().await;
    world.work(secs(5)).await;
    let one = |value: &str| vec![(LineId::new(2), 1, value.to_owned())];
    assert_eq!(world.parcels(id).await, [one("15.00"), one("15.00")]);
    world.sound(id).await;
}
