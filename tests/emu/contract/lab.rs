//! An instance under observation.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use emu::engine::{Ended, Engine, Happening, Instance, News, Order};
use emu::event::{InstanceId, Sample};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// No case takes longer, even on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);

/// The first order's port. Every order has its own: an engine may share this machine's network.
const FIRST_PORT: u16 = 9123;

/// A started instance and what was heard of it.
pub struct Lab<'e, E: Engine> {
    engine: &'e E,
    pub instance: E::Instance,
    /// Where its app must listen.
    pub port: u16,
    address: SocketAddr,
    news: UnboundedReceiver<News>,
    /// Log lines so far.
    pub lines: Vec<String>,
    /// The last sample so far.
    pub sample: Option<Sample>,
}

/// The built-in app with these knobs, 64 MiB, one CPU, and nothing special.
pub fn order(knobs: &[&str]) -> Order {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let port = FIRST_PORT + u16::try_from(number).expect("few orders");
    Order {
        command: knobs.iter().map(|knob| (*knob).to_owned()).collect(),
        ..Order::plain(format!("test-{}", std::process::id()), InstanceId(number), port)
    }
}

impl<'e, E: Engine> Lab<'e, E> {
    /// Makes and starts an instance.
    pub async fn start(engine: &'e E, order: Order) -> Self {
        let (sender, news) = unbounded_channel();
        let port = order.port;
        let instance = engine.create(order, sender).await.expect("the instance is made");
        let address = instance.start().await.expect("the instance starts");
        Self { engine, instance, port, address, news, lines: Vec::new(), sample: None }
    }

    /// Makes and starts an instance, and waits until its app listens.
    pub async fn serve(engine: &'e E, order: Order) -> Self {
        let mut lab = Self::start(engine, order).await;
        lab.line("listening on").await;
        lab
    }

    /// Runs the same instance once more, after its end.
    pub async fn start_again(&mut self) {
        self.address = self.instance.start().await.expect("the instance starts again");
        self.line("listening on").await;
    }

    /// The next news that `wanted` finds something in.
    pub async fn until<T>(&mut self, mut wanted: impl FnMut(&Happening) -> Option<T>) -> T {
        let heard = async {
            loop {
                let news = self.news.recv().await.expect("news keep coming until the instance is removed");
                let found = wanted(&news.what);
                match news.what {
                    Happening::Log { line, .. } => self.lines.push(line),
                    Happening::Sample(sample) => self.sample = Some(sample),
                    _ => {}
                }
                if let Some(found) = found {
                    return found;
                }
            }
        };
        let heard = timeout(PATIENCE, heard).await;
        heard.unwrap_or_else(|_| panic!("it did not happen; the log so far:\n{}", self.lines.join("\n")))
    }

    /// The next log line that holds `text`.
    pub async fn line(&mut self, text: &str) -> String {
        self.until(|what| match what {
            Happening::Log { line, .. } if line.contains(text) => Some(line.clone()),
            _ => None,
        })
        .await
    }

    /// The end.
    pub async fn ended(&mut self) -> Ended {
        self.until(|what| match what {
            Happening::Ended(ended) => Some(*ended),
            _ => None,
        })
        .await
    }

    /// The first sample, from now on, that was taken after this call.
    pub async fn fresh_sample(&mut self) -> Sample {
        while self.news.try_recv().is_ok() {}
        self.sample_where(|_| true).await
    }

    /// The next sample that is as `wanted`.
    pub async fn sample_where(&mut self, wanted: impl Fn(&Sample) -> bool) -> Sample {
        self.until(|what| match what {
            Happening::Sample(sample) if wanted(sample) => Some(sample.clone()),
            _ => None,
        })
        .await
    }

    /// What the app answers.
    pub async fn get(&self, path: &str) -> String {
        let asked = async {
            let mut stream = self.engine.dial(self.address).await.expect("the app accepts");
            let request = format!("GET {path} HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.expect("the app reads");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("the app answers");
            answer
        };
        timeout(PATIENCE, asked).await.expect("the app answers in time")
    }

    /// Where its app is dialled.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Removes the instance.
    pub async fn remove(self) {
        self.instance.remove().await.expect("the instance is removed");
    }
}
