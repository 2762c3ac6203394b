//! An MTA with settings of its own beside those that its adapter writes: `--mta-option KEY=VALUE`.

use std::{sync::Arc, time::Duration};

use super::{Brief, Mta, RunningMta, StartError, Work};

/// One setting in the MTA's own words; it stands behind what the adapter wrote.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MtaOption {
    /// As the MTA calls it: `smtp_discard_ehlo_keywords`.
    pub key: String,
    /// What it is set to.
    pub value: String,
}

impl MtaOption {
    /// Reads `KEY=VALUE`; `None` if there is no key, or no `=`, or more than one line.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (key, value) = text.split_once('=')?;
        let fits = |text: &str| !text.contains(char::is_control);
        (!key.trim().is_empty() && fits(key) && fits(value))
            .then(|| Self { key: key.trim().to_owned(), value: value.trim().to_owned() })
    }
}

/// An MTA that is started with these options each time.
pub struct WithOptions {
    /// The MTA.
    pub mta: Box<dyn Mta>,
    /// In the order in which they are set.
    pub options: Vec<MtaOption>,
}

impl Mta for WithOptions {
    fn name(&self) -> String {
        self.mta.name()
    }

    fn version(&self) -> String {
        self.mta.version()
    }

    fn quiet(&self) -> Duration {
        self.mta.quiet()
    }

    fn start_max(&self) -> Duration {
        self.mta.start_max()
    }

    fn asks_name_server(&self) -> bool {
        self.mta.asks_name_server()
    }

    fn reports_log(&self) -> bool {
        self.mta.reports_log()
    }

    fn reports(&self) -> bool {
        self.mta.reports()
    }

    fn options(&self) -> Option<&'static str> {
        self.mta.options()
    }

    fn start(&self, brief: Brief) -> Work<Result<Arc<dyn RunningMta>, StartError>> {
        self.mta.start_with(brief, &self.options)
    }
}

#[cfg(test)]
mod tests {
    use super::MtaOption;

    #[test]
    fn an_option_is_a_key_and_a_value_in_one_line() {
        let option = MtaOption::parse("a = b=c").expect("it is one");
        assert_eq!((option.key.as_str(), option.value.as_str()), ("a", "b=c"));
        for wrong in ["a", "=b", "a=b\nc=d", "a\r=b"] {
            assert_eq!(MtaOption::parse(wrong), None, "{wrong:?}");
        }
    }
}
