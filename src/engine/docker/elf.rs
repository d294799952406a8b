//! What a Linux program file says about itself. Only what an image needs to know.
//!
//! Layout: System V ABI, "Program Header"; 64-bit, little-endian.

/// A program file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    /// The image format's name of its processor.
    pub architecture: &'static str,
    /// The loader it asks for. `None` for a static program.
    pub interpreter: Option<String>,
}

const INTERPRETER: u32 = 3;

/// Reads a program's head. `None` when it is no 64-bit Linux program of a known processor.
pub(super) fn read(file: &[u8]) -> Option<Program> {
    // Magic number, 64 bits, little-endian.
    if file.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let architecture = match u16_at(file, 18)? {
        62 => "amd64",
        183 => "arm64",
        243 => "riscv64",
        _ => return None,
    };
    let (table, size, count) = (u64_at(file, 32)?, u64::from(u16_at(file, 54)?), u64::from(u16_at(file, 56)?));
    let interpreter = (0..count).find_map(|index| interpreter(file, index.checked_mul(size)?.checked_add(table)?));
    Some(Program { architecture, interpreter })
}

/// The loader's path, when the program header at `at` names it.
fn interpreter(file: &[u8], at: u64) -> Option<String> {
    let at = usize::try_from(at).ok()?;
    if u32_at(file, at)? != INTERPRETER {
        return None;
    }
    let start = usize::try_from(u64_at(file, at.checked_add(8)?)?).ok()?;
    let length = usize::try_from(u64_at(file, at.checked_add(32)?)?).ok()?;
    let text = file.get(start..start.checked_add(length)?)?;
    Some(std::str::from_utf8(text).ok()?.trim_end_matches('\0').to_owned())
}

fn u16_at(file: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(file.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(file: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(file.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u64_at(file: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(file.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A head with one program header of the given kind that points at the text behind it.
    fn program(machine: u16, kind: u32, text: &str) -> Vec<u8> {
        let mut file = vec![0; 64 + 56];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[18..20].copy_from_slice(&machine.to_le_bytes());
        file[32..40].copy_from_slice(&64_u64.to_le_bytes());
        file[54..56].copy_from_slice(&56_u16.to_le_bytes());
        file[56..58].copy_from_slice(&1_u16.to_le_bytes());
        file[64..68].copy_from_slice(&kind.to_le_bytes());
        file[72..80].copy_from_slice(&120_u64.to_le_bytes());
        file[96..104].copy_from_slice(&(text.len() as u64).to_le_bytes());
        file.extend_from_slice(text.as_bytes());
        file
    }

    #[test]
    fn a_dynamic_program_names_its_loader() {
        let found = read(&program(62, 3, "/lib64/ld.so\0")).expect("a program");
        assert_eq!(found, Program { architecture: "amd64", interpreter: Some("/lib64/ld.so".into()) });
    }

    #[test]
    fn a_static_program_has_none() {
        let found = read(&program(183, 1, "")).expect("a program");
        assert_eq!(found, Program { architecture: "arm64", interpreter: None });
    }

    #[test]
    fn a_script_is_no_program() {
        assert_eq!(read(b"#!/bin/sh\n"), None);
    }

    proptest! {
        #[test]
        fn junk_never_panics(mut file in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&file);
            for (slot, byte) in file.iter_mut().zip(b"\x7fELF\x02\x01") {
                *slot = *byte;
            }
            let _ = read(&file);
        }
    }
}
