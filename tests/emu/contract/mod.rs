//! What every engine must do. One suite, run against each of them with the built-in app.
//!
//! `contract::suite!(path::to::engine)` makes a test of every case; the path names an async function
//! that returns an `Option` of the engine.

use emu::engine::Engine;

pub mod cpu;
pub mod disk;
pub mod lab;
pub mod limits;
pub mod memory;
pub mod process;

/// Whether instances have mounts, names and process numbers of their own. Where they have not, the
/// engine says so in its capabilities, and a plan's promises about them are told as not kept.
fn is_apart(engine: &impl Engine) -> bool {
    engine.machine().can.isolation.is_apart()
}

/// One test for each case.
macro_rules! suite {
    ($engine:path) => {
        $crate::contract::cases! { $engine:
            process::an_exit_status_is_kept,
            process::a_normal_end_is_told_as_one,
            process::every_line_arrives_in_order_and_before_the_end,
            process::the_process_finds_what_was_ordered,
            process::a_process_that_obeys_ends_within_its_grace,
            process::a_process_that_ignores_the_signal_is_killed_after_its_grace,
            process::listening_sockets_are_found,
            process::exec_runs_beside_the_app,
            process::removing_twice_succeeds,
            process::removing_a_running_instance_tells_its_end_first,
            memory::the_limit_kills_and_both_witnesses_say_so,
            memory::a_death_within_a_moment_is_still_told,
            memory::a_tenth_above_the_limit_dies_without_swap,
            memory::the_kill_of_a_child_is_told_within_a_second,
            memory::a_kill_after_a_childs_death_is_not_out_of_memory,
            memory::file_cache_is_no_need,
            memory::shared_memory_is_need_and_told_apart,
            memory::files_in_a_tmp_of_memory_are_need,
            memory::a_known_amount_is_measured,
            cpu::the_share_is_enforced,
            cpu::a_new_instance_counts_from_zero,
            cpu::the_share_changes_while_the_app_runs,
            cpu::nearly_nothing_is_nearly_nothing_and_all_of_it_comes_back,
            limits::limits_are_seen_from_inside,
            limits::processes_are_limited,
            limits::the_most_open_files_can_be_had,
            limits::a_larger_memory_limit_holds_at_once,
            limits::a_smaller_memory_limit_kills,
            limits::a_change_after_the_end_is_none,
            disk::a_new_instance_has_a_new_disk,
            disk::the_same_instance_keeps_its_disk,
            disk::files_that_would_be_lost_are_listed,
            disk::a_secret_file_is_there_for_another_user_in_every_life_and_is_no_loss,
        }
    };
}

macro_rules! cases {
    ($engine:path: $($room:ident::$case:ident,)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                if let Some(engine) = $engine().await {
                    $crate::contract::$room::$case(&engine).await;
                }
            }
        )*
    };
}

pub(crate) use {cases, suite};
