use std::fmt;

use tokio::time::timeout;
use url::Url;

use super::check::{Got, Mismatch};
use super::cookies::Cookies;
use super::desk::House;
use super::exchange::ask;
use super::expect::Sight;
use super::form::{PageForm, forms};
use super::request::Request;
use super::wire::{Dial, Wire};
use crate::event::LoadFailure;
use crate::scenario::{Body, Call, Expect, Form, Upload, form, multipart};
use crate::units::Elapsed;

/// So much of a page is read; a form behind it is not found.
const SEEN: usize = 1024 * 1024;

/// More redirects than this are a circle. The Fetch standard of the WHATWG allows as many.
const MOST_REDIRECTS: usize = 20;

/// One user of the app: what it has told them to keep, and the connection they have.
pub(super) struct Session<D: Dial> {
    cookies: Cookies,
    wire: Option<Wire<D::Stream>>,
}

/// What is asked for with plain requests.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wish<'s> {
    Ask(&'s Call),
    Fill(&'s Form),
}

/// What a step came to that did not come out as expected.
#[derive(Debug)]
pub(super) enum Fault {
    /// Another answer than expected, or none.
    Answer(Box<Mismatch>),
    /// The page has no form with these fields.
    NoForm { page: String, wanted: Vec<String>, found: Vec<Vec<String>> },
    /// Redirects that lead out of the app, to this address.
    Away(String),
    /// Redirects without an end.
    Circle,
}

/// An answer after all redirects.
struct Landed {
    /// What was asked last.
    call: Call,
    got: Result<(u16, String), LoadFailure>,
    verdict: Result<(), LoadFailure>,
}

impl<D: Dial> Default for Session<D> {
    fn default() -> Self {
        Self { cookies: Cookies::default(), wire: None }
    }
}

impl<D: Dial> Session<D> {
    /// Does one step, and says how it came out: the status, or what was wrong.
    pub(super) async fn take(
        &mut self,
        house: &House<D>,
        (wish, expect): (Wish<'_>, &Expect),
        host: &str,
        within: Elapsed,
    ) -> Result<u16, Fault> {
        let cold = house.gates.were_shut(house.watch.now(), house.watch.now());
        let mut asked = None;
        let landed =
            if let Ok(landed) = timeout(within.duration(), self.act(house, (wish, expect), host, &mut asked)).await {
                landed?
            } else {
                let call = asked.unwrap_or_else(|| get("/", &[]));
                Landed { call, got: Err(LoadFailure::TimedOut), verdict: Err(LoadFailure::TimedOut) }
            };
        let got = match landed.got {
            Ok((status, _)) if landed.verdict.is_ok() => return Ok(status),
            Ok((status, beginning)) => Got::Answer { status, beginning },
            Err(failure) => Got::Nothing(failure),
        };
        let call = Call { expect: expect.clone(), ..landed.call };
        Err(Fault::Answer(Box::new(Mismatch { call, got, cold, timeout: within })))
    }

    /// `asked` is what is asked for at the moment, for whoever gives up waiting.
    async fn act(
        &mut self,
        house: &House<D>,
        (wish, expect): (Wish<'_>, &Expect),
        host: &str,
        asked: &mut Option<Call>,
    ) -> Result<Landed, Fault> {
        let call = match wish {
            Wish::Ask(call) => call.clone(),
            Wish::Fill(form) => {
                let page = get(&form.page, &form.headers);
                let landed = self.follow(house, page, (&Expect::default(), host), asked).await?;
                if landed.verdict.is_err() {
                    return Ok(landed);
                }
                let text = landed.got.map(|(_, text)| text).unwrap_or_default();
                filled(form, (&landed.call.path, host), &text)?
            }
        };
        self.follow(house, call, (expect, host), asked).await
    }

    /// Asks, and goes where the answer sends us, unless a redirect is what is expected.
    async fn follow(
        &mut self,
        house: &House<D>,
        mut call: Call,
        (expect, host): (&Expect, &str),
        asked: &mut Option<Call>,
    ) -> Result<Landed, Fault> {
        let stays = expect.status.is_some_and(|status| (300..400).contains(&status));
        for _ in 0..=MOST_REDIRECTS {
            *asked = Some(call.clone());
            let mut sight = Sight::new(expect, SEEN);
            let heard = self.once(house, &call, host, &mut sight).await;
            let Ok(status) = heard else {
                let failure = heard.err().unwrap_or(LoadFailure::Cut);
                return Ok(Landed { call, got: Err(failure), verdict: Err(failure) });
            };
            if let Some(to) = location(&sight.head).filter(|_| (300..400).contains(&status) && !stays) {
                call = redirected(call, status, &to, host)?;
                continue;
            }
            let beginning = String::from_utf8_lossy(&sight.beginning).into_owned();
            return Ok(Landed { call, got: Ok((status, beginning)), verdict: sight.judge(status) });
        }
        Err(Fault::Circle)
    }

    async fn once(&mut self, house: &House<D>, call: &Call, host: &str, sight: &mut Sight) -> Result<u16, LoadFailure> {
        let mut call = call.clone();
        if let Some(cookies) = self.cookies.give(&call.path) {
            call.headers.retain(|(name, _)| name != "cookie");
            call.headers.push(("cookie".to_owned(), cookies));
        }
        let heard = ask(&house.dial, &mut self.wire, &Request::new(&call, host), sight).await?;
        for header in headers(&sight.head, "set-cookie") {
            self.cookies.take(&header, &call.path);
        }
        Ok(heard.status)
    }
}

fn get(path: &str, headers: &[(String, String)]) -> Call {
    Call {
        weight: 1,
        method: "GET".into(),
        path: path.to_owned(),
        headers: headers.to_vec(),
        body: Body::Empty,
        expect: Expect::default(),
    }
}

/// What the headers of this name say.
pub(super) fn headers(head: &[u8], name: &str) -> Vec<String> {
    let mut space = [httparse::EMPTY_HEADER; 128];
    let mut answer = httparse::Response::new(&mut space);
    if answer.parse(head).is_err() {
        return Vec::new();
    }
    let said = answer.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    said.map(|header| String::from_utf8_lossy(header.value).into_owned()).collect()
}

fn location(head: &[u8]) -> Option<String> {
    headers(head, "location").into_iter().next()
}

/// The next request, as the Fetch standard of the WHATWG has it: after most redirects a plain `GET`.
fn redirected(call: Call, status: u16, to: &str, host: &str) -> Result<Call, Fault> {
    let path = seen_from(&call.path, to, host)?;
    let keeps = matches!(status, 307 | 308) || matches!(call.method.as_str(), "GET" | "HEAD");
    if keeps {
        return Ok(Call { path, ..call });
    }
    let headers = call.headers.into_iter().filter(|(name, _)| name != "content-type").collect();
    Ok(Call { method: "GET".into(), path, headers, body: Body::Empty, ..call })
}

/// Where a page's link leads, as a path of the same app.
///
/// An app that knows its public name may send us there; `http` or `https`, it is the same app only when the
/// name is the one we asked by.
fn seen_from(page: &str, link: &str, host: &str) -> Result<String, Fault> {
    let away = || Fault::Away(link.to_owned());
    let base = Url::parse(&format!("http://{host}{page}")).map_err(|_| away())?;
    let to = base.join(link).map_err(|_| away())?;
    if to.host_str() != base.host_str() || to.port_or_known_default() != base.port_or_known_default() {
        return Err(away());
    }
    let query = to.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(format!("{}{query}", to.path()))
}

/// The request that a browser makes of a filled form.
fn filled(wish: &Form, (page, host): (&str, &str), text: &str) -> Result<Call, Fault> {
    let all = forms(text);
    let file = |form: &PageForm| {
        let wanted = wish.file.as_ref()?;
        form.file_field(wanted.field.as_deref()).map(str::to_owned)
    };
    let fits = |form: &&PageForm| form.has(&wish.fields) && (wish.file.is_none() || file(form).is_some());
    let chosen = all.iter().find(fits).ok_or_else(|| no_form(wish, page, &all))?;
    let fields = chosen.filled(&wish.fields);
    let action = seen_from(page, &chosen.action, host)?;
    let upload = wish.file.clone().map(|upload| Upload { field: file(chosen), ..upload });
    Ok(sent(wish, chosen, &fields, (&action, upload)))
}

fn sent(wish: &Form, chosen: &PageForm, fields: &[(String, String)], (action, upload): (&str, Option<Upload>)) -> Call {
    let plain = get(action, &wish.headers);
    if !chosen.posts {
        let path = action.split('?').next().unwrap_or(action);
        return Call { path: format!("{path}?{}", form(fields)), ..plain };
    }
    // A browser sends an empty part for a file that nobody chose.
    let upload = upload.or_else(|| {
        let field = chosen.multipart.then(|| chosen.file_field(None)).flatten()?;
        let media = "application/octet-stream".to_owned();
        Some(Upload { field: Some(field.to_owned()), name: String::new(), media, content: [].into() })
    });
    let (bytes, kind) = match upload {
        Some(upload) => multipart(fields, &upload),
        None => (form(fields).into_bytes(), "application/x-www-form-urlencoded".to_owned()),
    };
    let mut headers = wish.headers.clone();
    headers.retain(|(name, _)| name != "content-type");
    headers.push(("content-type".to_owned(), kind));
    Call { method: "POST".into(), headers, body: Body::Bytes(bytes.into()), ..plain }
}

fn no_form(wish: &Form, page: &str, all: &[PageForm]) -> Fault {
    let mut wanted: Vec<String> = wish.fields.iter().map(|(name, _)| name.clone()).collect();
    wanted.extend(wish.file.as_ref().map(|file| file.field.clone().unwrap_or_else(|| "a file".to_owned())));
    let names = |form: &PageForm| form.fields.iter().map(|field| field.name.clone()).collect();
    Fault::NoForm { page: page.to_owned(), wanted, found: all.iter().map(names).collect() }
}

impl Fault {
    /// How it is counted.
    pub(super) fn failure(&self) -> LoadFailure {
        let Self::Answer(mismatch) = self else { return LoadFailure::Body };
        match (&mismatch.got, mismatch.call.expect.status) {
            (Got::Nothing(failure), _) => *failure,
            (Got::Answer { status, .. }, wanted) if wanted.map_or(*status < 400, |wanted| *status == wanted) => {
                LoadFailure::Body
            }
            (Got::Answer { status, .. }, _) => LoadFailure::Status(*status),
        }
    }

    /// Whether the app gave no answer at all: the next step would get none either.
    pub(super) fn is_silence(&self) -> bool {
        let silent = |got: &Got| matches!(got, Got::Nothing(LoadFailure::Refused | LoadFailure::Cut));
        matches!(self, Self::Answer(mismatch) if silent(&mismatch.got))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Answer(mismatch) => mismatch.fmt(f),
            Self::NoForm { page, wanted, found } if found.is_empty() => {
                let wanted = quoted(wanted);
                write!(
                    f,
                    "`{page}` has no form, expected one with {wanted}: forms that a script draws are not seen here"
                )
            }
            Self::NoForm { page, wanted, found } => {
                let found = found.iter().map(|names| quoted(names)).collect::<Vec<_>>().join("; ");
                write!(f, "`{page}` has forms with {found}, expected one with {}", quoted(wanted))
            }
            Self::Away(to) => write!(f, "the app sends its visitor away to `{to}`, expected an address of its own"),
            Self::Circle => write!(f, "the app redirects without an end, more than {MOST_REDIRECTS} times"),
        }
    }
}
