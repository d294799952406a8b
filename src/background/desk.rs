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
/// A follower may be so many events late before it misses some.
const LATE: usize = 4_096;
/// No question is longer than this, in bytes.
const QUESTION: u64 = 4_096;

/// What somebody asks of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// To stop it as its host would.
    Stop,
    /// To kill it at once.
    Kill,
    /// To restart it as the platform's own button does.
    Restart,
}

/// Where a supervisor answers questions, from the socket that it opened until the process ends.
#[derive(Debug, Clone)]
pub struct Desk {
    board: Arc<Mutex<Board>>,
    told: broadcast::Sender<Arc<StoredEvent>>,
    over: Arc<watch::Sender<Option<String>>>,
    begun: Instant,
}

/// What is known, for answers.
#[derive(Debug, Default)]
struct Board {
    standing: Standing,
    kept: VecDeque<Arc<StoredEvent>>,
}

impl Desk {
    /// Answers questions from now on; what they ask of the run is sent to `orders`.
    pub fn open(socket: std::os::unix::net::UnixListener, orders: UnboundedSender<Order>) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let socket = UnixListener::from_std(socket)?;
        let desk = Self {
            board: Arc::default(),
            told: broadcast::Sender::new(LATE),
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
        if is_log(&event.kind) {
            let stored = Arc::new(encode(event));
            if board.kept.len() == KEPT {
                board.kept.pop_front();
            }
            board.kept.push_back(Arc::clone(&stored));
            // Often nobody follows. Sent under the lock, so that a follower neither misses it nor gets it twice.
            let _ = self.told.send(stored);
        }
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
            Question::Restart => {
                // A run that is over needs no restart.
                let _ = orders.send(Order::Restart);
                says.write_all(line(Answer::Heard)?.as_bytes()).await
            }
            Question::Stop | Question::Kill => {
                let order = if question == Question::Stop { Order::Stop } else { Order::Kill };
                let _ = orders.send(order);
                last_word(&mut says, over).await
            }
            Question::Past { after } => tell_past(&mut says, self.since(after).0).await,
            Question::Follow { after } => self.be_followed(&mut says, after, over).await,
        }
    }

    async fn be_followed(
        &self,
        says: &mut tokio::net::unix::OwnedWriteHalf,
        after: Option<u64>,
        mut over: watch::Receiver<Option<String>>,
    ) -> io::Result<()> {
        let (past, mut told) = self.since(after);
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
    fn since(&self, after: Option<u64>) -> (Vec<Arc<StoredEvent>>, broadcast::Receiver<Arc<StoredEvent>>) {
        let board = self.board();
        let wanted = |event: &&Arc<StoredEvent>| after.is_none_or(|after| event.seq > after);
        (board.kept.iter().filter(wanted).cloned().collect(), self.told.subscribe())
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
