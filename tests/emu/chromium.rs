//! A headless browser, driven over its own protocol: one page in one process.
//!
//! Nothing here polls. A script in every document reports each change of it through a binding, and
//! waiting for something in the page means looking again when a change was reported.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// Longer than anything a test waits for in a page: a sleeping app on a tenth of a core.
const PATIENCE: Duration = Duration::from_secs(240);

/// Tells of every change of a document, from its first moment on.
const WATCH: &str = "new MutationObserver(() => window.emuChanged?.(''))
    .observe(document, { subtree: true, childList: true, characterData: true, attributes: true })";

/// The middle of an element whose place is the same in two frames and who would be hit there; nothing
/// otherwise. From then on the page knows whether a click hit it.
fn standing_still(element: &str) -> String {
    format!(
        "(async () => {{
            const find = () => {element};
            const frame = () => new Promise(requestAnimationFrame);
            const first = find();
            first?.scrollIntoView({{ block: 'center', behavior: 'instant' }});
            await frame();
            const before = first?.getBoundingClientRect();
            await frame();
            const e = find();
            const r = e?.getBoundingClientRect();
            if (!e || e !== first || r.x !== before.x || r.y !== before.y || !r.width) return null;
            const [x, y] = [r.x + r.width / 2, r.y + r.height / 2];
            const top = document.elementFromPoint(x, y);
            if (!e.contains(top)) return null;
            window.emuHit = false;
            const heard = (event) => {{ if (event.isTrusted && e.contains(event.target)) window.emuHit = true; }};
            document.addEventListener('click', heard, {{ capture: true, once: true }});
            return [x, y];
        }})()"
    )
}

/// One page of one browser.
pub struct Page {
    line: WebSocketStream<TcpStream>,
    next_id: u64,
    session: Option<String>,
    changed: bool,
    statuses: Vec<u16>,
    seen: String,
    _browser: Child,
    _profile: tempfile::TempDir,
}

/// Where a browser is installed, if one is.
pub fn installed() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let names = ["chromium", "google-chrome", "chromium-browser"];
    std::env::split_paths(&folders).flat_map(|folder| names.map(|name| folder.join(name))).find(|path| path.is_file())
}

