use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::Instant;

use super::question::{line, understand};
use super::standing::{Standing, is_log};
use super::{Answer, Question, Report};
use crate::event::Event;
use crate::event::stored::{StoredEvent, encode};
use crate::units::Elapsed;

/// Events of the log kept for those who come later: more than the record needs to get them to disk.
const KEPT: usize = 10_000;
/// Requests and counters kept for them: what the record may not have written yet, at some thousands per second.
const COUNTED: usize = 2_000;
/// A follower may be so many events late before it misses some.
const LATE: usize = 4_096;
/// No question is longer than this, in bytes.
const QUESTION: u64 = 4_096;

/// What somebody asks of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// To stop it as its host would.
    Stop,
    /// To kill it at once.
    Kill,
    /// To restart it as the platform's own button does.
    Restart,
    /// To put it to sleep.
    Sleep,
    /// To wake it.
    Wake,
    /// To write this text down.
    Mark(String),
}

/// Where a supervisor answers questions, from the socket that it opened until the process ends.
#[derive(Debug, Clone)]
pub struct Desk {
    board: Arc<Mutex<Board>>,
    /// The log, for its followers.
    told: broadcast::Sender<Arc<StoredEvent>>,
    /// Everything, for those who watch: a channel of its own, so that a flood of requests costs no line of a log.
    all: broadcast::Sender<Arc<StoredEvent>>,
    over: Arc<watch::Sender<Option<String>>>,
    begun: Instant,
}

/// What is known, for answers.
#[derive(Debug, Default)]
struct Board {
    standing: Standing,
    kept: VecDeque<Arc<StoredEvent>>,
    counted: VecDeque<Arc<StoredEvent>>,
}

/// What somebody wants to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interest {
    Log,
    Everything,
}

