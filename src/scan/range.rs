//! The ranges of documents that a status reads, in order.

use crate::cursor::Codec;

/// One range of an index. Each is read from its start to its end, page by page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Platform rows of a flag.
    PlatformFlags,
    /// The organization's rows of a flag.
    OrganizationFlags,
    /// User rows of a flag, of all organizations.
    UserFlags,
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

/// A place in the order of ranges. The three flag ranges come once for each flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place(u64);

impl Place {
    /// The range at this place and the flag it is about (0 where it is about none). `None` behind the last.
    pub(crate) fn range(self) -> Option<(Range, usize)> {
        Some(match self.0 {
            0 => (Range::PlatformFlags, 0),
            1 => (Range::OrganizationFlags, 0),
            2 => (Range::UserFlags, 0),
            3 => (Range::PlatformFlags, 1),
            4 => (Range::OrganizationFlags, 1),
            5 => (Range::UserFlags, 1),
            6 => (Range::Notes, 0),
            7 => (Range::Artifacts, 0),
            8 => (Range::Claims, 0),
            9 => (Range::Drafts, 0),
            _ => return None,
        })
    }

    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    pub(crate) fn code(&mut self, codec: &mut Codec) {
        codec.number(&mut self.0);
    }
}
