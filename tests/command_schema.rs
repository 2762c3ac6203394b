//! `docs/command.schema.json` says what commands are told, and what they may say.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jsonschema::Validator;
use mtaspec_harness::{
    case::dsn::Dsn,
    case::model::Via,
    mta::{
        Brief, Mta, RunningMta, StartError, Submission, Work,
        command::{About, Said, VERSION, brief},
    },
    world::{NetworkKind, Settings, observe},
};
use serde_json::{Value, json};

fn schema(name: &str) -> Validator {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/command.schema.json");
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(file).expect("the schema")).expect("JSON");
    assert_eq!(schema["$defs"]["world"]["properties"]["version"]["const"], VERSION);
    let fields = schema.as_object_mut().expect("a schema");
    fields.remove("anyOf");
    fields.insert("$ref".to_owned(), json!(format!("#/$defs/{name}")));
    jsonschema::draft202012::new(&schema).expect("a schema")
}

#[track_caller]
fn check(schema: &Validator, told: &Value) {
    if let Some(error) = schema.iter_errors(told).next() {
        panic!("{}: {error}\n{told:#}", error.instance_path());
    }
}

/// Keeps what a command would be told, and does nothing.
#[derive(Default)]
struct Told(Arc<Mutex<Vec<(Value, Value)>>>);

impl Mta for Told {
    fn name(&self) -> String {
        "told".to_owned()
    }

    fn version(&self) -> String {
        String::new()
    }

    fn start(&self, brief: Brief) -> Work<Result<Arc<dyn RunningMta>, StartError>> {
        let message = Submission {
            name: "1".to_owned(),
            reverse_path: String::new(),
            recipients: vec!["a@b.test".to_owned()],
            dsn: Dsn { ret: Some("HDRS".to_owned()), ..Dsn::default() },
            octets: b"Received: x\r\n\r\n".to_vec().into(),
            via: Via::Submission,
        };
        let message = brief::message(&message, "/1.eml", brief.one_smart_host().ok().as_ref());
        let world = brief::world(&brief, Duration::from_secs(1));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((world, message));
        Box::pin(async { Err(StartError::unsupported("everything")) })
    }
}

#[test]
fn every_world_of_the_corpus_is_told_as_the_schema_says() {
    let (world, message) = (schema("world"), schema("message"));
    let suite = mtaspec::suite().expect("a built-in corpus");
    let told = Told::default();
    let settings = Settings { seed: 0, network: NetworkKind::Memory };
    for case in suite.cases(&[]).expect("pages without mistakes") {
        drop(observe(case, &told, settings));
    }
    let told = told.0.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(told.len() >= 1_000, "{} worlds", told.len());
    for (told_world, told_message) in told.iter() {
        check(&world, told_world);
        check(&message, told_message);
    }
    let relays = told.iter().filter(|(world, _)| world["one_relay"].get("address").is_some()).count();
    let beyond = told.iter().filter(|(_, message)| message["beyond"].is_string()).count();
    let changed = told.iter().filter(|(world, _)| world["settings"] != told[0].0["settings"]).count();
    let unknown = told.iter().filter(|(world, _)| world["settings"]["beyond_most"].is_string()).count();
    assert!(
        changed >= 20 && unknown >= 5,
        "{changed} worlds with settings of their own, {unknown} beyond most senders"
    );
    assert!(relays >= 200 && beyond >= 1, "{relays} worlds with one relay, {beyond} messages beyond it");
}

/// What the harness reads and what the schema allows are the same.
#[test]
fn reports_are_read_as_the_schema_says() {
    let schema = schema("report");
    let agree = |line: &str, good: bool| {
        let value: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(schema.is_valid(&value), good, "by the schema: {line}");
        assert_eq!(Said::parse(line).is_ok(), good, "by the harness: {line}");
    };
    for line in [
        r#"{"report":"ready"}"#,
        r#"{"report":"ready","submission":"127.0.0.1:25","transport":null,"later":[]}"#,
        r#"{"report":"done","message":"1"}"#,
        r#"{"report":"unsupported","setting":"-Port"}"#,
        r#"{"report":"fate","message":"1","recipient":"a@b.test","fate":"unroutable","reason":""}"#,
        r#"{"report":"route","message":"1","recipient":"a@b.test","connector":null,"delivery":"Unreachable"}"#,
        r#"{"report":"queue","next_hop":"b.test","delivery":"DnsConnectorDelivery","status":"Retry","messages":1,"last_error":""}"#,
        r#"{"report":"log","kind":"row","file":"a.log","row":"b"}"#,
        r#"{"report":"shell","command":"Get-SendConnector","accepted":true,"output":""}"#,
    ] {
        agree(line, true);
    }
    for line in [
        "{}",
        "[]",
        r#"{"report":"sent"}"#,
        r#"{"report":"ready","submission":25}"#,
        r#"{"report":"done"}"#,
        r#"{"report":"unsupported"}"#,
        r#"{"report":"fate","message":"1","recipient":"a@b.test","fate":"sent","reason":""}"#,
        r#"{"report":"queue","next_hop":"b.test","delivery":"","status":"","messages":-1,"last_error":""}"#,
        r#"{"report":"log","kind":"line","file":"a.log","row":"b"}"#,
    ] {
        agree(line, false);
    }
}

#[test]
fn who_one_is_is_read_as_the_schema_says() {
    let schema = schema("about");
    let agree = |text: &str, good: bool| {
        let value: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!((schema.is_valid(&value), About::parse(text).is_ok()), (good, good), "{text}");
    };
    agree(r#"{"name":"a"}"#, true);
    agree(
        r#"{"name":"a","version":"1","reports":["fate","shell"],"quiet_ms":20,"ready_ms":60000,"queued_as":"x"}"#,
        true,
    );
    for text in [
        "{}",
        r#"{"name":"A b"}"#,
        r#"{"name":"reference"}"#,
        r#"{"name":"a","reports":["fates"]}"#,
        r#"{"name":"a","quiet_ms":19}"#,
        r#"{"name":"a","ready_ms":60001}"#,
    ] {
        agree(text, false);
    }
}
