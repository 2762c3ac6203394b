#!/usr/bin/env python3
"""Judges Python's smtplib by `mtaspec run --mta-command examples/command_smtplib.py` (docs/command.md).

smtplib hands a message to one relay, tries it once and keeps no queue, so messages come on standard input.
"""
import json, platform, smtplib, ssl, sys

def say(**line):
    print(json.dumps(line), flush=True)

def unsupported(setting):
    say(report="unsupported", setting=setting)
    sys.exit(89)

if sys.argv[-1] == "about":
    say(name="python-smtplib", version=platform.python_version(), reports=["fate"], quiet_ms=200)
    sys.exit()

world = json.loads(sys.stdin.readline())
relay = world["one_relay"]
if "unsupported" in relay:
    unsupported(relay["unsupported"])
if relay["certificate"] == "domain_validation" and relay["certificate_name"] != relay["host"]:
    unsupported("-TlsDomain")
accepted = {own["domain"]: own["server"] for own in world["accepted"]}
context = ssl.create_default_context(cafile=world["authority"])
context.check_hostname = relay["certificate"] == "domain_validation"
context.verify_mode = ssl.CERT_NONE if relay["certificate"] == "encryption_only" else ssl.CERT_REQUIRED

def send(message, recipients, server):
    """Tries some recipients once; a fate and a reason for each that is not delivered."""
    host, port = (server or relay["address"]).rsplit(":", 1)
    if not server and relay["host"] != host:
        host = relay["host"]
    with smtplib.SMTP(host, int(port), local_hostname=relay["hello_name"], timeout=5) as smtp:
        smtp.helo() if relay["hello"] == "helo" and not server else smtp.ehlo_or_helo_if_needed()
        if not server and relay["tls"] != "ignore" and (relay["tls"] == "required" or smtp.has_extn("starttls")):
            smtp.starttls(context=context)
        if not server and relay["credential"]:
            smtp.login(relay["credential"]["user"], relay["credential"]["password"])
        with open(message["file"], "rb") as file:
            refused = smtp.sendmail(message["reverse_path"], recipients, file.read())
    return {to: ("deferred" if code < 500 else "failed", repr(text)) for to, (code, text) in refused.items()}

def fate(error):
    never = isinstance(error, ValueError) or getattr(error, "smtp_code", 400) >= 500
    return ("failed" if never else "deferred", repr(error))

say(report="ready")
for line in sys.stdin:
    message = json.loads(line)
    if message["beyond"] or message["mail_parameters"] or any(message["rcpt_parameters"]):
        unsupported(message["beyond"] or "notifications that a message asks for")
    groups = {}
    for to in message["recipients"]:
        groups.setdefault(accepted.get(to.rsplit("@", 1)[-1].lower()), []).append(to)
    for server, recipients in groups.items():
        try:
            fates = send(message, recipients, server)
        except smtplib.SMTPRecipientsRefused as error:
            fates = {to: ("deferred" if code < 500 else "failed", repr(text)) for to, (code, text) in error.recipients.items()}
        except (smtplib.SMTPException, OSError, ValueError) as error:
            fates = {to: fate(error) for to in recipients}
        for to in recipients:
            own, reason = fates.get(to, ("delivered", ""))
            say(report="fate", message=message["message"], recipient=to, fate=own, reason=reason)
    say(report="done", message=message["message"])
