//! What a command is told of the server and of the whole organisation, beside connectors: as JSON, defaults filled in.

use mtaspec_reference_transport::{
    directory::{DnsLookup, DnsProtocol, TransportConfig, TransportService},
    resolver::FaultTolerance,
};
use serde_json::{Value, json};

use super::brief::millis;
use crate::mta::ServerSettings;

/// The settings at the start of a case. What concerns protocol logs alone stands in the shell texts.
pub(super) fn settings(own: &ServerSettings) -> Value {
    json!({
        "server": service(&own.service),
        "organisation": organisation(&own.organisation),
        "beyond_most": own.beyond_most(),
    })
}

/// `Set-TransportService`, and the file of the transport's own settings.
fn service(own: &TransportService) -> Value {
    json!({
        "queue_glitch_retry_count": own.queue_glitch_retry_count,
        "queue_glitch_retry_interval_ms": millis(own.queue_glitch_retry_interval),
        "transient_failure_retry_count": own.transient_failure_retry_count,
        "transient_failure_retry_interval_ms": millis(own.transient_failure_retry_interval),
        "outbound_connection_failure_retry_interval_ms": millis(own.outbound_connection_failure_retry_interval),
        "message_retry_interval_ms": millis(own.message_retry_interval),
        "message_expiration_timeout_ms": millis(own.message_expiration_timeout),
        "delay_notification_timeout_ms": millis(own.delay_notification_timeout),
        "max_outbound_connections": own.max_outbound_connections,
        "max_per_domain_outbound_connections": own.max_per_domain_outbound_connections,
        "dns_fault_tolerance": match own.dns_fault_tolerance {
            FaultTolerance::Lenient => "lenient",
            FaultTolerance::Normal => "normal",
        },
        "external_dns": lookup(&own.external_dns),
        "internal_dns": lookup(&own.internal_dns),
        "external_ip_address": own.external_ip_address,
    })
}

fn lookup(own: &DnsLookup) -> Value {
    json!({
        "servers": own.servers,
        "adapter_enabled": own.adapter_enabled,
        "protocol": match own.protocol {
            DnsProtocol::Any => "any",
            DnsProtocol::TcpOnly => "tcp_only",
            DnsProtocol::UdpOnly => "udp_only",
        },
    })
}

/// `Set-TransportConfig`.
fn organisation(own: &TransportConfig) -> Value {
    json!({
        "external_delay_dsn_enabled": own.external_delay_dsn_enabled,
        "external_postmaster_address": own.external_postmaster_address.as_ref().map(ToString::to_string),
        "internal_delay_dsn_enabled": own.internal_delay_dsn_enabled,
        "max_receive_size": own.max_receive_size,
        "max_recipient_envelope_limit": own.max_recipient_envelope_limit,
        "max_send_size": own.max_send_size,
        "tls_send_domain_secure_list": own.tls_send_domain_secure_list.iter().map(ToString::to_string)
            .collect::<Vec<_>>(),
    })
}
