//! The kernel's table of network devices.

/// One reading in so many looks at the table, five in two seconds. A look costs as much as all
/// counters of a group, and sleep is a matter of seconds at least.
const ONE_IN: u32 = 8;

/// The devices of the network that a process is in.
#[derive(Debug)]
pub(super) struct Devices {
    pid: u32,
    readings: u32,
}

impl Devices {
    pub(super) fn of_process(pid: u32) -> Self {
        Self { pid, readings: 0 }
    }

    /// Packets sent so far; `None` in most readings, and when it cannot be told.
    pub(super) fn sent(&mut self) -> Option<u64> {
        let due = self.readings.is_multiple_of(ONE_IN);
        self.readings = self.readings.wrapping_add(1);
        if due { sent(self.pid) } else { None }
    }
}

/// Packets that the devices of the network which process `pid` is in have sent, without its loopback device.
/// `None` when the process has ended or cannot be seen.
fn sent(pid: u32) -> Option<u64> {
    parse(&std::fs::read_to_string(format!("/proc/{pid}/net/dev")).ok()?)
}

/// `/proc/net/dev` has two lines of titles, then a line for each device: its name, eight numbers of what it
/// received, and the same eight of what it sent: bytes, packets, and so on.
fn parse(table: &str) -> Option<u64> {
    const SENT_PACKETS: usize = 9;
    let devices = table.lines().skip(2).filter_map(|line| line.split_once(':'));
    devices
        .filter(|(name, _)| name.trim() != "lo")
        .map(|(_, numbers)| numbers.split_whitespace().nth(SENT_PACKETS)?.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1312930    9009    0    0    0     0          0         0  1312930    9009    0    0    0     0       0          0
  eth0: 4000000    3100    0    0    0     0          0         0    70000     412    0    0    0     0       0          0
  eth1:      90       1    0    0    0     0          0         0       90       3    0    0    0     0       0          0
";

    #[test]
    fn what_every_device_but_the_loopback_sent_is_added() {
        assert_eq!(parse(TABLE), Some(415));
    }

    #[test]
    fn a_table_that_cannot_be_understood_is_not_told_as_silence() {
        assert_eq!(parse("title\ntitle\neth0: 1 2 3"), None);
    }

    #[test]
    fn this_machine_has_such_a_table_and_it_is_looked_at_now_and_then() {
        let mut own = Devices::of_process(std::process::id());
        let told: Vec<bool> = (0..=ONE_IN).map(|_| own.sent().is_some()).collect();
        assert!(told[0] && told[ONE_IN as usize], "{told:?}");
        assert_eq!(told.iter().filter(|told| **told).count(), 2, "{told:?}");
    }
}
