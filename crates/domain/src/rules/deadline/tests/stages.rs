//! Each stage is told once, whatever the clock does.

use proptest::prelude::*;

use super::*;

const MINUTES_A_DAY: i64 = 24 * 60;

/// So many days before the deadline.
fn before(days: i64) -> Timestamp {
    at(END - days * MINUTES_A_DAY)
}

fn warned(days: i32) -> Told {
    Told { ship_by: at(END), stage: Stage::Warning(DAY * days) }
}

fn next(told: Option<Told>, now: Timestamp) -> Next {
    next_stage(&authorized(), told, now, &Deadlines::default())
}

#[test]
fn warnings_come_at_their_distances_and_then_the_deadline() {
    let quiet = |when| Next { due: None, when: Some(when) };
    let due = |days, when| Next { due: Some(warned(days)), when: Some(when) };
    let a_moment = SignedDuration::from_secs(1);
    assert_eq!(next(None, before(20)), quiet(before(7)));
    assert_eq!(next(None, before(7) - a_moment), quiet(before(7)));
    assert_eq!(next(None, before(7)), due(7, before(3)));
    assert_eq!(next(Some(warned(7)), before(7)), quiet(before(3)));
    assert_eq!(next(Some(warned(7)), before(3)), due(3, before(1)));
    assert_eq!(next(Some(warned(3)), before(1)), due(1, at(END)));
    assert_eq!(next(Some(warned(1)), before(1)), quiet(at(END)));
}

/// Mollie ends orders up to five minutes late, and what it ended is told by a reading.
#[test]
fn at_the_deadline_nothing_is_lost_before_mollie_says_so() {
    assert_eq!(next(Some(warned(1)), at(END)), Next { due: None, when: None });
    assert_eq!(next(Some(warned(1)), at(END + 5)), Next { due: None, when: None });
}

#[test]
fn after_an_outage_the_nearest_warning_is_told_alone() {
    assert_eq!(next(None, before(2)), Next { due: Some(warned(3)), when: Some(before(1)) });
    assert_eq!(next(Some(warned(7)), at(END - 5)), Next { due: Some(warned(1)), when: Some(at(END)) });
    assert_eq!(next(Some(warned(7)), at(END + 5)), Next { due: Some(warned(1)), when: None });
}

#[test]
fn a_clock_that_stands_still_or_goes_back_tells_nothing_twice() {
    assert_eq!(next(Some(warned(3)), before(3)), Next { due: None, when: Some(before(1)) });
    assert_eq!(next(Some(warned(3)), before(20)), Next { due: None, when: Some(before(1)) });
    assert_eq!(next(Some(warned(1)), before(5)), Next { due: None, when: Some(at(END)) });
    let lost = Told { ship_by: at(END), stage: Stage::Loss };
    assert_eq!(next(Some(lost), before(2)), Next { due: None, when: Some(at(END)) });
}

#[test]
fn a_deadline_that_has_changed_begins_anew() {
    let earlier = Told { ship_by: at(END - 60), ..warned(1) };
    assert_eq!(next(Some(earlier), before(8)), Next { due: None, when: Some(before(7)) });
    assert_eq!(next(Some(earlier), before(2)), Next { due: Some(warned(3)), when: Some(before(1)) });
    // It lapsed, and the shopper authorized it once more.
    let lost = Told { ship_by: at(500), stage: Stage::Loss };
    assert_eq!(next(Some(lost), before(2)), Next { due: Some(warned(3)), when: Some(before(1)) });
}

#[test]
fn other_distances_go_on_from_what_was_told() {
    let chosen = Distances::new(vec![DAY * 5, DAY * 2]).unwrap();
    let chosen = Deadlines { distances: chosen, ..Deadlines::default() };
    let next = |told, now| next_stage(&authorized(), told, now, &chosen);
    assert_eq!(next(Some(warned(3)), before(2)).due, Some(warned(2)));
    assert_eq!(next(Some(warned(3)), before(3)), Next { due: None, when: Some(before(2)) });
    assert_eq!(next(Some(warned(1)), before(1)), Next { due: None, when: Some(at(END)) });
    let none = Deadlines { distances: Distances::new(Vec::new()).unwrap(), ..Deadlines::default() };
    let quiet = next_stage(&authorized(), None, before(1), &none);
    assert_eq!(quiet, Next { due: None, when: Some(at(END)) });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever the clock shows from one look to the next, up to 40 days off.
    #[test]
    fn each_stage_is_told_at_most_once_and_none_too_early(
        looks in proptest::collection::vec(-40 * MINUTES_A_DAY..=40 * MINUTES_A_DAY, 1..40)
    ) {
        let order = authorized();
        let (mut told, mut all) = (None, Vec::new());
        for look in looks {
            let now = at(look);
            let Next { due, when } = next_stage(&order, told, now, &Deadlines::default());
            prop_assert!(when.is_none_or(|when| when > now));
            if let Some(due) = due {
                let Stage::Warning(distance) = due.stage else { panic!("nothing is lost") };
                prop_assert!(due.ship_by - distance <= now);
                all.push(distance);
                told = Some(due);
            }
            let again = next_stage(&order, told, now, &Deadlines::default());
            prop_assert_eq!(again, Next { due: None, when });
        }
        prop_assert!(all.windows(2).all(|pair| pair[0] > pair[1]), "{:?}", all);
    }

    /// Asked at `when` each time, every warning comes, each at its time.
    #[test]
    fn who_asks_when_told_to_misses_nothing(begin in -40 * MINUTES_A_DAY..END - 7 * MINUTES_A_DAY) {
        let (order, mut told, mut now, mut all) = (authorized(), None, at(begin), Vec::new());
        loop {
            let Next { due, when } = next_stage(&order, told, now, &Deadlines::default());
            all.extend(due.map(|due| (due.stage, now)));
            told = due.or(told);
            let Some(when) = when else { break };
            now = when;
        }
        let expected = [7, 3, 1].map(|days| (Stage::Warning(DAY * days), before(days.into())));
        prop_assert_eq!(all, expected);
        prop_assert_eq!(now, at(END));
    }
}
