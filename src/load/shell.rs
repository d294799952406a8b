//! Pages that are empty until a browser fills them.

use crate::event::SHELL;
use crate::scenario::Call;

/// What the page of an app that lives in the browser tells visitors whose browser runs no programs. It is the
/// usual sentence of such pages (Create React App and Vite put it there), and Streamlit's page has it.
const SIGN: &str = "you need to enable javascript";

/// The remark about an answer that is only a shell: whoever loads it does not load the app.
pub(super) fn remark(call: &Call, beginning: &str) -> Option<String> {
    let hollow = beginning.to_lowercase().contains(SIGN);
    hollow.then(|| {
        format!(
            "{SHELL}: `{} {}` is answered with a page that the visitor's browser fills, so this load does not make \
             the app work as a visitor does",
            call.method, call.path
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Body, Expect};

    #[test]
    fn a_page_that_a_browser_fills_is_told_apart_from_one_that_is_there() {
        let call = Call {
            weight: 1,
            method: "GET".into(),
            path: "/".into(),
            headers: Vec::new(),
            body: Body::Empty,
            expect: Expect::default(),
        };
        let shell =
            "<title>App</title><noscript>You need to enable JavaScript to run this app.</noscript><div id=root>";
        assert!(remark(&call, shell).is_some_and(|text| text.starts_with(SHELL) && text.contains("`GET /`")));
        assert_eq!(remark(&call, "<h1>Orders</h1><script src=menu.js></script>"), None);
    }
}
