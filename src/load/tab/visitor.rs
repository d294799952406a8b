use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{sleep, timeout};

use super::gradio::Guest;
use super::line::Caller;
use super::socket::Socket;
use super::trouble::Trouble;
use crate::load::desk::House;
use crate::load::exchange::ask;
use crate::load::expect::Sight;
use crate::load::request::Request;
use crate::load::session::headers;
use crate::load::wire::Dial;
use crate::scenario::{Body, Call, Deed, Expect, Setting, Touch, Upload, multipart};
use crate::streamlit::{self, End, FileUrls, Put, Raised, Tab, Widget};
use crate::units::Elapsed;

/// Where users come in, and what they say of themselves.
#[derive(Debug, Clone, Default)]
pub(in crate::load) struct Door {
    /// The value of the header `host`.
    pub(in crate::load) host: String,
    /// What their requests say.
    pub(in crate::load) headers: Vec<(String, String)>,
}

/// One user with a session: in a tab of a Streamlit app, with what they have put into forms and not sent yet, or of
/// another kind.
pub(in crate::load) struct Visitor<D: Dial> {
    caller: Caller<D>,
    guest: Guest<D>,
    socket: Option<Socket<D::Stream>>,
    tab: Tab,
    /// By the forms that they belong to.
    unsent: Vec<(String, Put)>,
}

impl<D: Dial> Default for Visitor<D> {
    fn default() -> Self {
        Self { caller: Caller::default(), guest: Guest::default(), socket: None, tab: Tab::new(), unsent: Vec::new() }
    }
}

impl<D: Dial> Visitor<D> {
    /// Whether they have never seen the app.
    pub(super) fn is_new(&self) -> bool {
        self.tab.session.is_empty() && self.caller.is_new() && self.guest.is_new()
    }

    /// Does one step: until all that it asks for has ended, and is as expected.
    pub(in crate::load) async fn take(
        &mut self,
        house: &House<D>,
        (deed, expect): (&Deed, &Expect),
        door: &Door,
        within: Elapsed,
    ) -> Result<(), Trouble> {
        match deed {
            Deed::Line(line) => self.caller.take(house, (line, expect), door, within).await,
            Deed::Gradio(deed) => self.guest.take(house, (deed, expect), door, within).await,
            _ => self.in_tab(house, (deed, expect), door, within).await,
        }
    }

    async fn in_tab(
        &mut self,
        house: &House<D>,
        (deed, expect): (&Deed, &Expect),
        door: &Door,
        within: Elapsed,
    ) -> Result<(), Trouble> {
        if let Deed::Away(pause) = deed {
            self.leave().await;
            sleep(pause.duration()).await;
        }
        let outcome = timeout(within.duration(), self.act(house, (deed, expect), door)).await;
        let outcome = outcome.unwrap_or(Err(Trouble::NeverEnded(within)));
        if outcome.as_ref().is_err_and(Trouble::is_end_of_tab) {
            self.socket = None;
        }
        outcome
    }

    async fn act(&mut self, house: &House<D>, (deed, expect): (&Deed, &Expect), door: &Door) -> Result<(), Trouble> {
        let mut raised = None;
        let mut course = Course { visitor: self, expect, raised: &mut raised };
        match deed {
            Deed::Open(target) => course.open(house, door, target).await?,
            Deed::Away(_) => course.be_there(house, door).await?,
            Deed::Go(name) => {
                course.be_there(house, door).await?;
                let hash = course.visitor.tab.page.page(name)?.to_owned();
                course.run(streamlit::navigate(&hash)).await?;
            }
            Deed::Touch(touch) => {
                course.be_there(house, door).await?;
                course.touch(house, door, touch).await?;
            }
            // Nothing of these happens in a tab.
            Deed::Line(_) | Deed::Gradio(_) => {}
        }
        self.judge(expect, raised)
    }

    fn judge(&self, expect: &Expect, raised: Option<Raised>) -> Result<(), Trouble> {
        match (expect.exception, raised) {
            (false, Some(raised)) => return Err(Trouble::Raised(raised)),
            (true, None) => return Err(Trouble::NotRaised),
            _ => {}
        }
        let page = &self.tab.page;
        if let Some(text) = expect.holds.as_ref().filter(|text| !page.holds(text)) {
            return Err(Trouble::Lacks(text.clone(), self.shows()));
        }
        match expect.lacks.as_ref().filter(|text| page.holds(text)) {
            Some(text) => Err(Trouble::Holds(text.clone())),
            None => Ok(()),
        }
    }

