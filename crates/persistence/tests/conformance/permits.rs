//! Permits for calls to Mollie: how many there are is one rule, whoever asks.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use domain::ports::{CallPermits, Reserved};
use domain::rules::call_rate::{CallRate, Rank};
use persistence::Database;
use tokio::task::JoinSet;

fn rate(calls: u32) -> CallRate {
    CallRate::per_second(NonZeroU32::new(calls).unwrap())
}

async fn ask(store: &Database, key: &str, rate: CallRate, rank: Rank, wanted: u32) -> Reserved {
    store.reserve(key, rate, rank, wanted).await.unwrap()
}

pub async fn a_key_that_rested_has_a_burst_and_then_one_call_after_another(store: &Database) {
    let (slow, started) = (rate(1), Instant::now());
    let first = ask(store, "main", slow, Rank::First, 7).await;
    assert_eq!((first.permits, first.pauses.len()), (1, 0));
    // A reading goes only after a time in which a call could have gone.
    for (rank, least) in Rank::ALL.into_iter().zip([0, 1_125_000, 1_125_000]) {
        let none = ask(store, "main", slow, rank, 1).await;
        let most = Duration::from_micros(least + 1_125_001);
        // A machine that stands still for so long has rested, too.
        if started.elapsed() < Duration::from_secs(1) {
            assert_eq!(none.permits, 0);
            let at_least = Duration::from_micros(least);
            assert!(none.again_in > at_least && none.again_in <= most, "{rank:?} {none:?}");
        }
    }
    assert_eq!(ask(store, "other", slow, Rank::First, 1).await.permits, 1, "keys do not share");
    let fast = rate(800);
    assert_eq!(ask(store, "look-ups", fast, Rank::Spare, 500).await.permits, 80, "a fifth is kept");
    let more = ask(store, "look-ups", fast, Rank::First, 500).await.permits;
    assert!((20..=100).contains(&more), "{more}");
    assert_eq!(ask(store, "look-ups", rate(1), Rank::First, 0).await.permits, 0);
}

pub async fn however_many_ask_no_more_calls_are_granted_than_allowed(store: &Database) {
    let (calls, started) = (rate(400), Instant::now());
    let mut processes = JoinSet::new();
    for _ in 0..6 {
        let store = store.clone();
        processes.spawn(async move {
            let mut all = 0;
            while started.elapsed() < Duration::from_millis(600) {
                all += ask(&store, "main", calls, Rank::First, 9).await.permits;
            }
            all
        });
    }
    let granted = i64::from(processes.join_all().await.iter().sum::<u32>());
    let elapsed = i64::try_from(started.elapsed().as_micros()).unwrap();
    let most = i64::from(calls.burst()) + elapsed / calls.interval();
    assert!(granted <= most && granted >= i64::from(calls.burst()), "{granted} of {most} in {elapsed} us");
}

pub async fn a_pause_is_told_to_all_who_ask_and_the_longest_holds(store: &Database) {
    let pause = async |name, seconds| store.pause("main", name, Duration::from_secs(seconds)).await.unwrap();
    pause("get-v2-orders", 300).await;
    pause("get-v2-orders", 5).await;
    pause("", 60).await;
    store.pause("other", "", Duration::from_secs(60)).await.unwrap();
    store.pause("main", "over", Duration::ZERO).await.unwrap();
    let mut told = ask(store, "main", rate(100), Rank::First, 1).await.pauses;
    told.sort();
    let names: Vec<_> = told.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["", "get-v2-orders"]);
    let left = told[1].1.as_secs();
    assert!((200..=300).contains(&left) && told[0].1.as_secs() <= 60, "{told:?}");
}
