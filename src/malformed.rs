//! Which stored documents are malformed, and what to say about them.

use crate::cursor::Codec;
use crate::text::Piece::{Count, Quoted, Text};
use crate::text::add;
use crate::value::List;

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

// Where the tables stand among them.
pub(crate) const NOTES: usize = 0;
pub(crate) const ARTIFACTS: usize = 1;
pub(crate) const TRANSCRIPTS: usize = 2;
pub(crate) const CLAIMS: usize = 3;
pub(crate) const RESOLUTIONS: usize = 4;
pub(crate) const DRAFTS: usize = 5;
pub(crate) const FLAGS: usize = 6;

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

    pub(crate) fn warn(&self, warnings: &mut List, table: &str) {
        if self.count == 0 {
            return;
        }
        let mut names = String::new();
        for name in &self.names {
            let before = if names.is_empty() { "" } else { ", " };
            add(&mut names, "%%", &[Text(before), Quoted(name)]);
        }
        if self.count > NAMED {
            add(&mut names, " and % more", &[Count(self.count - NAMED)]);
        }
        warnings.text(
            "% [malformed document|malformed documents] in % (%): counted by what is certain of them; repair or delete them",
            &[Count(self.count), Text(table), Text(&names)],
        );
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
    use crate::value::Value;
    use serde_json::json;

    #[test]
    fn the_first_are_named_and_the_rest_counted() {
        let warning = |malformed: &Malformed| {
            let mut warnings = List::default();
            malformed.warn(&mut warnings, "voiceNotes");
            serde_json::to_value(Value::List(warnings)).unwrap()
        };
        let mut malformed = Malformed::default();
        assert_eq!(warning(&malformed), json!([]));
        malformed.add("id1: status");
        assert_eq!(
            warning(&malformed),
            json!([
                "1 malformed document in voiceNotes (`id1: status`): counted by what is certain of them; repair or delete them"
            ])
        );
        for _ in 0..4 {
            malformed.add("id2: orgId");
        }
        assert_eq!(
            warning(&malformed),
            json!([
                "5 malformed documents in voiceNotes (`id1: status`, `id2: orgId`, `id2: orgId` and 2 more): counted by what is certain of them; repair or delete them"
            ])
        );
        let mut codec = Codec::begin("t", 0);
        malformed.code(&mut codec);
        let mut read = Malformed::default();
        read.code(&mut Codec::open(&codec.seal(), "t", 0).unwrap());
        assert_eq!(read, malformed);
    }
}
