use std::collections::TryReserveError;
use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::units::Memory;

/// Address space of one block. Above 32 MiB the C library maps a block by itself, and unmaps it
/// when it is dropped; smaller blocks may stay with the process after they were freed, and then
/// "give it back" would give back nothing.
const BLOCK: usize = 64 << 20;

/// How much is touched before somebody else gets a turn. Large, because near the limit every return
/// from the kernel to our own code may have to wait until that code is read from disk again.
const STEP: usize = 16 << 20;

/// Memory that is really used: every page of it was written to.
#[derive(Debug, Default)]
pub(super) struct Held {
    blocks: Mutex<Vec<Vec<u8>>>,
}

impl Held {
    /// Uses `size` more memory, in small steps, so that other visitors are served meanwhile.
    pub(super) async fn grow(&self, size: Memory) -> Result<(), TryReserveError> {
        let mut left = usize::try_from(size.bytes()).unwrap_or(usize::MAX);
        while left > 0 {
            left -= self.touch(left.min(STEP))?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Gives everything back to the system, and tells how much it was.
    pub(super) fn free(&self) -> Memory {
        total(&mem::take(&mut *self.lock()))
    }

    /// How much is held.
    pub(super) fn size(&self) -> Memory {
        total(&self.lock())
    }

    /// Touches at most `size` bytes in the last block, and tells how many.
    fn touch(&self, size: usize) -> Result<usize, TryReserveError> {
        let mut blocks = self.lock();
        if blocks.last().is_none_or(|block| block.len() == block.capacity()) {
            let mut block = Vec::new();
            block.try_reserve_exact(BLOCK)?;
            blocks.push(block);
        }
        let Some(block) = blocks.last_mut() else { return Ok(0) };
        let size = size.min(block.capacity() - block.len());
        let wanted = block.len() + size;
        // Written by the kernel where it offers that. Our own code lies in memory that the kernel takes
        // back near the limit, and an app that must read its code again and again dies slowly there.
        if let Ok(zeros) = File::open("/dev/zero") {
            let _ = zeros.take(size as u64).read_to_end(block);
        }
        block.resize(wanted, 0xA5);
        // Without a reader the compiler may leave out the writes, and the memory is never used.
        black_box(block.as_slice());
        Ok(size)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn total(blocks: &[Vec<u8>]) -> Memory {
    Memory::from_bytes(blocks.iter().map(|block| block.len() as u64).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Whether it is really resident, and really given back, is seen from outside: `tests/emu/mimic.rs`.
    #[tokio::test]
    async fn amounts_larger_than_a_block_are_held_to_the_byte() {
        let held = Held::default();
        held.grow(Memory::from_bytes(BLOCK as u64 + 5)).await.unwrap();
        held.grow(Memory::from_bytes(7)).await.unwrap();
        assert_eq!(held.size(), Memory::from_bytes(BLOCK as u64 + 12));
        assert_eq!(held.free(), Memory::from_bytes(BLOCK as u64 + 12));
        assert_eq!(held.size(), Memory::default());
    }
}
