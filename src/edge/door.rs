use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use tokio::net::{TcpListener as Listener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::shared::{Place, Shared};
use super::visit::attend;
use super::wire::{Dial, Tcp};
use super::{EdgeRules, Epoch, Meter, Report};
use crate::event::Gate;
use crate::units::Elapsed;

/// The pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// So many reports wait at most for others.
const BATCH: usize = 1024;

/// What the front door shares with the rest of a run.
#[derive(Debug)]
pub struct Wiring {
    /// Limits, timeouts, answers.
    pub rules: EdgeRules,
    /// Where the run's time begins.
    pub epoch: Epoch,
    /// Whether visitors pass. Watched, never polled.
    pub gate: watch::Receiver<Gate>,
    /// Where arrivals and ended requests are told.
    pub reports: UnboundedSender<Report>,
    /// What moves through the door.
    pub meter: Arc<Meter>,
}

/// An open front door. Dropping it closes it at once; [`Door::shut`] does so politely.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    shut: oneshot::Sender<Elapsed>,
    gone: oneshot::Receiver<()>,
    thread: JoinHandle<()>,
}

/// Opens the front door on a thread of its own, with one worker, so that nothing else in the
/// program can delay a visitor. `dial` opens a connection to the app, at the address in the gate.
///
/// Fails when the listener cannot be used or the thread cannot be made.
pub fn serve<W, F>(listener: TcpListener, wiring: Wiring, dial: W) -> io::Result<Door>
where
    W: Fn(SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = io::Result<TcpStream>> + Send + 'static,
{
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    let (shut, asked) = oneshot::channel();
    let (done, gone) = oneshot::channel();
    let (closing, closed) = watch::channel(false);
    let unix_ms = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0);
    let shared = Arc::new(Shared::new(wiring, Place { port: address.port(), unix_ms, closing: closed, batch: BATCH }));
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let thread = thread::Builder::new().name("edge".to_owned()).spawn(move || {
        runtime.block_on(work(listener, &shared, &Tcp(dial), Shutting { asked, closing }));
        drop(runtime);
        shared.outbox.flush();
        // Nobody may be waiting any more when the door was dropped.
        let _ = done.send(());
    })?;
    Ok(Door { address, shut, gone, thread })
}

impl Door {
    /// Where it listens. The real port when port 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting, lets open requests end for at most `drain`, closes the rest (open WebSockets
    /// at once), and returns when the door's thread is gone.
    pub async fn shut(self, drain: Elapsed) {
        // Errors mean that the thread has ended already, which is what is asked for.
        let _ = self.shut.send(drain);
        let _ = self.gone.await;
        let _ = self.thread.join();
    }
}

/// How the door learns that it is to be shut, and how it tells its visits.
struct Shutting {
    asked: oneshot::Receiver<Elapsed>,
    closing: watch::Sender<bool>,
}

async fn work<D: Dial<Stream = TcpStream>>(
    listener: TcpListener,
    shared: &Arc<Shared>,
    dial: &D,
    mut shutting: Shutting,
) {
    let Ok(listener) = Listener::from_std(listener) else { return };
    let mut visits = JoinSet::new();
    let mut carry = pin!(shared.outbox.carry());
    let drain = loop {
        tokio::select! {
            drain = &mut shutting.asked => break drain.unwrap_or(Elapsed::ZERO),
            Some(_) = visits.join_next() => {}
            () = &mut carry => {}
            accepted = listener.accept() => match accepted {
                Ok((client, peer)) => welcome(&mut visits, shared, dial, (client, peer)),
                // Out of file descriptors, most likely: the open connections need time to end.
                Err(_) => sleep(ACCEPT_PAUSE).await,
            },
        }
    };
    drop(listener);
    shutting.closing.send_replace(true);
    // What is still open after that is dropped with the set.
    let drained = timeout(drain.duration(), async { while visits.join_next().await.is_some() {} });
    tokio::select! {
        _ = drained => {}
        () = &mut carry => {}
    }
    visits.shutdown().await;
}

fn welcome<D: Dial<Stream = TcpStream>>(
    visits: &mut JoinSet<()>,
    shared: &Arc<Shared>,
    dial: &D,
    (client, peer): (TcpStream, SocketAddr),
) {
    // A client that is gone already is found out when it is read from.
    let _ = client.set_nodelay(true);
    visits.spawn(attend(Arc::clone(shared), client, peer.ip(), dial.clone()));
}
