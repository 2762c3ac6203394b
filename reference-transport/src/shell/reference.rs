//! The shell, described: every cmdlet with its parameters, and every code that a refusal can have.

use super::{
    noun::{self, CMDLETS, send_connector},
    parameter::{self, Parameter},
    pipeline,
};
use crate::directory::{
    FrontendTransportService, Profile, Refusal, Settings, TransportConfig, TransportService, Usage,
};

/// A cmdlet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CmdletReference {
    /// Its name.
    pub name: &'static str,
    /// Whether it stands behind a `|`.
    pub is_stage: bool,
    /// Its parameters, by name.
    pub parameters: Vec<ParameterReference>,
}

/// A parameter of a cmdlet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterReference {
    /// The row of the cmdlet's table.
    pub parameter: Parameter,
    /// Whether the cmdlet does nothing without it.
    pub is_mandatory: bool,
    /// What holds where it is not given, as `Get-` shows it; `None`: the parameter is no setting.
    pub default: Option<String>,
}

/// A rule that a command can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The code of the error.
    pub code: &'static str,
    /// The rule in words.
    pub rule: &'static str,
}

/// Every cmdlet, by noun and verb as they are listed, stages of pipelines last.
pub fn reference() -> Vec<CmdletReference> {
    let stages = pipeline::STAGES.iter().map(|(cmdlet, _)| (*cmdlet, true));
    let all = CMDLETS.into_iter().map(|cmdlet| (cmdlet, false)).chain(stages);
    all.map(|(cmdlet, is_stage)| {
        let defaults = defaults(cmdlet.name);
        let described = |parameter: Parameter| ParameterReference {
            parameter,
            is_mandatory: cmdlet.mandatory.contains(&parameter.name),
            default: defaults.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| value.clone()),
        };
        let mut parameters: Vec<_> = (cmdlet.parameters)().into_iter().map(described).collect();
        parameters.sort_by_key(|described| described.parameter.name);
        CmdletReference { name: cmdlet.name, is_stage, parameters }
    })
    .collect()
}

/// Every rule, by code.
pub fn rules() -> Vec<Rule> {
    let mut rules: Vec<Refusal> = Refusal::ALL.to_vec();
    rules.extend(send_connector::rules());
    rules.extend(noun::rules());
    let mut rules: Vec<_> = rules.into_iter().map(|refusal| Rule { code: refusal.code, rule: refusal.rule }).collect();
    rules.push(Rule { code: "no-objects", rule: "what stands before the `|` gives no objects" });
    rules.sort_by_key(|rule| rule.code);
    rules
}

/// What settings are where nobody says so, on a Mailbox server of Exchange 2016.
fn defaults(cmdlet: &str) -> Vec<(&'static str, String)> {
    let noun = cmdlet.split_once('-').map_or("", |(_, noun)| noun);
    let (new, set) = (cmdlet.starts_with("New-"), cmdlet.starts_with("Set-"));
    let values = match noun {
        "SendConnector" if new || set => parameter::shown(&send_connector::FIELDS, &Settings::new(Usage::Custom)),
        "TransportService" if set => noun::shown_transport_service(&TransportService::default()),
        "FrontendTransportService" if set => {
            noun::shown_frontend_transport_service(&FrontendTransportService::new(Profile::E2016))
        }
        "TransportConfig" if set => noun::shown_transport_config(&TransportConfig::default()),
        _ => Vec::new(),
    };
    values.into_iter().map(|(name, value)| (name, value.to_string())).collect()
}
