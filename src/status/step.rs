//! What a status asks its reader for, and what it is fed.

use serde::Serialize;
use tsify::Tsify;

use super::Range;
use crate::note::NoteFacts;

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum PageStart {
    /// At the start of the range.
    Start,
    /// Behind the last document of the page before.
    PageBefore,
    /// Behind the position that an earlier transaction ended at.
    Position {
        /// That position.
        position: String,
    },
}

/// What the reader does next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[tsify(missing_as_null)]
pub enum StatusStep {
    /// Read a page of a range: at most so many documents, and none once so many bytes were read.
    ReadPage {
        /// Of this range.
        range: Range,
        /// From here on.
        from: PageStart,
        /// Documents at most.
        documents: u64,
        /// Once so many bytes were read, no document more.
        bytes: u64,
    },
    /// Look up what belongs to these rows of the page, in this order, and stop in the middle where the allowance is
    /// used up.
    LookUp {
        /// Of this range.
        range: Range,
        /// Ascending indexes into the page.
        rows: Vec<u32>,
        /// The first of them broke off before: go on behind this position.
        after: Option<String>,
        /// How many lookups may go on at once.
        width: u64,
        /// Once so many documents were read, none more.
        documents: u64,
        /// Once so many bytes were read, no document more.
        bytes: u64,
    },
    /// This transaction has read what it may. Ask for the answer with the position behind so many documents of the
    /// page; with the position where the page began where it is 0; with none where it is null.
    Pause {
        /// Documents of the page that are done.
        rows: Option<u32>,
    },
    /// All is counted. Ask for the answer.
    Done,
}

/// A note of a page.
#[derive(Clone, Debug, PartialEq, Tsify)]
pub struct NoteToCount {
    /// Its id.
    pub id: String,
    /// What its class depends on.
    pub facts: NoteFacts,
}

/// A malformed document of a page, or one that was looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MalformedRow {
    /// Its index among the documents that it was read with.
    pub row: u32,
    /// Its id.
    pub id: String,
    /// The first field that is missing or of the wrong type.
    pub field: String,
    /// What its `organizationId` holds, where that is a text.
    #[tsify(optional)]
    pub organization_id: Option<String>,
}

/// How a page ended, and what is malformed in it.
#[derive(Clone, Debug, Default, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The id of its first document.
    #[tsify(optional)]
    pub first_id: Option<String>,
    /// Does the range end with this page?
    pub is_last: bool,
    /// The documents that are malformed.
    pub malformed: Vec<MalformedRow>,
}

/// The lookup that did not get through its documents.
#[derive(Clone, Debug, PartialEq, Eq, Tsify)]
pub struct OpenLookUp {
    /// The id of the row that they belong to.
    pub id: String,
    /// The position behind which it goes on.
    pub after: String,
}

/// An artifact that was looked up for a note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LinkedArtifact {
    /// For which of the notes that were asked for, as an index into them.
    pub note: u32,
    /// Is its status `completed`?
    pub is_completed: bool,
    /// The organizations of its candidates.
    pub organization_ids: Vec<String>,
}

/// How far lookups got, and what is malformed among the documents that they found.
#[derive(Clone, Debug, Default, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// How many of the rows that were asked for are through, counted from the first.
    pub complete: u32,
    /// The lookup of the next one, where it broke off behind a document.
    #[tsify(optional)]
    pub open: Option<OpenLookUp>,
    /// The documents that are malformed.
    pub malformed: Vec<MalformedRow>,
}
