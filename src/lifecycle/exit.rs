use crate::event::{Ended, ExitCause};

/// Status of a process that ended by SIGKILL.
const KILLED: i32 = 137;

/// What ended a process, by its witnesses. `survived` is the number of kills in the group that it had
/// outlived by then: an old kill of a child proves nothing about today's end.
///
/// Status 137 alone only says "killed". It is the memory limit's work when the kernel's own counter
/// or the engine says so; with neither, somebody else did it and the plan is not to blame.
pub(super) fn classify(ended: &Ended, survived: u64) -> ExitCause {
    let kernel_says_so = ended.kernel_oom_kills.is_some_and(|kills| kills > survived);
    let engine_says_so = ended.engine_says_oom && ended.code == KILLED && survived == 0;
    match ended.code {
        _ if ended.asked_for => ExitCause::Stopped,
        0 => ExitCause::Finished,
        _ if kernel_says_so || engine_says_so => ExitCause::OutOfMemory,
        KILLED => ExitCause::KilledFromOutside,
        _ => ExitCause::Crashed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ExitCause::{Crashed, Finished, KilledFromOutside, OutOfMemory, Stopped};

    /// One row: status, engine's flag, kernel's counter, kills survived, asked for, verdict.
    type Row = (i32, bool, Option<u64>, u64, bool, ExitCause);

    const ROWS: &[Row] = &[
        // It ended by itself.
        (0, false, Some(0), 0, false, Finished),
        (1, false, Some(0), 0, false, Crashed),
        (1, false, None, 0, false, Crashed),
        (139, false, Some(0), 0, false, Crashed),
        // 137 alone proves nothing.
        (137, false, Some(0), 0, false, KilledFromOutside),
        (137, false, None, 0, false, KilledFromOutside),
        // One witness is enough: the counter, or the engine when the counter was gone too soon.
        (137, false, Some(1), 0, false, OutOfMemory),
        (137, true, None, 0, false, OutOfMemory),
        (137, true, Some(0), 0, false, OutOfMemory),
        (137, true, Some(1), 0, false, OutOfMemory),
        // The main process fell because its child was killed.
        (1, false, Some(1), 0, false, OutOfMemory),
        // A child was killed long ago: the witnesses speak of that one.
        (137, true, Some(1), 1, false, KilledFromOutside),
        (137, false, Some(2), 1, false, OutOfMemory),
        (1, true, Some(1), 1, false, Crashed),
        // A child was killed, and the main process ended well all the same.
        (0, true, Some(1), 0, false, Finished),
        // A flag without a kill is a flag of something else.
        (1, true, Some(0), 0, false, Crashed),
        // emu asked for it, whatever it looks like.
        (0, false, Some(0), 0, true, Stopped),
        (143, false, Some(0), 0, true, Stopped),
        (137, false, Some(0), 0, true, Stopped),
        (137, true, Some(1), 0, true, Stopped),
    ];

    #[test]
    fn the_cause_of_an_end_follows_its_witnesses() {
        for (code, engine_says_oom, kernel_oom_kills, survived, asked_for, cause) in ROWS.iter().copied() {
            let ended = Ended { code, engine_says_oom, kernel_oom_kills, asked_for };
            assert_eq!(classify(&ended, survived), cause, "{ended:?}, {survived} survived");
        }
    }
}
