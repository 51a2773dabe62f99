//! How many calls may be begun under one API key, whoever begins them. Mollie documents no number: it limits by what it sees and says
//! so (MOLLIE.md §1), so the number is the operator's. Reads no clock.
//!
//! This is the generic cell rate algorithm over *permits*. What is shared is one time: until when calls are spoken for. A process
//! takes some permits at once and uses them within a short [`SLICE`]; what it does not use lapses. Interval and burst are chosen so that
//! even so no second sees more calls than are allowed.

use std::num::NonZeroU32;
use std::time::Duration;

/// How long a permit is good for, from just before it was asked for.
pub const SLICE: Duration = Duration::from_millis(125);

/// Whoever asks for a longer pause has a clock that is wrong, or had one.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

const SECOND: i64 = 1_000_000;
const SLICE_MICROS: i64 = 125_000;

/// Which calls go first where there is not room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A call that moves money, or on whose answer such a call depends.
    First,
    /// A reading that somebody waits for. It takes only what the first rank leaves, in turn with look-ups: whoever asks all the time must not
    /// keep others from learning that they were paid. It is given up sooner.
    Asked,
    /// A look-up, for which nobody waits.
    Spare,
}

impl Rank {
    pub const ALL: [Self; 3] = [Self::First, Self::Asked, Self::Spare];
}

/// The most calls that may be begun in any second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallRate(NonZeroU32);

/// What came of asking for permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    pub permits: u32,
    /// Until when calls are spoken for, in microseconds.
    pub spoken_for: i64,
    /// How long until at least one permit is there, in microseconds; zero if there were any.
    pub again_in: i64,
}

impl CallRate {
    #[must_use]
    pub const fn per_second(calls: NonZeroU32) -> Self {
        Self(calls)
    }

    /// Calls in a second.
    #[must_use]
    pub const fn calls(self) -> u32 {
        self.0.get()
    }

    /// The most permits at once: an eighth of a second's.
    #[must_use]
    pub fn burst(self) -> u32 {
        (self.0.get() / 8).max(1)
    }

    /// The time between calls, in microseconds. In a second, calls are begun for which permits were given within a second and a
    /// slice: a burst, and one for each whole interval in that time.
    #[must_use]
    pub fn interval(self) -> i64 {
        let after_burst = i64::from(self.0.get() - self.burst()) + 1;
        (SECOND + SLICE_MICROS) / after_burst + 1
    }

    /// How much of a burst is kept for calls of the first rank: a fifth, and at least one call.
    #[must_use]
    pub fn kept(self) -> u32 {
        (self.burst() / 5).max(1)
    }

    /// How far ahead of `now` calls may be spoken for by a rank, in microseconds. Less than an interval: only after a pause.
    #[must_use]
    pub fn reach(self, rank: Rank) -> i64 {
        let calls = match rank {
            Rank::First => i64::from(self.burst()),
            Rank::Asked | Rank::Spare => i64::from(self.burst()) - i64::from(self.kept()),
        };
        calls * self.interval()
    }

