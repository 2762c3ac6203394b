//! Hosts and rules in Rust, for those who write no page.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls::time_provider::{DefaultTimeProvider, TimeProvider};

use super::{CertificateKind, CertificateSpec, ClientCertificate, Host, Posture, Property, PropertyValue};
use crate::{
    driver::{Listening, listen},
    event::Sink,
    pki::Pki,
    rule::{Action, Argument, Conditions, Count, Reply, Rule, Scope, Tag, TlsState, Trigger, Which},
    running::RunningHost,
    script::Script,
};

impl Host {
    /// A correct host with this name in its greeting and in its certificate.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), properties: Vec::new(), rules: Vec::new(), scripts: Vec::new() }
    }

    /// Offers a keyword with its parameters, in place of what it offered under that keyword.
    #[must_use]
    pub fn offers<P: Into<String>>(self, keyword: &str, parameters: impl IntoIterator<Item = P>) -> Self {
        let parameters = parameters.into_iter().map(Into::into).collect();
        self.with(PropertyValue::Offers { keyword: keyword.to_ascii_uppercase(), parameters })
    }

    /// Does not offer a keyword; `*` is all of them.
    #[must_use]
    pub fn withholds(self, keyword: &str) -> Self {
        self.with(PropertyValue::Withholds(keyword.to_ascii_uppercase()))
    }

    /// Shows a certificate for these names.
    #[must_use]
    pub fn certificate<N: Into<String>>(self, kind: CertificateKind, names: impl IntoIterator<Item = N>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        self.with(PropertyValue::Certificate(CertificateSpec { kind, names }))
    }

    /// Asks for a client certificate.
    #[must_use]
    pub fn client_certificate(self, asked: ClientCertificate) -> Self {
        self.with(PropertyValue::ClientCertificate(asked))
    }

    /// Asks this of a client before it takes mail.
    #[must_use]
    pub fn auth(self, posture: Posture) -> Self {
        self.with(PropertyValue::Auth(posture))
    }

    /// Speaks these TLS versions only: `1.2`, `1.3`.
    #[must_use]
    pub fn tls<V: Into<String>>(self, versions: impl IntoIterator<Item = V>) -> Self {
        self.with(PropertyValue::Tls(versions.into_iter().map(Into::into).collect()))
    }

    /// Has a property at all times.
    #[must_use]
    pub fn with(self, value: PropertyValue) -> Self {
        self.property(Property { value, conditions: Conditions::default(), tag: None })
    }

    /// Has a property, when its conditions hold.
    #[must_use]
    pub fn property(mut self, property: Property) -> Self {
        self.properties.push(property);
        self
    }

    /// Does this each time instead of the correct answer.
    ///
    /// ```
    /// use mtaspec_fake_smarthost::{Host, rule::{Action, Rule, Scope, Trigger, Which}};
    ///
    /// let crowded = Host::new("mx1.contoso.test").rule(
    ///     Rule::new(Trigger::command("RCPT"), [Action::reply("452 4.5.3 Too many recipients")])
    ///         .count_over(Which::From(101), Scope::Transaction),
    /// );
    /// let closed = Host::new("mx2.contoso.test").on(Trigger::Connect, [Action::reply("554 No SMTP service here")]);
    /// assert_eq!(crowded.rules.len() + closed.rules.len(), 2);
    /// ```
    #[must_use]
    pub fn on(self, trigger: Trigger, actions: impl IntoIterator<Item = Action>) -> Self {
        self.rule(Rule::new(trigger, actions))
    }

    /// Has a rule, behind those that it has.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Follows a script, if none before it is for the same connection.
    #[must_use]
    pub fn script(mut self, script: Script) -> Self {
        self.scripts.push(script);
        self
    }

    /// Listens at any free port of 127.0.0.1, with certificates made around this very moment.
    ///
    /// Roots and client certificates are at [`Listening::host`], in its [`RunningHost::pki`].
    ///
    /// # Errors
    ///
    /// If no port can be had.
    pub async fn listen(self, sink: Arc<dyn Sink>) -> io::Result<Listening> {
        let clock = DefaultTimeProvider;
        let since = clock.current_time().map(|now| now.as_secs()).unwrap_or_default();
        let begin = SystemTime::UNIX_EPOCH + Duration::from_secs(since);
        let running = RunningHost::new(self, Arc::new(Pki::new(begin)), Arc::new(clock));
        listen(Arc::new(running), SocketAddr::from(([127, 0, 0, 1], 0)), sink).await
    }
}

impl Rule {
    /// A rule without conditions and without a tag.
    #[must_use]
    pub fn new(trigger: Trigger, actions: impl IntoIterator<Item = Action>) -> Self {
        Self { trigger, actions: actions.into_iter().collect(), conditions: Conditions::default(), tag: None }
    }

    /// Only for these occurrences of its trigger, counted over as long as the host lives.
    #[must_use]
    pub fn count(self, which: Which) -> Self {
        self.count_over(which, Scope::Case)
    }

    /// Only for these occurrences of its trigger; the count starts over with each `over`.
    #[must_use]
    pub fn count_over(mut self, which: Which, over: Scope) -> Self {
        self.conditions.count = Some(Count { which, over });
        self
    }

    /// Only in the clear, or only under TLS.
    #[must_use]
    pub fn in_state(mut self, tls: TlsState) -> Self {
        self.conditions.tls = Some(tls);
        self
    }

    /// Only before this time since the host began.
    #[must_use]
    pub fn until(mut self, elapsed: Duration) -> Self {
        self.conditions.until = Some(elapsed);
        self
    }

    /// Only from this time on since the host began.
    #[must_use]
    pub fn since(mut self, elapsed: Duration) -> Self {
        self.conditions.since = Some(elapsed);
        self
    }

    /// Only once so many octets of mail data have come ([`Trigger::Data`]).
    #[must_use]
    pub fn after_octets(mut self, octets: u64) -> Self {
        self.conditions.after_octets = Some(octets);
        self
    }

    /// Reports this whenever it is used.
    #[must_use]
    pub fn tagged(mut self, tag: Tag) -> Self {
        self.tag = Some(tag);
        self
    }
}

impl Trigger {
    /// A command with this verb, whatever stands behind it.
    #[must_use]
    pub fn command(verb: &str) -> Self {
        Self::Command { verb: verb.to_ascii_uppercase(), argument: Argument::Anything }
    }

    /// MAIL or RCPT with this mailbox.
    #[must_use]
    pub fn mailbox(verb: &str, mailbox: &str) -> Self {
        Self::Command { verb: verb.to_ascii_uppercase(), argument: Argument::Mailbox(mailbox.to_owned()) }
    }
}

impl Action {
    /// A reply; its lines stand apart by `\n`.
    #[must_use]
    pub fn reply(text: &str) -> Self {
        Self::Reply(Reply { lines: text.lines().map(str::to_owned).collect() })
    }

    /// Octets as they are.
    #[must_use]
    pub fn octets(octets: impl Into<Vec<u8>>) -> Self {
        Self::Octets(octets.into())
    }
}