impl Desk {
    /// Answers questions from now on; what they ask of the run is sent to `orders`.
    pub fn open(socket: std::os::unix::net::UnixListener, orders: UnboundedSender<Order>) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let socket = UnixListener::from_std(socket)?;
        let desk = Self {
            board: Arc::default(),
            told: broadcast::Sender::new(LATE),
            all: broadcast::Sender::new(LATE),
            over: Arc::new(watch::Sender::new(None)),
            begun: Instant::now(),
        };
        tokio::spawn(desk.clone().serve(socket, orders));
        Ok(desk)
    }

    /// Takes in the next event of the run.
    pub fn tell(&self, event: &Event) {
        let mut board = self.board();
        board.standing.add(event);
        let stored = Arc::new(encode(event));
        // Often nobody listens. Sent under the lock, so that whoever does neither misses it nor gets it twice.
        if is_log(&event.kind) {
            keep(&mut board.kept, KEPT, &stored);
            let _ = self.told.send(Arc::clone(&stored));
        } else {
            keep(&mut board.counted, COUNTED, &stored);
        }
        let _ = self.all.send(stored);
    }

    /// The run is over, and everything that it leaves is written: whoever waits for that is told how it ended.
    /// Returns when they have been told, or do not listen.
    pub async fn close(self, how: &str) {
        self.over.send_replace(Some(how.to_owned()));
        // Every conversation holds a receiver until it has said the last word.
        let late = Elapsed::from_secs(1).duration();
        let _ = tokio::time::timeout(late, self.over.closed()).await;
    }

    /// How the app stands.
    pub fn report(&self) -> Report {
        let elapsed = self.begun.elapsed();
        self.board().standing.report(Elapsed::from_micros(u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)))
    }

    async fn serve(self, socket: UnixListener, orders: UnboundedSender<Order>) {
        loop {
            // One that cannot be accepted now may be later; the run goes on meanwhile.
            let Ok((stream, _)) = socket.accept().await else {
                tokio::time::sleep(Elapsed::from_millis(100).duration()).await;
                continue;
            };
            let (desk, orders) = (self.clone(), orders.clone());
            let over = self.over.subscribe();
            // Whoever hangs up has no interest in the answer.
            tokio::spawn(async move { drop(desk.talk(stream, &orders, over).await) });
        }
    }

    async fn talk(
        &self,
        stream: UnixStream,
        orders: &UnboundedSender<Order>,
        over: watch::Receiver<Option<String>>,
    ) -> io::Result<()> {
        let (heard, mut says) = stream.into_split();
        let mut asked = String::new();
        BufReader::new(heard.take(QUESTION)).read_line(&mut asked).await?;
        let Ok(question) = understand(&asked) else {
            // Any line has the version, which is what the other side must know.
            return says.write_all(line(Answer::Heard)?.as_bytes()).await;
        };
        match question {
            Question::Status => says.write_all(line(Answer::Status(Box::new(self.report())))?.as_bytes()).await,
            Question::Restart => pass_on(Order::Restart, orders, &mut says).await,
            Question::Sleep => pass_on(Order::Sleep, orders, &mut says).await,
            Question::Wake => pass_on(Order::Wake, orders, &mut says).await,
            Question::Mark(text) => pass_on(Order::Mark(text), orders, &mut says).await,
            Question::Stop | Question::Kill => {
                let order = if question == Question::Stop { Order::Stop } else { Order::Kill };
                let _ = orders.send(order);
                last_word(&mut says, over).await
            }
            Question::Past { after } => tell_past(&mut says, self.since(after, Interest::Log).0).await,
            Question::Follow { after } => self.be_followed(&mut says, self.since(after, Interest::Log), over).await,
            Question::Watch { after } => {
                self.be_followed(&mut says, self.since(after, Interest::Everything), over).await
            }
        }
    }

    async fn be_followed(
        &self,
        says: &mut tokio::net::unix::OwnedWriteHalf,
        (past, mut told): (Vec<Arc<StoredEvent>>, broadcast::Receiver<Arc<StoredEvent>>),
        mut over: watch::Receiver<Option<String>>,
    ) -> io::Result<()> {
        tell_past(says, past).await?;
        loop {
            let answer = tokio::select! {
                biased;
                event = told.recv() => match event {
                    Ok(event) => Answer::Event(StoredEvent::clone(&event)),
                    Err(RecvError::Lagged(count)) => Answer::Missed(count),
                    Err(RecvError::Closed) => return Ok(()),
                },
                () = end_of(&mut over) => break,
            };
            says.write_all(line(answer)?.as_bytes()).await?;
        }
        last_word(says, over).await
    }

    /// What is kept of the events after this one, and all that come; none twice.
    fn since(
        &self,
        after: Option<u64>,
        interest: Interest,
    ) -> (Vec<Arc<StoredEvent>>, broadcast::Receiver<Arc<StoredEvent>>) {
        let board = self.board();
        let wanted = |event: &&Arc<StoredEvent>| after.is_none_or(|after| event.seq > after);
        let log = board.kept.iter().filter(wanted).cloned();
        match interest {
            Interest::Log => (log.collect(), self.told.subscribe()),
            Interest::Everything => {
                let mut past: Vec<_> = log.chain(board.counted.iter().filter(wanted).cloned()).collect();
                past.sort_by_key(|event| event.seq);
                (past, self.all.subscribe())
            }
        }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The newest of them, at most so many.
fn keep(events: &mut VecDeque<Arc<StoredEvent>>, most: usize, event: &Arc<StoredEvent>) {
    if events.len() == most {
        events.pop_front();
    }
    events.push_back(Arc::clone(event));
}

/// Hands an order to the run and says so. A run that is over needs none.
async fn pass_on(
    order: Order,
    orders: &UnboundedSender<Order>,
    says: &mut tokio::net::unix::OwnedWriteHalf,
) -> io::Result<()> {
    let _ = orders.send(order);
    says.write_all(line(Answer::Heard)?.as_bytes()).await
}

async fn tell_past(says: &mut tokio::net::unix::OwnedWriteHalf, past: Vec<Arc<StoredEvent>>) -> io::Result<()> {
    for event in past {
        says.write_all(line(Answer::Event(StoredEvent::clone(&event)))?.as_bytes()).await?;
    }
    Ok(())
}

async fn end_of(over: &mut watch::Receiver<Option<String>>) {
    // A desk that is gone has ended too.
    let _ = over.wait_for(Option::is_some).await;
}

async fn last_word(
    says: &mut tokio::net::unix::OwnedWriteHalf,
    mut over: watch::Receiver<Option<String>>,
) -> io::Result<()> {
    let how = over.wait_for(Option::is_some).await.map_or(None, |how| how.clone());
    says.write_all(line(Answer::Over(how.unwrap_or_default()))?.as_bytes()).await
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;
    use crate::event::Kind;

    fn event(seq: u64, kind: Kind) -> Event {
        Event { seq, at: Elapsed::from_secs(seq), kind }
    }

    /// A desk and the place of its socket.
    fn desk(folder: &std::path::Path) -> (Desk, tokio::sync::mpsc::UnboundedReceiver<Order>, std::path::PathBuf) {
        let path = folder.join("socket");
        let (orders, ordered) = unbounded_channel();
        let socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        (Desk::open(socket, orders).unwrap(), ordered, path)
    }

    async fn asked(path: &std::path::Path, question: Question) -> tokio::io::Lines<BufReader<UnixStream>> {
        let mut stream = UnixStream::connect(path).await.unwrap();
        stream.write_all(line(question).unwrap().as_bytes()).await.unwrap();
        BufReader::new(stream).lines()
    }

    /// The numbers of the events that are told until the last word.
    async fn told(mut lines: tokio::io::Lines<BufReader<UnixStream>>) -> Vec<u64> {
        let mut told = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            match understand(&line).unwrap() {
                Answer::Event(event) => told.push(event.seq),
                Answer::Over(_) => return told,
                other => panic!("{other:?}"),
            }
        }
        panic!("no last word")
    }

    #[tokio::test]
    async fn a_follower_hears_the_log_and_a_watcher_everything_each_event_once() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _ordered, path) = desk(folder.path());
        let kinds = [
            Kind::Mark { text: "a".into() },
            Kind::PlatformReady,
            Kind::Platform { line: "b".into() },
            Kind::PlatformReady,
        ];
        for (seq, kind) in (0..).zip(kinds.clone()) {
            desk.tell(&event(seq, kind));
        }
        let mut follower = asked(&path, Question::Follow { after: None }).await;
        let mut watcher = asked(&path, Question::Watch { after: Some(0) }).await;
        // Both have been heard once the first one is answered.
        assert!(follower.next_line().await.unwrap().unwrap().contains("\"a\""));
        assert!(watcher.next_line().await.unwrap().is_some());
        for (seq, kind) in (4..).zip(kinds) {
            desk.tell(&event(seq, kind));
        }
        let (follower, watcher) = (tokio::spawn(told(follower)), tokio::spawn(told(watcher)));
        desk.close("done").await;
        assert_eq!(follower.await.unwrap(), [2, 4, 6]);
        assert_eq!(watcher.await.unwrap(), [2, 3, 4, 5, 6, 7]);
    }

    #[tokio::test]
    async fn wishes_are_passed_on_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let (_desk, mut ordered, path) = desk(folder.path());
        let wishes = [
            (Question::Sleep, Order::Sleep),
            (Question::Wake, Order::Wake),
            (Question::Mark("now".into()), Order::Mark("now".into())),
            (Question::Restart, Order::Restart),
        ];
        for (question, order) in wishes {
            let said = asked(&path, question).await.next_line().await.unwrap().unwrap();
            assert!(matches!(understand(&said), Ok(Answer::Heard)), "{said}");
            assert_eq!(ordered.recv().await, Some(order));
        }
    }
}
