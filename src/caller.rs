//! Who called, as rows and logs name them.

use tsify::Tsify;

use crate::text::{is_blank, is_hidden};

/// From so many bytes on, an identity is cut.
const LONGEST_IDENTITY: usize = 200;

/// The caller of a public function: the identity that the host's provider verified, if there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Caller {
    /// Unique among all providers.
    #[tsify(optional)]
    pub token_identifier: Option<String>,
    /// Unique within one provider.
    #[tsify(optional)]
    pub subject: Option<String>,
}

impl Caller {
    /// The identity as one word: what is hidden or a space is escaped, so that the claim behind it cannot be part of it.
    fn identity(&self) -> String {
        let identity = [&self.token_identifier, &self.subject]
            .into_iter()
            .flatten()
            .find(|identity| !identity.is_empty());
        let Some(identity) = identity else {
            return "anonymous".into();
        };
        let mut word = String::new();
        for c in identity.chars() {
            if word.len() >= LONGEST_IDENTITY {
                word.push('…');
                break;
            }
            if is_hidden(c) || is_blank(c) {
                word.extend(c.escape_unicode());
            } else {
                word.push(c);
            }
        }
        word
    }
}

/// Who did it. A caller of a public function is who the identity says, whatever they claim to be; the claim is told
/// beside it. An internal function, which needs the deployment's key, has no caller but who its arguments name.
///
/// ```
/// use v2_rollout::{Caller, actor};
///
/// assert_eq!(actor(None, Some("Ann Lee")), "Ann Lee");
/// let subject = Some("user_1".into());
/// let caller = Caller { subject, ..Caller::default() };
/// assert_eq!(actor(Some(&caller), Some("Ann Lee")), "user_1 for Ann Lee");
/// ```
pub fn actor(caller: Option<&Caller>, claimed: Option<&str>) -> String {
    match (caller, claimed) {
        (None, claimed) => claimed.unwrap_or("script").into(),
        (Some(caller), None) => caller.identity(),
        (Some(caller), Some(claimed)) => format!("{} for {claimed}", caller.identity()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_did_it() {
        let caller = |token: Option<&str>, subject: Option<&str>| {
            Some(Caller {
                token_identifier: token.map(String::from),
                subject: subject.map(String::from),
            })
        };
        let long = "é".repeat(101);
        let cut = format!("{}… for Ann Lee", "é".repeat(100));
        for (caller, claimed, expected) in [
            (None, None, "script"),
            (None, Some("Ann Lee"), "Ann Lee"),
            (caller(None, None), None, "anonymous"),
            (caller(None, None), Some("Ann Lee"), "anonymous for Ann Lee"),
            (caller(Some(""), Some("")), None, "anonymous"),
            (caller(Some("https://id|u1"), Some("u1")), None, "https://id|u1"),
            (caller(Some(""), Some("u1")), Some("Ann Lee"), "u1 for Ann Lee"),
            (caller(None, Some("josé✓")), None, "josé✓"),
            (
                caller(None, Some("u1 for Bob\n\u{0}\u{202e}\u{2028}x")),
                Some("Ann Lee"),
                "u1\\u{20}for\\u{20}Bob\\u{a}\\u{0}\\u{202e}\\u{2028}x for Ann Lee",
            ),
            (caller(None, Some(&long)), Some("Ann Lee"), &cut),
        ] {
            assert_eq!(actor(caller.as_ref(), claimed), expected);
        }
    }
}
