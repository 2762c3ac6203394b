//! SMTP authentication with a password: AUTH LOGIN, and AUTH PLAIN where LOGIN is not offered (AUT-07).
//!
//! A secret is written in answer to the reply that asks for it and to no other (AUT-22).

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::{Need, Session, SessionError, unwritable};
use crate::{
    connector::Credential,
    reply::{Reply, ReplyCode},
    wire::{Command, auth_line},
};

impl Session {
    /// Authenticates with what the host offers now (AUT-21, AUT-23).
    pub(super) async fn authenticate(&mut self, credential: &Credential) -> Result<(), SessionError> {
        let reply = if self.extensions.offers_mechanism("LOGIN") {
            self.login(credential).await?
        } else if self.extensions.offers_mechanism("PLAIN") {
            let secret = BASE64.encode(format!("\0{}\0{}", credential.user, credential.password));
            self.say(&["AUTH", "PLAIN", &secret]).await?
        } else {
            return Err(SessionError::Extension { keyword: "AUTH", needed_by: Need::Connector });
        };
        match reply.code {
            ReplyCode::AUTHENTICATED => Ok(()),
            ReplyCode::CHALLENGE => Err(self.cancel("one challenge more than the mechanism has").await?),
            _ => Err(SessionError::Authentication { why: reply.to_string() }),
        }
    }

    async fn login(&mut self, credential: &Credential) -> Result<Reply, SessionError> {
        let mut reply = self.say(&["AUTH", "LOGIN"]).await?;
        for answer in [&credential.user, &credential.password] {
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
