use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use domain::ports::{Ahead, CallPermits, Clock, Reserved, StoreError};
use domain::rules::call_rate::{CallRate, Rank};
use jiff::{SignedDuration, Timestamp};
use reqwest::{StatusCode, Url};

use super::*;
use crate::quota::Left;

/// When a call was over, or how long it was put off.
type End = Result<Duration, Duration>;
type Work<'a> = Pin<Box<dyn Future<Output = End> + 'a>>;

/// A clock that goes on when everybody waits for it. Processes share it, and what the store counts, too.
#[derive(Clone, Default)]
struct World(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    now: Duration,
    sleepers: Vec<Duration>,
    spoken_for: i64,
    pauses: Vec<(String, Duration)>,
    /// How often permits were asked for.
    asked: usize,
    fails: bool,
    /// How long the store takes.
    takes: Duration,
    /// When which calls were begun.
    begun: Vec<(Duration, Endpoint)>,
    /// What Mollie answers.
    left: Vec<Left>,
    limited: Option<Option<Duration>>,
}

impl World {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn process(&self, calls: u32, patience: Duration) -> Paced<Self, Self, Self> {
        let profile = ProfileName::new("main");
        let rate = CallRate::per_second(NonZeroU32::new(calls).unwrap());
        let rates = BTreeMap::from([(profile.clone(), rate)]);
        let limits = Limits { rates, patience, asked_patience: patience, lookup_patience: patience };
        Paced::new(self.clone(), self.clone(), self.clone(), &limits, &BTreeMap::from([(profile, key())]))
    }

    /// Runs all to their ends, and time meanwhile.
    fn run(&self, all: Vec<Work<'_>>) -> Vec<End> {
        let mut all = all;
        let mut context = Context::from_waker(Waker::noop());
        let mut done = Vec::new();
        while !all.is_empty() {
            let before = (all.len(), self.state().asked);
            all.retain_mut(|work| match work.as_mut().poll(&mut context) {
                Poll::Ready(result) => {
                    done.push(result);
                    false
                }
                Poll::Pending => true,
            });
            if before == (all.len(), self.state().asked) {
                let mut state = self.state();
                let now = state.now;
                state.sleepers.retain(|until| *until > now);
                state.now = state.sleepers.iter().min().copied().expect("somebody waits for the clock");
            }
        }
        done
    }

    fn most_in_a_second(&self) -> usize {
        let begun: Vec<_> = self.state().begun.iter().map(|(at, _)| *at).collect();
        let second = Duration::from_secs(1);
        let of = |start: &Duration| begun.iter().filter(|at| (*start..*start + second).contains(at)).count();
        begun.iter().map(of).max().unwrap_or_default()
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
    fn elapsed(&self) -> Duration {
        self.state().now
    }
    fn offset(&self) -> SignedDuration {
        SignedDuration::ZERO
    }
    fn ahead_of_mollie(&self) -> Option<Ahead> {
        None
    }
    async fn sleep(&self, duration: Duration) {
        let until = self.elapsed() + duration;
        std::future::poll_fn(|_| {
            let mut state = self.state();
            if state.now >= until {
                return Poll::Ready(());
            }
            state.sleepers.push(until);
            Poll::Pending
        })
        .await;
    }
}

impl CallPermits for World {
    async fn reserve(
        &self,
        _: &str,
        rate: CallRate,
        rank: Rank,
        wanted: u32,
    ) -> Result<Reserved, StoreError> {
        let takes = self.state().takes;
        self.sleep(takes).await;
        let mut state = self.state();
        state.asked += 1;
        if state.fails {
            return Err(StoreError::Unavailable("down".to_owned()));
        }
        let now = 1_000_000_000 + i64::try_from(state.now.as_micros()).unwrap();
        let granted = rate.grant(state.spoken_for, now, rank, wanted);
        state.spoken_for = granted.spoken_for;
        let now = state.now;
        let left = |(name, until): &(String, Duration)| Some((name.clone(), until.checked_sub(now)?));
        Ok(Reserved {
            permits: granted.permits,
            again_in: Duration::from_micros(granted.again_in.unsigned_abs()),
            pauses: state.pauses.iter().filter_map(left).collect(),
        })
    }

    async fn pause(&self, _: &str, name: &str, pause: Duration) -> Result<(), StoreError> {
        let mut state = self.state();
        let until = state.now + pause;
        state.pauses.push((name.to_owned(), until));
        Ok(())
    }
}

impl Transport for World {
    async fn send(&self, _: &Credential, request: Request) -> Result<Answer, Failure> {
        let mut state = self.state();
        let now = state.now;
        state.begun.push((now, request.endpoint));
        let status = if state.limited.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::OK };
        Ok(Answer { status, pause: state.limited.flatten(), left: state.left.clone(), body: Ok(Vec::new()) })
    }
}

fn key() -> Credential {
    Credential::key("test_key").unwrap()
}

