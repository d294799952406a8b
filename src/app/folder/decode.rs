//! Bytes of a file as text.

use crate::project::Content;

/// Looked at to tell text from other things: the beginning of a file, as git does it.
const LOOKED_AT: usize = 8000;

/// What stands in a file.
pub(super) fn decode(bytes: Vec<u8>) -> Content {
    if let Some(rest) = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        return String::from_utf8(rest.to_vec()).map_or(Content::Binary, Content::Text);
    }
    if let Some(text) = wide(&bytes) {
        return Content::Foreign("UTF-16", text);
    }
    if bytes.iter().take(LOOKED_AT).any(|byte| *byte == 0) {
        return Content::Binary;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Content::Text(text),
        Err(error) => latin(error.as_bytes()),
    }
}

/// Text of two bytes a character, which says so by the mark at its beginning.
fn wide(bytes: &[u8]) -> Option<String> {
    let (rest, read): (_, fn([u8; 2]) -> u16) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => (rest, u16::from_be_bytes),
        _ => return None,
    };
    let units = rest.as_chunks::<2>().0.iter().map(|pair| read(*pair));
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// What is not UTF-8 and has no characters that control something is the encoding of old Windows machines.
fn latin(bytes: &[u8]) -> Content {
    let controls = bytes.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    if controls > 0 {
        return Content::Binary;
    }
    Content::Foreign("Latin-1", bytes.iter().map(|byte| char::from(*byte)).collect())
}
