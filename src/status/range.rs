//! The ranges of documents that a status reads, in order.

use serde::Serialize;
use tsify::Tsify;

use crate::flags::FlagKey;

/// One range of an index. Each is read from its start to its end, page by page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Range {
    /// Platform rows of a flag.
    PlatformFlags {
        /// The flag.
        key: FlagKey,
    },
    /// The organization's rows of a flag.
    OrganizationFlags {
        /// The flag.
        key: FlagKey,
    },
    /// User rows of a flag, of all organizations.
    UserFlags {
        /// The flag.
        key: FlagKey,
    },
    /// The organization's notes; each has its artifacts looked up.
    Notes,
    /// Artifacts: all, or where the host has an index, the organization's; the organization's have their
    /// transcripts looked up.
    Artifacts,
    /// The organization's claims; each has its resolutions looked up.
    Claims,
    /// The organization's drafts.
    Drafts,
}

impl Range {
    /// All ranges, in the order in which they are read.
    pub(crate) const ALL: [Self; 10] = {
        let [first, second] = FlagKey::ALL;
        [
            Self::PlatformFlags { key: first },
            Self::OrganizationFlags { key: first },
            Self::UserFlags { key: first },
            Self::PlatformFlags { key: second },
            Self::OrganizationFlags { key: second },
            Self::UserFlags { key: second },
            Self::Notes,
            Self::Artifacts,
            Self::Claims,
            Self::Drafts,
        ]
    };

    /// Is anything looked up for its documents?
    pub(crate) fn looks_up(self) -> bool {
        matches!(self, Self::Notes | Self::Artifacts | Self::Claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_ranges_have_lookups() {
        let looking_up = Range::ALL.into_iter().filter(|range| range.looks_up());
        let expected = [Range::Notes, Range::Artifacts, Range::Claims];
        assert_eq!(looking_up.collect::<Vec<_>>(), expected);
    }
}