impl Page {
    /// Starts a browser with one empty page of some size.
    pub async fn new(width: u32, height: u32) -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let (browser, address) = start(profile.path(), width, height).await;
        let host = address.trim_start_matches("ws://").split('/').next().expect("an address has a host");
        let socket = TcpStream::connect(host).await.expect("the browser listens where it says");
        let (line, _) = client_async(address.as_str(), socket).await.expect("the browser speaks websocket");
        let mut page = Self {
            line,
            next_id: 0,
            session: None,
            changed: false,
            statuses: Vec::new(),
            seen: String::new(),
            _browser: browser,
            _profile: profile,
        };
        page.attach(width, height).await;
        page
    }

    async fn attach(&mut self, width: u32, height: u32) {
        let target = self.call("Target.createTarget", json!({ "url": "about:blank" })).await;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.call("Target.attachToTarget", attach).await;
        self.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page.enable", "Runtime.enable", "Network.enable"] {
            self.call(domain, json!({})).await;
        }
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics).await;
        self.call("Runtime.addBinding", json!({ "name": "emuChanged" })).await;
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
    }

    /// Goes to an address. Returns when the answer has begun, whatever its status is.
    pub async fn open(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url })).await;
    }

    /// Statuses of all documents so far, the page's own and those it was replaced by.
    pub fn statuses(&self) -> &[u16] {
        &self.statuses
    }

    /// Waits until an expression is true in the page, across reloads.
    pub async fn wait_for(&mut self, expression: &str) {
        if timeout(PATIENCE, self.look_until(expression)).await.is_err() {
            self.screenshot("gave-up").await;
            panic!("gave up waiting for `{expression}`; the page shows:\n{}", self.seen);
        }
    }

    /// Waits until the page shows some words.
    pub async fn wait_for_text(&mut self, words: &str) {
        self.wait_for(&format!("document.body && document.body.innerText.includes({})", json!(words))).await;
    }

    async fn look_until(&mut self, expression: &str) {
        loop {
            self.changed = false;
            if self.evaluate(expression).await == Value::Bool(true) {
                return;
            }
            while !self.changed {
                let message = self.hear().await;
                self.note(&message);
            }
        }
    }

    /// All words that the page shows.
    pub async fn text(&mut self) -> String {
        let text = self.evaluate("document.body ? document.body.innerText : ''").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The value of an expression in the page. Nothing when the page was replaced meanwhile.
    pub async fn evaluate(&mut self, expression: &str) -> Value {
        let wish = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let given = self.call("Runtime.evaluate", wish).await;
        given["result"]["value"].clone()
    }

    /// Presses the button with these words.
    pub async fn press(&mut self, words: &str) {
        let button = format!(
            "[...document.querySelectorAll('button')].find((b) => !b.disabled && b.innerText.trim() === {})",
            json!(words)
        );
        self.click(&button, 1).await;
    }

    /// Replaces the value of the page's first input field and confirms it, as a person would.
    pub async fn enter(&mut self, value: &str) {
        // Three clicks select what is there, and give the field the focus that typing needs.
        self.click("document.querySelector('input')", 3).await;
        self.call("Input.insertText", json!({ "text": value })).await;
        self.wait_for(&format!("document.querySelector('input')?.value === {}", json!(value))).await;
        for kind in ["keyDown", "keyUp"] {
            let event =
                json!({ "type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r" });
            self.call("Input.dispatchKeyEvent", event).await;
        }
    }

    /// Clicks the middle of an element with a real mouse, once it is there, stands still, and nothing
    /// else lies on it. A click that the page took away under the mouse is not one, and is made again.
    async fn click(&mut self, element: &str, times: u32) {
        if timeout(PATIENCE, self.click_until_hit(element, times)).await.is_err() {
            self.screenshot("gave-up").await;
            panic!("`{element}` could not be hit; the page shows:\n{}", self.seen);
        }
    }

    async fn click_until_hit(&mut self, element: &str, times: u32) {
        loop {
            self.wait_for(&format!("!!({element})")).await;
            let place = self.evaluate(&standing_still(element)).await;
            if !place.is_array() {
                continue;
            }
            for count in 1..=times {
                for kind in ["mousePressed", "mouseReleased"] {
                    let event =
                        json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": count });
                    self.call("Input.dispatchMouseEvent", event).await;
                }
            }
            // A page that went away on the click knows nothing of it any more.
            if self.evaluate("window.emuHit !== false").await == Value::Bool(true) {
                return;
            }
        }
    }

    /// Keeps a picture of the page under `target/screenshots`.
    pub async fn screenshot(&mut self, name: &str) {
        self.seen = self.text().await;
        let shot = self.call("Page.captureScreenshot", json!({ "format": "png" })).await;
        let png = STANDARD.decode(shot["data"].as_str().unwrap_or_default()).expect("the browser encodes in base64");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).expect("target can be written");
        std::fs::write(folder.join(format!("{name}.png")), png).expect("target can be written");
    }

    /// Asks the browser for something, and returns its answer. An error is an empty answer: a
    /// document that goes away under a question is an ordinary event.
    async fn call(&mut self, method: &str, params: Value) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        let mut request = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = &self.session {
            request["sessionId"] = json!(session);
        }
        self.line.send(Message::text(request.to_string())).await.expect("the browser lives");
        loop {
            let message = self.hear().await;
            if message["id"] == json!(id) {
                return message["result"].clone();
            }
            self.note(&message);
        }
    }

    async fn hear(&mut self) -> Value {
        let message = self.line.next().await.expect("the browser lives").expect("the line holds");
        serde_json::from_str(message.to_text().unwrap_or_default()).unwrap_or_default()
    }

    fn note(&mut self, message: &Value) {
        match message["method"].as_str() {
            Some("Runtime.bindingCalled" | "Page.loadEventFired" | "Page.frameNavigated") => self.changed = true,
            Some("Network.responseReceived") if message["params"]["type"] == "Document" => {
                let status = message["params"]["response"]["status"].as_u64().unwrap_or_default();
                self.statuses.push(u16::try_from(status).unwrap_or_default());
            }
            _ => {}
        }
    }
}

/// Starts the browser, and returns the address of its protocol, which it says on standard error.
async fn start(profile: &Path, width: u32, height: u32) -> (Child, String) {
    let mut browser = Command::new(installed().expect("a browser is installed"))
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"])
        .args(["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--remote-debugging-port=0", "--disable-extensions"])
        .arg(format!("--window-size={width},{height}"))
        .arg(format!("--user-data-dir={}", profile.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the browser starts");
    let mut lines = BufReader::new(browser.stderr.take().expect("it was piped")).lines();
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await.expect("its lines are text") {
        if let Some(address) = line.strip_prefix("DevTools listening on ") {
            let address = address.to_owned();
            // Read on, so that a talkative browser never blocks on a full pipe.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (browser, address);
        }
        said.push(line);
    }
    panic!("the browser ended without listening:\n{}", said.join("\n"));
}
