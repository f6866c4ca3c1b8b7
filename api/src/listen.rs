//! Connections: how many there may be, and how long one may leave us waiting. What is behind the bytes is looked at as little as that
//! takes: where a request's head ends, and whether HTTP/1 is spoken at all.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use poem::http::uri::Scheme;
use poem::listener::{Acceptor, TcpAcceptor};
use poem::web::{LocalAddr, RemoteAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// Connections at the same time. More wait until one ends.
pub(crate) const CONNECTIONS_MAX: usize = 16_384;
/// Files that are left for all else, where the system allows fewer than that.
const FILES_KEPT: u64 = 128;
/// Connections that the system may keep for us until we take them.
const BACKLOG: u32 = 1024;
/// Bytes that the system may hold of what a client has not taken yet (Linux counts its own expenses, and doubles it for them). Left to
/// itself it holds megabytes for each who subscribes and does not read.
const SEND_BUFFER: u32 = 128 * 1024;
/// Rest after no connection could be taken, as when no file may be opened any more.
const REST: Duration = Duration::from_millis(100);
/// How often that is told.
const TELL_EVERY: Duration = Duration::from_secs(10);
/// How often it is looked whose time is over.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a connection may do.
#[derive(Clone, Copy, Debug)]
struct Limits {
    connections: usize,
    /// Seconds without a request, or without taking any of an answer.
    quiet: u32,
    /// The same while most connections are taken.
    quiet_when_crowded: u32,
    /// Seconds from the first byte of a request's head to its last.
    head: u32,
    /// Bytes of a head.
    head_bytes: usize,
    /// Seconds from there to the first byte of the answer, the request's body included.
    answer: u32,
}

const LIMITS: Limits = Limits {
    connections: CONNECTIONS_MAX,
    // More than proxies keep connections: whoever closes first must not be the one who is sent a request.
    quiet: 75,
    quiet_when_crowded: 5,
    head: 10,
    head_bytes: 32 * 1024,
    answer: 120,
};

/// What is sent to who does not come to the end of a head.
const TOO_LARGE: &[u8] =
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
const TOO_SLOW: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Where a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// Between requests, or while an answer is sent.
    Quiet,
    /// A request's head has begun.
    Head,
    /// A request is there, or its body comes.
    Asked,
    /// A WebSocket, or HTTP/2: their own rules hold, and silence in both directions ends them.
    Free,
}

/// All connections.
#[derive(Debug)]
pub(crate) struct Lines {
    limits: Limits,
    room: Arc<Semaphore>,
    open: Mutex<HashMap<u64, Arc<Line>>>,
    next: AtomicU64,
    /// Seconds since the start.
    now: AtomicU32,
    began: Instant,
    cut_off: AtomicU64,
}

impl Lines {
    /// None yet.
    pub(crate) fn new() -> Arc<Self> {
        let files = raise_file_limit().saturating_sub(FILES_KEPT).max(1);
        let connections = usize::try_from(files).unwrap_or(usize::MAX).min(LIMITS.connections);
        Self::within(Limits { connections, ..LIMITS })
    }

    fn within(limits: Limits) -> Arc<Self> {
        let lines = Arc::new(Self {
            limits,
            room: Arc::new(Semaphore::new(limits.connections)),
            open: Mutex::default(),
            next: AtomicU64::new(0),
            now: AtomicU32::new(0),
            began: Instant::now(),
            cut_off: AtomicU64::new(0),
        });
        tokio::spawn(keep(Arc::downgrade(&lines)));
        lines
    }

