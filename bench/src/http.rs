//! An HTTP/1.1 client of the smallest kind: one kept-alive connection, one request at a time, bytes in, status out.
//!
//! It costs the machine as little as can be, since it shares the cores with what is measured. It understands what the two
//! servers send: answers with `Content-Length`, or without a body.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest answer that is taken.
const ANSWER_MAX: usize = 64 * 1024 * 1024;

/// A connection to a server.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, without its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Status code.
    pub(crate) status: u16,
    /// The server said that it did not count the hit.
    pub(crate) dropped: bool,
    head: usize,
    body: usize,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096) })
    }

    /// Whether it leads there.
    pub(crate) fn is_to(&self, address: SocketAddr) -> bool {
        self.stream.peer_addr().is_ok_and(|peer| peer == address)
    }

    /// Sends a whole request and waits for the whole answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> std::io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut known: Option<Answer> = None;
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if known.is_none() {
                known = head(&self.buffer)?;
            }
            if let Some(answer) = known.filter(|answer| self.buffer.len() >= answer.head + answer.body) {
                return Ok(answer);
            }
            if self.buffer.len() > ANSWER_MAX {
                return Err(broken("the answer is too long"));
            }
        }
    }

    /// The body of the last answer.
    pub(crate) fn body(&self, answer: &Answer) -> &[u8] {
        self.buffer.get(answer.head..answer.head + answer.body).unwrap_or_default()
    }
}

/// Reads the head of an answer, `None` while it is incomplete.
fn head(bytes: &[u8]) -> std::io::Result<Option<Answer>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&bytes[..end]).map_err(|_| broken("the head is not text"))?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let mut answer =
        Answer { status: status.ok_or_else(|| broken("no status"))?, dropped: false, head: end + 4, body: 0 };
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            answer.body = value.trim().parse().map_err(|_| broken("a wrong length"))?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(broken("an answer in chunks"));
        } else if name.eq_ignore_ascii_case("x-haru-dropped") {
            answer.dropped = true;
        }
    }
    Ok(Some(answer))
}

fn broken(what: &str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_once_they_are_whole() {
        assert_eq!(head(b"HTTP/1.1 200 OK\r\nContent-").expect("fine so far"), None);
        let answer = head(b"HTTP/1.1 429 Too Many\r\nx-haru-dropped: bot\r\nContent-Length: 3\r\n\r\nabc");
        let answer = answer.expect("readable").expect("whole");
        assert_eq!((answer.status, answer.dropped, answer.body), (429, true, 3));
        assert!(head(b"nonsense\r\n\r\n").is_err());
        assert!(head(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }
}
