//! What the transport reports of itself, as lines of JSON for programs. Fields may be added, never renamed.
//!
//! ```json
//! {"report":"shell","command":"New-SendConnector ...","accepted":true,"code":"","output":""}
//! {"report":"told"}
//! {"report":"route","message":"1","recipient":"u@fabrikam.test","connector":"Relay","delivery":"SmartHostConnectorDelivery"}
//! {"report":"queue","next_hop":"fabrikam.test","delivery":"DnsConnectorDelivery","status":"Retry","messages":1,"last_error":""}
//! {"report":"store","message":"1","error":"`0000000000000001.message`: no space left on device"}
//! {"report":"log","kind":"row","file":"TransportRoles/Logs/Hub/ProtocolLog/SmtpSend/SEND20300107-1.log","row":"..."}
//! {"report":"fate","message":"1","recipient":"u@fabrikam.test","fate":"deferred","reason":"451 4.3.0 Later"}
//! ```

use serde_json::json;

use crate::{
    observer::{Fate, LogReport, Report},
    shell::ShellError,
};

/// A report as one line, without its line end.
#[must_use]
pub fn report(report: &Report) -> String {
    match report {
        Report::Fate { message, recipient, fate, reason } => {
            let fate = match fate {
                Fate::Deferred => "deferred",
                Fate::Delivered => "delivered",
                Fate::Failed => "failed",
                Fate::Unroutable => "unroutable",
            };
            let line = json!({
                "report": "fate", "message": message, "recipient": recipient, "fate": fate, "reason": reason,
            });
            line.to_string()
        }
        Report::Log(log) => {
            let (kind, file, row) = match log {
                LogReport::Error { why } => ("error", "", why.as_str()),
                LogReport::Removed { file } => ("removed", file.as_str(), ""),
                LogReport::Row { file, row } => ("row", file.as_str(), row.as_str()),
            };
            json!({ "report": "log", "kind": kind, "file": file, "row": row }).to_string()
        }
        Report::Route { message, recipient, connector, delivery } => {
            let line = json!({
                "report": "route", "message": message, "recipient": recipient, "connector": connector,
                "delivery": delivery,
            });
            line.to_string()
        }
        Report::Store { message, error } => {
            json!({ "report": "store", "message": message, "error": error }).to_string()
        }
        Report::Queue { next_hop, delivery, status, messages, last_error, tls_domain } => {
            let line = json!({
                "report": "queue", "next_hop": next_hop, "delivery": delivery, "status": status.name(),
                "messages": messages, "last_error": last_error, "tls_domain": tls_domain,
            });
            line.to_string()
        }
    }
}

/// What came of a command of the management shell, as one line: what it printed, or why it was refused.
#[must_use]
pub fn shell(command: &str, result: Result<&str, &ShellError>) -> String {
    let accepted = result.is_ok();
    let code = result.err().map_or("", ShellError::code);
    let output = result.map_or_else(ToString::to_string, str::to_owned);
    json!({ "report": "shell", "command": command, "accepted": accepted, "code": code, "output": output }).to_string()
}

/// A text that was typed while the daemon works has been run: its commands have been reported before.
#[must_use]
pub fn told() -> String {
    json!({ "report": "told" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_one_line_whatever_it_says() {
        let reason = "550-5.1.1 \"nobody\"\n550 5.1.1 here".to_owned();
        let fate = Report::Fate { message: "1".into(), recipient: "u@b.test".into(), fate: Fate::Failed, reason };
        let line = r#"{"fate":"failed","message":"1","reason":"550-5.1.1 \"nobody\"\n550 5.1.1 here","recipient":"u@b.test","report":"fate"}"#;
        assert_eq!(report(&fate), line);
        let route = Report::Route {
            message: "1".into(),
            recipient: "u@b.test".into(),
            connector: None,
            delivery: "Unreachable",
        };
        let line =
            r#"{"connector":null,"delivery":"Unreachable","message":"1","recipient":"u@b.test","report":"route"}"#;
        assert_eq!(report(&route), line);
    }
}
