//! What a request may ask for.

use http::uri::PathAndQuery;

/// What a path may be, in words.
pub(super) const PATH: &str = "a path that begins with `/`, with `%20` for a space: `/search?q=tea`";

/// Whether this can stand in the first line of a request: printable ASCII that begins with a slash.
///
/// A fragment (`#…`) is a matter of browsers and never sent.
pub(super) fn is_path(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    text.starts_with('/') && plain && PathAndQuery::try_from(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_path;

    #[test]
    fn a_path_begins_with_a_slash_and_has_nothing_that_would_need_escaping() {
        for path in ["/", "/search?q=tea", "/a%20b", "/~me/x;y=1?a[]=2&b={c}"] {
            assert!(is_path(path), "{path}");
        }
        for other in ["", "search", "?q=1", "/a b", "/a#b", "/é", "/a\r\nHost: b", "/\u{7f}", "http://a/b", "*"] {
            assert!(!is_path(other), "{other}");
        }
    }
}
