//! One life: boot, listen, serve, and leave.

use std::convert::Infallible;
use std::io::Read;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::thread;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::time::{Duration, interval, sleep, timeout};

use crate::units::{Elapsed, Memory};

use super::app::App;
use super::disk::Place;
use super::{Knobs, Surroundings, burn, disk, offspring, route};

/// Status of a start that was asked for something impossible.
pub(super) const CANNOT_START: u8 = 2;

const DEFAULT_PORT: u16 = 8080;

/// How long answers under way may take once it was asked to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(3);

/// How often a leak grows, so that a graph of it looks like a slope.
const LEAK_BEAT: Duration = Duration::from_millis(100);

/// What the kernel gives at least, in bytes.
const PAGE: u64 = 4_096;

/// Lives until something ends it, and returns the exit status.
pub(super) async fn live(knobs: Knobs, surroundings: Surroundings) -> u8 {
    let app = App::new(&knobs, &surroundings);
    let (stop, stopping) = watch::channel(false);
    tokio::spawn(mind_signals(Arc::clone(&app), knobs.ignore_term, stop));
    mind_parent(&app, &knobs);
    if let Some(time) = knobs.exit_after {
        tokio::spawn(leave_after(Arc::clone(&app), time, knobs.exit_code));
    }
    tokio::select! {
        status = app.left() => status,
        status = work(&app, &knobs, surroundings.port.as_deref(), stopping) => status,
    }
}

async fn work(app: &Arc<App>, knobs: &Knobs, port: Option<&str>, mut stopping: watch::Receiver<bool>) -> u8 {
    let booted = tokio::select! {
        booted = boot(app, knobs) => booted,
        _ = stopping.wait_for(|stop| *stop) => Some(0),
    };
    if let Some(status) = booted {
        return status;
    }
    if knobs.no_listen {
        // An error means that nobody can ask it to stop any more.
        let _ = stopping.wait_for(|stop| *stop).await;
        return 0;
    }
    let listener = match listen(knobs, port).await {
        Ok(listener) => listener,
        Err(error) => {
            app.say(&error);
            return CANNOT_START;
        }
    };
    serve(app, listener, stopping).await;
    sleep(knobs.stop_takes.duration()).await;
    0
}

/// Everything before it listens. A status means that it ends here.
async fn boot(app: &Arc<App>, knobs: &Knobs) -> Option<u8> {
    if !knobs.with_parent {
        super::sight::Sight::look(app).lines().iter().for_each(|line| app.say(line));
    }
    burn::burn(knobs.boot_cpu).await;
    sleep(knobs.boot_delay.duration()).await;
    if let Some(status) = knobs.crash_at_boot {
        app.say(&format!("crashing at boot with exit status {status}"));
        return Some(status);
    }
    if let Err(refusal) = prepare(app, knobs).await {
        app.say(&refusal);
        return Some(CANNOT_START);
    }
    tokio::spawn(leak(Arc::clone(app)));
    tokio::spawn(fill(Arc::clone(app), knobs.plateau));
    let burning = knobs.burn;
    tokio::spawn(async move { burn::burn(burning).await });
    None
}

/// Uses from the start what it was told to use.
async fn prepare(app: &Arc<App>, knobs: &Knobs) -> Result<(), String> {
    app.held.grow(knobs.hold).await.map_err(|error| error.to_string())?;
    app.leak.send_replace(knobs.leak);
    for (place, size) in [(Place::Disk, knobs.write), (Place::Shm, knobs.shm)] {
        if size > Memory::default() {
            disk::fill(app, place, size).await.map_err(|refusal| refusal.to_string())?;
        }
    }
    if knobs.mark {
        disk::mark(app).map_err(|refusal| refusal.to_string())?;
    }
    if knobs.hold_in_child > Memory::default() {
        let a_day = Elapsed::from_secs(86_400);
        offspring::hold_in_child(app, knobs.hold_in_child, a_day).map_err(|refusal| refusal.to_string())?;
    }
    Ok(())
}

