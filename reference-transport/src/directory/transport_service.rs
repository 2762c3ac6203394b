//! What a server's Transport service is told: the parameters of `Set-TransportService`, and the retry keys that
//! Exchange keeps in a configuration file.

use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// The settings of one server's Transport service, one field a parameter; [`TransportService::default`] has the
/// defaults of a Mailbox server, [`TransportService::edge`] those of an Edge server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportService {
    /// `QueueGlitchRetryCount`: attempts after the first, while a failure may be a glitch (FAIL-09).
    pub queue_glitch_retry_count: u32,
    /// `QueueGlitchRetryInterval`: between those attempts (FAIL-09).
    pub queue_glitch_retry_interval: Duration,
    /// `-TransientFailureRetryCount`, 0 to 15: attempts after the glitch retries; 0 skips that stage (FAIL-10, FAIL-12).
    pub transient_failure_retry_count: u32,
    /// `-TransientFailureRetryInterval`: between those attempts (FAIL-10).
    pub transient_failure_retry_interval: Duration,
    /// `-OutboundConnectionFailureRetryInterval`: between all further attempts, until expiry (FAIL-11).
    pub outbound_connection_failure_retry_interval: Duration,
    /// `-MessageRetryInterval`: when a message is tried again whose host was there and said "later" (FAIL-13, AMB-29).
    pub message_retry_interval: Duration,
    /// `-MessageExpirationTimeout`: how long a message is tried (FAIL-14).
    pub message_expiration_timeout: Duration,
    /// `-DelayNotificationTimeout`: when the sender is told that the message still waits (FAIL-15).
    pub delay_notification_timeout: Duration,
    /// `MaxIdleTimeBeforeResubmit`: when a queue in Retry that delivered nothing is routed anew (FAIL-16).
    pub max_idle_time_before_resubmit: Duration,
    /// `QueueMaxIdleTime`: when an empty delivery queue disappears (FAIL-18).
    pub queue_max_idle_time: Duration,
    /// `-MaxOutboundConnections`: at a time, to everywhere; `None`: unlimited (FAIL-27).
    pub max_outbound_connections: Option<u32>,
    /// `-MaxPerDomainOutboundConnections`: at a time, to one domain; `None`: unlimited (FAIL-27, FAIL-28, AMB-29).
    pub max_per_domain_outbound_connections: Option<u32>,
}

impl Default for TransportService {
    fn default() -> Self {
        Self {
            queue_glitch_retry_count: 4,
            queue_glitch_retry_interval: MINUTE,
            transient_failure_retry_count: 6,
            transient_failure_retry_interval: 5 * MINUTE,
            outbound_connection_failure_retry_interval: 10 * MINUTE,
            message_retry_interval: 5 * MINUTE,
            message_expiration_timeout: 48 * HOUR,
            delay_notification_timeout: 4 * HOUR,
            max_idle_time_before_resubmit: 12 * HOUR,
            queue_max_idle_time: 3 * MINUTE,
            max_outbound_connections: Some(1000),
            max_per_domain_outbound_connections: Some(40),
        }
    }
}

impl TransportService {
    /// The defaults of an Edge server: longer intervals (FAIL-10, FAIL-11).
    #[must_use]
    pub fn edge() -> Self {
        Self {
            transient_failure_retry_interval: 10 * MINUTE,
            outbound_connection_failure_retry_interval: 30 * MINUTE,
            ..Self::default()
        }
    }
}
