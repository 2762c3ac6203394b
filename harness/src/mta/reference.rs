//! The reference transport, in process.

use std::sync::{Arc, Mutex, PoisonError};

use mtaspec_reference_transport::{
    dsn::{EnvelopeId, Notify, OriginalRecipient, ParameterError, RecipientRequest, Request, Return},
    message,
    observer::{Fate, LogReport, Observer, Report},
    protocol_log::MemoryFolder,
    shell::{Shell, ShellError},
    tls::Identity,
    transport::{Config, Transport},
};

use super::{Brief, Mta, QueueReport, Reporter, RunningMta, ShellRefusal, StartError, Submission, Work};
use crate::{
    case::{
        dsn::{Dsn, RecipientDsn},
        management,
        model::{ShellText, Via},
    },
    trace::event::{LogKind, ReportedFate},
};

/// The reference transport: the MTA that the corpus itself is tried on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference;

impl Mta for Reference {
    fn name(&self) -> String {
        "reference".to_owned()
    }

    fn version(&self) -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    fn knows_organisation(&self) -> bool {
        true
    }

    fn reports_log(&self) -> bool {
        true
    }

    fn reports_shell(&self) -> bool {
        true
    }

    fn start(&self, brief: Brief) -> Work<Result<Arc<dyn RunningMta>, StartError>> {
        let accepts: Vec<String> = brief.accepted.iter().map(|(domain, _)| domain.clone()).collect();
        let config = Config {
            server: brief.server,
            address: brief.address,
            resolvers: brief.resolvers,
            roots: brief.authority.der,
            revocation_lists: vec![brief.authority.revocation_list],
            identities: brief
                .identities
                .into_iter()
                .map(|identity| Identity { name: identity.name, chain: identity.chain, key: identity.key })
                .collect(),
            accepted: brief.accepted,
            servers: brief.server_certificates,
        };
        let organisation = brief.organisation;
        let transport = Transport::new(config, brief.network, Arc::new(Reports(Arc::clone(&brief.reporter))));
        let texts = brief.shell;
        Box::pin(async move {
            let transport = transport.map_err(|error| StartError::Failed { why: error.to_string() })?;
            transport.write_logs_to(Arc::new(MemoryFolder::default()));
            *transport.directory() = management::directory(&organisation, &accepts);
            let running = Running { transport, shell: Mutex::new(Shell::new()), reporter: brief.reporter };
            for text in texts {
                running.run(&text);
            }
            Ok(Arc::new(running) as Arc<dyn RunningMta>)
        })
    }
}

struct Running {
    transport: Transport,
    /// One for the whole case, for its variables outlive a text.
    shell: Mutex<Shell>,
    reporter: Arc<dyn Reporter>,
}

impl Running {
    /// Whether a refusal is what the page wants is for its claims to say.
    fn run(&self, text: &ShellText) {
        let mut shell = self.shell.lock().unwrap_or_else(PoisonError::into_inner);
        for outcome in management::run(&mut shell, &mut self.transport.directory(), text) {
            let refusal =
                |error: &ShellError| ShellRefusal { code: error.kind.code().to_owned(), message: error.to_string() };
            self.reporter.shell(&outcome.text, outcome.result.as_deref().map_err(refusal));
        }
    }
}

impl RunningMta for Running {
    fn submit(self: Arc<Self>, message: Submission) -> Work<Result<(), StartError>> {
        Box::pin(async move {
            let dsn = request(&message.dsn).map_err(StartError::failed)?;
            self.transport
                .submit(message::Submission {
                    name: message.name,
                    reverse_path: message.reverse_path,
                    recipients: message.recipients,
                    data: message.octets,
                    via: match message.via {
                        Via::Submission => message::Via::Submission,
                        Via::Transport => message::Via::Transport,
                    },
                    dsn,
                })
                .await
                .map_err(StartError::failed)
        })
    }

    fn shell(self: Arc<Self>, text: ShellText) -> Work<Result<(), StartError>> {
        Box::pin(async move {
            self.run(&text);
            Ok(())
        })
    }
}

/// What a message asks, in the transport's own terms. A page has been checked, so an error is a fault of ours.
fn request(dsn: &Dsn) -> Result<Request, ParameterError> {
    let recipient = |asked: &RecipientDsn| {
        Ok(RecipientRequest {
            notify: asked.notify.as_deref().map(Notify::parse).transpose()?,
            original: asked.orcpt.as_deref().map(OriginalRecipient::parse).transpose()?,
        })
    };
    Ok(Request {
        ret: dsn.ret.as_deref().map(Return::parse).transpose()?,
        envelope_id: dsn.envid.as_deref().map(EnvelopeId::parse).transpose()?,
        recipients: dsn.recipients.iter().map(recipient).collect::<Result<_, ParameterError>>()?,
    })
}

/// Turns what the transport reports into what a trace holds.
struct Reports(Arc<dyn Reporter>);

impl Observer for Reports {
    fn report(&self, report: Report) {
        match report {
            Report::Fate { message, recipient, fate, reason } => {
                let fate = match fate {
                    Fate::Deferred => ReportedFate::Deferred,
                    Fate::Delivered => ReportedFate::Delivered,
                    Fate::Failed => ReportedFate::Failed,
                    Fate::Unroutable => ReportedFate::Unroutable,
                };
                self.0.fate(&message, &recipient, fate, &reason);
            }
            Report::Log(LogReport::Error { why }) => self.0.log(LogKind::Error, "", &why),
            Report::Log(LogReport::Removed { file }) => self.0.log(LogKind::Removed, &file, ""),
            Report::Log(LogReport::Row { file, row }) => self.0.log(LogKind::Row, &file, &row),
            Report::Queue { next_hop, delivery, status, messages, last_error, tls_domain } => {
                self.0.queue(QueueReport {
                    next_hop,
                    delivery: delivery.to_owned(),
                    status: status.name().to_owned(),
                    messages: u64::try_from(messages).unwrap_or(u64::MAX),
                    last_error,
                    tls_domain,
                })
            }
            Report::Route { message, recipient, connector, delivery } => {
                self.0.route(&message, &recipient, connector.as_deref().unwrap_or_default(), delivery);
            }
            _ => {}
        }
    }
}
