//! Mail: short plain texts with a link in them, by the SMTP server of `HARU_SMTP_URL`.
//!
//! Without a server, or when it refuses, a link goes to the log of `haru serve`, so that whoever runs the instance can
//! hand it on: none is lost in silence. What else a mail says is in no log.

use std::time::Duration;

use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use url::Url;

use crate::config::ServeConfig;
use crate::ids::new_id;

/// How long the server may take for one mail.
const PATIENCE: Duration = Duration::from_secs(20);
/// The name that mails come from, where the sender has none of its own.
const SENDER: &str = "Haru";

/// Sends mails, if there is a server for them.
#[derive(Clone, Debug)]
pub(crate) struct Mailer {
    server: Option<Server>,
}

#[derive(Clone, Debug)]
struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// By the settings. Nothing is connected to before there is a mail.
    ///
    /// # Errors
    /// One line for the operator, without the password that the address may hold.
    pub(crate) fn new(config: &ServeConfig) -> Result<Self, String> {
        let host = config.public_url().host().to_owned();
        let from = sender(config.mail_from.as_deref(), &host)?;
        let Some(url) = &config.smtp_url else { return Ok(Self { server: None }) };
        Ok(Self { server: Some(Server { transport: transport(url, &host)?, from }) })
    }

    /// Whether there is a mail server.
    pub(crate) fn is_set_up(&self) -> bool {
        self.server.is_some()
    }

    /// Sends a mail. True: the server has taken it. False: there is none, or it did not, which is logged.
    pub(crate) async fn send(&self, to: &str, subject: &str, text: String) -> bool {
        let Some(server) = &self.server else { return false };
        match tokio::time::timeout(PATIENCE, server.send(to, subject, text)).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(error, "a mail could not be sent");
                false
            }
            Err(_) => {
                tracing::warn!(
                    seconds = PATIENCE.as_secs(),
                    "a mail could not be sent: the mail server takes too long"
                );
                false
            }
        }
    }

    /// Sends a mail whose text holds a link. When no server takes it, the link goes to the log, to be handed on.
    pub(crate) async fn send_link(&self, to: &str, subject: &str, text: String, link: &str) -> bool {
        let taken = self.send(to, subject, text).await;
        if !taken {
            tracing::warn!(to, subject, link, "no mail server took this link: please hand it on");
        }
        taken
    }
}

impl Server {
    async fn send(&self, to: &str, subject: &str, text: String) -> Result<(), String> {
        // Addresses and subjects are values of types that can't hold a line break: no header can be slipped in.
        let to: Address = to.parse().map_err(|_| "the address is not one that mail can be sent to".to_owned())?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .message_id(Some(format!("<{}@{}>", new_id(), self.from.email.domain())))
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(|error| error.to_string())?;
        self.transport.send(message).await.map(|_| ()).map_err(|error| error.to_string())
    }
}

/// The configured sender, else `haru@` the instance's host.
fn sender(configured: Option<&str>, host: &str) -> Result<Mailbox, String> {
    if let Some(text) = configured {
        let mailbox: Mailbox = text
            .trim()
            .parse()
            .map_err(|_| format!("HARU_MAIL_FROM: {text:?} is not an address such as haru@example.com"))?;
        return Ok(Mailbox { name: mailbox.name.or_else(|| Some(SENDER.to_owned())), ..mailbox });
    }
    let address = Address::new("haru", host).or_else(|_| Address::new("haru", "localhost"));
    address.map(|address| Mailbox::new(Some(SENDER.to_owned()), address)).map_err(|error| error.to_string())
}

fn transport(text: &str, host: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    // The value is not repeated: it may hold a password.
    let wrong = || {
        "HARU_SMTP_URL: expected smtps://user:password@host or smtp://user:password@host?tls=required (without TLS: \
         smtp://host:25)"
            .to_owned()
    };
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()).map_err(|_| wrong())?;
    if url.path().trim_matches('/').is_empty() {
        builder = builder.hello_name(ClientId::Domain(host.to_owned()));
    }
    Ok(builder.timeout(Some(PATIENCE)).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_or_subject_cannot_slip_a_header_in() {
        let transport = transport("smtp://127.0.0.1:1", "localhost").expect("made");
        let server = Server { transport, from: sender(None, "stats.example.com").expect("an address") };
        for to in ["a@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com", "<a@example.com>", ""] {
            let error = server.send(to, "Hello", String::new()).await.expect_err(to);
            assert!(error.contains("address"), "{to}: {error}");
        }
        let message = Message::builder()
            .from(server.from.clone())
            .to("a@example.com".parse().expect("an address"))
            .subject("Hello\r\nBcc: b@example.com")
            .body(String::new())
            .expect("a mail");
        let text = String::from_utf8(message.formatted()).expect("ASCII");
        assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{text}");
    }

    #[test]
    fn wrong_settings_are_told_without_the_password() {
        for good in
            ["smtp://localhost:25", "smtps://u:p%40ss@mail.example.com", "smtp://u:p@mail.example.com?tls=required"]
        {
            assert!(transport(good, "stats.example.com").is_ok(), "{good}");
        }
        for bad in
            ["mail.example.com", "http://u:hunter2@mail.example.com", "smtp://u:hunter2@mail.example.com?tls=no", ""]
        {
            let error = transport(bad, "stats.example.com").expect_err(bad);
            assert!(error.starts_with("HARU_SMTP_URL") && !error.contains("hunter2"), "{error}");
        }
        assert_eq!(sender(None, "stats.example.com").expect("one").to_string(), "Haru <haru@stats.example.com>");
        assert_eq!(sender(Some("Stats <s@x.org>"), "h").expect("one").to_string(), "Stats <s@x.org>");
        assert!(sender(None, "[::1]").is_ok());
        assert!(sender(Some("nobody"), "h").expect_err("none").starts_with("HARU_MAIL_FROM"));
    }
}
