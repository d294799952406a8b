//! How a build goes on, as it is shown.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, interval};

use crate::cli::Printer;
use crate::engine::docker::BuildNews;
use crate::report::words;
use crate::units::Elapsed;

/// Steps that take time; the others only say something.
const TAKE_TIME: &[&str] = &["FROM ", "RUN ", "COPY ", "ADD "];
/// So many lines of a build that failed are shown.
const LAST: usize = 15;
/// The live line is drawn anew this often.
const REDRAW: Duration = Duration::from_millis(250);

/// What is shown of a build, and kept for the case that it fails.
pub(super) struct View<'p> {
    printer: &'p Printer,
    began: Instant,
    image: String,
    /// What is under way.
    now: String,
    lines: VecDeque<String>,
    steps: u32,
    cached: u32,
}

impl<'p> View<'p> {
    pub(super) fn new(printer: &'p Printer, image: &str) -> Self {
        printer.say(&format!("building {image}"));
        Self {
            printer,
            began: Instant::now(),
            image: image.to_owned(),
            now: "sending the files".to_owned(),
            lines: VecDeque::new(),
            steps: 0,
            cached: 0,
        }
    }

    /// Shows one piece of news.
    pub(super) fn take(&mut self, news: BuildNews) {
        match news {
            BuildNews::Step { number, of, text } => {
                self.steps = of;
                self.now = format!("step {number}/{of}  {text}");
                let takes_time = TAKE_TIME.iter().any(|word| text.starts_with(word));
                if takes_time && !self.printer.talks_to_terminal() {
                    self.printer.say(&self.now);
                }
            }
            BuildNews::Cached => self.cached += 1,
            BuildNews::Fetching(what) => {
                self.now = format!("fetching {what}");
            }
            BuildNews::Line(line) => {
                self.lines.push_back(line);
                if self.lines.len() > LAST {
                    self.lines.pop_front();
                }
            }
        }
        self.draw();
    }

    /// Draws the live line anew until the work is done.
    pub(super) async fn while_drawn<T>(view: &RefCell<Self>, work: impl Future<Output = T>) -> T {
        let mut tick = interval(REDRAW);
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = tick.tick() => view.borrow().draw(),
            }
        }
    }

    fn draw(&self) {
        let room = self.printer.width().saturating_sub(12);
        let now: String = self.now.chars().take(room).collect();
        self.printer.progress(&format!("{now}  {}", self.elapsed()));
    }

    fn elapsed(&self) -> String {
        format!("{} s", self.began.elapsed().as_secs())
    }

    /// Takes the live line back.
    pub(super) fn close(&mut self) {
        self.printer.clear_progress();
        self.lines.make_contiguous();
    }

    /// The last lines that tools printed.
    pub(super) fn lines(&self) -> &[String] {
        self.lines.as_slices().0
    }

    /// What was made, and how long it took.
    pub(super) fn told(&self) -> String {
        let steps = words::count(self.steps.into(), "step", "steps");
        let took = Elapsed::from_millis(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX));
        format!("built {} in {}: {steps}, {} made before", self.image, took.human(), self.cached)
    }
}