    /// Connections that there are.
    pub(crate) fn open(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Connections that were closed because they left us waiting.
    pub(crate) fn were_cut_off(&self) -> u64 {
        self.cut_off.load(Ordering::Relaxed)
    }

    fn add<S>(self: &Arc<Self>, inner: S, room: OwnedSemaphorePermit) -> Connection<S> {
        let line = Arc::new(Line::default());
        line.set(Phase::Quiet, self.now());
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(number, line.clone());
        let lines = self.clone();
        Connection { inner, line, lines, number, phase: Phase::Quiet, is_new: true, head: 0, ends: false, _room: room }
    }

    fn now(&self) -> u32 {
        self.now.load(Ordering::Relaxed)
    }

    /// Ends those whose time is over.
    fn look(&self) {
        let now = u32::try_from(self.began.elapsed().as_secs()).unwrap_or(u32::MAX);
        self.now.store(now, Ordering::Relaxed);
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_crowded = open.len() > self.limits.connections - self.limits.connections / 4;
        for line in open.values() {
            let (phase, since) = line.get();
            let patience = match phase {
                Phase::Quiet if is_crowded => self.limits.quiet_when_crowded,
                Phase::Quiet | Phase::Free => self.limits.quiet,
                Phase::Head => self.limits.head,
                Phase::Asked => self.limits.answer,
            };
            // What began within a second began up to a second later.
            if now.saturating_sub(since) > patience && !line.is_over.swap(true, Ordering::AcqRel) {
                self.cut_off.fetch_add(1, Ordering::Relaxed);
                line.reads.wake();
                line.writes.wake();
            }
        }
    }
}

/// Looks after the connections as long as somebody has them.
async fn keep(lines: Weak<Lines>) {
    let mut every = interval(LOOK_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let Some(lines) = lines.upgrade() else { return };
        lines.look();
    }
}

/// What is known of a connection to who looks after all.
#[derive(Debug, Default)]
struct Line {
    /// The phase, and above it the second in which it began or something last came of it.
    state: AtomicU64,
    is_over: AtomicBool,
    reads: AtomicWaker,
    writes: AtomicWaker,
}

impl Line {
    fn set(&self, phase: Phase, now: u32) {
        self.state.store(u64::from(now) << 8 | phase as u64, Ordering::Relaxed);
    }

    fn get(&self) -> (Phase, u32) {
        let state = self.state.load(Ordering::Relaxed);
        let phase = match state & 0xff {
            0 => Phase::Quiet,
            1 => Phase::Head,
            2 => Phase::Asked,
            _ => Phase::Free,
        };
        (phase, u32::try_from(state >> 8).unwrap_or(u32::MAX))
    }
}

/// A connection that ends when it leaves us waiting.
#[derive(Debug)]
pub(crate) struct Connection<S> {
    inner: S,
    line: Arc<Line>,
    lines: Arc<Lines>,
    number: u64,
    phase: Phase,
    /// Nothing has come yet.
    is_new: bool,
    /// Bytes of the head so far.
    head: usize,
    /// Its last line has ended: an empty one would end the head.
    ends: bool,
    _room: OwnedSemaphorePermit,
}

impl<S> Drop for Connection<S> {
    fn drop(&mut self) {
        self.lines.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

impl<S> Connection<S> {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.line.set(phase, self.lines.now());
    }

    /// Takes note of bytes that came; false when a head is too large.
    fn came(&mut self, bytes: &[u8]) -> bool {
        if std::mem::take(&mut self.is_new) && bytes.starts_with(b"PRI ") {
            self.phase = Phase::Free;
        }
        match self.phase {
            Phase::Free => self.enter(Phase::Free),
            Phase::Asked => {}
            Phase::Quiet => {
                (self.head, self.ends) = (0, false);
                self.enter(Phase::Head);
                return self.came(bytes);
            }
            Phase::Head => {
                if self.head_ends(bytes) {
                    self.enter(Phase::Asked);
                } else {
                    self.head += bytes.len();
                    return self.head <= self.lines.limits.head_bytes;
                }
            }
        }
        true
    }

    /// Whether an empty line is among the bytes, or begun by those before.
    fn head_ends(&mut self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        loop {
            if self.ends {
                match rest {
                    [b'\n', ..] | [b'\r', b'\n', ..] => return true,
                    // It may go on with the next bytes.
                    [] | [b'\r'] => return false,
                    _ => self.ends = false,
                }
            }
            let Some(line) = memchr::memchr(b'\n', rest) else { return false };
            self.ends = true;
            rest = rest.get(line + 1..).unwrap_or_default();
        }
    }

    /// Takes note of bytes that were taken; `begin` is how they begin.
    fn went(&mut self, begin: &[u8]) {
        match self.phase {
            Phase::Free => self.enter(Phase::Free),
            Phase::Asked if begin.starts_with(b"HTTP/1.1 101") => self.enter(Phase::Free),
            // The body comes now.
            Phase::Asked if begin.starts_with(b"HTTP/1.1 100") => {}
            // What has come of a next request meanwhile keeps its time.
            Phase::Head => {}
            Phase::Quiet | Phase::Asked => self.enter(Phase::Quiet),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Says farewell, as far as that can be said at once.
    fn end(&mut self, context: &mut Context<'_>, words: &[u8]) -> io::Error {
        if self.phase == Phase::Head {
            let _as_far_as_it_goes = Pin::new(&mut self.inner).poll_write(context, words);
        }
        io::ErrorKind::TimedOut.into()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.inner).poll_read(context, buffer);
        if read.is_pending() {
            this.line.reads.register(context.waker());
            if this.line.is_over.load(Ordering::Acquire) {
                return Poll::Ready(Err(this.end(context, TOO_SLOW)));
            }
            return Poll::Pending;
        }
        let came = buffer.filled().get(before..).unwrap_or_default();
        if !came.is_empty() && !this.came(came) {
            return Poll::Ready(Err(this.end(context, TOO_LARGE)));
        }
        if this.line.is_over.load(Ordering::Acquire) {
            return Poll::Ready(Err(this.end(context, TOO_SLOW)));
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.written(context, written, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(context, parts);
        self.written(context, written, parts.first().map_or(&[], |part| part))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl<S> Connection<S> {
    fn written(
        &mut self,
        context: &Context<'_>,
        written: Poll<io::Result<usize>>,
        begin: &[u8],
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(taken)) if taken > 0 => self.went(begin),
            Poll::Pending => {
                self.line.writes.register(context.waker());
                if self.line.is_over.load(Ordering::Acquire) {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
            }
            Poll::Ready(_) => {}
        }
        written
    }
}

/// Takes connections within the limits.
pub(crate) struct Careful {
    inner: TcpAcceptor,
    lines: Arc<Lines>,
    told: Option<Instant>,
}

impl Careful {
    /// Listens; connections inherit the size of the buffer.
    ///
    /// # Errors
    /// When the address can't be had.
    pub(crate) fn bind(address: SocketAddr, lines: Arc<Lines>) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.set_send_buffer_size(SEND_BUFFER)?;
        socket.bind(address)?;
        let inner = TcpAcceptor::from_tokio(socket.listen(BACKLOG)?)?;
        Ok(Self { inner, lines, told: None })
    }
}

impl Acceptor for Careful {
    type Io = Connection<TcpStream>;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.inner.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        let room = self.lines.room.clone().acquire_owned().await.map_err(io::Error::other)?;
        loop {
            match self.inner.accept().await {
                Ok((socket, local, remote, scheme)) => {
                    return Ok((self.lines.add(socket, room), local, remote, scheme));
                }
                Err(error) => {
                    if self.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
                        tracing::warn!(%error, "a connection cannot be taken");
                        self.told = Some(Instant::now());
                    }
                    sleep(REST).await;
                }
            }
        }
    }
}

/// Lets this process open as many files as the system allows it; how many that are.
#[cfg(unix)]
fn raise_file_limit() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let (Some(now), wanted) = (current, maximum.unwrap_or(u64::MAX).min(CONNECTIONS_MAX as u64 * 2)) else {
        return u64::MAX;
    };
    if now >= wanted || setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }).is_err() {
        return now;
    }
    wanted
}

