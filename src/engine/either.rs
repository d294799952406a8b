//! One of two engines, chosen when emu starts, as one type.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;

use super::{Change, Engine, EngineError, Executed, Instance, Machine, News, Order};
use crate::event::{InstanceId, Listener, Lost};
use crate::units::Elapsed;

/// One of two engines, or an instance of one of them. Every call goes to the one that is there.
#[derive(Debug, Clone)]
pub enum Either<D, N> {
    /// The container engine.
    Docker(D),
    /// The embedded one.
    Native(N),
}

/// The same call, whichever is there.
macro_rules! either {
    ($of:expr, $one:ident => $call:expr) => {
        match $of {
            Either::Docker($one) => $call,
            Either::Native($one) => $call,
        }
    };
}

impl<D: Engine, N: Engine> Engine for Either<D, N> {
    type Instance = Either<D::Instance, N::Instance>;

    fn machine(&self) -> &Machine {
        either!(self, engine => engine.machine())
    }

    async fn create(&self, order: Order, news: UnboundedSender<News>) -> Result<Self::Instance, EngineError> {
        match self {
            Self::Docker(engine) => engine.create(order, news).await.map(Either::Docker),
            Self::Native(engine) => engine.create(order, news).await.map(Either::Native),
        }
    }

    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream> {
        either!(self, engine => engine.dial(address).await)
    }
}

impl<D: Instance, N: Instance> Instance for Either<D, N> {
    fn id(&self) -> InstanceId {
        either!(self, instance => instance.id())
    }

    async fn start(&self) -> Result<SocketAddr, EngineError> {
        either!(self, instance => instance.start().await)
    }

    async fn stop(&self, signal: String, grace: Elapsed) -> Result<bool, EngineError> {
        either!(self, instance => instance.stop(signal, grace).await)
    }

    async fn kill(&self) -> Result<(), EngineError> {
        either!(self, instance => instance.kill().await)
    }

    async fn change(&self, change: Change) -> Result<(), EngineError> {
        either!(self, instance => instance.change(change).await)
    }

    async fn exec(&self, command: Vec<String>) -> Result<Executed, EngineError> {
        either!(self, instance => instance.exec(command).await)
    }

    async fn listeners(&self) -> Result<Vec<Listener>, EngineError> {
        either!(self, instance => instance.listeners().await)
    }

    async fn losses(&self) -> Result<Vec<Lost>, EngineError> {
        either!(self, instance => instance.losses().await)
    }

    async fn remove(&self) -> Result<(), EngineError> {
        either!(self, instance => instance.remove().await)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;
    use crate::engine::fake::{FakeEngine, FakeInstance, Script};

    /// An engine whose apps are nowhere.
    struct Nowhere(FakeEngine);

    impl Engine for Nowhere {
        type Instance = FakeInstance;

        fn machine(&self) -> &Machine {
            self.0.machine()
        }

        async fn create(&self, order: Order, news: UnboundedSender<News>) -> Result<FakeInstance, EngineError> {
            self.0.create(order, news).await
        }

        async fn dial(&self, _: SocketAddr) -> io::Result<TcpStream> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    fn fake() -> FakeEngine {
        FakeEngine::new(|_| Script::serving(Elapsed::ZERO))
    }

    /// Every verb of an instance, once; returns what the engine was asked.
    async fn lived(engine: &impl Engine) {
        let order = Order::plain("r1", InstanceId(7), 10_000);
        let instance = engine.create(order, unbounded_channel().0).await.expect("made");
        assert_eq!(instance.id(), InstanceId(7));
        assert_eq!(instance.start().await.expect("started").port(), 10_000);
        instance.change(Change::default()).await.expect("changed");
        let _ = instance.exec(vec!["id".into()]).await;
        instance.listeners().await.expect("listed");
        instance.losses().await.expect("listed");
        assert!(instance.stop("SIGTERM".into(), Elapsed::from_secs(1)).await.expect("stopped"));
        instance.kill().await.expect("killed");
        instance.remove().await.expect("removed");
    }

    #[tokio::test(start_paused = true)]
    async fn every_call_reaches_the_engine_that_is_there() {
        let alone = fake();
        lived(&alone).await;
        let (docker, native) = (fake(), fake());
        lived(&Either::<_, FakeEngine>::Docker(docker.clone())).await;
        lived(&Either::<FakeEngine, _>::Native(native.clone())).await;
        assert_eq!(docker.calls(), alone.calls());
        assert_eq!(native.calls(), alone.calls());
    }

    #[tokio::test]
    async fn an_app_is_dialled_as_its_engine_says() {
        let nobody = SocketAddr::from(([127, 0, 0, 1], 0));
        let either = Either::<FakeEngine, _>::Native(Nowhere(fake()));
        assert_eq!(either.machine().engine, "fake");
        let error = either.dial(nobody).await.expect_err("nowhere");
        assert_eq!(error.kind(), io::ErrorKind::Unsupported);
    }
}
