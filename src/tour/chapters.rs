use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use tokio::sync::mpsc::UnboundedSender;

use super::visitor::{As, Got, Visitor};
use super::watcher::Watcher;
use crate::conduct::Command;
use crate::edge::WAKE_PATH;
use crate::event::State;
use crate::spec::{AtLimit, DiskKind, SleepRules, Spec, WakeAnswer};
use crate::units::{Elapsed, Memory};

/// How often a waiting page is asked again.
const POLL: Duration = Duration::from_millis(250);
/// The longest that anything but a platform timer may take.
const CALM: Duration = Duration::from_secs(60);
/// Visits of the second chapter.
const VISITS: u32 = 5;

/// The script and its means.
pub(super) struct Tour {
    pub(super) visitor: Visitor,
    pub(super) watcher: Watcher,
    pub(super) commands: UnboundedSender<Command>,
    pub(super) spec: Arc<Spec>,
    pub(super) number: u32,
}

impl Tour {
    /// All chapters, in order.
    pub(super) async fn play(&mut self) {
        if self.start().await {
            self.visits().await;
            self.memory_in_use().await;
            match self.spec.sleep.clone() {
                Some(sleep) => self.sleep_and_wake(&sleep).await,
                None => self.chapter("This plan never puts the app to sleep, so there is nothing to wake."),
            }
            self.memory_limit().await;
        }
        self.ask(Command::Finish);
    }

    /// Says whether the app came to serve.
    async fn start(&mut self) -> bool {
        let plan = &self.spec.plan;
        let text = format!(
            "The app starts under {} {}: {} of memory, {}.",
            plan.platform, plan.name, self.spec.memory.limit, self.spec.cpu.share
        );
        self.chapter(&text);
        let serving = self.watcher.reaches(&[State::Serving], self.spec.boot.limit.duration()).await;
        if !serving {
            self.say("It did not come to serve; the summary says why.");
        }
        serving
    }

    async fn visits(&mut self) {
        self.chapter(&format!("{VISITS} visitors come, one after the other."));
        let mut slowest = Elapsed::ZERO;
        for _ in 0..VISITS {
            slowest = slowest.max(self.visitor.visit(As::Browser, Method::GET, "/").await.took);
        }
        self.say(&format!("The slowest of them waited {}.", slowest.human()));
    }

    async fn memory_in_use(&mut self) {
        let size = Memory::from_bytes(self.spec.memory.limit.bytes() / 4);
        self.chapter(&format!("The app does some work and holds {size} more, a quarter of the plan's memory."));
        self.post(&format!("/memory/hold?size={}B", size.bytes())).await;
        let held = self.visitor.visit(As::Client, Method::GET, "/health").await;
        if let Some(need) = self.watcher.next_need(CALM).await {
            let percent = need.percent_of(self.spec.memory.limit);
            self.say(&format!(
                "It needs {} now, {percent:.0} % of the limit, and answers {}.",
                need.human(),
                held.told()
            ));
        }
    }

    async fn sleep_and_wake(&mut self, sleep: &SleepRules) {
        self.fall_asleep(sleep, "Nobody comes").await;
        match self.spec.wake.browser {
            WakeAnswer::Held => self.held_wake(As::Browser, "A browser").await,
            WakeAnswer::Page => self.page_wake().await,
            WakeAnswer::Button => self.button_wake().await,
            WakeAnswer::Refused => self.owner_wake().await,
        }
        if self.spec.wake.client != self.spec.wake.browser && self.spec.wake.client == WakeAnswer::Held {
            self.fall_asleep(sleep, "Nobody comes again").await;
            self.held_wake(As::Client, "An API client").await;
        }
    }

    async fn fall_asleep(&mut self, sleep: &SleepRules, opening: &str) {
        let after = self.told(sleep.after);
        self.chapter(&format!("{opening}. After {after} the plan puts the app to sleep."));
        let limit = (sleep.after + sleep.check_every).duration() + CALM;
        let asleep = self.watcher.reaches(&[State::Asleep], limit).await;
        self.say(match (asleep, self.spec.disk.kind) {
            (true, DiskKind::Kept) => "It sleeps. Its process is gone, its disk is kept.",
            (true, _) => "It sleeps. Its process and its disk are gone.",
            (false, _) => "It did not go to sleep in time.",
        });
    }

    async fn held_wake(&mut self, who: As, name: &str) {
        self.chapter(&format!("{name} comes. The plan holds its request until the app is up."));
        let got = self.visitor.visit(who, Method::GET, "/").await;
        self.say(&format!("It got {}.", got.told()));
    }