#[cfg(not(unix))]
fn raise_file_limit() -> u64 {
    u64::MAX
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    const SMALL: Limits =
        Limits { connections: 8, quiet: 75, quiet_when_crowded: 5, head: 10, head_bytes: 1_000, answer: 120 };

    async fn pair(lines: &Arc<Lines>) -> (Connection<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(4_096);
        let room = lines.room.clone().acquire_owned().await.expect("room");
        (lines.add(ours, room), theirs)
    }

    async fn read(connection: &mut Connection<DuplexStream>) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; 2_048];
        let count = connection.read(&mut bytes).await?;
        bytes.truncate(count);
        Ok(bytes)
    }

    /// Seconds until it ends, reading.
    async fn ends_after(connection: &mut Connection<DuplexStream>) -> u64 {
        let began = Instant::now();
        loop {
            match read(connection).await {
                Ok(bytes) => assert!(!bytes.is_empty(), "the other end is there"),
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                    return began.elapsed().as_secs();
                }
            }
        }
    }

    fn is_about(seconds: u64, limit: u32) -> bool {
        (u64::from(limit)..=u64::from(limit) + 2).contains(&seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_it() {
        let lines = Lines::within(SMALL);
        let (mut connection, _theirs) = pair(&lines).await;
        let seconds = ends_after(&mut connection).await;
        assert!(is_about(seconds, SMALL.quiet), "{seconds}");
        assert_eq!((lines.open(), lines.were_cut_off()), (1, 1));
        drop(connection);
        assert_eq!(lines.open(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_trickles_in_ends_it() {
        let lines = Lines::within(SMALL);
        let (mut connection, theirs) = pair(&lines).await;
        let (mut answers, mut writes) = tokio::io::split(theirs);
        let sends = tokio::spawn(async move {
            for byte in b"GET / HTTP/1.1\r\nhost: example.com\r\nx: 1\r\n".iter().cycle() {
                if writes.write_all(&[*byte]).await.is_err() {
                    return;
                }
                sleep(Duration::from_millis(1_500)).await;
            }
        });
        let seconds = ends_after(&mut connection).await;
        assert!(is_about(seconds, SMALL.head), "{seconds}");
        drop(connection);
        let mut told = String::new();
        answers.read_to_string(&mut told).await.expect("an answer");
        assert!(told.starts_with("HTTP/1.1 408 "), "{told}");
        sends.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_without_end_is_too_large() {
        let lines = Lines::within(SMALL);
        let (mut connection, mut theirs) = pair(&lines).await;
        theirs.write_all(&[b'a'; 1_001]).await.expect("sent");
        let began = Instant::now();
        assert!(read(&mut connection).await.is_err());
        assert_eq!(began.elapsed(), Duration::ZERO);
        drop(connection);
        let mut told = String::new();
        theirs.read_to_string(&mut told).await.expect("an answer");
        assert!(told.starts_with("HTTP/1.1 431 "), "{told}");
    }

    #[tokio::test(start_paused = true)]
    async fn requests_one_after_the_other_go_on_for_ever() {
        let lines = Lines::within(SMALL);
        let (mut connection, mut theirs) = pair(&lines).await;
        for _ in 0..50 {
            // In two parts, cut in the middle of the empty line, and with a body larger than a head may be.
            theirs.write_all(b"POST / HTTP/1.1\r\ncontent-length: 2000\r\n\r").await.expect("sent");
            read(&mut connection).await.expect("the head");
            sleep(Duration::from_secs(5)).await;
            theirs.write_all(b"\n").await.expect("sent");
            read(&mut connection).await.expect("its end");
            theirs.write_all(&[b'x'; 2_000]).await.expect("sent");
            read(&mut connection).await.expect("the body");
            sleep(Duration::from_mins(1)).await;
            connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("answered");
            theirs.read_exact(&mut [0; 19]).await.expect("an answer");
            sleep(Duration::from_mins(1)).await;
        }
        assert_eq!(lines.were_cut_off(), 0);
        theirs.write_all(b"GET / HTTP/1.1\n\n").await.expect("sent");
        let seconds = ends_after(&mut connection).await;
        assert!(is_about(seconds, SMALL.answer), "never answered: {seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_of_an_answer_is_let_go() {
        let lines = Lines::within(SMALL);
        let (mut connection, _theirs) = pair(&lines).await;
        let began = Instant::now();
        let error = connection.write_all(&[0; 10_000]).await.expect_err("nobody takes it");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(is_about(began.elapsed().as_secs(), SMALL.quiet));
    }

    #[tokio::test(start_paused = true)]
    async fn sockets_and_http_2_are_free_until_both_are_silent() {
        for (asks, answers) in [
            (&b"GET /graphql/ws HTTP/1.1\r\n\r\n"[..], &b"HTTP/1.1 101 Switching Protocols\r\n\r\n"[..]),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"settings"),
        ] {
            let lines = Lines::within(SMALL);
            let (mut connection, mut theirs) = pair(&lines).await;
            theirs.write_all(asks).await.expect("sent");
            read(&mut connection).await.expect("read");
            connection.write_all(answers).await.expect("sent");
            for _ in 0..10 {
                // More than a head may have, with nothing that would end one.
                theirs.write_all(&[b'a'; 1_500]).await.expect("sent");
                read(&mut connection).await.expect("read");
                sleep(Duration::from_secs(70)).await;
            }
            let seconds = ends_after(&mut connection).await;
            assert!(seconds <= 10, "{seconds}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn where_there_is_little_room_the_quiet_go_first() {
        let lines = Lines::within(SMALL);
        let mut quiet = Vec::new();
        for _ in 0..7 {
            quiet.push(pair(&lines).await);
        }
        let (mut busy, mut theirs) = pair(&lines).await;
        assert_eq!(lines.room.available_permits(), 0, "more would wait");
        theirs.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("sent");
        read(&mut busy).await.expect("read");
        for (connection, _theirs) in &mut quiet {
            assert!(ends_after(connection).await <= 7);
        }
        drop(quiet);
        assert_eq!((lines.open(), lines.room.available_permits()), (1, 7));
        busy.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("it is answered");
    }
}
