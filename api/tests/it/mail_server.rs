//! A mail server for tests: the SMTP of the crate `mailin` behind a socket, which keeps what it is sent.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use mailin::{Action, Handler, Response, Session, SessionBuilder, response};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// A mail as it arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// Head and body.
    pub(crate) text: String,
}

impl Mail {
    /// The link with a token in its body; quoted-printable is undone.
    pub(crate) fn link(&self, base: &str) -> String {
        let text = self.text.replace("=\r\n", "").replace("=3D", "=");
        let link = text.split_whitespace().find(|word| word.starts_with(base) && word.contains('#'));
        link.unwrap_or_else(|| panic!("no link in {text}")).to_owned()
    }
}

/// A mail server on a port of its own.
pub(crate) struct MailServer {
    pub(crate) url: String,
    mails: Arc<Mutex<Vec<Mail>>>,
    open: Arc<Semaphore>,
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        let server = Self::start_busy().await;
        server.go_on();
        server
    }

    /// One that takes connections and says nothing until it is told to.
    pub(crate) async fn start_busy() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let mails = Arc::new(Mutex::new(Vec::new()));
        let open = Arc::new(Semaphore::new(0));
        let (kept, opened) = (mails.clone(), open.clone());
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let keeper = Keeper { mail: Mail::default(), kept: kept.clone() };
                let session = SessionBuilder::new("mail.test").build(peer.ip(), keeper);
                let opened = opened.clone();
                tokio::spawn(async move {
                    // Nobody is let in one by one: it opens for all, by being closed.
                    opened.acquire().await.expect_err("open");
                    talk(stream, session).await
                });
            }
        });
        Self { url, mails, open }
    }

    /// Talks to those who wait, and to all who come.
    pub(crate) fn go_on(&self) {
        self.open.close();
    }

    /// What has arrived so far.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().expect("not poisoned").clone()
    }

    /// The next mail, once there are more than `seen`.
    pub(crate) async fn after(&self, seen: usize) -> Mail {
        crate::harness::eventually("a mail", || async { self.mails().get(seen).cloned() }).await
    }
}

async fn talk(stream: TcpStream, mut session: Session<Keeper>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(&session.greeting().buffer()?).await?;
    let mut line = Vec::new();
    while stream.read_until(b'\n', &mut line).await? > 0 {
        let response = session.process(&line);
        line.clear();
        if response.action != Action::NoReply {
            stream.write_all(&response.buffer()?).await?;
        }
        if response.action == Action::Close {
            break;
        }
    }
    Ok(())
}

struct Keeper {
    mail: Mail,
    kept: Arc<Mutex<Vec<Mail>>>,
}

impl Handler for Keeper {
    fn mail(&mut self, _ip: IpAddr, _domain: &str, from: &str) -> Response {
        self.mail = Mail { from: from.to_owned(), ..Mail::default() };
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        if to.starts_with("refused@") {
            return response::NO_MAILBOX;
        }
        self.mail.to.push(to.to_owned());
        response::OK
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.mail.text.push_str(&String::from_utf8_lossy(bytes));
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.kept.lock().expect("not poisoned").push(std::mem::take(&mut self.mail));
        response::OK
    }
}

/// An address at which no mail server listens.
pub(crate) fn nowhere() -> String {
    let port = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port").local_addr().expect("an address");
    format!("smtp://{port}")
}
