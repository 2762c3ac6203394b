//! What Exchange 2013 grants on a new connector: there the usage decides (USE-03, HDR-20 to HDR-22).

use super::{
    Principal::{
        self, AnonymousLogon, EdgeTransportServers, ExchangeServers, ExternallySecuredServers, HubTransportServers,
        LegacyExchangeServers, PartnerServers,
    },
    Right::{self, Exch50, HeadersForest, HeadersOrganization, HeadersRouting, XShadow},
    Usage,
};

/// Servers of the organisation's own, and such as are trusted like them (HDR-22).
const SERVERS: [Principal; 5] =
    [EdgeTransportServers, ExchangeServers, ExternallySecuredServers, HubTransportServers, LegacyExchangeServers];

/// Who holds what on a new connector of that usage (AMB-02).
pub(super) fn granted(usage: Usage) -> Vec<(Principal, Right)> {
    match usage {
        Usage::Custom => Vec::new(),
        Usage::Internal => {
            let rights = [HeadersForest, HeadersOrganization, HeadersRouting, Exch50];
            let all = SERVERS.into_iter().flat_map(|server| rights.map(|right| (server, right)));
            let shadow = [EdgeTransportServers, ExchangeServers, HubTransportServers].map(|server| (server, XShadow));
            all.chain(shadow).collect()
        }
        Usage::Internet => vec![(AnonymousLogon, HeadersRouting)],
        Usage::Partner => vec![(PartnerServers, HeadersRouting)],
    }
}
