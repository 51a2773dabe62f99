//! An attempt to pay that has ended is told once, and where the profile wants it the service makes the next payment: once, on time, and never beside what may
//! still be paid.

use std::sync::Arc;

use domain::ports::{Clock, Ids, Pause, Ports, Store};
use domain::rules::cause::{Cause, Unasked};
use domain::rules::event::EventData;
use domain::rules::ids::{LeaseToken, OrderId};
use domain::rules::operation::OperationState;
use domain::rules::policy::Policy;
use domain::rules::policy_notice::{PolicyNotice, UnpaidSubject};
use domain::rules::quiet_hours::QuietHours;
use domain::rules::second_chance::SecondChance;
use domain::rules::status::{OrderStatus, PaymentStatus, Read};
use domain::workflow::timer::{Fired, fire};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::intents::main_profile;
use crate::items::attempt;
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, mins, secs};

impl World {
    /// What policies told of it.
    pub async fn notices(&self, id: OrderId) -> Vec<(&'static str, PolicyNotice)> {
        let mut told = Vec::new();
        for event in self.events(id).await {
            if let EventData::PolicyTold { notice } = &event.data {
                told.push((event.data.kind(), (**notice).clone()));
            }
        }
        told
    }

    /// What was told of an order that is not paid, with the number of attempts.
    pub async fn told_unpaid(&self, id: OrderId) -> Vec<(&'static str, u32)> {
        let attempts = |notice: &PolicyNotice| match notice {
            PolicyNotice::Unpaid { attempts, .. } => Some(*attempts),
            PolicyNotice::AutoShip { .. } => None,
        };
        let told = self.notices(id).await;
        told.iter().filter_map(|(kind, notice)| Some((*kind, attempts(notice)?))).collect()
    }

    /// The newest attempt ends without money, and the order is read.
    pub async fn attempt_ends(&self, id: OrderId, status: PaymentStatus) {
        self.at_mollie(id, |order| {
            let payment = order.payments.as_mut().unwrap().last_mut().unwrap();
            payment.status = Read::Known(status);
        })
        .await;
        self.sync(id).await;
    }

    /// The shopper opens an attempt at Mollie; we do not know yet.
    pub async fn opens_attempt(&self, id: OrderId, name: &str) {
        let now = self.clock.now();
        self.at_mollie(id, |order| {
            order.payments.as_mut().unwrap().push(attempt(name, PaymentStatus::Open, now));
        })
        .await;
    }

    /// Shortly after so many minutes: clocks differ by what a test takes.
    pub fn pass(&self, minutes: u64) {
        self.advance(mins(minutes));
        self.advance(secs(5));
    }

    fn payments_made(&self) -> usize {
        self.mollie.calls().iter().filter(|call| call.kind == "pay").count()
    }
}

async fn with_chance(most: u32, quiet: Option<QuietHours>) -> Arc<World> {
    World::with(|settings| {
        let chance = SecondChance { delay: SignedDuration::from_mins(60), most, quiet };
        let chosen = settings.policy(&main_profile().0);
        let policy = Policy { second_chance: Some(Arc::new(chance)), ..chosen };
        settings.policies.insert(main_profile().0, policy);
    })
    .await
}

#[tokio::test]
async fn an_attempt_that_has_ended_is_told_once_and_nothing_else_is_done_by_default() {
    let world = World::new().await;
    let id = world.unpaid().await;
    world.sync(id).await;
    assert_eq!(world.told_unpaid(id).await, [("payment.attempt_ended", 1)]);
    world.opens_attempt(id, "tr_1").await;
    world.sync(id).await;
    assert_eq!(world.told_unpaid(id).await.len(), 1, "the shopper may still complete it");
    world.attempt_ends(id, PaymentStatus::Expired).await;
    world.advance(mins(600));
    world.on_time().await;
    assert_eq!(world.told_unpaid(id).await, [("payment.attempt_ended", 1), ("payment.attempt_ended", 2)]);
    let (_, last) = world.notices(id).await.pop().unwrap();
    let PolicyNotice::Unpaid {
        subject: UnpaidSubject::AttemptEnded { payment_id, method, status, .. }, ..
    } = &last
    else {
        panic!("{last:?}")
    };
    assert_eq!(
        (payment_id.as_str(), method.as_deref(), status),
        ("tr_1", Some("ideal"), &Read::Known(PaymentStatus::Expired))
    );
    assert_eq!(world.payments_made(), 0);
    world.sound(id).await;
}

