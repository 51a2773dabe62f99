//! A service that ships what takes money off last, with the last goods, is found, and the sequence is made small.

use domain::planted::{Planted, choose};
use sequences::campaign::play_many;

#[test]
fn deductions_that_leave_last_are_found() {
    choose(Some(Planted::DeductionLast));
    let found = play_many(2_000, crate::seed());
    choose(None);
    let Err(wrong) = found else {
        panic!("nobody notices that the service {}", Planted::DeductionLast.name())
    };
    println!("the service {}: {wrong}", Planted::DeductionLast.name());
    assert!(wrong.told.len() <= 8, "it is not made small: {wrong}");
}
