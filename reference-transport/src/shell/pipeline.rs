//! What may follow a `|`: `where`, `Format-Table`, `Format-List` and `ConvertTo-Json`, and nothing else.

use super::{
    Context, ShellError, ShellErrorKind,
    binding::{Bound, Cmdlet},
    grammar::{Command, Condition, Expression, Joint, Term, Word},
    nearest::nearest,
    object::{self, Object, Value},
    parameter::{Kind, Parameter},
    value::{Argument, Datum, shortened},
};

/// What `where` asks of each object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Test {
    first: Box<Check>,
    rest: Vec<(Joint, Check)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Check {
    Group(Test),
    Compare { property: Word, equal: bool, value: Argument },
}

/// The stages, each with its short names.
pub(super) const STAGES: [(&Cmdlet, &[&str]); 4] =
    [(&WHERE, &["where", "?"]), (&FORMAT_TABLE, &["ft"]), (&FORMAT_LIST, &["fl"]), (&CONVERT_TO_JSON, &[])];

const PROPERTIES: Parameter = Parameter::new("Property", Kind::List, "names of properties, case ignored", "MOD-37");

const WHERE: Cmdlet = Cmdlet {
    name: "Where-Object",
    parameters: || {
        const FILTER: &str = "`{($_.Property -eq value) -and ...}`; `-eq`, `-ne`, `-and`, `-or`";
        vec![Parameter::new("FilterScript", Kind::Text, FILTER, "PRM-07")]
    },
    positional: &["FilterScript"],
    mandatory: &["FilterScript"],
    run: keep,
};

const FORMAT_TABLE: Cmdlet = Cmdlet {
    name: "Format-Table",
    parameters: || {
        vec![Parameter::new("AutoSize", Kind::Switch, "columns are always as wide as needed", ""), PROPERTIES]
    },
    positional: &["Property"],
    mandatory: &[],
    run: |context, bound| format(context, bound, Layout::Table),
};

const FORMAT_LIST: Cmdlet = Cmdlet {
    name: "Format-List",
    parameters: || vec![PROPERTIES],
    positional: &["Property"],
    mandatory: &[],
    run: |context, bound| format(context, bound, Layout::List),
};

const CONVERT_TO_JSON: Cmdlet = Cmdlet {
    name: "ConvertTo-Json",
    parameters: || vec![Parameter::new("Depth", Kind::Number, "nothing is nested", "")],
    positional: &[],
    mandatory: &[],
    run: |context, _| Ok(Datum::Printed(object::json(&objects(context)?))),
};

/// The stage that a command names.
pub(super) fn find(command: &Command) -> Result<&'static Cmdlet, ShellError> {
    let name = &command.name.text;
    let is_named = |(cmdlet, short): &&(&'static Cmdlet, &[&str])| {
        cmdlet.name.eq_ignore_ascii_case(name) || short.iter().any(|short| short.eq_ignore_ascii_case(name))
    };
    STAGES.iter().find(is_named).map(|(cmdlet, _)| *cmdlet).ok_or_else(|| {
        let suggestions = nearest(name, STAGES.iter().map(|(cmdlet, _)| cmdlet.name));
        let kind = ShellErrorKind::UnexpectedStage { name: shortened(name) };
        ShellError { suggestions, ..ShellError::new(kind, command.name.span.clone()) }
    })
}

/// A condition, with its values known.
pub(super) fn test(
    condition: &Condition,
    evaluate: &mut dyn FnMut(&Expression) -> Result<Argument, ShellError>,
) -> Result<Test, ShellError> {
    let mut check = |term: &Term| match term {
        Term::Group(inner) => test(inner, evaluate).map(Check::Group),
        Term::Compare { property, equal, value } => {
            Ok(Check::Compare { property: property.clone(), equal: *equal, value: evaluate(value)? })
        }
    };
    let first = Box::new(check(&condition.first)?);
    let rest = condition.rest.iter().map(|(joint, term)| Ok((*joint, check(term)?)));
    Ok(Test { first, rest: rest.collect::<Result<_, _>>()? })
}

