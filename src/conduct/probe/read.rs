use std::net::SocketAddr;

use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::Unwell;
use super::dial::{Dial, broken, drive};
use crate::engine::Engine;

/// The most of an answer that is read. An app with thousands of series tells more than anybody picks.
const MOST: usize = 4 * 1024 * 1024;

impl<E: Engine> Dial<E> {
    /// The whole text under a path.
    pub(super) async fn text(&self, address: SocketAddr, path: &str) -> Result<String, Unwell> {
        let stream = self.connect(address).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| broken(&e))?;
        let question = self.question(path)?;
        let asked = async move {
            let (head, body) = sender.send_request(question).await.map_err(|e| broken(&e))?.into_parts();
            if !head.status.is_success() {
                let status = head.status.as_u16();
                return Err(Unwell { reason: format!("status {status}"), status: Some(status) });
            }
            let whole = Limited::new(body, MOST).collect().await;
            let bytes = whole.map_err(|_| Unwell::new("the answer broke off, or is too long"))?.to_bytes();
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        drive(asked, connection).await
    }
}
