//! What a person reads who makes an MTA ready: each step apart, and with each the way back.

use super::Plan;

/// Files of the folder, as the texts name them.
pub const CONNECTORS: &str = "connectors.ps1";
/// What takes [`CONNECTORS`] back.
pub const REMOVAL: &str = "remove.ps1";
/// The certificate of the authority.
pub const AUTHORITY: &str = "ca.pem";

/// What to do, in which order, and how all of it is undone.
#[must_use]
pub fn steps(plan: &Plan<'_>, folder: &str) -> String {
    let premises = &plan.premises;
    let (served, all) = (plan.served().count(), plan.cases.len());
    let addresses: Vec<String> = premises.addresses.iter().map(ToString::to_string).collect();
    let used = plan.served().flat_map(|(_, layout)| layout.doors.keys().map(|door| door.port()));
    let last = used.filter(|port| *port != premises.mx_port).max().unwrap_or(plan.canary);
    let mut ports = format!("{}-{last}", plan.catch_all);
    if plan.served().any(|(_, layout)| layout.shares_port(premises)) {
        ports.push_str(&format!(" and {}", premises.mx_port));
    }
    let dns = match &premises.dns {
        Some(dns) => format!("2. dns.txt: names below {} are looked up at {}.\n", premises.below, dns.at),
        None => "2. (no --dns: names are not looked up, and most cases cannot be asked.)\n".to_owned(),
    };
    format!(
        "mtaspec for {below}: {served} of {all} cases can be asked of {server}.\n\n\
         Read each file before you follow it. None of them changes what is there.\n\n\
         1. ca.txt: the MTA trusts certificates of these hosts, for names below {below} alone.\n\
         {dns}\
         3. {CONNECTORS}: run once, in the Exchange Management Shell.\n\
         4. submission.txt: the MTA takes messages from here.\n\
         5. A firewall lets the MTA connect to {addresses}, ports {ports} (TCP).\n\
         6. mtaspec serve run --state {folder} --submit-to ADDRESS:PORT\n\n\
         As often as you like: 6. When the plan is another one: undo this one first.\n\n\
         To undo: {REMOVAL}, then the second half of submission.txt, dns.txt and ca.txt. What is still in queues goes by\n\
           Get-Message -Filter \"FromAddress -like '*{below}'\" -ResultSize Unlimited | Remove-Message -WithNDR $false\n",
        below = premises.below,
        server = premises.mta_name,
        addresses = addresses.join(", "),
    )
}

/// The certificate authority, and the way back.
#[must_use]
pub fn authority(plan: &Plan<'_>) -> String {
    let below = &plan.premises.below;
    format!(
        "The authority of {AUTHORITY} signs for names below {below} alone, and says so (name constraints). Its keys are in\n\
         authority-keys.pem: keep them to yourself.\n\n\
         On each Exchange server:\n\
         \x20 Import-Certificate -FilePath {AUTHORITY} -CertStoreLocation Cert:\\LocalMachine\\Root\n\n\
         The way back:\n\
         \x20 Get-ChildItem Cert:\\LocalMachine\\Root | Where-Object Subject -eq 'CN=mtaspec root for {below}' | Remove-Item\n\n\
         Postfix: `smtp_tls_CAfile`. Other MTAs: where they keep what they trust.\n"
    )
}

/// How names below the domain get here, and the way back; nothing without a name server.
#[must_use]
pub fn names(plan: &Plan<'_>) -> Option<String> {
    let dns = plan.premises.dns.as_ref()?;
    let (below, address, port) = (&plan.premises.below, dns.at.ip(), dns.at.port());
    let host = below.split_once('.').map_or(below.as_str(), |(label, _)| label);
    let parent = below.split_once('.').map_or("", |(_, parent)| parent);
    let direct = if dns.direct {
        "\nCases about DNS count what the MTA asks (--dns-direct): its own name servers have to be this one, without a\n\
         resolver in between that remembers answers.\n"
    } else {
        ""
    };
    let odd = if port == 53 {
        String::new()
    } else {
        format!("\nForwarders and delegations lead to port 53; this name server is on port {port}.\n")
    };
    Some(format!(
        "Names below {below} are looked up at {address}. One of these:\n\n\
         A conditional forwarder on the DNS servers that the MTA asks (Windows):\n\
         \x20 Add-DnsServerConditionalForwarderZone -Name {below} -MasterServers {address}\n\
         The way back:\n\
         \x20 Remove-DnsServerZone -Name {below} -Force\n\n\
         A delegation in the zone {parent} (any name server):\n\
         \x20 {host}        NS  ns.{host}\n\
         \x20 ns.{host}     {kind}  {address}\n\
         The way back: take both records out again.\n{direct}{odd}",
        kind = if address.is_ipv4() { "A" } else { "AAAA" },
    ))
}

/// How the MTA comes to take messages, and the way back.
#[must_use]
pub fn submission(plan: &Plan<'_>) -> String {
    let below = &plan.premises.below;
    let address = plan.premises.addresses.first().map_or_else(String::new, ToString::to_string);
    format!(
        "Messages come by SMTP, without authentication, from senders and to recipients below {below}. The MTA has to relay\n\
         them for the machine on which mtaspec runs. A Receive connector of its own is seen by nobody else; put the\n\
         machine's address in the place of {address} if it connects from another one, and take a port that is free:\n\n\
         \x20 New-ReceiveConnector -Name 'mtaspec in' -TransportRole FrontendTransport -Usage Custom -Bindings 0.0.0.0:2587 `\n\
         \x20   -RemoteIPRanges {address} -PermissionGroups AnonymousUsers -MaxMessageSize 64MB\n\
         \x20 Get-ReceiveConnector -Identity '*\\mtaspec in' | Add-ADPermission -User 'NT AUTHORITY\\ANONYMOUS LOGON' `\n\
         \x20   -ExtendedRights ms-Exch-SMTP-Accept-Any-Recipient\n\n\
         The way back (the permission goes with it):\n\
         \x20 Get-ReceiveConnector -Identity '*\\mtaspec in' | Remove-ReceiveConnector -Confirm:$false\n"
    )
}
