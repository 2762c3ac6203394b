//! `New-Object PSCredential`, `ConvertTo-SecureString`, and `Get-Credential`, which has nobody to ask.

use crate::{
    connector::Credential,
    shell::{
        Context, ShellError, ShellErrorKind,
        binding::{Bound, Cmdlet},
        parameter::{Kind, Parameter},
        value::{Datum, Secret},
    },
};

pub(in crate::shell) const NEW_OBJECT: Cmdlet = Cmdlet {
    name: "New-Object",
    parameters: || {
        vec![
            Parameter::new("ArgumentList", Kind::List, "a user name and a secure string", "AUT-04"),
            Parameter::new("TypeName", Kind::Word, "PSCredential, System.Management.Automation.PSCredential", "AUT-04"),
        ]
    },
    positional: &["TypeName", "ArgumentList"],
    mandatory: &["TypeName", "ArgumentList"],
    run: new_object,
};

pub(in crate::shell) const CONVERT_TO_SECURE_STRING: Cmdlet = Cmdlet {
    name: "ConvertTo-SecureString",
    parameters: || {
        vec![
            Parameter::new("AsPlainText", Kind::Switch, "must be given", "AUT-04"),
            Parameter::new("Force", Kind::Switch, "must be given", "AUT-04"),
            Parameter::new("String", Kind::Text, "", "AUT-04"),
        ]
    },
    positional: &["String"],
    mandatory: &["String", "AsPlainText", "Force"],
    run: convert_to_secure_string,
};

pub(in crate::shell) const GET_CREDENTIAL: Cmdlet = Cmdlet {
    name: "Get-Credential",
    parameters: || {
        vec![
            Parameter::new("Message", Kind::Text, "", ""),
            Parameter::new("UserName", Kind::Text, "", ""),
            Parameter::new("Credential", Kind::Text, "", ""),
        ]
    },
    positional: &["Credential"],
    mandatory: &[],
    run: |context, _| Err(ShellError::new(ShellErrorKind::CannotPrompt, context.span.clone())),
};

fn new_object(_: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let name = bound.need("TypeName")?;
    let types = [("PSCredential", ()), ("System.Management.Automation.PSCredential", ())];
    name.one_of("TypeName", &types)?;
    let list = bound.need("ArgumentList")?;
    let items = list.items();
    let [user, secret] = items[..] else {
        return Err(list.bad("ArgumentList", "a user name and a secure string"));
    };
    let Datum::Secret(Secret(password)) = &secret.datum else {
        return Err(secret.bad("ArgumentList", "a secure string: (ConvertTo-SecureString \"...\" -AsPlainText -Force)"));
    };
    let user = user.text("ArgumentList")?.to_owned();
    Ok(Datum::Credential(Credential { user, password: password.clone() }))
}

fn convert_to_secure_string(_: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let text = bound.need("String")?;
    for switch in ["AsPlainText", "Force"] {
        if !bound.is_on(switch)? {
            // The text is a password, so the error may not repeat it.
            return Err(ShellError::new(
                ShellErrorKind::MissingParameter { parameter: switch },
                bound.name_span.clone(),
            ));
        }
    }
    text.text("String").map(|text| Datum::Secret(Secret(text.to_owned())))
}
