//! A network of the app's own: nothing but its loopback device.

use std::io;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};

/// From `linux/netlink.h` and `linux/rtnetlink.h`.
const NEW_LINK: u16 = 16;
const ERROR: u16 = 2;
const REQUEST_WITH_ANSWER: u16 = 1 | 4;
const UP: u32 = 1;
/// The loopback device is the first of every network.
const LOOPBACK: u32 = 1;

/// Switches the loopback device on. Its addresses come with it.
pub(super) fn loopback_up() -> io::Result<()> {
    let route = None;
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, route)?;
    send(&socket, &request(), SendFlags::empty())?;
    let mut answer = [0; 1024];
    let (count, _) = recv(&socket, &mut answer[..], RecvFlags::empty())?;
    verdict(answer.get(..count).unwrap_or_default())
}

/// `struct nlmsghdr` and `struct ifinfomsg`, in the byte order of the machine.
fn request() -> Vec<u8> {
    let body: [u32; 4] = [0, LOOPBACK, UP, UP];
    let mut message = Vec::with_capacity(32);
    message.extend(32_u32.to_ne_bytes());
    message.extend(NEW_LINK.to_ne_bytes());
    message.extend(REQUEST_WITH_ANSWER.to_ne_bytes());
    message.extend([0; 8]);
    message.extend(body.iter().flat_map(|word| word.to_ne_bytes()));
    message
}

/// An answer is an error message; error 0 is success.
fn verdict(answer: &[u8]) -> io::Result<()> {
    let at = |from: usize, count: usize| answer.get(from..from + count).unwrap_or_default();
    let kind = at(4, 2).try_into().map(u16::from_ne_bytes);
    let error = at(16, 4).try_into().map(i32::from_ne_bytes);
    match (kind, error) {
        (Ok(ERROR), Ok(0)) => Ok(()),
        (Ok(ERROR), Ok(error)) => Err(io::Error::from_raw_os_error(error.saturating_neg())),
        _ => Err(io::Error::other("an answer that cannot be understood")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(kind: u16, error: i32) -> Vec<u8> {
        let head = [36_u32.to_ne_bytes().to_vec(), kind.to_ne_bytes().to_vec(), vec![0; 10]];
        [head.concat(), error.to_ne_bytes().to_vec()].concat()
    }

    #[test]
    fn a_request_has_the_length_it_says() {
        assert_eq!(request().len(), 32);
    }

    #[test]
    fn an_answer_is_success_or_the_kernels_reason() {
        assert!(verdict(&answer(2, 0)).is_ok());
        assert_eq!(verdict(&answer(2, -1)).map_err(|error| error.raw_os_error()), Err(Some(1)));
        assert!(verdict(&answer(16, 0)).is_err());
        assert!(verdict(&[]).is_err());
    }
}
