//! What the storage port promises, on SQLite and on PostgreSQL, and what is particular to databases.
//!
//! PostgreSQL is taken from `DATABASE_URL` (a role that may create databases); without it that part is skipped with a message.
//! Each test has its own database.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod archive;
mod documents;
mod engines;
mod interruptions;
mod log;
mod news;
mod opening;
mod permits;
mod restoration;
mod shelf;
mod telling;

/// Everything that is tested on both engines.
macro_rules! promises {
    ($on:path) => {
        conformance::tests!($on);
        conformance::tests!($on, crate {
            archive {
                an_archived_order_is_read_as_before,
                an_archived_order_that_changes_is_back_with_all_that_it_had,
                of_an_archived_order_the_version_is_guarded_too,
                of_many_changes_of_an_archived_order_one_is_written,
                the_stream_has_the_events_of_archived_orders_in_their_places,
                a_hook_of_an_archived_order_brings_it_back_and_makes_its_look_up_due,
                of_many_hooks_of_an_archived_order_none_is_lost,
                a_reading_without_news_of_an_archived_order_is_noted,
                a_number_that_an_archived_order_holds_stays_held,
                of_an_order_on_its_way_to_the_archive_and_a_new_one_one_holds_the_number,
                a_number_means_the_newest_order_wherever_it_lies,
                an_order_that_is_not_at_rest_stays,
                a_repeated_request_of_an_archived_order_finds_its_first,
                of_many_archivers_each_order_is_archived_by_one,
                batches_go_past_what_stays_and_reach_the_end,
                profiles_of_which_all_orders_are_archived_are_known,
                who_begins_to_archive_ends_releases_that_would_miss_those_orders,
            }
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
                orders_that_are_over_are_read_too_but_not_all_at_once,
                what_is_over_is_read_soon_whatever_was_planned_for_it,
                what_a_recent_restore_looked_for_is_looked_for_again,
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
