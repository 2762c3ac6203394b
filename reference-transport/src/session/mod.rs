//! One session of a client with one host: greeting, hello, STARTTLS, authentication, mail transactions, QUIT.
//!
//! [`Session::open`] brings a connection to the point where mail may be offered, or says why not; then
//! [`Session::transact`] as often as there is mail, then [`Session::quit`].
//!
//! # Invariants
//!
//! - Nothing is said before the greeting, and nothing before the reply to what was said, unless PIPELINING was
//!   offered in this TLS state (EXT-01).
//! - What was learned in the clear is forgotten once TLS stands (TLS-17, TLS-18).
//! - No mail without the TLS and the authentication that the settings require.
//!
//! # Limits
//!
//! [`crate::limits::Timeouts`] for each step, the connector's inactivity timeout beside them.
//!
//! # Not here
//!
//! Which host, which recipients, and what a failure means for them: [`crate::delivery`].

mod authentication;
mod channel;
mod chunks;
mod content;
mod error;
mod exchange_server;
mod extensions;
pub mod security_context;
mod transaction;

#[cfg(test)]
mod tests;

use std::{net::IpAddr, time::Duration};

use self::channel::Channel;
pub use self::{
    content::{Body, BodyType, Content},
    error::{Need, Reach, SessionError},
    extensions::Extensions,
    transaction::{Envelope, Transacted, Verdict},
};
use crate::{
    connector::{Authentication, Hello},
    limits::Timeouts,
    network::BoxStream,
    protocol_log::{Conversation, LogAs},
    reply::{Reply, ReplyCode, Severity},
    tls::{Check, OwnCertificate, Shown, Tls, server_name},
    wire::{Command, CommandError, command_line},
};

/// How a session is led: what a connector's settings come down to for one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The name in EHLO and HELO (MOD-24, MOD-25).
    pub client_name: String,
    /// HELO alone, or EHLO first.
    pub hello: Hello,
    /// What is done about STARTTLS.
    pub starttls: StartTls,
    /// What the host's certificate must show.
    pub check: Check,
    /// Who we say we are.
    pub authentication: Authentication,
    /// The certificate that we show where we are asked for one.
    pub own_certificate: OwnCertificate,
    /// The address that the connection comes from, if it matters (`-SourceIPAddress`). Read by whoever dials.
    pub source: Option<IpAddr>,
    /// Longest silence of the host (MOD-21).
    pub inactivity: Duration,
    /// Longest waits, step by step.
    pub timeouts: Timeouts,
    /// As whose the session is logged. Read by whoever dials.
    pub log: LogAs,
}

impl Settings {
    fn credential(&self) -> Option<&crate::connector::Credential> {
        match &self.authentication {
            Authentication::Basic(credential) | Authentication::BasicRequireTls(credential) => Some(credential),
            Authentication::ExchangeServer | Authentication::ExternalAuthoritative | Authentication::None => None,
        }
    }
}

/// What is done about STARTTLS in one session.
#[expect(clippy::exhaustive_enums, reason = "RFC 3207 §4.1 leaves a client three ways, and RFC 8314 §3.3 adds one")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartTls {
    /// It is not needed: TLS begins with the connection (RFC 8314 §3.3).
    Immediate,
    /// It is used where it is offered and works.
    IfOffered,
    /// It is not used.
    Never,
    /// No mail without it.
    Required,
}

/// The host at the other end, as it was dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name; `None` if it was dialled by address.
    pub name: Option<String>,
    /// The address that was dialled.
    pub address: IpAddr,
}

/// A session that is open for mail.
pub struct Session {
    channel: Channel,
    extensions: Extensions,
    timeouts: Timeouts,
    is_tls: bool,
    /// By AUTH, with a credential.
    is_authenticated: bool,
}

impl Session {
    /// Leads a fresh connection up to where MAIL may be said. On failure the session has been ended properly: by
    /// QUIT wherever the host still listens.
    ///
    /// # Errors
    ///
    /// If the host refuses, vanishes, or does not offer what `settings` require.
    pub async fn open(stream: BoxStream, host: &Host, settings: &Settings, tls: &Tls) -> Result<Self, SessionError> {
        Self::open_logged(stream, host, settings, tls, None).await
    }

