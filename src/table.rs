//! The tables whose documents are read, and which documents are malformed.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use crate::cursor;
use crate::text::{add, counted, quoted};
use crate::units::as_index;

/// Something for each table that the library reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ByTable<T> {
    /// The old notes.
    pub voice_notes: T,
    /// What v2 knows of a recording.
    pub voice_note_artifacts: T,
    /// Their texts.
    pub voice_note_transcripts: T,
    /// What was said, claim by claim.
    pub voice_note_claims: T,
    /// Whom claims are about.
    pub voice_note_entity_resolutions: T,
    /// What coaches are asked to confirm.
    pub insight_drafts: T,
    /// The flags.
    pub feature_flags: T,
}

/// How many documents of a table are named: the answer is read by people, and the cursor is small.
const NAMED: u64 = 3;

/// A malformed document: where it stands among those read, its id, and the first field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct MalformedDocument {
    /// Its index among the documents that it was read with.
    pub row: u32,
    /// Its id.
    pub id: String,
    /// The first field that is missing or of the wrong type.
    pub field: String,
}

/// The malformed documents of one table, the first few by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Malformed {
    count: u64,
    names: Vec<String>,
}

impl Malformed {
    pub(crate) fn add(&mut self, id: &str, field: &str) {
        self.count += 1;
        if self.count <= NAMED {
            self.names.push(format!("{id}: {field}"));
        }
    }

    /// Both together.
    pub(crate) fn with(&self, more: &Self) -> Self {
        let names = self.names.iter().chain(&more.names).take(as_index(NAMED));
        Self {
            count: self.count.saturating_add(more.count),
            names: names.cloned().collect(),
        }
    }

    /// Can it be what a cursor holds?
    pub(crate) fn is_plausible(&self) -> bool {
        self.count < cursor::MOST && self.names.len() as u64 == self.count.min(NAMED)
    }

    /// What to say of them.
    pub(crate) fn warning(&self, table: &str) -> Option<String> {
        if self.count == 0 {
            return None;
        }
        let mut names = String::new();
        for name in &self.names {
            add(&mut names, ", ", &quoted(name));
        }
        let more = match self.count.saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(format!(
            "{} in {table} ({names}{more}): counted by what is certain of them; repair or delete them",
            counted(self.count, "malformed document", "malformed documents"),
        ))
    }
}

impl ByTable<Malformed> {
    pub(crate) fn each(&self) -> [(&'static str, &Malformed); 7] {
        [
            ("voiceNotes", &self.voice_notes),
            ("voiceNoteArtifacts", &self.voice_note_artifacts),
            ("voiceNoteTranscripts", &self.voice_note_transcripts),
            ("voiceNoteClaims", &self.voice_note_claims),
            ("voiceNoteEntityResolutions", &self.voice_note_entity_resolutions),
            ("insightDrafts", &self.insight_drafts),
            ("featureFlags", &self.feature_flags),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_named_and_the_rest_counted() {
        let mut malformed = Malformed::default();
        let mut warnings = vec![malformed.warning("voiceNotes")];
        malformed.add("id1", "status");
        warnings.push(malformed.warning("voiceNotes"));
        for _ in 0..4 {
            malformed.add("id2", "orgId");
        }
        warnings.push(malformed.warning("voiceNotes"));
        assert_eq!(
            warnings,
            [
                None,
                Some("1 malformed document in voiceNotes (`id1: status`): counted by what is certain of them; repair or delete them".into()),
                Some("5 malformed documents in voiceNotes (`id1: status`, `id2: orgId`, `id2: orgId` and 2 more): counted by what is certain of them; repair or delete them".into()),
            ]
        );
        assert!(malformed.is_plausible());
        malformed.names.pop();
        assert!(!malformed.is_plausible());
        malformed.names.push("id3: orgId".into());
        malformed.count = cursor::MOST - 1;
        assert!(malformed.is_plausible());
        malformed.count = cursor::MOST;
        assert!(!malformed.is_plausible());
    }

    #[test]
    fn two_counts_of_a_table_are_told_as_one() {
        let of = |ids: &[&str]| {
            let mut malformed = Malformed::default();
            for id in ids {
                malformed.add(id, "status");
            }
            malformed
        };
        let (two, more) = (of(&["id1", "id2"]), of(&["id3", "id4"]));
        assert_eq!(two.with(&more), of(&["id1", "id2", "id3", "id4"]));
    }
}