impl Test {
    fn holds(&self, object: &Object) -> Result<bool, ShellError> {
        let mut holds = self.first.holds(object)?;
        for (joint, check) in &self.rest {
            let next = check.holds(object)?;
            holds = match joint {
                Joint::And => holds && next,
                Joint::Or => holds || next,
            };
        }
        Ok(holds)
    }
}

impl Check {
    fn holds(&self, object: &Object) -> Result<bool, ShellError> {
        match self {
            Self::Group(inner) => inner.holds(object),
            Self::Compare { property, equal, value } => {
                let (_, actual) = object.find(&property.text).ok_or_else(|| unknown(property, object))?;
                Ok(is_equal(actual, &value.datum) == *equal)
            }
        }
    }
}

/// As PowerShell compares: by the type on the left, case ignored; a list, if it has the value.
fn is_equal(actual: &Value, wanted: &Datum) -> bool {
    match (actual, wanted) {
        (Value::Boolean(actual), Datum::Boolean(wanted)) => actual == wanted,
        (Value::Boolean(actual), Datum::Text(text)) => *actual != text.is_empty(),
        (Value::Null, wanted) => *wanted == Datum::Null,
        (Value::List(items), Datum::Text(text)) => items.iter().any(|item| item.eq_ignore_ascii_case(text)),
        (Value::Number(number), Datum::Text(text)) => text.parse() == Ok(*number),
        (Value::Text(actual), Datum::Text(wanted)) => actual.eq_ignore_ascii_case(wanted),
        (Value::Text(actual), Datum::Boolean(wanted)) => {
            actual.eq_ignore_ascii_case(if *wanted { "True" } else { "False" })
        }
        _ => false,
    }
}

fn objects(context: &mut Context<'_>) -> Result<Vec<Object>, ShellError> {
    match context.input.take() {
        Some(Datum::Objects(objects)) => Ok(objects),
        Some(Datum::Null) => Ok(Vec::new()),
        _ => {
            let rule = "what stands before the `|` gives no objects".to_owned();
            Err(ShellError::new(ShellErrorKind::Conflict { code: "no-objects", rule }, context.span.clone()))
        }
    }
}

fn keep(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let filter = bound.need("FilterScript")?;
    let Datum::Condition(test) = &filter.datum else {
        return Err(filter.bad("FilterScript", "a condition in braces, such as `{$_.Deny -eq $false}`"));
    };
    let mut kept = Vec::new();
    for object in objects(context)? {
        if test.holds(&object)? {
            kept.push(object);
        }
    }
    Ok(Datum::Objects(kept))
}

enum Layout {
    List,
    Table,
}

fn format(context: &mut Context<'_>, bound: &Bound, layout: Layout) -> Result<Datum, ShellError> {
    let objects = objects(context)?;
    let names = match (bound.find("Property"), objects.first()) {
        (_, None) => return Ok(Datum::Printed(String::new())),
        (Some(argument), Some(first)) => named(argument, first)?,
        (None, Some(first)) => match layout {
            Layout::List => first.properties.iter().map(|(name, _)| (*name).to_owned()).collect(),
            Layout::Table => first.summary.iter().map(|name| (*name).to_owned()).collect(),
        },
    };
    Ok(Datum::Printed(match layout {
        Layout::List => object::list(&objects, &names),
        Layout::Table => object::table(&objects, &names),
    }))
}

/// The properties as they are really written; `*` is all of them.
fn named(argument: &Argument, object: &Object) -> Result<Vec<String>, ShellError> {
    let mut names = Vec::new();
    for item in argument.items() {
        let text = item.text("Property")?;
        if text == "*" {
            names.extend(object.properties.iter().map(|(name, _)| (*name).to_owned()));
            continue;
        }
        let word = Word { text: text.to_owned(), span: item.span.clone() };
        names.push(object.find(text).ok_or_else(|| unknown(&word, object))?.0.to_owned());
    }
    Ok(names)
}

fn unknown(property: &Word, object: &Object) -> ShellError {
    let suggestions = nearest(&property.text, object.properties.iter().map(|(name, _)| *name));
    let kind = ShellErrorKind::UnknownProperty { name: shortened(&property.text) };
    ShellError { suggestions, ..ShellError::new(kind, property.span.clone()) }
}