    /// As [`Session::open`]; what is said is told to `log`.
    ///
    /// # Errors
    ///
    /// As [`Session::open`].
    pub async fn open_logged(
        stream: BoxStream,
        host: &Host,
        settings: &Settings,
        tls: &Tls,
        log: Option<Box<Conversation>>,
    ) -> Result<Self, SessionError> {
        let mut session = Self {
            channel: Channel::new(stream, settings.inactivity, log),
            extensions: Extensions::default(),
            timeouts: settings.timeouts,
            is_tls: false,
            is_authenticated: false,
        };
        match session.prepare(host, settings, tls).await {
            Ok(()) => Ok(session),
            Err(error) => {
                session.abandon(&error).await;
                Err(error)
            }
        }
    }

    /// What the host offers in the present TLS state.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Whether the session is under TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Says QUIT, waits for 221 (SES-08), and ends the connection.
    pub async fn quit(mut self) {
        self.say_quit().await;
        self.channel.close(self.timeouts.quit).await;
    }

    /// Ends the session as is due after `error`: with QUIT if the host still listens and owes no reply.
    pub async fn abandon(mut self, error: &SessionError) {
        match error {
            SessionError::Connection { .. } | SessionError::Handshake { .. } => {}
            // The host has closed or is about to.
            SessionError::Refused { reply, .. } if reply.code == ReplyCode::SERVICE_CLOSING => {}
            // Commands went ahead, and DATA may have been granted: then QUIT would be mail data.
            SessionError::Protocol { during: Command::Mail | Command::Rcpt | Command::Data, .. }
                if self.extensions.offers("PIPELINING") =>
            {
                self.channel.hear_out().await;
            }
            _ => self.say_quit().await,
        }
        self.channel.close(self.timeouts.quit).await;
    }

    async fn say_quit(&mut self) {
        self.channel.forget();
        if self.channel.write(b"QUIT\r\n", Command::Quit, self.timeouts.quit).await.is_ok() {
            // Nothing depends on the answer, but a client that does not wait for it resets the connection.
            let _answer = self.channel.reply(Command::Quit, self.timeouts.quit).await;
        }
    }

    async fn prepare(&mut self, host: &Host, settings: &Settings, tls: &Tls) -> Result<(), SessionError> {
        if settings.starttls == StartTls::Immediate {
            self.shake_hands(host, settings, tls).await?;
        }
        let greeting = self.channel.reply(Command::Connect, self.timeouts.greeting).await?;
        accept(Command::Connect, greeting)?;
        self.hello(settings).await?;
        self.start_tls(host, settings, tls).await?;
        if matches!(settings.authentication, Authentication::BasicRequireTls(_)) && !self.is_tls {
            return Err(SessionError::Extension { keyword: "STARTTLS", needed_by: Need::Connector });
        }
        if let Some(credential) = settings.credential() {
            self.authenticate(credential).await?;
            self.is_authenticated = true;
        }
        if settings.authentication == Authentication::ExchangeServer {
            self.authenticate_exchange_server(host).await?;
        }
        Ok(())
    }

    /// EHLO, and HELO where EHLO is not known (SES-02) and nothing that we need depends on it (TLS-30).
    async fn hello(&mut self, settings: &Settings) -> Result<(), SessionError> {
        self.extensions = Extensions::default();
        let needs_extensions = settings.credential().is_some()
            || settings.authentication == Authentication::ExchangeServer
            || (settings.starttls == StartTls::Required && !self.is_tls);
        if settings.hello == Hello::Ehlo {
            let reply = self.ask(Command::Ehlo, &["EHLO", &settings.client_name]).await?;
            if reply.severity() == Severity::PositiveCompletion {
                self.extensions = Extensions::of(&reply);
                return Ok(());
            }
            if !matches!(reply.code.value(), 500 | 502 | 504 | 550) {
                return Err(SessionError::Refused { command: Command::Ehlo, reply });
            }
            if needs_extensions {
                // What HELO leaves out is our own wish: the mail is not to blame for it.
                let keyword = if settings.starttls == StartTls::Required && !self.is_tls { "STARTTLS" } else { "AUTH" };
                return Err(SessionError::Extension { keyword, needed_by: Need::Connector });
            }
        }
        let reply = self.ask(Command::Helo, &["HELO", &settings.client_name]).await?;
        accept(Command::Helo, reply).map(drop)
    }

