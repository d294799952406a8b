//! What root may do in a room: what it may in a container, not what it may on this machine.

use rustix::thread::{CapabilitySet, capability_is_in_bounding_set, remove_capability_from_bounding_set};

use super::Word;
use super::stage::Stage;

/// Docker's own list, without making devices: no group of devices stands guard here.
pub(super) const IN_A_ROOM: CapabilitySet = CapabilitySet::AUDIT_WRITE
    .union(CapabilitySet::CHOWN)
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::NET_BIND_SERVICE)
    .union(CapabilitySet::NET_RAW)
    .union(CapabilitySet::SETFCAP)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETPCAP)
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::SYS_CHROOT);

/// Gives up all rights but these for the program to come and everything it starts.
pub(super) fn keep(kept: CapabilitySet) -> Result<(), Word> {
    for number in 0..u64::BITS {
        let right = CapabilitySet::from_bits_retain(1 << number);
        // The kernel does not know the ones behind its last.
        let Ok(there) = capability_is_in_bounding_set(right) else { break };
        if there && !kept.contains(right) {
            remove_capability_from_bounding_set(right).stage("give up the rights of this machine's root")?;
        }
    }
    Ok(())
}
