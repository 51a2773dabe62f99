//! A call's place goes along with the work that the call starts: such work goes on after its caller has gone, and would otherwise be
//! bounded by nothing while Mollie hangs.

use std::sync::Arc;

use tokio::task_local;

use super::Pass;

task_local! {
    static PLACE: Arc<Pass>;
}

/// Does a call's work with its place.
pub async fn with<T>(place: Arc<Pass>, work: impl Future<Output = T>) -> T {
    PLACE.scope(place, work).await
}

/// Work for another task that keeps the place of the call that starts it, if one does.
pub fn kept<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let place = PLACE.try_with(Arc::clone).ok();
    async move {
        match place {
            Some(place) => with(place, work).await,
            None => work.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use tokio::task::JoinSet;

    use super::super::{CallerKey, Gate};
    use super::*;

    #[tokio::test]
    async fn a_place_is_taken_until_the_work_that_its_call_has_started_ends() {
        let (gate, (end, ended)) = (Gate::new(1, 100), oneshot::channel::<()>());
        let caller = || CallerKey::Named("shop".into());
        let place = Arc::new(gate.enter(caller()).unwrap());
        let mut work = JoinSet::new();
        with(place, async {
            // As a use case starts a step.
            work.spawn(kept(async { tokio::spawn(kept(ended)).await }));
        })
        .await;
        assert!(gate.enter(caller()).is_err(), "the call is over, and its work is not");
        end.send(()).unwrap();
        work.join_next().await.unwrap().unwrap().unwrap().unwrap();
        gate.enter(caller()).unwrap();
    }
}
