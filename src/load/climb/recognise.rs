use crate::load::exchange::ask;
use crate::load::expect::Sight;
use crate::load::phase::Ground;
use crate::load::request::Request;
use crate::load::wire::Dial;
use crate::scenario::{Call, Expect};

/// Where every Streamlit server since 1.19 says that it is well, and in which words.
const HEALTH: (&str, &[u8]) = ("/_stcore/health", b"ok");

/// Whether the app behind this address is one of Streamlit. Other apps answer with a page of theirs, or not at all.
pub(in crate::load) async fn is_streamlit<D: Dial>(ground: &Ground<D>) -> bool {
    let (path, word) = HEALTH;
    let request = Request::new(&Call::get(path), &ground.host);
    let mut sight = Sight::new(&Expect::default(), word.len() + 1);
    let mut wire = None;
    let asked = ask(&ground.house.dial, &mut wire, &request, &mut sight);
    let heard = tokio::time::timeout(ground.house.timeout.duration(), asked).await;
    matches!(heard, Ok(Ok(heard)) if heard.status == 200) && sight.beginning == word
}
