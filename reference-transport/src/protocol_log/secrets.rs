//! What may be in no row, in no encoding that a session uses (AUT-24).

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::connector::{Authentication, Credential};

/// What stands in the place of a secret.
const HIDDEN: &str = "<secret>";

/// Texts that are left out of every row.
#[derive(Clone, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Those of a session.
    #[must_use]
    pub fn of(authentication: &Authentication) -> Self {
        match authentication {
            Authentication::Basic(credential) | Authentication::BasicRequireTls(credential) => Self::in_all(credential),
            Authentication::ExchangeServer | Authentication::ExternalAuthoritative | Authentication::None => {
                Self::default()
            }
        }
    }

    /// The password as it is, as it answers a challenge (RFC 4954), and beside the user's name (RFC 4616).
    fn in_all(Credential { user, password }: &Credential) -> Self {
        if password.is_empty() {
            return Self::default();
        }
        let plain = BASE64.encode(format!("\0{user}\0{password}"));
        // Without the padding, too: whoever repeats it may have lost that.
        let answer = BASE64.encode(password);
        let bare = |encoded: &str| encoded.trim_end_matches('=').to_owned();
        let mut all = vec![bare(&plain), bare(&answer), password.clone()];
        // The longest first, so that no part of it is left beside what was taken out.
        all.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self(all)
    }

    /// `text` without them.
    #[must_use]
    pub fn hidden(&self, text: String) -> String {
        self.0.iter().fold(text, |text, secret| match text.contains(secret.as_str()) {
            true => text.replace(secret.as_str(), HIDDEN),
            false => text,
        })
    }
}
