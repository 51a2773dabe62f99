//! A database is restored to a random moment of the past while Mollie has gone on, and all callers repeat what they have asked for. Each
//! intent may have one effect at Mollie, whatever the database knows of it. The judge reads the simulator's ledger and the callers' own
//! notes; it knows nothing of how the service finds out.

mod caller;
mod judge;

use std::time::Duration;

use serde_json::json;

use crate::database::Backup;
use crate::seed::Dice;
use crate::service::Service;
use crate::wait::{SOON, until};
use crate::world::World;
use caller::{Answer, Caller};

/// How long a restored service may take until it serves.
const LONG: Duration = Duration::from_secs(90);
/// What it says once it has begun.
const BEGUN: &str = "Mollie is read first";

/// One run.
pub struct Trial {
    world: World,
    callers: Vec<Caller>,
}

/// What a restored service came to.
#[derive(Debug, Default)]
pub struct Came {
    /// Everything that is wrong.
    pub faults: Vec<String>,
    /// Orders that the backup did not have.
    pub lost: usize,
    /// Requests that wait for a person, as nobody knows whether they are done.
    pub compared: usize,
    /// Calls that were refused because Mollie was read first.
    pub refused: usize,
    /// Steps whose answer was on its way when the backup was made.
    pub under_way: usize,
}

impl Trial {
    /// So many callers, each with an order of its own, ask for this and that; somewhere in between a backup is made, and in the end it is
    /// put in place of the database.
    pub async fn run(world: World, callers: usize, dice: &mut Dice) -> (Self, Came) {
        let mut callers: Vec<_> = (0..callers).map(|n| Caller::new(n, dice)).collect();
        let mut turns: Vec<_> = (0..callers.len()).flat_map(|n| vec![n; callers[n].steps()]).collect();
        let moment = dice.below(turns.len());
        let holds = dice.below(3) > 0;
        let (mut came, mut backup) = (Came::default(), None::<Backup>);
        for done in 0..turns.len() {
            let caller = &mut callers[turns.swap_remove(dice.below(turns.len()))];
            if done == moment {
                (backup, came.under_way) = Self::back_up(&world, caller, holds).await;
            } else {
                caller.go_on(&world).await;
            }
        }
        let mut trial = Self { world, callers };
        trial.world.service.kill();
        trial.world.database.restore(backup.expect("a backup was made")).await;
        (trial, came)
    }

    /// Makes a backup while a caller's next step is under way. `holds`: Mollie has done it, and its answer is on its way.
    async fn back_up(world: &World, caller: &mut Caller, holds: bool) -> (Option<Backup>, usize) {
        if holds {
            let (method, path) = caller.next_call();
            world.simulator.hold(method, path).await;
        }
        let copy = async {
            if holds {
                world.simulator.holds_one().await;
            }
            let backup = world.database.back_up(world.directory()).await;
            world.simulator.release().await;
            backup
        };
        let (backup, ()) = tokio::join!(copy, caller.go_on(world));
        (Some(backup), usize::from(holds))
    }

    /// Starts the service as one does that knows nothing of the restore.
    pub async fn start_plainly(&mut self) {
        self.world.service.start().await;
    }

    /// Starts it as the run book says, kills it in the middle, starts it again, stops it, and starts it once more.
    pub async fn start_restored(&mut self, came: &mut Came) {
        let list = json!([{
            "fault": "status", "status": 503, "effect": false, "method": "GET", "path": "/v2/orders", "count": "all",
        }]);
        self.world.simulator.fail(list).await;
        self.world.service.launch(&["--after-restore"]);
        self.has_begun().await;
        came.refused += usize::from(caller::is_refused(&self.world).await);
        self.world.service.kill();
        self.world.service.launch(&[]);
        self.has_begun().await;
        self.world.service.stop().await;
        self.world.service.launch(&[]);
        self.has_begun().await;
        // What is not at Mollie may still come there, until the settle window of the last possible call is over.
        self.world.simulator.advance("PT3M").await;
        self.world.simulator.mend().await;
        self.world.service.serves(LONG).await;
    }

    async fn has_begun(&mut self) {
        let service: &Service = &self.world.service;
        until("the service reads Mollie", SOON, async || service.said().contains(BEGUN).then_some(())).await;
    }

    /// All callers repeat all that they have asked for, under the same request ids.
    pub async fn repeat(&mut self, came: &mut Came) {
        for caller in &self.callers {
            let answers = caller.repeat(&self.world).await;
            came.compared += answers.iter().filter(|answer| **answer == Answer::ForAPerson).count();
            came.faults.extend(answers.into_iter().filter_map(Answer::fault));
        }
    }

    /// A person compares where that is asked for, and all callers ask for something new.
    pub async fn go_on(&mut self) {
        for caller in &mut self.callers {
            caller.compare(&self.world).await;
            caller.ship_the_rest(&self.world).await;
        }
    }

    /// What was done at Mollie more or less often than it was asked for.
    pub async fn miscounts(&self) -> Vec<String> {
        judge::of_ledger(&self.world.simulator.ledger().await, &self.callers)
    }

    /// What came of it.
    pub async fn judge(&mut self, came: &mut Came) {
        came.faults.extend(judge::faults(&self.world, &self.callers).await);
        came.lost = judge::found_again(&self.world, &self.callers).await;
    }
}
