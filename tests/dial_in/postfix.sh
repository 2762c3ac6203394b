# A Postfix of somebody else's, in a network of its own: $ROOT is its unpacked tree, and ./lab what `mtaspec serve plan`
# has written, for hosts at 10.20.30.5. Its administrator writes the routes that `lab/connectors.ps1` makes for Exchange.
set -e
ip link set lo up
ip addr add 10.9.0.1/32 dev lo
ip route add local 10.20.30.0/24 dev lo src 10.9.0.1
here=$PWD
echo "nameserver 10.20.30.5" >resolv.conf
mount --bind resolv.conf /etc/resolv.conf

mkdir -p etc data spool/pid
chmod 755 .
for queue in active bounce corrupt defer deferred flush hold incoming private saved trace; do
    mkdir -p -m 700 spool/$queue
done
mkdir -p -m 710 spool/public
mkdir -p -m 730 spool/maildrop
(cd spool && chown mail active bounce corrupt defer deferred flush hold incoming private saved trace)
chown mail:daemon spool/public spool/maildrop
chown mail data

# `SMTP:*.name;1` is `.name` here, and `SMTP:name;1` is `name`; smart hosts are all on the connector's port.
sed -n "s/.*-AddressSpaces '\([^ ]*\)' .*-SmartHosts \('[^ ]*'\) -Port \([0-9]*\).*/\1 \2 \3/p" lab/connectors.ps1 |
    while read -r spaces hosts port; do
        next=$(echo "$hosts" | tr -d "[]'" | sed "s/\([^,]*\)/[\1]:$port/g; s/,/, /g")
        for space in $(echo "$spaces" | tr -d "'" | tr , ' '); do
            name=${space#SMTP:}
            name=${name%;*}
            echo "${name#\*}    smtp:$next"
        done
    done >etc/transport

cat >etc/main.cf <<CF
compatibility_level = 3.6
queue_directory = $here/spool
data_directory = $here/data
daemon_directory = $ROOT/usr/lib/postfix/sbin
command_directory = $ROOT/usr/sbin
shlib_directory = $ROOT/usr/lib/postfix
meta_directory = $here/etc
import_environment = MAIL_CONFIG LD_LIBRARY_PATH=$ROOT/usr/lib/postfix:$ROOT/usr/lib/x86_64-linux-gnu
mail_owner = mail
setgid_group = daemon
maillog_file = /dev/stdout
myhostname = mail01.contoso.com
inet_interfaces = 127.0.0.1
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
smtpd_recipient_limit = 10000
local_header_rewrite_clients =
append_dot_mydomain = no
default_transport = retry:4.4.4 nobody serves this domain
transport_maps = texthash:$here/etc/transport
smtp_tls_CAfile = $here/lab/ca.pem
smtp_tls_security_level = may
smtp_host_lookup = dns
CF
cat >etc/master.cf <<CF
127.0.0.1:2587 inet n - n - - smtpd
pickup     unix       n - n 60    1 pickup
cleanup    unix       n - n -     0 cleanup
qmgr       unix       n - n 300   1 qmgr
tlsmgr     unix       - - n 1000? 1 tlsmgr
rewrite    unix       - - n -     - trivial-rewrite
bounce     unix       - - n -     0 bounce
defer      unix       - - n -     0 bounce
trace      unix       - - n -     0 bounce
verify     unix       - - n -     1 verify
flush      unix       n - n 1000? 0 flush
proxymap   unix       - - n -     - proxymap
smtp       unix       - - n -     - smtp
error      unix       - - n -     - error
retry      unix       - - n -     - error
anvil      unix       - - n -     1 anvil
scache     unix       - - n -     1 scache
postlog    unix-dgram n - n -     1 postlogd
CF

LD_LIBRARY_PATH=$ROOT/usr/lib/postfix:$ROOT/usr/lib/x86_64-linux-gnu \
    "$ROOT/usr/lib/postfix/sbin/master" -c "$here/etc" -d -s >log 2>&1 &
postfix=$!
trap 'kill $postfix; tail -n 40 log >&2' EXIT
for _ in $(seq 100); do
    (exec 3<>/dev/tcp/127.0.0.1/2587) 2>/dev/null && break
    kill -0 $postfix
    sleep 0.1
done
status=0
"$MTASPEC" serve run --state lab --submit-to 127.0.0.1:2587 --mta-address 10.9.0.1 --quiet 2 --jobs 8 \
    --mta postfix-apart --report json=run.json || status=$?
trap 'kill $postfix' EXIT
exit $status