async fn listen(knobs: &Knobs, port: Option<&str>) -> Result<TcpListener, String> {
    let port = match (knobs.port, port) {
        (Some(port), _) => port,
        (None, Some(text)) => text.parse().map_err(|_| format!("`PORT`: found `{text}`, expected a port number"))?,
        (None, None) => DEFAULT_PORT,
    };
    let address = SocketAddr::new(knobs.listen, port);
    TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))
}

/// Serves everybody until it is asked to stop, then finishes the answers under way.
async fn serve(app: &Arc<App>, listener: TcpListener, mut stopping: watch::Receiver<bool>) {
    if let Ok(address) = listener.local_addr() {
        app.say(&format!("listening on {address} after {}", app.age().human()));
    }
    // Dropped by each connection at its end: when all are gone, the receiver learns of it.
    let (under_way, mut all_gone) = mpsc::channel::<Infallible>(1);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        let Ok((socket, _)) = accepted else {
            // Out of file handles: the next try comes after somebody had a chance to leave.
            sleep(LEAK_BEAT).await;
            continue;
        };
        // Without it, an answer in two parts waits 40 ms for the visitor's acknowledgement.
        let _ = socket.set_nodelay(true);
        let (app, stopping, under_way) = (Arc::clone(app), stopping.clone(), under_way.clone());
        tokio::spawn(async move {
            converse(app, socket, stopping).await;
            drop(under_way);
        });
    }
    drop((listener, under_way));
    if timeout(LAST_ANSWERS, all_gone.recv()).await.is_err() {
        app.say("leaving with answers unfinished");
    }
}

/// Serves one connection to its end. A visitor who breaks off is no news.
pub(super) async fn converse(
    app: Arc<App>,
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    mut stopping: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| route::answer(Arc::clone(&app), request));
    // An idle visitor may stay: the library's own 30 s would close pooled connections under their users.
    let mut builder = http1::Builder::new();
    let connection = builder.header_read_timeout(None).serve_connection(TokioIo::new(socket), service).with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn leave_after(app: Arc<App>, time: Elapsed, status: u8) {
    sleep(time.duration()).await;
    app.leave(status);
}

/// Uses ever more memory, at the rate of the moment.
async fn leak(app: Arc<App>) {
    let mut beat = interval(LEAK_BEAT);
    loop {
        beat.tick().await;
        let part = Memory::from_bytes(app.leak.borrow().bytes() / 10);
        if app.held.grow(part).await.is_err() {
            return;
        }
    }
}

/// Uses ever less of what is left to use: of each beat, what makes two thirds of it in 15 seconds, 1 - 3^(-beat/15 s).
async fn fill(app: Arc<App>, size: Memory) {
    let mut beat = interval(LEAK_BEAT);
    let mut left = size.bytes();
    while left > PAGE {
        beat.tick().await;
        let part = (left / 137).max(PAGE);
        if app.held.grow(Memory::from_bytes(part)).await.is_err() {
            return;
        }
        left -= part;
    }
}

/// Tells of every signal, and passes on those that ask it to stop. As process 1 it needs this even
/// to be stoppable: the kernel ignores what such a process does not handle.
async fn mind_signals(app: Arc<App>, deaf: bool, stop: watch::Sender<bool>) {
    let (Ok(mut term), Ok(mut interrupt), Ok(mut hangup)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()))
    else {
        return app.say("cannot listen to signals");
    };
    loop {
        let name = tokio::select! {
            () = heard(&mut term) => "SIGTERM",
            () = heard(&mut interrupt) => "SIGINT",
            () = heard(&mut hangup) => "SIGHUP",
        };
        if deaf || name == "SIGHUP" {
            app.say(&format!("received {name}, going on"));
        } else {
            app.say(&format!("received {name}, stopping"));
            stop.send_replace(true);
        }
    }
}

async fn heard(signal: &mut Signal) {
    if signal.recv().await.is_none() {
        std::future::pending::<()>().await;
    }
}

/// Leaves when standard input ends. A thread, since reading from it cannot be given up.
fn mind_parent(app: &Arc<App>, knobs: &Knobs) {
    if !knobs.with_parent {
        return;
    }
    let app = Arc::clone(app);
    thread::spawn(move || {
        let mut rest = Vec::new();
        // However it ends, the parent is gone.
        let _ = std::io::stdin().read_to_end(&mut rest);
        app.leave(0);
    });
}