    /// The first texts of the page, for somebody who expected others.
    fn shows(&self) -> String {
        let line =
            |text: &str| format!("`{}`", text.lines().next().unwrap_or_default().chars().take(40).collect::<String>());
        let first: Vec<String> =
            self.tab.page.texts().filter(|text| !text.trim().is_empty()).take(6).map(line).collect();
        if first.is_empty() { "no text at all".into() } else { first.join(", ") }
    }

    /// Closes the tab, or hangs up.
    pub(super) async fn leave(&mut self) {
        self.caller.leave().await;
        if let Some(socket) = self.socket.take() {
            socket.leave().await;
        }
    }

    /// Takes in what comes while nothing is done, and answers pings. Returns when the socket is lost.
    pub(in crate::load) async fn rest(&mut self) {
        let Self { caller, socket, tab, .. } = self;
        tokio::select! {
            () = caller.rest() => {}
            () = in_tab(socket, tab) => {}
        }
    }
}

/// Takes in what a server says unasked, and answers its pings. Returns when the socket is lost.
async fn in_tab<S: AsyncRead + AsyncWrite + Unpin>(kept: &mut Option<Socket<S>>, tab: &mut Tab) {
    while let Some(socket) = kept {
        let Ok(bytes) = socket.hear().await else {
            *kept = None;
            return;
        };
        // What a server says unasked is not worth a failure.
        drop(tab.hear(&bytes));
    }
    std::future::pending::<()>().await;
}

/// A step as it goes on.
struct Course<'v, D: Dial> {
    visitor: &'v mut Visitor<D>,
    expect: &'v Expect,
    /// What the page shows after the last run.
    raised: &'v mut Option<Raised>,
}

impl<D: Dial> Course<'_, D> {
    /// A new tab, and a new session.
    async fn open(&mut self, house: &House<D>, door: &Door, target: &str) -> Result<(), Trouble> {
        *self.visitor = Visitor::default();
        self.connect(house, door).await?;
        self.run(streamlit::open(target)).await
    }

    /// Opens the app where it is not open; a session that there was is gone on with, as browsers do it.
    async fn be_there(&mut self, house: &House<D>, door: &Door) -> Result<(), Trouble> {
        if self.visitor.socket.is_some() {
            return Ok(());
        }
        if self.visitor.tab.session.is_empty() {
            return self.open(house, door, "/").await;
        }
        self.connect(house, door).await?;
        let again = streamlit::rerun(&self.visitor.tab, Vec::new(), None);
        self.run(again).await
    }

    async fn connect(&mut self, house: &House<D>, door: &Door) -> Result<(), Trouble> {
        let stream = house.dial.dial().await.map_err(|_| Trouble::Refused)?;
        self.visitor.socket = Some(Socket::open(stream, door, &self.visitor.tab.session).await?);
        Ok(())
    }

    async fn touch(&mut self, house: &House<D>, door: &Door, touch: &Touch) -> Result<(), Trouble> {
        for (label, setting) in &touch.set {
            self.set(label, setting).await?;
        }
        if let Some(file) = &touch.file {
            self.upload(house, door, file).await?;
        }
        match &touch.click {
            Some(label) => self.click(label).await,
            None if touch.set.is_empty() && touch.file.is_none() => {
                self.run(streamlit::rerun(&self.visitor.tab, Vec::new(), None)).await
            }
            None => Ok(()),
        }
    }

    async fn set(&mut self, label: &str, setting: &Setting) -> Result<(), Trouble> {
        let field = self.visitor.tab.page.field(label)?.clone();
        let put = Put::set(&field, setting, self.visitor.tab.version)?;
        self.put(&field, put).await
    }

    /// A form's fields wait for its button; any other has the script run.
    async fn put(&mut self, field: &Widget, put: Put) -> Result<(), Trouble> {
        if let Some(form) = &field.form {
            self.visitor.unsent.push((form.clone(), put));
            return Ok(());
        }
        self.run(streamlit::rerun(&self.visitor.tab, vec![put], field.fragment.as_deref())).await
    }

    async fn click(&mut self, label: &str) -> Result<(), Trouble> {
        let button = self.visitor.tab.page.button(label)?.clone();
        let unsent = std::mem::take(&mut self.visitor.unsent);
        let (mine, others): (Vec<_>, Vec<_>) =
            unsent.into_iter().partition(|(form, _)| Some(form) == button.form.as_ref());
        self.visitor.unsent = others;
        let mut puts: Vec<Put> = mine.into_iter().map(|(_, put)| put).collect();
        puts.push(Put::pressed(&button));
        self.run(streamlit::rerun(&self.visitor.tab, puts, button.fragment.as_deref())).await
    }

    async fn upload(&mut self, house: &House<D>, door: &Door, file: &Upload) -> Result<(), Trouble> {
        let field = self.visitor.tab.page.uploader(file.field.as_deref())?.clone();
        self.say(streamlit::file_urls(&self.visitor.tab, &file.name)).await?;
        let End::Files(answer) = self.end().await? else {
            return Err(Trouble::NotTaken("the script ran instead".into()));
        };
        let Some(place) = answer.file_urls.into_iter().next() else {
            return Err(Trouble::NotTaken(answer.error));
        };
        send(house, door, file, &place).await?;
        let put = Put::chosen(&field, (&file.name, file.content.len() as u64), place);
        self.put(&field, put).await
    }

    /// Has the script run, and waits for its end.
    async fn run(&mut self, message: Vec<u8>) -> Result<(), Trouble> {
        // Only the last run of a step may show an exception, and only where one is expected.
        if let Some(raised) = self.raised.take().filter(|_| !self.expect.exception) {
            return Err(Trouble::Raised(raised));
        }
        self.say(message).await?;
        match self.end().await? {
            End::Finished | End::Files(_) => Ok(()),
            End::NotCompiled(raised) => Err(Trouble::NotCompiled(raised)),
            End::Raised(raised) => {
                *self.raised = Some(raised);
                Ok(())
            }
        }
    }

    async fn say(&mut self, message: Vec<u8>) -> Result<(), Trouble> {
        self.visitor.socket.as_mut().ok_or(Trouble::Cut)?.say(message).await
    }

    async fn end(&mut self) -> Result<End, Trouble> {
        let Visitor { socket, tab, .. } = &mut *self.visitor;
        let socket = socket.as_mut().ok_or(Trouble::Cut)?;
        loop {
            let heard = tab.hear(&socket.hear().await?);
            if let Some(end) = heard.map_err(|error| Trouble::Stranger(error.to_string()))? {
                return Ok(end);
            }
        }
    }
}

