use std::fmt::Write;

use crate::scenario::{Body, Call, Expect};

/// A call, ready to be sent: head and body in one piece.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) bytes: Vec<u8>,
    pub(super) is_head: bool,
    pub(super) expect: Expect,
}

impl Request {
    pub(super) fn new(call: &Call, host: &str) -> Self {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: {host}\r\n", call.method, call.path);
        for (name, value) in OURS {
            if !call.headers.iter().any(|(theirs, _)| theirs.eq_ignore_ascii_case(name)) {
                line(&mut head, name, value);
            }
        }
        for (name, value) in call.headers.iter().filter(|(name, _)| !FRAMING.contains(&name.as_str())) {
            line(&mut head, name, value);
        }
        if let Some(length) = length(call) {
            line(&mut head, "content-length", &length.to_string());
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        if let Body::Bytes(body) = &call.body {
            bytes.extend_from_slice(body);
        }
        Self { bytes, is_head: call.method.eq_ignore_ascii_case("head"), expect: call.expect.clone() }
    }
}

/// What is said unless the scenario says otherwise.
const OURS: [(&str, &str); 2] = [("user-agent", concat!("emu-load/", env!("CARGO_PKG_VERSION"))), ("accept", "*/*")];

/// What only the sender can know.
const FRAMING: [&str; 3] = ["host", "content-length", "transfer-encoding"];

fn line(head: &mut String, name: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = write!(head, "{name}: {value}\r\n");
}

/// A method that usually has a body says that it has none.
fn length(call: &Call) -> Option<usize> {
    match &call.body {
        Body::Bytes(body) => Some(body.len()),
        Body::Empty => matches!(call.method.as_str(), "POST" | "PUT" | "PATCH").then_some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, headers: &[(&str, &str)], body: Body) -> Call {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let expect = Expect::default();
        Call { weight: 1, method: method.into(), path: "/search?q=tea".into(), headers, body, expect }
    }

    fn text(call: &Call) -> String {
        String::from_utf8(Request::new(call, "app.test:80").bytes).unwrap().replace(env!("CARGO_PKG_VERSION"), "N")
    }

    #[test]
    fn a_request_is_one_piece() {
        let get = "GET /search?q=tea HTTP/1.1\r\nhost: app.test:80\r\nuser-agent: emu-load/N\r\naccept: */*\r\n\r\n";
        assert_eq!(text(&call("GET", &[], Body::Empty)), get);
        let post = text(&call("POST", &[("accept", "text/html")], Body::Bytes(b"a=1".as_slice().into())));
        assert!(post.ends_with("accept: text/html\r\ncontent-length: 3\r\n\r\na=1"), "{post}");
        assert!(!post.contains("*/*"), "{post}");
    }

    #[test]
    fn lengths_are_ours_to_say() {
        let put = text(&call("PUT", &[("content-length", "9"), ("host", "evil")], Body::Empty));
        assert!(put.contains("content-length: 0\r\n") && !put.contains('9') && !put.contains("evil"), "{put}");
    }
}
