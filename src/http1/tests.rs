use proptest::prelude::*;

use super::*;

/// Everything that is taken from the pieces, and what is left behind the body.
fn take(mut body: Body, pieces: &[&[u8]]) -> Result<(Vec<u8>, usize, bool), BadChunk> {
    let (mut content, mut left) = (Vec::new(), 0);
    for piece in pieces {
        let taken = body.take(piece, |data| content.extend_from_slice(data))?;
        left += piece.len() - taken.bytes;
    }
    Ok((content, left, body.is_done()))
}

#[test]
fn bodies_end_where_they_say() {
    assert_eq!(take(Body::length(3), &[b"te", b"a and more"]), Ok((b"tea".to_vec(), 9, true)));
    assert_eq!(take(Body::length(0), &[b"more"]), Ok((Vec::new(), 4, true)));
    assert_eq!(take(Body::UntilClose, &[b"all", b" of it"]), Ok((b"all of it".to_vec(), 0, false)));
    let chunks: &[u8] = b"3;a=b\r\ntea\r\n0\r\nx: y\r\n\r\nmore";
    assert_eq!(take(Body::chunked(), &[chunks]), Ok((b"tea".to_vec(), 4, true)));
}

#[test]
fn chunks_that_can_be_read_in_two_ways_are_refused() {
    for bad in ["3\ntea\r\n", "0x3\r\ntea", " 3\r\ntea", "3\r\nteas\r\n", "\r\n", "-1\r\n", "fffffffffffffffff\r\n"] {
        assert!(take(Body::chunked(), &[bad.as_bytes()]).is_err(), "{bad:?}");
    }
}

#[test]
fn lengths_are_digits_alone() {
    assert_eq!(length(b"0420"), Some(420));
    for bad in ["", "+1", "-1", " 1", "1 ", "0x1", "1,1", "9999999999999999999"] {
        assert_eq!(length(bad.as_bytes()), None, "{bad:?}");
    }
}

proptest! {
    #[test]
    fn the_content_is_the_same_whatever_the_pieces(
        chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..6),
        cut in 1_usize..20,
    ) {
        let mut coded = Vec::new();
        for chunk in &chunks {
            coded.extend(format!("{:x}\r\n", chunk.len()).bytes());
            coded.extend(chunk);
            coded.extend(b"\r\n");
        }
        coded.extend(b"0\r\n\r\n");
        let pieces: Vec<&[u8]> = coded.chunks(cut).collect();
        prop_assert_eq!(take(Body::chunked(), &pieces), Ok((chunks.concat(), 0, true)));
    }

    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = take(Body::chunked(), &[&bytes]);
    }
}
