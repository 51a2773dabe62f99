//! A ledger that is off by a cent in one pool is found, whichever it is, and the sequence is made small.

mod companions;

use domain::planted::{Planted, choose};
use sequences::campaign::play_many;

#[test]
fn a_ledger_that_is_off_by_a_cent_in_one_pool_is_found() {
    for mistake in Planted::OF_THE_LEDGER {
        choose(Some(mistake));
        let found = play_many(2_000, super::seed());
        choose(None);
        let Err(wrong) = found else { panic!("nobody notices that the ledger {}", mistake.name()) };
        println!("the ledger {}: {wrong}", mistake.name());
        let steps = wrong.told.len() - 2;
        assert!(steps <= 6, "it is not made small: {wrong}");
    }
}
