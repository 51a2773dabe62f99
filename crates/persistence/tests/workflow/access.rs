//! What a caller may change, and to whom an earlier request belongs.

use domain::ports::{Fingerprint, OrderFilter, Store};
use domain::rules::access::{Access, Profiles};
use domain::rules::ids::{Caller, OrderId, ProfileName};
use domain::workflow::place::place;
use domain::workflow::{Intent, MutationError, supersede};

use crate::intents::{chairs, draft, intent, lamps, main_profile};
use crate::submitted::{cancel, ship};
use crate::world::{World, secs};

const NAMELESS: &str = "anonymous";
const DAY: u64 = 24 * 60 * 60;

fn none() -> Profiles {
    Profiles::These([].into())
}

fn main() -> Profiles {
    Profiles::one(ProfileName::new("main"))
}

#[tokio::test]
async fn an_order_that_is_hidden_is_refused_like_one_that_is_missing_and_nothing_is_saved() {
    let world = World::new().await;
    let id = world.authorized().await;
    let version = world.sound(id).await.version;
    let other = Profiles::one(ProfileName::new("other"));
    let stranger = Access::new(other.clone(), other);
    let by = |method| Intent { access: stranger.clone(), etag: Some(1), ..intent(method, "x") };
    for id in [id, OrderId::new(uuid::Uuid::from_u128(1))] {
        let outcome = ship(&*world, &by("CreateShipment"), id, &lamps(1)).await;
        assert!(matches!(outcome, Err(MutationError::OrderNotFound(named)) if named == id), "{outcome:?}");
        let outcome = cancel(&*world, &by("CancelOrder"), id, &[]).await;
        assert!(matches!(outcome, Err(MutationError::OrderNotFound(named)) if named == id), "{outcome:?}");
        let outcome = supersede::check(&*world, &stranger, id, &ProfileName::new("other")).await;
        assert!(matches!(outcome, Err(MutationError::OrderNotFound(named)) if named == id), "{outcome:?}");
    }
    let outcome = Box::pin(place(&*world, &by("CreateOrder"), main_profile(), draft("7"))).await;
    assert!(matches!(outcome, Err(MutationError::OrderNotFound(_))), "{outcome:?}");
    assert_eq!(world.settled(id).await.version, version);
    assert_eq!(world.mollie.calls().len(), 1);
}

#[tokio::test]
async fn what_is_seen_but_not_allowed_is_refused_before_its_state_and_its_repeats_too() {
    let world = World::new().await;
    let id = world.authorized().await;
    let wish = intent("CreateShipment", "s");
    let shipped = ship(&*world, &wish, id, &lamps(1)).await.unwrap();
    world.drive(shipped.claim.as_ref().unwrap()).await;
    let version = world.settled(id).await.version;
    // The caller has lost the role since.
    let reads = Access::new(none(), main());
    for request_id in ["s", "another"] {
        let wish = Intent { access: reads.clone(), etag: Some(1), ..intent("CreateShipment", request_id) };
        let outcome = ship(&*world, &wish, id, &lamps(1)).await;
        let Err(MutationError::Forbidden { method, profile }) = outcome else { panic!("{outcome:?}") };
        assert_eq!((method, profile.as_str()), ("CreateShipment", "main"));
    }
    let nothing = Intent { access: Access::new(none(), none()), ..wish.clone() };
    let outcome = ship(&*world, &nothing, id, &lamps(1)).await;
    assert!(matches!(outcome, Err(MutationError::OrderNotFound(_))), "{outcome:?}");
    assert_eq!(world.settled(id).await.version, version);
    let limited = Intent { access: Access::new(main(), main()), ..wish };
    let again = ship(&*world, &limited, id, &lamps(1)).await.unwrap();
    assert_eq!(again.answer, shipped.answer);
}

#[tokio::test]
async fn a_request_of_before_callers_had_names_is_answered_for_thirty_days() {
    let world = World::new().await;
    let id = world.authorized().await;
    let before = Intent { caller: Caller::new(NAMELESS), ..intent("CreateShipment", "s") };
    let named = Intent { earlier: Some(Caller::new(NAMELESS)), ..intent("CreateShipment", "s") };
    let shipped = ship(&*world, &before, id, &lamps(1)).await.unwrap();
    world.drive(shipped.claim.as_ref().unwrap()).await;
    world.settled(id).await;
    let calls = world.mollie.calls().len();
    world.advance(secs(29 * DAY));
    let again = ship(&*world, &named, id, &lamps(1)).await.unwrap();
    assert_eq!((again.answer, again.claim), (shipped.answer, None));
    assert_eq!(world.mollie.calls().len(), calls);
    // It had one effect, and so it stays: nothing else is done under it.
    let other = Intent { fingerprint: Fingerprint("two".to_owned()), ..named.clone() };
    let outcome = ship(&*world, &other, id, &chairs(1)).await;
    assert!(matches!(outcome, Err(MutationError::RequestReused { .. })), "{outcome:?}");
    // Without the name of before it is a request of its own, and so it is when the time is over.
    let own = Intent { caller: Caller::new("depot"), ..intent("CreateShipment", "s") };
    assert_ne!(ship(&*world, &own, id, &chairs(1)).await.unwrap().answer, shipped.answer);
    world.advance(secs(2 * DAY));
    let late = Intent { caller: Caller::new("late"), ..named };
    let outcome = ship(&*world, &late, id, &lamps(1)).await;
    assert!(!matches!(&outcome, Ok(recorded) if recorded.answer == shipped.answer), "{outcome:?}");
}

#[tokio::test]
async fn an_order_of_before_callers_had_names_is_not_placed_again() {
    let world = World::new().await;
    let before = Intent { caller: Caller::new(NAMELESS), ..intent("CreateOrder", "p") };
    let named = Intent { earlier: Some(Caller::new(NAMELESS)), ..intent("CreateOrder", "p") };
    let placed = Box::pin(place(&*world, &before, main_profile(), draft("1"))).await.unwrap();
    let again = Box::pin(place(&*world, &named, main_profile(), draft("1"))).await.unwrap();
    assert_eq!((again.order_id, again.claim), (placed.order_id, None));
    let orders = world.store.list_orders(&OrderFilter::default(), None, 10).await.unwrap();
    assert_eq!(orders.items.len(), 1);
}
