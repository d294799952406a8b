use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::{io, thread};

use tokio::net::TcpListener as Listener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{EdgeRules, Epoch, Meter, Report};
use crate::event::Gate;
use crate::units::Elapsed;

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
/// program can delay a visitor.
///
/// Fails when the listener cannot be used or the thread cannot be made.
pub fn serve(listener: TcpListener, wiring: Wiring) -> io::Result<Door> {
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let (shut, asked) = oneshot::channel();
    let (done, gone) = oneshot::channel();
    let thread = thread::Builder::new().name("edge".to_owned()).spawn(move || {
        work(&runtime, listener, &wiring, asked);
        drop(runtime);
        // Nobody may be listening any more when the door was dropped.
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
        // An error means that the thread has ended already, which is what is asked for.
        let _ = self.shut.send(drain);
        let _ = self.gone.await;
        let _ = self.thread.join();
    }
}

fn work(runtime: &Runtime, listener: TcpListener, wiring: &Wiring, asked: oneshot::Receiver<Elapsed>) {
    runtime.block_on(async {
        let Ok(listener) = Listener::from_std(listener) else { return };
        let mut visits = JoinSet::new();
        let drain = accept(listener, wiring, &mut visits, asked).await;
        let _ = timeout(drain.duration(), async { while visits.join_next().await.is_some() {} }).await;
    });
}

async fn accept(
    listener: Listener,
    wiring: &Wiring,
    visits: &mut JoinSet<()>,
    mut asked: oneshot::Receiver<Elapsed>,
) -> Elapsed {
    loop {
        tokio::select! {
            drain = &mut asked => return drain.unwrap_or(Elapsed::ZERO),
            Some(_) = visits.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => { visits.spawn(pass(client, *wiring.gate.borrow())); }
                // Out of file descriptors: give the open connections time to end.
                Err(_) => sleep(std::time::Duration::from_millis(20)).await,
            },
        }
    }
}

async fn pass(mut client: tokio::net::TcpStream, gate: Gate) {
    let Gate::Open(address) = gate else { return };
    let Ok(mut app) = tokio::net::TcpStream::connect(address).await else { return };
    let _ = tokio::io::copy_bidirectional(&mut client, &mut app).await;
}