#[tokio::test]
async fn the_next_payment_is_made_once_after_its_delay_whatever_answer_is_lost() {
    for fate in [Fate::Answered, Fate::LostAnswer, Fate::LostCall, Fate::Late(secs(30)), Fate::Stumbles] {
        let world = with_chance(3, None).await;
        let id = world.unpaid().await;
        world.advance(mins(59));
        world.on_time().await;
        assert_eq!(world.told_unpaid(id).await.len(), 1, "{fate:?}");
        world.mollie.next(fate.clone());
        world.pass(1);
        world.on_time().await;
        world.work(mins(5)).await;
        world.on_time().await;
        world.sync(id).await;
        let told = world.told_unpaid(id).await;
        let kinds: Vec<_> = told.iter().map(|(kind, _)| *kind).collect();
        let all = ["payment.attempt_ended", "payment.second_chance", "payment.next_link"];
        assert_eq!(kinds, all, "{fate:?}");
        let order = world.settled(id).await;
        assert_eq!((order.payments.len(), order.followed.chances), (2, 1), "{fate:?}");
        let [(operation, _)] = order.made_payments[..] else { panic!("{fate:?}") };
        assert_eq!(world.state(Some(operation)).await, OperationState::Succeeded);
        let operation = world.operation(Some(operation)).await;
        assert_eq!(operation.actor.as_deref(), Some(Unasked::SecondChance.actor()));
        let recorded = world.events(id).await;
        let recorded = recorded.iter().find(|event| event.data.kind() == "payment.recorded").unwrap();
        assert_eq!(recorded.cause, Cause::Unasked(Unasked::SecondChance));
    }
}

#[tokio::test]
async fn the_link_goes_along_for_the_mailer() {
    let world = with_chance(1, None).await;
    let id = world.unpaid().await;
    world.pass(60);
    world.on_time().await;
    world.work(secs(5)).await;
    let (_, last) = world.notices(id).await.pop().unwrap();
    let PolicyNotice::Unpaid { subject: UnpaidSubject::NextLink { checkout_url, .. }, .. } = last else {
        panic!("{last:?}")
    };
    assert!(checkout_url.unwrap().starts_with("https://mollie.example/checkout/"));
}

