#!/usr/bin/env python3
"""Judges Python's smtplib: `mtaspec run --mta-command examples/command_smtplib.py` (docs/command.md).
It hands a message to one relay, tries that once and keeps no queue, so messages come on standard input."""
import contextlib, json, platform, smtplib, ssl, sys

def say(**line):
    print(json.dumps(line), flush=True)

def unsupported(setting):
    sys.exit(say(report="unsupported", setting=setting) or 89)

if sys.argv[-1] == "about":
    sys.exit(say(name="python-smtplib", version=platform.python_version(), reports=["fate"], quiet_ms=200))
world = json.loads(sys.stdin.readline())
relay, own = world["one_relay"], {own["domain"]: own["server"] for own in world["accepted"]}
if "unsupported" in relay or relay["certificate_name"] != relay["host"]:
    unsupported(relay.get("unsupported", "-TlsDomain"))
tls = ssl.create_default_context(cafile=world["authority"])
tls.check_hostname = relay["certificate"] == "domain_validation"
tls.verify_mode = ssl.CERT_NONE if relay["certificate"] == "encryption_only" else ssl.CERT_REQUIRED

def not_taken(message, host, address, hello="ehlo", starttls="ignore", credential=None):
    """Tries a message once: who was not taken, with code and text."""
    smtp = smtplib.SMTP(host, int(address.rsplit(":", 1)[1]), relay["hello_name"], timeout=5)
    try:
        smtp.helo() if hello == "helo" else smtp.ehlo_or_helo_if_needed()
        if starttls == "required" or starttls == "opportunistic" and smtp.has_extn("starttls"):
            smtp.starttls(context=tls)
        if credential:
            smtp.login(credential["user"], credential["password"])
        return smtp.sendmail(message["reverse_path"], message["recipients"], open(message["file"], "rb").read())
    finally:
        with contextlib.suppress(smtplib.SMTPException):  # What was taken before is taken.
            smtp.quit()

say(report="ready")
for message in map(json.loads, sys.stdin):
    servers = {own.get(to.rsplit("@", 1)[-1].lower()) for to in message["recipients"]}
    if message["beyond"] or message["mail_parameters"] or any(message["rcpt_parameters"]) or len(servers) > 1:
        unsupported(message["beyond"] or "notifications that a message asks for, or two ways out")
    to = [relay[key] for key in ("host", "address", "hello", "tls", "credential")]
    if None not in servers:
        to = [servers.copy().pop().rsplit(":", 1)[0], *servers]
    try:
        left = not_taken(message, *to)
    except smtplib.SMTPRecipientsRefused as error:
        left = error.recipients
    except (smtplib.SMTPException, OSError, ValueError) as error:
        code = 500 if isinstance(error, ValueError) else getattr(error, "smtp_code", 400)
        left = dict.fromkeys(message["recipients"], (code, repr(error)))
    for one in message["recipients"]:
        code, text = left.get(one, (250, ""))
        fate = "delivered" if one not in left else "failed" if code >= 500 else "deferred"
        say(report="fate", message=message["message"], recipient=one, fate=fate, reason=str(text))
    say(report="done", message=message["message"])
