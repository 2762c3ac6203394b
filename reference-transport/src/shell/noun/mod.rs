//! The cmdlets, a file for each noun.

mod accepted_domain;
mod ad_permission;
mod credential;
mod edge_subscription;
mod frontend_transport_service;
mod queue;
mod readings;
mod receive_connector;
pub(super) mod send_connector;
mod service;
mod transport_config;
mod transport_service;

use super::{Context, Origin, ShellError, ShellErrorKind, binding::Cmdlet, object::Value, parameter};
use crate::directory::{FrontendTransportService, Refusal, TransportConfig, TransportService};

/// All of them.
pub(super) const CMDLETS: [&Cmdlet; 27] = [
    &accepted_domain::GET,
    &accepted_domain::NEW,
    &accepted_domain::REMOVE,
    &accepted_domain::SET,
    &ad_permission::ADD,
    &ad_permission::GET,
    &ad_permission::REMOVE,
    &credential::CONVERT_TO_SECURE_STRING,
    &credential::GET_CREDENTIAL,
    &credential::NEW_OBJECT,
    &edge_subscription::GET,
    &edge_subscription::NEW,
    &edge_subscription::REMOVE,
    &frontend_transport_service::GET,
    &frontend_transport_service::SET,
    &queue::RESUME,
    &queue::RETRY,
    &queue::SUSPEND,
    &receive_connector::GET,
    &send_connector::GET,
    &send_connector::NEW,
    &send_connector::REMOVE,
    &send_connector::SET,
    &transport_config::GET,
    &transport_config::SET,
    &transport_service::GET,
    &transport_service::SET,
];

/// The rules of all nouns but Send connectors.
pub(super) fn rules() -> Vec<Refusal> {
    let tables: [&[Refusal]; 5] = [
        &accepted_domain::RULES,
        &ad_permission::RULES,
        &edge_subscription::RULES,
        &service::RULES,
        &transport_service::RULES,
    ];
    tables.concat()
}

pub(super) fn shown_transport_service(settings: &TransportService) -> Vec<(&'static str, Value)> {
    transport_service::FIELDS.iter().flat_map(|table| parameter::shown(table, settings)).collect()
}

pub(super) fn shown_frontend_transport_service(settings: &FrontendTransportService) -> Vec<(&'static str, Value)> {
    frontend_transport_service::FIELDS.iter().flat_map(|table| parameter::shown(table, settings)).collect()
}

pub(super) fn shown_transport_config(settings: &TransportConfig) -> Vec<(&'static str, Value)> {
    parameter::shown(&transport_config::FIELDS, settings)
}

/// An Edge server has no graphical centre (MOD-38).
pub(super) fn may_manage(context: &Context<'_>) -> Result<(), ShellError> {
    if context.origin == Origin::Centre && context.directory.local_server().is_edge() {
        return Err(refused(context, NO_CENTRE_ON_EDGE));
    }
    Ok(())
}

pub(super) const NO_CENTRE_ON_EDGE: Refusal =
    Refusal::new("edge-needs-shell", "", "an Edge server is managed in the shell alone");

/// A refusal that is about the whole command.
pub(super) fn refused(context: &Context<'_>, refusal: Refusal) -> ShellError {
    conflict(refusal, context.span.clone())
}

pub(super) fn conflict(refusal: Refusal, span: std::ops::Range<usize>) -> ShellError {
    ShellError::new(ShellErrorKind::Conflict { code: refusal.code, rule: refusal.rule.to_owned() }, span)
}