/// A hook is faster than the answer: the link would lead to an attempt that is over.
#[tokio::test]
async fn a_link_to_an_attempt_that_has_ended_by_then_is_not_passed_on() {
    let world = with_chance(2, None).await;
    let id = world.unpaid().await;
    let fails = Arc::clone(&world);
    let fails = meanwhile(async move { fails.attempt_ends(id, PaymentStatus::Failed).await });
    world.mollie.next_during(Fate::Answered, fails);
    world.pass(60);
    world.on_time().await;
    world.work(secs(5)).await;
    let created = world.events(id).await.into_iter().find(|event| event.data.kind() == "payment.created");
    let EventData::PaymentCreated { payment, .. } = created.unwrap().data else {
        panic!("it is of a payment")
    };
    assert!(payment.has_ended(), "the answer that it was opened is older");
    let kinds = |told: Vec<(&'static str, u32)>| told.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    let first = ["payment.attempt_ended", "payment.second_chance", "payment.attempt_ended"];
    assert_eq!(kinds(world.told_unpaid(id).await), first);
    world.pass(60);
    world.on_time().await;
    world.work(secs(5)).await;
    assert_eq!(kinds(world.told_unpaid(id).await)[3..], ["payment.second_chance", "payment.next_link"]);
    world.sound(id).await;
}

#[tokio::test]
async fn no_more_payments_are_made_than_the_profile_wants() {
    let world = with_chance(2, None).await;
    let id = world.unpaid().await;
    for _ in 0..4 {
        world.advance(mins(61));
        world.on_time().await;
        world.work(secs(5)).await;
        world.attempt_ends(id, PaymentStatus::Canceled).await;
    }
    assert_eq!((world.payments_made(), world.settled(id).await.followed.chances), (2, 2));
    assert_eq!(world.settled(id).await.agenda.timer, None);
}

/// The hook that another attempt is open was lost.
#[tokio::test]
async fn an_attempt_that_only_mollie_knows_is_seen_before_another_is_made() {
    for status in [PaymentStatus::Open, PaymentStatus::Pending] {
        let world = with_chance(3, None).await;
        let id = world.unpaid().await;
        world.opens_attempt(id, "tr_1").await;
        world.at_mollie(id, |order| order.payments.as_mut().unwrap()[1].status = Read::Known(status)).await;
        world.pass(60);
        world.on_time().await;
        assert_eq!((world.payments_made(), world.settled(id).await.followed.chances), (0, 0), "{status:?}");
    }
}

#[tokio::test]
async fn an_order_that_was_paid_canceled_or_tried_by_bank_transfer_gets_no_payment() {
    let paid = async |world: &Arc<World>, id| world.pay(id).await;
    let canceled = async |world: &Arc<World>, id| {
        world.at_mollie(id, |order| order.status = Some(Read::Known(OrderStatus::Canceled))).await;
    };
    let transferred = async |world: &Arc<World>, id| {
        let method = || Some("banktransfer".to_owned());
        world.at_mollie(id, |order| order.payments.as_mut().unwrap()[0].method = method()).await;
    };
    for case in 0..3 {
        let world = with_chance(3, None).await;
        let id = world.unpaid().await;
        match case {
            0 => paid(&world, id).await,
            1 => canceled(&world, id).await,
            _ => transferred(&world, id).await,
        }
        world.pass(60);
        world.on_time().await;
        assert_eq!(world.payments_made(), 0, "case {case}");
        assert_eq!(world.order(id).await.followed.chances, 0, "case {case}");
    }
}

#[tokio::test]
async fn a_payment_waits_for_the_end_of_quiet_hours_and_is_given_up_after_a_day() {
    let night = |zone: &str| QuietHours::parse("00:00-23:59", TimeZone::get(zone).unwrap());
    let world = with_chance(3, night("Europe/Amsterdam")).await;
    let id = world.unpaid().await;
    let due = world.order(id).await.agenda.timer.unwrap();
    let local = due.to_zoned(TimeZone::get("Europe/Amsterdam").unwrap());
    assert_eq!(local.strftime("%H:%M").to_string(), "23:59");
    world.pass(60);
    world.on_time().await;
    assert_eq!(world.told_unpaid(id).await.len(), 1, "it is quiet");
    // Nobody looked after it until the next quiet hours have begun: it waits for their end.
    let late = due.duration_since(world.clock.now()) + SignedDuration::from_mins(3);
    world.advance(late.try_into().unwrap());
    world.on_time().await;
    assert_eq!(world.told_unpaid(id).await.len(), 1, "it is quiet again");
    world.advance(mins(24 * 60));
    world.on_time().await;
    assert_eq!(world.told_unpaid(id).await.len(), 1, "too late");
    assert_eq!(world.timers().await.len(), 0);
}

#[tokio::test]
async fn a_paused_profile_and_what_is_under_way_hold_it_up() {
    let world = with_chance(3, None).await;
    let id = world.unpaid().await;
    let (profile, time) = (main_profile().0, world.clock.now());
    let pause = Pause { profile: profile.clone(), time, by: "olga".into(), reason: "stock count".into() };
    world.store.pause(&pause).await.unwrap();
    world.pass(60);
    assert!(matches!(world.timers().await[..], [Fired::Paused]));
    world.store.resume(&profile).await.unwrap();
    // The shopper asks, too.
    world.mollie.next(Fate::NotSent(Some(mins(3))));
    let asked = world.pay_anew(id).await.unwrap();
    world.drive(asked.claim.as_ref().unwrap()).await;
    world.pass(1);
    assert!(matches!(world.timers().await[..], [Fired::Busy]));
    world.work(mins(5)).await;
    world.advance(mins(2));
    world.on_time().await;
    let order = world.settled(id).await;
    assert_eq!((order.payments.len(), order.followed.chances), (2, 0), "the shopper has one");
}

/// Two processes hold the same timer, since the lease of one ran out.
#[tokio::test]
async fn two_who_look_after_one_timer_make_one_payment() {
    let world = with_chance(3, None).await;
    let id = world.unpaid().await;
    world.pass(60);
    let mut claims = Vec::new();
    for _ in 0..2 {
        let token = LeaseToken::new(world.ids().random());
        let zero = std::time::Duration::ZERO;
        claims.extend(world.store.claim_timers(world.clock.offset(), zero, token, 9).await.unwrap());
    }
    let [one, other] = &claims[..] else { panic!("{claims:?}") };
    let (one, other) = tokio::join!(Box::pin(fire(&*world, one)), Box::pin(fire(&*world, other)));
    one.unwrap();
    other.unwrap();
    world.work(mins(5)).await;
    world.advance(mins(5));
    world.on_time().await;
    assert_eq!((world.payments_made(), world.settled(id).await.followed.chances), (1, 1));
}

#[tokio::test]
async fn a_payment_that_mollie_refuses_is_not_asked_for_again() {
    let world = with_chance(3, None).await;
    let id = world.unpaid().await;
    world.pass(60);
    world.mollie.next(Fate::Rejected);
    world.on_time().await;
    world.work(mins(5)).await;
    world.pass(600);
    world.on_time().await;
    world.sync(id).await;
    assert!(world.kinds(id).await.contains(&"payment.refused"));
    assert_eq!((world.payments_made(), world.settled(id).await.agenda.timer), (1, None));
}
