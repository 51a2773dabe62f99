//! What the storage port promises, written once and run on every store.
//!
//! Each promise is a function that takes an empty store and panics where it is not kept. A store runs them all by
//! [`tests!`]. Nothing here may know what a store is made of; time that has to pass for a lease is a lease of no length.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

pub mod claims;
pub mod guards;
pub mod interruptions;
pub mod items;
#[cfg(feature = "made-up")]
pub mod lanes;
pub mod leases;
pub mod lists;
pub mod lookups;
pub mod operator;
pub mod pairs;
pub mod requests;
pub mod round_trips;
pub mod samples;
pub mod stream;
pub mod timers;

/// Makes one test of each promise of the storage port. The crate that calls it depends on tokio.
///
/// `tests!(on_mine)`, where `on_mine` is an async function that calls what it is given with an empty store and awaits it:
///
/// ```text
/// async fn on_mine<T: Future<Output = ()>>(test: impl FnOnce(MyStore) -> T)
/// ```
///
/// `tests!(on_mine, crate { opening { … } })` does the same with a store's own promises, kept in modules of that crate.
#[macro_export]
macro_rules! tests {
    ($on:path) => {
        $crate::tests!($on, $crate {
            round_trips {
                a_full_order_comes_back_unchanged,
                a_bare_order_comes_back_unchanged,
                a_changed_order_comes_back_as_it_is_afterwards,
                every_kind_of_event_comes_back_unchanged,
                folding_the_events_gives_the_order_but_for_personal_data,
                shipments_come_back_unchanged_and_oldest_first,
                refunds_come_back_unchanged_and_oldest_first,
                a_request_about_a_refund_is_found_with_it,
                a_request_about_a_return_is_found_with_it,
                an_operation_comes_back_unchanged,
                metadata_comes_back_as_the_caller_wrote_it,
            }
            guards {
                a_version_moved_is_noticed,
                a_change_of_an_unknown_order_is_refused,
                an_order_is_created_only_once,
                of_many_changes_on_one_version_one_is_written,
                a_held_number_is_refused_within_its_profile,
                a_canceled_order_gives_its_number_free,
                of_many_orders_at_once_one_holds_the_number,
                a_change_that_fails_at_its_last_guard_leaves_nothing,
                a_reading_is_noted_only_at_its_version,
                an_event_is_never_written_over,
                an_operation_is_inserted_once,
                an_order_at_mollie_is_one_of_ours_in_each_profile,
                nothing_is_kept_of_an_unknown_order,
            }
            pairs {
                a_number_moves_to_a_new_order_and_back_again,
                nothing_of_two_orders_is_written_if_one_of_them_has_moved,
                nothing_of_two_orders_is_written_if_a_third_holds_the_number,
                of_many_orders_that_replace_one_one_is_written,
                both_orders_are_looked_up_when_they_are_due,
                each_order_keeps_what_is_written_of_it,
            }
            requests {
                a_request_is_found_by_caller_and_id,
                a_repeated_request_is_told_before_a_held_number,
                of_the_same_request_many_times_at_once_one_is_written,
                of_the_same_shipment_many_times_at_once_one_is_written,
                an_id_belongs_to_its_caller,
            }
            claims {
                operations_are_given_out_in_turn,
                an_operation_is_not_given_out_before_its_time,
                times_compare_also_at_whole_seconds,
                a_claim_notes_the_times_of_sending,
                a_lease_that_ran_out_leaves_the_operation_resolving,
                what_is_resolving_stays_so_when_it_is_claimed,
                an_operation_that_needs_attention_holds_up_those_behind_it,
                an_operation_inserted_with_a_claim_is_not_given_out,
                no_more_are_given_out_than_asked_for,
                of_many_takers_at_once_one_gets_it,
                unsettled_operations_come_by_turn,
                those_that_wait_longest_are_given_out_first,
                what_was_left_in_flight_is_given_out_before_its_time,
            }
            leases {
                a_lease_is_renewed_by_its_token_while_it_stands,
                an_operation_is_released_by_its_token_only,
                an_operation_is_put_back_by_its_token_only,
                what_is_settled_is_not_put_back,
                only_what_was_never_sent_is_withdrawn,
                work_done_under_a_lease_that_ran_out_counts_while_nobody_took_over,
                what_somebody_holds_is_not_withdrawn,
            }
            lookups {
                a_look_up_is_given_out_when_it_is_due,
                a_look_up_that_read_nothing_is_owed_until_one_has_read_the_order,
                a_hook_makes_the_look_up_due_at_once,
                a_hook_of_an_unknown_order_leaves_nothing,
                a_hook_during_a_look_up_makes_the_next_one_due,
                a_change_does_not_postpone_what_is_due,
                a_look_up_whose_lease_ran_out_is_given_out_again,
                a_look_up_in_other_hands_is_not_ended,
                failures_in_a_row_are_kept,
                fifty_hooks_at_once_are_all_counted,
                of_many_takers_at_once_one_gets_the_look_up,
                hooks_and_changes_at_once_do_not_fail_each_other,
                a_change_during_a_look_up_makes_the_next_one_due,
                look_ups_that_wait_longest_are_given_out_first,
            }
            lists {
                orders_come_newest_first_without_loss_or_double,
                refused_and_abandoned_orders_are_listed_only_when_asked_for,
                orders_are_filtered_by_each_part,
                an_order_is_found_by_each_key,
                changed_orders_come_by_their_last_change,
                a_number_means_the_order_that_holds_it_else_the_newest,
                events_come_in_pages_without_loss_or_double,
                an_order_stands_with_its_unsettled_operations,
                an_order_and_its_operations_are_of_one_moment,
                several_orders_are_found_as_each_by_itself,
                those_operations_that_exist_are_found_at_once,
                refunds_of_all_orders_come_by_their_time_at_mollie_and_add_up,
            }
            items {
                orders_with_open_items_are_found_whatever_became_of_them,
                an_order_is_found_until_its_last_item_is_closed,
                orders_with_held_shipments_are_found_until_none_is_held,
                folding_the_events_gives_the_items,
                each_hint_is_kept_once_and_in_the_order_of_its_coming,
                no_more_than_eight_hints_are_kept,
                hints_are_forgotten_with_the_look_up_that_dealt_with_them,
                hints_left_by_a_look_up_are_there_for_the_next,
                a_hint_that_comes_during_a_look_up_is_not_lost,
                hints_of_a_look_up_in_other_hands_are_not_forgotten,
                of_many_hints_at_once_each_is_kept_once,
            }
            operator {
                operations_come_oldest_first_without_loss_or_double,
                operations_that_are_not_settled_are_listed_unless_others_are_asked_for,
                operations_are_filtered_by_each_part,
                only_what_needs_attention_is_decided,
                what_somebody_works_on_is_not_decided,
                of_two_decisions_at_once_one_is_written,
            }
            stream {
                an_event_is_in_the_stream_once_it_has_a_position,
                positions_have_no_gaps_and_keep_the_order_of_each_order,
                no_more_positions_are_given_than_asked_for,
                the_stream_comes_in_pages_without_loss_or_double,
                a_place_says_which_event_has_a_position,
                who_reads_behind_what_he_has_read_misses_nothing,
            }
            timers {
                a_timer_is_given_out_when_it_is_due_by_the_stores_clock,
                a_timer_is_set_again_or_ended_by_its_holder,
                what_a_change_sets_is_not_ended_by_an_earlier_holder,
                a_timer_whose_lease_ran_out_is_given_out_again,
                of_many_takers_at_once_one_gets_the_timer,
                what_policies_did_is_counted_once_for_each_number,
                a_profile_stays_as_it_was_paused_first,
                orders_come_by_their_deadlines_without_loss_or_double_and_add_up,
            }
            interruptions {
                dropped_changes_are_written_wholly_or_not_at_all,
                a_change_once_begun_is_written_though_nobody_waits_for_it,
                dropped_reads_and_claims_leave_the_store_working,
            }
        });
    };
    // What is promised of lanes in which no kind stands yet.
    ($on:path, lanes) => {
        $crate::tests!($on, $crate {
            lanes {
                what_waits_for_a_person_in_one_lane_holds_up_none_in_another,
                of_one_order_one_is_sent_at_a_time,
                what_is_in_flight_is_looked_for_while_another_waits,
                what_was_told_to_come_later_is_overtaken_in_its_lane,
                what_follows_another_is_sent_once_that_has_ended_and_holds_up_none_before,
                nothing_is_sent_before_the_placement,
                of_two_takers_of_two_lanes_one_sends,
            }
        });
    };
    ($on:path, $home:ident { $($module:ident { $($name:ident),+ $(,)? })+ }) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                $on(|store| async move { $home::$module::$name(&store).await }).await;
            }
        )+)+
    };
}
