//! Orders of a retired profile without a key: Mollie is not asked, nothing is begun, and what was under way waits.

use domain::ports::GatewayError;
use domain::rules::ids::ProfileName;
use domain::rules::operation::OperationState;
use domain::rules::placement::Placement;
use domain::workflow::MutationError;
use domain::workflow::lookup::LookedUp;
use domain::workflow::step::Progress;
use domain::workflow::sync::{SyncError, sync};

use crate::intents::lamps;
use crate::mollie::Fate;
use crate::world::{World, mins};

fn no_key() -> Option<GatewayError> {
    Some(GatewayError::NoKey(ProfileName::new("main")))
}

/// What the operation says of why it waits.
const RESTS: &str = "profile main is retired and has no API key";

#[tokio::test]
async fn what_was_under_way_rests_until_there_is_a_key_and_nothing_new_is_begun() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let (lost, _) = world.ship_now(id, &lamps(1)).await;
    assert_eq!(world.state(lost.operation_id()).await, OperationState::Resolving);
    let (calls, readings) = (world.mollie.calls().len(), world.mollie.readings());
    world.mollie.side().unreadable = no_key();
    for _ in 0..3 {
        world.advance(mins(10));
        assert_eq!(world.step().await, Progress::Deferred);
        world.rests().await;
    }
    let operation = world.operation(lost.operation_id()).await;
    assert_eq!((operation.state.name(), operation.key_refused), (OperationState::Resolving, false));
    assert!(operation.last_problem.as_deref().unwrap().starts_with(RESTS), "{operation:?}");

    world.hook(id, "tr_1").await;
    assert!(matches!(world.look_up().await, LookedUp::Rests { .. }));
    assert!(world.lookups().await.is_empty(), "not before it has rested");
    let version = world.order(id).await.version;
    for refused in [world.ship(id, &lamps(1)).await, world.cancel(id).await] {
        let is_told = matches!(&refused, Err(MutationError::Unconfirmed(GatewayError::NoKey(_))));
        assert!(is_told, "{refused:?}");
    }
    assert!(matches!(Box::pin(sync(&*world, id)).await, Err(SyncError::Gateway(GatewayError::NoKey(_)))));
    assert_eq!(world.order(id).await.version, version);
    assert_eq!((world.mollie.calls().len(), world.mollie.readings()), (calls, readings));

    world.mollie.side().unreadable = None;
    world.work(mins(15)).await;
    assert!(matches!(world.look_up().await, LookedUp::Done { .. }), "its webhook was kept");
    assert_eq!(world.state(lost.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

/// Nothing has to be asked of Mollie to know that a placement which was never sent is given up.
#[tokio::test]
async fn a_placement_that_was_never_sent_is_given_up_at_its_age_limit() {
    let world = World::new().await;
    let recorded = world.recorded().await;
    world.mollie.side().unreadable = no_key();
    assert_eq!(world.drive(recorded.claim.as_ref().unwrap()).await, Progress::Deferred);
    world.work(mins(16)).await;
    assert_eq!(world.settled(recorded.order_id).await.placement, Placement::Abandoned);
    assert!(world.mollie.calls().is_empty());
}
