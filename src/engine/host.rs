//! What the kernel tells about this machine.

use crate::units::Memory;

/// Memory of this machine. Zero where the system does not tell.
pub(super) fn memory() -> Memory {
    std::fs::read_to_string("/proc/meminfo").map(|text| memory_in(&text)).unwrap_or_default()
}

/// `MemTotal` of `/proc/meminfo`, which is in KiB.
fn memory_in(meminfo: &str) -> Memory {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    Memory::from_bytes(kib.unwrap_or(0).saturating_mul(1024))
}

/// The image format's name of a kind of processor: `amd64` for `x86_64`.
pub(super) fn architecture(machine: &str) -> &str {
    match machine {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" | "arm" => "arm",
        "i686" | "x86" => "386",
        other => other,
    }
}

/// Swap of this machine.
pub(super) fn swap() -> Memory {
    std::fs::read_to_string("/proc/swaps").map(|text| swap_in(&text)).unwrap_or_default()
}

/// The sum of the sizes in `/proc/swaps`, which are in KiB.
fn swap_in(swaps: &str) -> Memory {
    let sizes = swaps.lines().skip(1).filter_map(|line| line.split_whitespace().nth(2)?.parse::<u64>().ok());
    Memory::from_bytes(sizes.fold(0, |sum, size| sum.saturating_add(size.saturating_mul(1024))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_kib() {
        assert_eq!(memory_in("MemTotal:       2048 kB\nMemFree: 1 kB\n"), Memory::from_mib(2));
        assert_eq!(memory_in("MemFree: 1 kB\n"), Memory::default());
    }

    #[test]
    fn swap_is_the_sum_of_all_devices() {
        let text = "Filename\tType\tSize\tUsed\tPriority\n/swap file 2097148 0 -2\n/dev/sda3 partition 1024 0 -3\n";
        assert_eq!(swap_in(text), Memory::from_bytes(2_098_172 * 1024));
        assert_eq!(swap_in("Filename Type Size Used Priority\n"), Memory::default());
    }

    #[test]
    fn processors_have_one_name() {
        assert_eq!(architecture("x86_64"), "amd64");
        assert_eq!(architecture("aarch64"), "arm64");
        assert_eq!(architecture("riscv64"), "riscv64");
    }
}
