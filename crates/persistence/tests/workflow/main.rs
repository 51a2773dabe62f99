//! The workflow over the real store: every way a call to Mollie can end, crashes before and after its effect, and what happens
//! meanwhile. Mollie's side is in memory, the clock is moved by hand, and nothing sleeps.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod ages;
mod auto_ship;
mod call_off;
mod cancel;
mod cancel_early;
mod cancel_lines;
mod cancel_lines_lost;
mod captures;
mod causes;
mod chargebacks;
mod clock;
mod contradictory;
mod deadlines;
mod deductions;
mod duplicates;
mod ended;
mod fees;
mod found_lines;
mod hooks;
mod incomplete;
mod intents;
mod interrupted;
mod invariants;
mod items;
mod keys;
mod leases;
mod ledger;
mod left_open;
#[cfg(feature = "made-up")]
mod made_up;
mod manage_lines;
mod mollie;
mod operator;
mod operator_cancel;
mod operator_place;
mod pay;
mod payment_window;
mod place;
mod queue;
mod refund;
mod refusals;
mod requests;
mod resting;
mod return_lines;
mod second_chance;
mod ship;
mod ship_elsewhere;
mod ship_found;
mod ship_lost;
mod stale;
mod submitted;
mod supersede;
mod supersede_canceled;
mod supersede_paid;
mod surplus;
mod sync;
mod track;
mod update;
mod whereabouts;
mod world;
