use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};

/// What is sent after the head of an answer.
pub(super) type Body = BoxBody<Bytes, Infallible>;

/// A body whose length is known. Hyper writes it together with the head.
pub(super) fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed()
}

/// A body that comes piece by piece; each piece is written as soon as it is there.
pub(super) fn pieces(stream: impl Stream<Item = Bytes> + Send + Sync + 'static) -> Body {
    BodyExt::boxed(StreamBody::new(stream.map(|bytes| Ok(Frame::data(bytes)))))
}
