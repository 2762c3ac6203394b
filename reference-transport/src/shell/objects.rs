//! `New-Object PSCredential` and `ConvertTo-SecureString`.

use super::{
    Context, ShellError,
    binding::{
        Bound, Cmdlet,
        Parameter::{Switch, Takes},
    },
    convert::{Datum, Secret},
};
use crate::connector::Credential;

pub(super) const NEW_OBJECT: Cmdlet = Cmdlet {
    name: "New-Object",
    parameters: &[Takes("ArgumentList"), Takes("TypeName")],
    positional: &["TypeName", "ArgumentList"],
    run: new_object,
};

pub(super) const CONVERT_TO_SECURE_STRING: Cmdlet = Cmdlet {
    name: "ConvertTo-SecureString",
    parameters: &[Switch("AsPlainText"), Switch("Force"), Takes("String")],
    positional: &["String"],
    run: convert_to_secure_string,
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
            bound.need(switch)?;
            return Err(text.bad(switch, "a plain text needs -AsPlainText -Force"));
        }
    }
    text.text("String").map(|text| Datum::Secret(Secret(text.to_owned())))
}
