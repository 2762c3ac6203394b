//! Authentication between Exchange servers: GSSAPI behind `X-EXPS`, or behind `AUTH` where that is what is offered
//! (AUT-14). A host that cannot do it gets no mail, and the mail waits (AUT-15, EXT-11).

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::{
    Host, Session, SessionError,
    security_context::{Scripted, SecurityContext},
    unwritable,
};
use crate::{
    reply::{Reply, ReplyCode},
    wire::{Command, auth_line},
};

/// Most rounds of one exchange; Kerberos has two.
const ROUNDS_MAX: usize = 8;

impl Session {
    pub(super) async fn authenticate_exchange_server(&mut self, host: &Host) -> Result<(), SessionError> {
        let verb = if self.extensions.offers_parameter("X-EXPS", "GSSAPI") {
            "X-EXPS"
        } else if self.extensions.offers_mechanism("GSSAPI") {
            "AUTH"
        } else {
            return Err(failed("the host does not offer GSSAPI"));
        };
        let mut context = Scripted::new(&host.name.clone().unwrap_or_else(|| host.address.to_string()));
        self.exchange_tokens(verb, &mut context).await
    }

    async fn exchange_tokens(&mut self, verb: &str, context: &mut dyn SecurityContext) -> Result<(), SessionError> {
        let first = context.begin().map_err(|error| failed(&error.to_string()))?;
        let mut reply = self.token(&[verb, "GSSAPI", &BASE64.encode(first)]).await?;
        for _ in 0..ROUNDS_MAX {
            match reply.code {
                ReplyCode::AUTHENTICATED => return Ok(()),
                ReplyCode::CHALLENGE => {}
                _ => return Err(failed(&reply.to_string())),
            }
            let challenge = reply.text.first().map_or("", |text| text.trim());
            let Ok(token) = BASE64.decode(challenge) else {
                return Err(self.cancel_exchange("a challenge that is no base64").await?);
            };
            match context.answer(&token) {
                Ok(answer) => reply = self.token(&[&BASE64.encode(answer)]).await?,
                Err(error) => return Err(self.cancel_exchange(&error.to_string()).await?),
            }
        }
        Err(self.cancel_exchange("more rounds than the mechanism has").await?)
    }

    async fn cancel_exchange(&mut self, why: &str) -> Result<SessionError, SessionError> {
        self.token(&["*"]).await?;
        Ok(failed(why))
    }

    async fn token(&mut self, words: &[&str]) -> Result<Reply, SessionError> {
        let line = auth_line(words).map_err(|source| unwritable(Command::Auth, source))?;
        self.channel.write(&line, Command::Auth, self.timeouts.command).await?;
        self.channel.reply(Command::Auth, self.timeouts.command).await
    }
}

fn failed(why: &str) -> SessionError {
    SessionError::ExchangeServer { why: why.to_owned() }
}
