use tokio::time::timeout;

use crate::load::Target;
use crate::load::exchange::ask;
use crate::load::expect::Sight;
use crate::load::request::Request;
use crate::load::wire::{Dial, Tcp};
use crate::scenario::{Call, Expect};
use crate::units::Elapsed;

/// Where every Streamlit server since 1.19 says that it is well, and in which words.
const HEALTH: (&str, &[u8]) = ("/_stcore/health", b"ok");

/// An app that says nothing for so long says nothing of its kind.
const PATIENCE: Elapsed = Elapsed::from_secs(30);

/// Whether the app behind this address is one of Streamlit, and what that means for its users, as a sentence.
pub async fn recognise(target: &Target) -> (bool, &'static str) {
    let streamlit = is_streamlit(&Tcp(target.address), &target.host).await;
    (streamlit, words(streamlit))
}

pub(super) fn words(streamlit: bool) -> &'static str {
    if streamlit {
        "this is a Streamlit app: each user is a session in a tab of their own"
    } else {
        "this is no Streamlit app: each user asks for `/` again and again"
    }
}

/// Other apps answer with a page of theirs, or not at all.
pub(super) async fn is_streamlit<D: Dial>(dial: &D, host: &str) -> bool {
    let (path, word) = HEALTH;
    let request = Request::new(&Call::get(path), host);
    let mut sight = Sight::new(&Expect::default(), word.len() + 1);
    let mut wire = None;
    let asked = ask(dial, &mut wire, &request, &mut sight);
    let heard = timeout(PATIENCE.duration(), asked).await;
    matches!(heard, Ok(Ok(heard)) if heard.status == 200) && sight.beginning == word
}
