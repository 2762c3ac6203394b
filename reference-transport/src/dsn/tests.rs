use super::*;

#[test]
fn an_envelope_id_is_xtext_and_printable() {
    let shown = |value: &str| EnvelopeId::parse(value).map(|id| id.decoded().to_owned());
    assert_eq!(shown("QQ314159"), Ok("QQ314159".to_owned()));
    assert_eq!(shown("Q+2B1+3D2+20x"), Ok("Q+1=2 x".to_owned()));
    let long = "a".repeat(ENVELOPE_ID_OCTETS_MAX);
    assert_eq!(shown(&long).as_deref(), Ok(long.as_str()));
    for wrong in ["", "a=b", "a b", "a+2", "a+2b", "a+", "a+0D+0ABcc:+20x", "\u{e4}", &format!("{long}a")] {
        assert_eq!(shown(wrong), Err(ParameterError::EnvelopeId), "{wrong:?}");
    }
}

#[test]
fn never_stands_alone_and_no_word_twice() {
    for good in ["NEVER", "never", "SUCCESS", "success,Failure,DELAY"] {
        assert_eq!(Notify::parse(good).map(|notify| notify.value().to_owned()), Ok(good.to_owned()));
    }
    for wrong in ["", "NEVER,DELAY", "DELAY,DELAY", "DELAY,", "ALWAYS", "SUCCESS, DELAY"] {
        assert_eq!(Notify::parse(wrong), Err(ParameterError::Notify), "{wrong}");
    }
}

#[test]
fn an_original_recipient_keeps_its_octets_and_is_shown_decoded() {
    #[track_caller]
    fn check(value: &str, ascii: &str, shown: &str) {
        let original = OriginalRecipient::parse(value).expect("an address");
        assert_eq!((original.value(), original.ascii_value().as_str(), original.shown()), (value, ascii, shown));
    }
    check("rfc822;MiXed+2Bnews@d.test", "rfc822;MiXed+2Bnews@d.test", "rfc822; MiXed+news@d.test");
    check("utf-8;j\u{f6}rg@d.test", "utf-8;j\\x{F6}rg@d.test", "utf-8; j\\x{F6}rg@d.test");
    let longest = format!("rfc822;{}", "a".repeat(ORIGINAL_RECIPIENT_OCTETS_MAX - 7));
    check(&longest, &longest, &longest.replace(';', "; "));
    let hidden = "rfc822;a+0D+0ABcc:x@d.test";
    for wrong in ["a@b", ";a@b", "rfc822;", "rfc822;a=b", "rf c;a", "rfc822;j\u{f6}", hidden, "utf-8;\u{85}"] {
        assert_eq!(OriginalRecipient::parse(wrong), Err(ParameterError::OriginalRecipient), "{wrong}");
    }
    assert_eq!(OriginalRecipient::parse(&format!("{longest}a")), Err(ParameterError::OriginalRecipient));
}

#[test]
fn what_was_asked_decides_what_is_told() {
    let told = |notify: Option<&str>| {
        let notify = notify.map(|value| Notify::parse(value).expect("a list"));
        let request = RecipientRequest { notify, original: None };
        [Event::Delay, Event::Failure, Event::Relay].map(|event| request.wants(event))
    };
    assert_eq!(told(None), [true, true, false]);
    assert_eq!(told(Some("NEVER")), [false; 3]);
    assert_eq!(told(Some("success")), [false, false, true]);
    assert_eq!(told(Some("FAILURE,DELAY")), [true, true, false]);
}

#[test]
fn some_recipients_of_a_request_keep_what_was_asked_for_them() {
    let never = RecipientRequest { notify: Notify::parse("NEVER").ok(), original: None };
    let recipients = vec![RecipientRequest::default(), never.clone()];
    let request = Request { ret: Some(Return::Full), envelope_id: None, recipients };
    let picked = request.pick(&[2, 1]);
    assert_eq!((picked.ret, picked.recipients), (Some(Return::Full), vec![RecipientRequest::default(), never]));
    assert_eq!(Request::default().pick(&[0, 1]), Request::default());
}