/// Puts a file where the server wants it, with the token that protects it.
async fn send<D: Dial>(house: &House<D>, door: &Door, file: &Upload, place: &FileUrls) -> Result<(), Trouble> {
    let not_taken = |why: &str| Trouble::NotTaken(why.to_owned());
    let call = |method: &str, path: &str, headers: Vec<(String, String)>, body: Body| Call {
        method: method.into(),
        path: path.into(),
        headers: [door.headers.clone(), headers].concat(),
        body,
        ..Call::get("/")
    };
    let mut wire = None;
    let mut sight = Sight::new(&Expect::default(), 1);
    let health = Request::new(&call("GET", "/_stcore/health", Vec::new(), Body::Empty), &door.host);
    ask(&house.dial, &mut wire, &health, &mut sight).await.map_err(|_| Trouble::Cut)?;
    let (bytes, kind) = multipart(&[], &Upload { field: None, ..file.clone() });
    let mut said = vec![("content-type".to_owned(), kind)];
    let cookie = headers(&sight.head, "set-cookie").into_iter().find(|cookie| cookie.contains("_xsrf="));
    if let Some((name, value)) = cookie.as_deref().and_then(|cookie| cookie.split(';').next()?.split_once('=')) {
        said.push(("cookie".to_owned(), format!("{name}={value}")));
        said.push(("x-xsrftoken".to_owned(), value.to_owned()));
    }
    let put = call("PUT", &place.upload_url, said, Body::Bytes(bytes.into()));
    let heard =
        ask(&house.dial, &mut wire, &Request::new(&put, &door.host), &mut Sight::new(&Expect::default(), 1)).await;
    match heard.map_err(|_| Trouble::Cut)?.status {
        200..300 => Ok(()),
        413 => Err(not_taken("it is larger than the app allows (status 413)")),
        status => Err(not_taken(&format!("status {status}"))),
    }
}