    async fn start_tls(&mut self, host: &Host, settings: &Settings, tls: &Tls) -> Result<(), SessionError> {
        // Between Exchange servers TLS has a verb of its own (AUT-16); to everybody else it means nothing (EXT-10).
        let is_peer = settings.authentication == Authentication::ExchangeServer;
        let verb = if is_peer && self.extensions.offers("X-ANONYMOUSTLS") { "X-ANONYMOUSTLS" } else { "STARTTLS" };
        match settings.starttls {
            StartTls::Immediate | StartTls::Never => return Ok(()),
            StartTls::IfOffered if !self.extensions.offers(verb) => return Ok(()),
            StartTls::Required if !self.extensions.offers(verb) => {
                return Err(SessionError::Extension { keyword: "STARTTLS", needed_by: Need::Connector });
            }
            StartTls::IfOffered | StartTls::Required => {}
        }
        let reply = self.ask(Command::StartTls, &[verb]).await?;
        self.secure(reply, host, settings, tls).await
    }

    /// The handshake, if `reply` lets it begin, and what follows it.
    async fn secure(&mut self, reply: Reply, host: &Host, settings: &Settings, tls: &Tls) -> Result<(), SessionError> {
        if reply.code != ReplyCode::SERVICE_READY {
            // Another 2yz or 3yz leaves open whether the host now speaks TLS, so nothing may follow in the clear.
            let is_no = matches!(reply.severity(), Severity::TransientNegative | Severity::PermanentNegative);
            return if is_no && settings.starttls == StartTls::IfOffered {
                Ok(())
            } else {
                Err(SessionError::Refused { command: Command::StartTls, reply })
            };
        }
        self.shake_hands(host, settings, tls).await?;
        // In TLS 1.3 a host that refuses our certificate says so only after our side of the handshake is done.
        self.hello(settings).await.map_err(|error| match error {
            SessionError::Connection { source, .. } if is_tls_error(&source) => SessionError::Handshake { source },
            other => other,
        })
    }

    async fn shake_hands(&mut self, host: &Host, settings: &Settings, tls: &Tls) -> Result<(), SessionError> {
        let failed = |source| SessionError::Handshake { source };
        let stream = self.channel.take_stream().ok_or_else(|| failed(std::io::ErrorKind::NotConnected.into()))?;
        let name = server_name(host.name.as_deref(), host.address);
        let own = Shown { certificate: &settings.own_certificate, client_name: &settings.client_name };
        let handshake = tls.handshake(stream, &name, &settings.check, own);
        let wait = self.timeouts.command.min(settings.inactivity);
        let shaken = tokio::time::timeout(wait, handshake).await;
        let shaken = shaken.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
        if let Some(log) = &mut self.channel.log {
            match &shaken {
                Ok(secured) => log.secured(secured.certificate.as_deref()),
                Err(error) => log.not_secured(&error.to_string()),
            }
        }
        let secured = shaken.map_err(failed)?;
        self.channel.put_stream(secured.stream);
        self.is_tls = true;
        if settings.own_certificate.must_be_asked_for && !secured.was_asked {
            return Err(SessionError::OneSided);
        }
        Ok(())
    }

    /// Says one command and waits for the reply.
    async fn ask(&mut self, command: Command, words: &[&str]) -> Result<Reply, SessionError> {
        let line = command_line(words).map_err(|source| unwritable(command, source))?;
        self.channel.write(&line, command, self.timeouts.command).await?;
        self.channel.reply(command, self.timeouts.command).await
    }
}

/// The reply, if it is a 2yz.
fn accept(command: Command, reply: Reply) -> Result<Reply, SessionError> {
    match reply.severity() {
        Severity::PositiveCompletion => Ok(reply),
        _ => Err(SessionError::Refused { command, reply }),
    }
}

fn unwritable(command: Command, source: CommandError) -> SessionError {
    SessionError::Unwritable { command, source }
}

fn is_tls_error(error: &std::io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
}
