#!/bin/sh
# Judges the program `reference-transport` as any MTA that is a daemon:
#   mtaspec run --mta-command examples/command_reference.sh        (docs/command.md; needs jq)
# It takes messages by SMTP and writes its reports itself, in the lines of the contract.
set -eu
world=$MTASPEC_FOLDER/world.json

if [ "$1" = about ]; then
    jq -n --arg version "$(reference-transport --version | cut -d ' ' -f 2)" '{
        name: "daemon-by-command", $version, organisation: true, queued_as: "Taken as ", quiet_ms: 1000,
        reports: ["fate", "log", "queue", "route", "shell"]
    }'
    exit
fi

# What makes the connectors, and who there is beside it, in the daemon's own files.
jq -c '.shell[]' "$world" > "$MTASPEC_FOLDER/connectors.jsonl"
jq .organisation "$world" > "$MTASPEC_FOLDER/organisation.json"
mkdir "$MTASPEC_FOLDER/logs"

set -- run --report --connectors="$MTASPEC_FOLDER/connectors.jsonl" \
    --organisation="$MTASPEC_FOLDER/organisation.json" --log-root="$MTASPEC_FOLDER/logs"
for option in $(jq -r '
    "--name=\(.server)", "--listen=\(.submission)", "--listen-transport=\(.transport)",
    "--ca=\(.authority)", "--crl=\(.revoked)", "--resolver=\(.resolvers[])",
    .canary_domain as $canary | (.accepted[] | (if .domain == $canary then "--deliver" else "--accept" end)
        + "=\(.domain)=\(.server)"),
    (.identities[] | "--identity=\(.name)=\(.file)"),
    (.server_certificates[] | "--server-certificate=\(.name)=\(.file)"),
    (if .keeps_size_limits then empty else "--any-size" end)' "$world"); do
    set -- "$@" "$option"
done

# mtaspec tries the port until somebody greets there. From here on this process is the daemon.
jq -c '{report: "ready", submission, transport}' "$world"
exec reference-transport "$@"
