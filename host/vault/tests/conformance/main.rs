//! What every vault has to do, and that the one in a folder and the one in memory do it.
//!
//! The cases know the port, and what lies on the medium as sealed bytes by name: a vault in a shared database is
//! added here as a third.

// `cfg(test)` always holds here; it tells the lints that these modules are tests throughout.
#[cfg(test)]
mod damage;
#[cfg(test)]
mod entries;
#[cfg(test)]
mod medium;
#[cfg(test)]
mod notes;

macro_rules! conformance {
    ($($cases:ident: $($case:ident),* $(,)?);* $(;)?) => {
        mod in_folder {
            $($(#[test]
            fn $case() {
                crate::$cases::$case(&crate::medium::InFolder::new());
            })*)*
        }

        mod in_memory {
            $($(#[test]
            fn $case() {
                crate::$cases::$case(&host_vault::Memory::new(crate::medium::clock()));
            })*)*
        }
    };
}

conformance!(
    entries:
        another_process_finds_what_was_kept,
        never_overwrites,
        does_not_find_what_belongs_to_another_scope,
        tells_names_apart_that_join_to_the_same_text,
        keeps_a_secret_with_line_breaks_as_it_is,
        lists_everything_in_order_without_secrets,
        deletes_only_what_is_named,
        keeps_what_was_sealed_only_when_it_is_placed,
        placing_again_is_fine_and_something_else_is_refused,
        refuses_what_was_sealed_for_another_vault_or_name,
        receives_with_the_date_of_the_other_vault,
        says_limits_at_the_limit,
        rehearses_without_a_trace,
        one_of_many_has_a_name,
        shows_no_secret_when_printed;
    notes:
        a_note_outlives_the_process_and_the_next_run_finds_it,
        notes_of_other_users_accounts_and_lineages_are_other_notes,
        a_note_and_a_secret_leave_each_other_alone,
        a_note_has_limits_too,
        one_of_many_runs_has_the_note;
    damage:
        damage_is_named_and_passes_for_no_free_name,
        what_is_beside_damage_is_found,
        damage_goes_when_somebody_says_so,
        nothing_passes_under_the_name_of_another,
        a_note_is_no_entry_and_an_entry_is_no_note,
        nobody_plants_what_opens;
);
