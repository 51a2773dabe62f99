//! A service that is started again whenever its crash point has killed it, with the next point armed, or with none.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tonic::{Response, Status};

use crate::answers::asks_to_come_again;
use crate::service::Orders;
use crate::world::World;

/// How long one wish may take over all deaths.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// The service and the points that wait for it.
pub struct Ward {
    pub world: World,
    points: VecDeque<String>,
    deaths: usize,
    runs: bool,
}

impl Ward {
    pub fn new(world: World, points: Vec<String>) -> Self {
        Self { world, points: points.into(), deaths: 0, runs: false }
    }

    /// Starts it if it is not there, as often as it takes.
    async fn tend(&mut self) {
        while !self.runs || self.world.service.is_killed() {
            self.deaths += usize::from(self.runs);
            self.world.service.arm(self.points.pop_front());
            self.world.service.start_unless_killed().await;
            self.runs = true;
        }
    }

    /// Makes the same call until it is answered: `None` asks for another try. Every refusal that does not ask to come again
    /// is a failure.
    pub async fn call<T, A>(
        &mut self,
        what: &str,
        call: impl AsyncFn(Orders) -> Result<Response<A>, Status>,
        read: impl Fn(A) -> Option<T>,
    ) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            self.tend().await;
            match call(self.world.orders()).await {
                Ok(answer) => {
                    if let Some(answer) = read(answer.into_inner()) {
                        return answer;
                    }
                }
                Err(status) => assert!(asks_to_come_again(&status), "{what}: {status}"),
            }
            assert!(Instant::now() < end, "waited {} s in vain: {what}", PATIENCE.as_secs());
            sleep(PAUSE).await;
        }
    }

    /// The world with a service that no point threatens any more, and how often it was killed by one.
    pub async fn release(mut self) -> (World, usize) {
        self.points.clear();
        self.tend().await;
        self.world.service.kill();
        self.world.service.arm(None);
        self.world.service.start().await;
        (self.world, self.deaths)
    }
}
