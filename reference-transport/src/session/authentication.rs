//! SMTP authentication with a password: AUTH LOGIN, and AUTH PLAIN where LOGIN is not offered (AUT-07).
//!
//! A secret is written in answer to the reply that asks for it and to no other (AUT-22).

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::{Need, Session, SessionError, unwritable};
use crate::{
    connector::Credential,
    limits::COMMAND_LINE_OCTETS_MAX,
    reply::{Reply, ReplyCode},
    wire::{Command, auth_line},
};

impl Session {
    /// Authenticates with what the host offers now (AUT-21, AUT-23).
    pub(super) async fn authenticate(&mut self, credential: &Credential) -> Result<(), SessionError> {
        if [&credential.user, &credential.password].iter().any(|part| part.contains('\0')) {
            // RFC 4616 §2: NUL separates the parts, so it cannot stand in one.
            return Err(SessionError::Authentication { why: "the credential holds NUL".to_owned() });
        }
        let reply = if self.extensions.offers_mechanism("LOGIN") {
            let reply = self.login(credential).await?;
            // RFC 4954 §6: this mechanism is too weak for that user; another may do.
            if reply.code == ReplyCode::MECHANISM_TOO_WEAK && self.extensions.offers_mechanism("PLAIN") {
                self.plain(credential).await?
            } else {
                reply
            }
        } else if self.extensions.offers_mechanism("PLAIN") {
            self.plain(credential).await?
        } else {
            return Err(SessionError::Extension { keyword: "AUTH", needed_by: Need::Connector });
        };
        match reply.code {
            ReplyCode::AUTHENTICATED => Ok(()),
            ReplyCode::CHALLENGE => Err(self.cancel("one challenge more than the mechanism has").await?),
            _ => Err(SessionError::Authentication { why: reply.to_string() }),
        }
    }

    /// The response goes along with the command, unless the line would be too long for one (RFC 4954 §4). A host that
    /// asks for it all the same gets it once more: some pass over what goes along.
    async fn plain(&mut self, credential: &Credential) -> Result<Reply, SessionError> {
        let response = BASE64.encode(format!("\0{}\0{}", credential.user, credential.password));
        let fits = "AUTH PLAIN ".len() + response.len() + "\r\n".len() <= COMMAND_LINE_OCTETS_MAX;
        let words: &[&str] = if fits { &["AUTH", "PLAIN", &response] } else { &["AUTH", "PLAIN"] };
        let reply = self.say(words).await?;
        if reply.code != ReplyCode::CHALLENGE {
            return Ok(reply);
        }
        if !reply.text.iter().all(|text| text.trim().is_empty()) {
            return Err(self.cancel("a challenge where the mechanism has none").await?);
        }
        self.say(&[&response]).await
    }

    async fn login(&mut self, credential: &Credential) -> Result<Reply, SessionError> {
        let mut reply = self.say(&["AUTH", "LOGIN"]).await?;
        for answer in [&credential.user, &credential.password] {
            if reply.code == ReplyCode::MECHANISM_TOO_WEAK {
                return Ok(reply);
            }
            if reply.code != ReplyCode::CHALLENGE {
                // 235 before it has the password would be as odd as 250; neither is a session to trust.
                return Err(SessionError::Authentication { why: reply.to_string() });
            }
            let challenge = reply.text.first().map_or("", |text| text.trim());
            if BASE64.decode(challenge).is_err() {
                return Err(self.cancel("a challenge that is no base64").await?);
            }
            reply = self.say(&[&BASE64.encode(answer)]).await?;
        }
        Ok(reply)
    }

    /// Ends the exchange with `*` (RFC 4954 §4), and gives the error that this comes to.
    async fn cancel(&mut self, why: &str) -> Result<SessionError, SessionError> {
        self.say(&["*"]).await?;
        Ok(SessionError::Authentication { why: format!("the host sent {why}") })
    }

    async fn say(&mut self, words: &[&str]) -> Result<Reply, SessionError> {
        let line = auth_line(words).map_err(|source| unwritable(Command::Auth, source))?;
        self.channel.write(&line, Command::Auth, self.timeouts.command).await?;
        self.channel.reply(Command::Auth, self.timeouts.command).await
    }
}