    async fn page_wake(&mut self) {
        self.chapter("A browser comes. The plan wakes the app and shows a waiting page that asks again by itself.");
        let first = self.visitor.visit(As::Browser, Method::GET, "/").await;
        self.say(&format!("It got {}.", first.told()));
        self.poll_until_served().await;
    }

    async fn button_wake(&mut self) {
        self.chapter("A browser comes. The plan shows a page with a button, and nothing wakes by itself.");
        let page = self.visitor.visit(As::Browser, Method::GET, "/").await;
        self.say(&format!("It got {}. The visitor presses the button.", page.told()));
        self.visitor.visit(As::Browser, Method::POST, WAKE_PATH).await;
        self.poll_until_served().await;
    }

    async fn owner_wake(&mut self) {
        self.chapter("A browser comes. On this plan no visit wakes the app; its owner has to.");
        let page = self.visitor.visit(As::Browser, Method::GET, "/").await;
        self.say(&format!("It got {}. The owner wakes the app.", page.told()));
        self.ask(Command::Wake);
        self.poll_until_served().await;
    }

    /// What the waiting page does: ask again until the answer is the app's.
    async fn poll_until_served(&mut self) {
        let asked = tokio::time::Instant::now();
        let served = self.watcher.reaches(&[State::Serving], CALM + self.spec.boot.limit.duration()).await;
        let got = self.visitor.visit(As::Browser, Method::GET, "/").await;
        let waited = Elapsed::from(asked.elapsed()).human();
        self.say(&if served {
            format!("After {waited} the app itself answers: {}.", got.told())
        } else {
            "The app did not come back in time.".into()
        });
    }

    async fn memory_limit(&mut self) {
        let limit = self.spec.memory.limit;
        self.chapter(&format!("The app now asks for more than the {limit} it has."));
        let beyond = self.spec.memory.kill_at.bytes() + self.spec.memory.swap.bytes() + limit.bytes() / 4;
        let path = format!("/memory/hold?size={beyond}B");
        let (visitor, mut polling) = (self.visitor, tokio::time::interval(POLL));
        let asking = tokio::spawn(async move { visitor.visit(As::Client, Method::POST, &path).await });
        let killed = self.watcher.sees_the_limit(CALM).await;
        if let Ok(got) = asking.await {
            self.say(&format!("The visitor whose request it was got {}.", got.told()));
        }
        if !killed {
            self.say("It was not killed: no witness of a kill was seen.");
            return;
        }
        polling.tick().await;
        let other = self.visitor.visit(As::Browser, Method::GET, "/").await;
        self.say(&format!("The next visitor got {}.", other.told()));
        self.recovery(other).await;
    }

    async fn recovery(&mut self, seen: Got) {
        if self.spec.memory.at_limit == AtLimit::Suspend {
            self.watcher.reaches(&[State::Suspended], CALM).await;
            self.chapter("This plan does not restart it. Visitors see that page until the owner reboots the app, which happens now.");
            self.ask(Command::Restart);
        } else {
            let pause = self.told(self.spec.restart.delay);
            self.chapter(&format!("The plan starts a fresh instance by itself; its pause is {pause}."));
        }
        let limit = self.spec.restart.delay_max.duration() + self.spec.boot.limit.duration();
        let back = self.watcher.reaches(&[State::Serving], limit).await;
        let got = self.visitor.visit(As::Browser, Method::GET, "/").await;
        let before = seen.status.map_or_else(|| "a broken connection".to_owned(), |status| status.to_string());
        self.say(&if back {
            format!("It serves again: {} where it was {before}.", got.told())
        } else {
            "It did not come back in time.".into()
        });
    }

    /// A platform timer as the plan says it, to the nearest second, and what the warp has made of it.
    fn told(&self, timer: Elapsed) -> String {
        let micros = timer.micros().saturating_mul(u64::from(self.spec.warp));
        let plan = Elapsed::from_secs((micros + 500_000) / 1_000_000);
        if self.spec.warp == 1 { plan.to_string() } else { format!("{plan} ({} here, warped)", timer.human()) }
    }

    async fn post(&self, path: &str) -> Got {
        self.visitor.visit(As::Client, Method::POST, path).await
    }

    /// Begins a chapter: a numbered sentence.
    fn chapter(&mut self, text: &str) {
        self.number += 1;
        self.say(&format!("{}. {text}", self.number));
    }

    fn say(&self, text: &str) {
        self.ask(Command::Mark(text.to_owned()));
    }

    /// A run that is already over needs no more commands.
    fn ask(&self, command: Command) {
        let _ = self.commands.send(command);
    }
}