    /// Grants what there is of `wanted` permits. Times are in microseconds of one clock. If that was set back, calls are spoken for by no
    /// more than a burst all the same.
    #[must_use]
    pub fn grant(self, spoken_for: i64, now: i64, rank: Rank, wanted: u32) -> Granted {
        let interval = self.interval();
        let spoken_for = spoken_for.min(now + self.reach(Rank::First));
        let from = spoken_for.max(now);
        // Where one call is a whole burst, a reading goes only once a call's time was left.
        let is_late = self.reach(rank) < interval;
        let by_rank = (now + self.reach(rank) - if is_late { spoken_for } else { from }) / interval;
        let by_burst = (now + self.reach(Rank::First) - from) / interval;
        let most = by_rank.min(by_burst).clamp(0, i64::from(wanted));
        let spoken_for = if most > 0 { from + most * interval } else { spoken_for };
        let again_in = (spoken_for + interval - self.reach(rank) - now).max(0);
        let permits = u32::try_from(most).unwrap_or(0);
        Granted { permits, spoken_for, again_in: if permits > 0 { 0 } else { again_in.max(1) } }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(calls: u32) -> CallRate {
        CallRate::per_second(NonZeroU32::new(calls).unwrap())
    }

    /// Asks all the time, and uses each permit as late as it may: the most calls that any second sees.
    fn most_in_a_second(rate: CallRate, asks: &[(u32, bool, u32)]) -> usize {
        let (mut spoken_for, mut now, mut begun) = (0, 1_000_000_000, Vec::new());
        for (pause, is_late, wanted) in asks {
            now += i64::from(*pause);
            let granted = rate.grant(spoken_for, now, Rank::First, *wanted);
            spoken_for = granted.spoken_for;
            let at = if *is_late { now + SLICE_MICROS } else { now };
            begun.extend(std::iter::repeat_n(at, granted.permits as usize));
        }
        begun.sort_unstable();
        let of = |start: &i64| begun.iter().filter(|at| (*start..*start + SECOND).contains(at)).count();
        begun.iter().map(of).max().unwrap_or_default()
    }

    proptest! {
        #[test]
        fn no_second_sees_more_calls_than_allowed(
            calls in 1_u32..60,
            asks in prop::collection::vec((0_u32..60_000, any::<bool>(), 1_u32..20), 1..300),
        ) {
            prop_assert!(most_in_a_second(rate(calls), &asks) <= calls as usize);
        }
    }

    #[test]
    fn a_rate_that_is_asked_for_all_the_time_gives_most_of_what_is_allowed() {
        for calls in [1, 2, 7, 8, 20, 100, 1_000] {
            let rate = rate(calls);
            let (mut spoken_for, mut all) = (0, 0);
            for tick in 0..100_000 {
                let granted = rate.grant(spoken_for, tick * 1_000, Rank::First, u32::MAX);
                spoken_for = granted.spoken_for;
                all += granted.permits;
            }
            assert!(all <= calls * 100 && all * 10 >= calls * 100 * 7, "{calls}: {all} in 100 seconds");
        }
    }

    #[test]
    fn who_gets_none_is_told_when_there_is_one() {
        for calls in [1, 3, 50] {
            for rank in Rank::ALL {
                let rate = rate(calls);
                let full = rate.grant(0, 5_000_000, Rank::First, u32::MAX);
                let none = rate.grant(full.spoken_for, 5_000_000, rank, 1);
                assert_eq!((none.permits, none.spoken_for), (0, full.spoken_for));
                let then = 5_000_000 + none.again_in;
                assert_eq!(rate.grant(none.spoken_for, then - 1, rank, 1).permits, 0, "{calls} {rank:?}");
                assert_eq!(rate.grant(none.spoken_for, then, rank, 1).permits, 1, "{calls} {rank:?}");
            }
        }
    }

    #[test]
    fn readings_that_take_all_they_get_leave_room_for_a_call_of_the_first_rank() {
        for (calls, takes) in
            [1, 8, 20, 100, 1_000].into_iter().flat_map(|n| [Rank::Asked, Rank::Spare].map(|rank| (n, rank)))
        {
            let (rate, mut spoken_for) = (rate(calls), 0);
            for tick in 0..20_000 {
                let now = 1_000_000_000 + tick * 1_000;
                spoken_for = rate.grant(spoken_for, now, takes, u32::MAX).spoken_for;
                let first = rate.grant(spoken_for, now, Rank::First, 1);
                // Where one call is a whole burst, there is no room for two at once.
                let waits = if rate.burst() == 1 { rate.interval() } else { 0 };
                assert!(first.again_in <= waits, "{calls} at {now}: {takes:?} {first:?}");
            }
        }
    }

    #[test]
    fn calls_of_the_first_rank_that_take_everything_leave_nothing_for_readings() {
        for (calls, behind) in
            [1, 8, 40].into_iter().flat_map(|n| [Rank::Asked, Rank::Spare].map(|rank| (n, rank)))
        {
            let (rate, mut spoken_for) = (rate(calls), 0);
            for tick in 0..20_000 {
                spoken_for = rate.grant(spoken_for, tick * 1_000, Rank::First, u32::MAX).spoken_for;
                assert_eq!(rate.grant(spoken_for, tick * 1_000, behind, 1).permits, 0, "{calls} {behind:?}");
            }
        }
    }

    #[test]
    fn a_clock_that_was_set_back_holds_calls_up_for_no_longer_than_a_burst_takes() {
        for rank in Rank::ALL {
            let (rate, now) = (rate(20), 1_000_000_000);
            let granted = rate.grant(now + 40 * 24 * 3_600 * SECOND, now, rank, 1);
            assert!((1..=2 * SECOND).contains(&granted.again_in), "{granted:?}");
        }
    }

    #[test]
    fn each_rank_alone_gets_calls_whatever_the_rate() {
        for calls in [1, 2, 8, 20, 100] {
            for rank in Rank::ALL {
                let (rate, mut spoken_for, mut all) = (rate(calls), 0, 0);
                for tick in 0..100_000 {
                    let granted = rate.grant(spoken_for, tick * 1_000, rank, 1);
                    spoken_for = granted.spoken_for;
                    all += granted.permits;
                }
                assert!(all >= calls * 100 * 4 / 10, "{calls} {rank:?}: {all} in 100 seconds");
            }
        }
    }
}
