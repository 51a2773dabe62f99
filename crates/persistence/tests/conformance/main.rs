//! What the storage port promises, on SQLite and on PostgreSQL, and what is particular to databases.
//!
//! PostgreSQL is taken from `DATABASE_URL` (a role that may create databases); without it that part is skipped with a message.
//! Each test has its own database.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod documents;
mod engines;
mod interruptions;
mod log;
mod news;
mod opening;
mod permits;
mod restoration;
mod telling;

/// Everything that is tested on both engines.
macro_rules! promises {
    ($on:path) => {
        conformance::tests!($on);
        conformance::tests!($on, crate {
            opening {
                migrations_are_applied_once,
                the_first_secret_stays,
                the_database_answers_with_its_version,
                the_database_reports_how_durable_it_is,
                closing_ends_every_call,
            }
            permits {
                a_key_that_rested_has_a_burst_and_then_one_call_after_another,
                however_many_ask_no_more_calls_are_granted_than_allowed,
                a_pause_is_told_to_all_who_ask_and_the_longest_holds,
            }
            restoration {
                every_open_operation_of_a_restored_database_counts_as_sent_until_now,
                of_each_order_the_first_open_operation_is_looked_for_before_the_others,
            }
            telling {
                where_an_operation_was_recorded_comes_back_with_every_claim,
                a_look_up_names_the_last_change_and_the_hook_that_it_answers,
                who_observes_hears_of_what_was_written_and_of_nothing_else,
                what_waits_is_counted,
            }
        });
    };
}

mod sqlite {
    promises!(crate::engines::on_sqlite);
}

mod postgres {
    promises!(crate::engines::on_postgres);
}

/// Lanes that no kind uses yet.
#[cfg(feature = "made-up")]
mod made_up {
    mod sqlite {
        conformance::tests!(crate::engines::on_sqlite, lanes);
    }

    mod postgres {
        conformance::tests!(crate::engines::on_postgres, lanes);
    }
}
