use jiff::civil::DateTime;

/// Digits and letters that are not mistaken for one another when read aloud or copied by hand.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A run's id from its wall-clock start and a random number: `20261122-1618-k3f9`.
///
/// Short enough to type, and in the order of time when sorted as text. Two runs of the same minute
/// are told apart by twenty bits of the random number.
pub fn run_id(started: DateTime, random: u32) -> String {
    let tail: String = (0..4).rev().map(|place| char::from(LETTERS[(random >> (place * 5) & 31) as usize])).collect();
    format!("{}-{tail}", started.strftime("%Y%m%d-%H%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_readable_and_sorts_by_time() {
        let at = |minute| jiff::civil::date(2026, 11, 22).at(16, minute, 59, 0);
        assert_eq!(run_id(at(18), 0), "20261122-1618-0000");
        assert_eq!(run_id(at(18), u32::MAX), "20261122-1618-zzzz");
        assert!(run_id(at(18), u32::MAX) < run_id(at(19), 0));
    }

    #[test]
    fn every_random_number_of_twenty_bits_has_its_own_id() {
        let at = jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0);
        let ids: std::collections::HashSet<String> = (0..1 << 20).step_by(997).map(|n| run_id(at, n)).collect();
        assert_eq!(ids.len(), (1_usize << 20).div_ceil(997));
    }
}
