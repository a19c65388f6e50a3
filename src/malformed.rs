//! Which stored documents are malformed, and what to say about them.

use crate::cursor::Codec;
use crate::text::{counted, decimal, join, quoted};

/// The tables whose documents are read.
pub(crate) const TABLES: [&str; 7] = [
    "voiceNotes",
    "voiceNoteArtifacts",
    "voiceNoteTranscripts",
    "voiceNoteClaims",
    "voiceNoteEntityResolutions",
    "insightDrafts",
    "featureFlags",
];

/// How many documents of a table are named: the answer is read by people, and the cursor is small.
const NAMED: u64 = 3;

/// Malformed documents of one table, the first few by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Malformed {
    count: u64,
    names: Vec<String>,
}

impl Malformed {
    /// `name` is the document's id and the first field that is off.
    pub(crate) fn add(&mut self, name: &str) {
        self.count += 1;
        if self.count <= NAMED {
            self.names.push(name.into());
        }
    }

    pub(crate) fn warning(&self, table: &str) -> Option<String> {
        if self.count == 0 {
            return None;
        }
        let mut names = String::new();
        for name in &self.names {
            names.push_str(if names.is_empty() { " (" } else { ", " });
            names.push_str(&quoted(name));
        }
        if self.count > NAMED {
            names.push_str(" and ");
            names.push_str(&decimal(self.count - NAMED));
            names.push_str(" more");
        }
        Some(join(&[
            &counted(self.count, "malformed document in ", "malformed documents in "),
            table,
            &names,
            "): counted by what is certain of them; repair or delete them",
        ]))
    }

    pub(crate) fn code(&mut self, codec: &mut Codec) {
        codec.number(&mut self.count);
        self.names
            .resize(usize::try_from(self.count.min(NAMED)).unwrap_or(0), String::new());
        for name in &mut self.names {
            codec.text(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_named_and_the_rest_counted() {
        let mut malformed = Malformed::default();
        assert_eq!(malformed.warning("voiceNotes"), None);
        malformed.add("id1: status");
        assert_eq!(
            malformed.warning("voiceNotes").unwrap(),
            "1 malformed document in voiceNotes (`id1: status`): counted by what is certain of them; repair or delete them"
        );
        for _ in 0..4 {
            malformed.add("id2: orgId");
        }
        assert_eq!(
            malformed.warning("voiceNotes").unwrap(),
            "5 malformed documents in voiceNotes (`id1: status`, `id2: orgId`, `id2: orgId` and 2 more): counted by what is certain of them; repair or delete them"
        );
        let mut codec = Codec::begin(&["t"], 0);
        malformed.code(&mut codec);
        let mut read = Malformed::default();
        read.code(&mut Codec::open(&codec.seal(), &["t"], 0).unwrap());
        assert_eq!(read, malformed);
    }
}
