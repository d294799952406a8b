//! The contract once more, with the engine behind a forwarded port: nothing of its machine is
//! visible, so samples come from its stream and the app is reached at a published port.

use emu::engine::Engine;
use emu::engine::docker::{Docker, Surroundings};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};

use crate::support;

crate::contract::suite!(super::remote::engine);

async fn engine() -> Option<Docker> {
    let near = support::docker().await?;
    let socket = near.diagnosis().address.trim_start_matches("unix://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            let socket = socket.clone();
            tokio::spawn(async move {
                let mut engine = UnixStream::connect(socket).await.expect("the engine");
                let _ = copy_bidirectional(&mut caller, &mut engine).await;
            });
        }
    });
    let surroundings = Surroundings { docker_host: Some(format!("tcp://{address}")), ..support::surroundings() };
    let far = Docker::connect(&surroundings).await.expect("the forwarded engine answers");
    assert!(!far.machine().can.fast_counters && !far.machine().can.direct_address);
    Some(far)
}
