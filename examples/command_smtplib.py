#!/usr/bin/env python3
"""Judges Python's smtplib: `mtaspec run --mta-command examples/command_smtplib.py` (docs/command.md).
It hands a message to one relay, tries that once and keeps no queue, so messages come on standard input."""
import contextlib, json, platform, smtplib, ssl, sys

def say(**line):
    print(json.dumps(line), flush=True)

def unsupported(setting):
    sys.exit(say(report="unsupported", setting=setting) or 89)

def left_out(message, way):
    """Tries a message once: who was not taken, with code and text."""
    smtp = smtplib.SMTP(way["host"], int(way["address"].rsplit(":", 1)[1]), relay["hello_name"], timeout=5)
    try:
        smtp.helo() if way["hello"] == "helo" else smtp.ehlo_or_helo_if_needed()
        if way["tls"] == "required" or way["tls"] == "opportunistic" and smtp.has_extn("starttls"):
            smtp.starttls(context=tls)
        if way["credential"]:
            smtp.login(way["credential"]["user"], way["credential"]["password"])
        return smtp.sendmail(message["reverse_path"], message["recipients"], open(message["file"], "rb").read())
    finally:
        with contextlib.suppress(smtplib.SMTPException):  # What was taken before is taken.
            smtp.quit()

if sys.argv[-1] == "about":
    sys.exit(say(name="python-smtplib", version=platform.python_version(), reports=["fate"], quiet_ms=200))
world = json.loads(sys.stdin.readline())
relay, plain = world["one_relay"], {"hello": "ehlo", "tls": "ignore", "credential": None}
if "unsupported" in relay or relay["certificate_name"] != relay["host"]:
    unsupported(relay.get("unsupported", "-TlsDomain"))
own = {to["domain"]: plain | {"host": to["server"].rsplit(":", 1)[0], "address": to["server"]} for to in world["accepted"]}
tls = ssl.create_default_context(cafile=world["authority"])
tls.check_hostname = relay["certificate"] == "domain_validation"
tls.verify_mode = ssl.CERT_NONE if relay["certificate"] == "encryption_only" else ssl.CERT_REQUIRED
say(report="ready")
for message in map(json.loads, sys.stdin):
    ways = [own.get(to.rsplit("@", 1)[-1].lower(), relay) for to in message["recipients"]]
    asks = message["mail_parameters"] or any(message["rcpt_parameters"])
    if message["beyond"] or asks or any(way != ways[0] for way in ways):
        unsupported(message["beyond"] or "notifications that a message asks for, or two ways out")
    try:
        left = left_out(message, ways[0])
    except (smtplib.SMTPException, OSError, ValueError) as error:
        code = 500 if isinstance(error, ValueError) else getattr(error, "smtp_code", 400)
        left = getattr(error, "recipients", dict.fromkeys(message["recipients"], (code, repr(error))))
    for one in message["recipients"]:
        code, text = left.get(one, (250, ""))
        fate = {2: "delivered", 5: "failed"}.get(code // 100, "deferred")
        say(report="fate", message=message["message"], recipient=one, fate=fate, reason=str(text))
    say(report="done", message=message["message"])
