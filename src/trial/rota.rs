/// Who runs when: every arm once in each round, each round begun by the next one, so that what
/// changes on the machine meanwhile (it warms up, somebody else works) meets all arms alike.
///
/// Gives pairs of round (from one) and arm (from zero): `A B C`, `B C A`, `C A B` …
pub fn rota(arms: usize, rounds: u32) -> Vec<(u32, usize)> {
    let turn = |round: u32| (0..arms).map(move |place| (round, (place + round as usize - 1) % arms));
    (1..=rounds).flat_map(turn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arm_runs_once_a_round_and_no_arm_is_always_first() {
        assert_eq!(rota(3, 2), [(1, 0), (1, 1), (1, 2), (2, 1), (2, 2), (2, 0)]);
        assert_eq!(rota(1, 2), [(1, 0), (2, 0)]);
        assert_eq!(rota(0, 2), []);
        for arm in 0..4 {
            assert_eq!(rota(4, 8).iter().step_by(4).filter(|(_, first)| *first == arm).count(), 2);
        }
    }
}