async fn call(process: &Paced<World, World, World>, rank: Rank) -> End {
    let endpoint = match rank {
        Rank::First => Endpoint::CreateShipment,
        Rank::Asked | Rank::Spare => Endpoint::GetOrder,
    };
    let url = Url::parse("https://mollie.example/v2/orders/ord_1").unwrap();
    let request = Request { endpoint, url, body: None, idempotency: None, rank };
    match process.send(&key(), request).await {
        Ok(_) => Ok(process.clock.elapsed()),
        Err(Failure::Later { pause, .. }) => Err(pause),
        Err(other) => panic!("{other:?}"),
    }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn three_processes_together_never_begin_more_calls_in_a_second_than_allowed() {
    for calls in [1, 5, 20, 100] {
        let world = World::default();
        let processes = [(); 3].map(|()| world.process(calls, secs(3_600)));
        let ranks = Rank::ALL;
        let all = (0..90).map(|n| Box::pin(call(&processes[n % 3], ranks[n / 3 % 3])) as Work<'_>);
        assert!(world.run(all.collect()).iter().all(Result::is_ok));
        assert_eq!(world.state().begun.len(), 90);
        assert!(world.most_in_a_second() <= calls as usize, "{calls}: {}", world.most_in_a_second());
    }
}

#[test]
fn a_call_that_moves_money_is_not_held_up_by_a_queue_of_readings() {
    for (calls, of_readings) in
        [1, 5, 20, 100].into_iter().flat_map(|n| [Rank::Asked, Rank::Spare].map(|rank| (n, rank)))
    {
        let world = World::default();
        let (busy, other) = (world.process(calls, secs(3_600)), world.process(calls, secs(3_600)));
        let interval = Duration::from_micros(busy.budget(&key()).unwrap().rate.interval().unsigned_abs());
        let mut all: Vec<Work<'_>> = Vec::new();
        for _ in 0..60 {
            all.push(Box::pin(call(&busy, of_readings)));
        }
        for process in [&busy, &other] {
            all.push(Box::pin(async {
                world.sleep(secs(3)).await;
                let waited = call(process, Rank::First).await.unwrap() - secs(3);
                assert!(waited <= 3 * interval, "{calls}: {waited:?} of {interval:?}");
                Ok(waited)
            }));
        }
        world.run(all);
    }
}

#[test]
fn a_call_that_gets_no_turn_in_time_is_not_sent_and_told_when_to_come_again() {
    let world = World::default();
    let process = world.process(1, Duration::from_millis(500));
    let all = (0..6).map(|_| Box::pin(call(&process, Rank::First)) as Work<'_>);
    let done = world.run(all.collect());
    let put_off: Vec<_> = done.iter().filter_map(|result| result.err()).collect();
    assert_eq!((world.state().begun.len(), put_off.len()), (1, 5));
    assert!(put_off.iter().all(|pause| *pause >= Duration::from_millis(500)), "{put_off:?}");
    assert_eq!((process.pace().put_off(Rank::First), process.pace().put_off(Rank::Spare)), (5, 0));
}

#[test]
fn permits_are_asked_for_in_slices_and_not_for_each_call() {
    let world = World::default();
    let process = world.process(1_000, secs(10));
    let steady = async {
        for _ in 0..1_000 {
            call(&process, Rank::First).await.unwrap();
            world.sleep(Duration::from_millis(5)).await;
        }
        Ok(Duration::ZERO)
    };
    world.run(vec![Box::pin(steady) as Work<'_>]);
    let asked = world.state().asked;
    assert!(asked <= 5 * 8 + 10, "{asked} in five seconds");
    let before = asked;
    world.run(vec![Box::pin(async {
        world.sleep(secs(60)).await;
        Ok(secs(0))
    }) as Work<'_>]);
    assert_eq!(world.state().asked, before, "an idle process asks for nothing");
}

#[test]
fn where_mollie_has_nothing_left_no_process_calls_until_there_is_more() {
    let world = World::default();
    let (one, two) = (world.process(100, secs(60)), world.process(100, secs(60)));
    world.state().left =
        vec![Left { name: "get".to_owned(), left: 0, resets_in: secs(5), policy: Some((20, secs(3))) }];
    world.run(vec![Box::pin(call(&one, Rank::Spare)) as Work<'_>]);
    world.state().left.clear();
    let calls = [call(&one, Rank::Spare), call(&two, Rank::Spare), call(&two, Rank::First)];
    let done = world.run(calls.map(|call| Box::pin(call) as Work<'_>).into());
    let late = done.iter().filter(|end| end.unwrap() >= secs(5)).count();
    assert_eq!((late, done.len()), (2, 3), "the parcel counts for something else: {done:?}");
}

#[test]
fn a_pause_that_mollie_asks_for_holds_for_every_process_and_every_call() {
    let world = World::default();
    let (one, two) = (world.process(100, secs(1)), world.process(100, secs(1)));
    world.state().limited = Some(Some(secs(30)));
    world.run(vec![Box::pin(call(&one, Rank::First)) as Work<'_>]);
    world.state().limited = None;
    let calls = [call(&one, Rank::First), call(&two, Rank::First), call(&two, Rank::Spare)];
    let done = world.run(calls.map(|call| Box::pin(call) as Work<'_>).into());
    assert!(done.iter().all(|end| end.unwrap_err() > secs(29)), "{done:?}");
    assert_eq!(world.state().begun.len(), 1);
}

#[test]
fn calls_rest_after_a_refusal_that_does_not_say_for_how_long() {
    let world = World::default();
    let process = world.process(100, secs(5));
    world.state().limited = Some(None);
    world.run(vec![Box::pin(call(&process, Rank::First)) as Work<'_>]);
    world.state().limited = None;
    let done = world.run(vec![Box::pin(call(&process, Rank::Spare)) as Work<'_>]);
    assert!(done[0].unwrap() >= secs(1), "{done:?}");
}

#[test]
fn a_call_that_cannot_be_counted_is_not_sent() {
    let world = World::default();
    world.state().fails = true;
    let process = world.process(100, secs(1));
    let done = world.run(vec![Box::pin(call(&process, Rank::First)) as Work<'_>]);
    assert!(done[0].is_err() && world.state().begun.is_empty());
}

#[test]
fn permits_that_were_not_used_in_time_lapse() {
    let (world, calls) = (World::default(), 100);
    let processes = [(); 4].map(|()| world.process(calls, secs(3_600)));
    // Each gets used to many calls, takes permits for as many, needs one, and rests.
    for process in &processes[1..] {
        let busy = (0..12).map(|_| Box::pin(call(process, Rank::First)) as Work<'_>);
        world.run(busy.collect());
        let later = async {
            world.sleep(Duration::from_millis(130)).await;
            call(process, Rank::First).await
        };
        world.run(vec![Box::pin(later) as Work<'_>]);
        world.run(vec![Box::pin(async {
            world.sleep(secs(10)).await;
            Ok(secs(0))
        }) as Work<'_>]);
    }
    world.state().begun.clear();
    let all = (0..160)
        .map(|n| Box::pin(call(&processes[if n < 100 { 0 } else { 1 + n % 3 }], Rank::First)) as Work<'_>);
    world.run(all.collect());
    assert!(world.most_in_a_second() <= calls as usize, "{}", world.most_in_a_second());
}

/// Permits are good for an eighth of a second from before they were asked for.
#[test]
fn a_slow_store_makes_calls_rare_and_does_not_end_them() {
    let world = World::default();
    world.state().takes = Duration::from_millis(400);
    let process = world.process(100, secs(60));
    let all = (0..5).map(|_| Box::pin(call(&process, Rank::First)) as Work<'_>);
    let done = world.run(all.collect());
    assert!(done.iter().all(Result::is_ok) && world.state().begun.len() == 5, "{done:?}");
}

/// Its lease may be over by then.
#[test]
fn a_call_whose_permit_comes_too_late_is_not_sent() {
    let world = World::default();
    world.state().takes = secs(3);
    let process = world.process(100, secs(1));
    let done = world.run(vec![Box::pin(call(&process, Rank::First)) as Work<'_>]);
    assert!(done[0].is_err() && world.state().begun.is_empty(), "{done:?}");
}

#[test]
fn a_renewed_key_goes_on_in_the_budget_of_the_one_before() {
    let process = World::default().process(5, secs(10));
    let (before, next) = (process.budget(&key()).unwrap(), Credential::key("test_next").unwrap());
    process.share_anew(&BTreeMap::from([(ProfileName::new("main"), next.clone())]));
    for credential in [next, key()] {
        // A call may have begun with the old one.
        assert!(process.budget(&credential).is_some_and(|after| Arc::ptr_eq(&after, &before)));
    }
}

#[test]
fn profiles_of_one_token_share_the_lowest_of_their_rates() {
    use domain::rules::placement::Mode;
    let (world, profile) = (World::default(), ProfileName::new);
    let token = |text: &str, id: &str| Credential::token(text, id, Mode::Test).unwrap();
    let rate = |calls| CallRate::per_second(NonZeroU32::new(calls).unwrap());
    let rates = BTreeMap::from([(profile("main"), rate(9)), (profile("outlet"), rate(3))]);
    let limits = Limits { rates, patience: secs(1), asked_patience: secs(1), lookup_patience: secs(1) };
    let keys = |of_outlet| {
        [(profile("main"), token("access_1", "pfl_1")), (profile("outlet"), token(of_outlet, "pfl_2"))].into()
    };
    let process = Paced::new(world.clone(), world.clone(), world, &limits, &keys("access_1"));
    let shared = process.budget(&token("access_1", "pfl_2")).unwrap();
    assert_eq!((shared.name.as_str(), shared.rate), ("main", rate(3)));
    // One file is written before the other: until then each has its own.
    process.share_anew(&keys("access_2"));
    let budget = |text| process.budget(&token(text, "pfl_1")).unwrap();
    assert_eq!((budget("access_1").rate, budget("access_2").rate), (rate(9), rate(3)));
}
