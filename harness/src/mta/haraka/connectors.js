// Tells Haraka where mail goes, out of connectors.json. Connectors that serve one domain do not come here, so nothing is
// chosen.
'use strict'

const net_utils = require('haraka-net-utils')

exports.register = function () {
    this.table = this.config.get('connectors.json')
}

// Whoever reaches it is served.
exports.hook_connect = (next, connection) => {
    connection.relaying = true
    next()
}

exports.hook_rcpt = (next) => next(OK)

const serves = (connector, domain) =>
    connector.everything ||
    connector.domains.includes(domain) ||
    connector.families.some((top) => domain === top || domain.endsWith(`.${top}`))

exports.hook_get_mx = async function (next, hmail, written) {
    const domain = written.toLowerCase()
    const own = this.table.accepted.find((accepted) => accepted.domain === domain)
    if (own) return next(OK, { exchange: own.host, port: own.port })
    const connector = this.table.connectors.find((one) => serves(one, domain))
    if (!connector) return next(DENYSOFT, 'no connector serves this domain')
    hmail.todo.notes.outbound_helo = connector.helo
    if (!connector.hosts) return next()
    const hops = []
    for (const host of connector.hosts) {
        // A name is looked up as MX, and as an address where there is none. An MX that names no host (RFC 7505) is none.
        let found = []
        try {
            found = /^[0-9.]+$|:/.test(host) ? [{ exchange: host }] : hmail.sort_mx(await net_utils.get_mx(host))
            found = found.filter((mx) => mx.exchange)
            // Where TLS is required, the certificate is that of the smart host, whoever its MX names.
            if (connector.verified) {
                found = (await net_utils.resolve_mx_hosts(found)).map((mx) => ({ ...mx, from_dns: host }))
            }
        } catch (error) {
            this.logwarn(`${host}: ${error}`)
        }
        const further = { port: connector.port, auth_user: connector.user, auth_pass: connector.password }
        hops.push(...found.map((mx) => ({ exchange: mx.exchange, from_dns: mx.from_dns, ...further })))
    }
    if (hops.length === 0) return next(DENYSOFT, 'no smart host has an address')
    next(OK, hops)
}
