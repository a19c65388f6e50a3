//! Tables with indexes, and transactions over them: all of their writes are kept, or none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use v2_rollout::{DraftStatus, FlagKey, FlagValue, InsightsStatus, NoteFailure, Run, TranscriptionStatus};

/// The id of a document. Their order is not that of their creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u32);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "k{:08x}", self.0)
    }
}

impl Id {
    pub fn parse(text: &str) -> Self {
        Self(u32::from_str_radix(text.strip_prefix('k').unwrap(), 16).unwrap())
    }

    /// As part of an index.
    pub fn key(self) -> u64 {
        self.0.into()
    }
}

/// A part of an index: the documents that have the same fields in it, in the order of their creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    pub table: &'static str,
    pub index: u8,
    pub key: u64,
}

/// The index that has all documents of a table.
pub const ALL: u8 = 0;

pub trait Document: Clone + fmt::Debug {
    const TABLE: &'static str;

    /// Where it stands in the indexes of its table, beside the one of all.
    fn keys(&self) -> Vec<(u8, u64)>;

    /// What it weighs: bytes beside its texts, units of its texts, and their bytes.
    fn weight(&self) -> Weight {
        Weight::plain(200)
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Weight {
    pub plain_bytes: u64,
    pub text_units: u64,
    pub text_bytes: u64,
}

impl Weight {
    pub fn plain(bytes: u64) -> Self {
        Self {
            plain_bytes: bytes,
            ..Self::default()
        }
    }

    pub fn bytes(self) -> u64 {
        self.plain_bytes + self.text_bytes
    }
}

#[derive(Clone, Debug)]
pub struct Row<D> {
    pub id: Id,
    pub created_ms: f64,
    pub document: D,
}

/// A row before and after a transaction.
pub type Change<'a, D> = (Option<&'a Row<D>>, Option<&'a Row<D>>);

#[derive(Clone, Debug)]
pub struct Table<D> {
    rows: BTreeMap<Id, Row<D>>,
    index: BTreeSet<(u8, u64, u64, Id)>,
    /// What the transaction at hand has changed: rows as they were.
    undo: Vec<(Id, Option<Row<D>>)>,
}

impl<D> Default for Table<D> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            index: BTreeSet::new(),
            undo: Vec::new(),
        }
    }
}

impl<D: Document> Table<D> {
    pub fn get(&self, id: Id) -> Option<&Row<D>> {
        self.rows.get(&id)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn all(&self) -> impl Iterator<Item = &Row<D>> {
        self.range(ALL, 0)
    }

    pub fn range(&self, index: u8, key: u64) -> impl Iterator<Item = &Row<D>> {
        self.behind(index, key, None)
    }

    /// Those behind a key of time and id.
    pub fn behind(&self, index: u8, key: u64, position: Option<(f64, Id)>) -> impl Iterator<Item = &Row<D>> {
        let (time, id) = position.map_or((0, Id(0)), |(time, id)| (time.to_bits(), id));
        self.index
            .range((index, key, time, id)..=(index, key, u64::MAX, Id(u32::MAX)))
            .filter(move |(_, _, at, one)| position.is_none() || (*at, *one) != (time, id))
            .map(|(.., id)| &self.rows[id])
    }

    fn places(row: &Row<D>) -> impl Iterator<Item = (u8, u64, u64, Id)> {
        // Times are not negative, so that their bits have their order.
        let (time, id) = (row.created_ms.to_bits(), row.id);
        let keys = row.document.keys();
        let all = std::iter::once((ALL, 0));
        all.chain(keys).map(move |(index, key)| (index, key, time, id))
    }

    pub fn put(&mut self, row: Row<D>) {
        let id = row.id;
        let before = self.take(id);
        self.index.extend(Self::places(&row));
        self.rows.insert(id, row);
        self.undo.push((id, before));
    }

    pub fn delete(&mut self, id: Id) {
        let before = self.take(id);
        self.undo.push((id, before));
    }

    fn take(&mut self, id: Id) -> Option<Row<D>> {
        let row = self.rows.remove(&id)?;
        for place in Self::places(&row) {
            self.index.remove(&place);
        }
        Some(row)
    }

    fn roll_back(&mut self) {
        while let Some((id, before)) = self.undo.pop() {
            self.take(id);
            if let Some(row) = before {
                self.index.extend(Self::places(&row));
                self.rows.insert(id, row);
            }
        }
    }

    /// What the transaction at hand has changed, each row once.
    pub fn changes(&self) -> impl Iterator<Item = Change<'_, D>> {
        let mut seen = BTreeSet::new();
        let first = self.undo.iter().filter(move |(id, _)| seen.insert(*id));
        first.map(|(id, before)| (before.as_ref(), self.rows.get(id)))
    }

    /// The parts of indexes that it has written to, and the documents.
    fn written(&self, written: &mut Vec<Written>) {
        for (before, after) in self.changes() {
            for row in [before, after].into_iter().flatten() {
                written.push(Written::Document(row.id));
                written.extend(Self::places(row).map(|(index, key, ..)| {
                    Written::Range(Range {
                        table: D::TABLE,
                        index,
                        key,
                    })
                }));
            }
        }
    }
}

/// What a transaction has written to, or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Written {
    Document(Id),
    Range(Range),
}

/// Who wrote a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    Host,
    /// The action with this number, in a run of the ledger where it has one.
    Action {
        number: usize,
        run: Option<usize>,
    },
}

/// What is the matter with a note, beside its statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// A field of those to be migrated is missing or of the wrong type.
    Malformed,
    /// Its rows do not fit the host's schema, which only shows when they are written.
    Refused,
    /// A transaction that writes it runs out of memory.
    Heavy,
    /// A transaction that writes it fails with a message that nobody knows.
    Odd,
    /// The same, but only for a second and a half, then not for as long, and so on.
    Moody,
}

#[derive(Clone, Debug)]
pub struct Note {
    pub organization: u8,
    pub transcription: Option<TranscriptionStatus>,
    pub insights: Option<InsightsStatus>,
    pub has_coach: bool,
    pub text: Text,
    pub insight_count: u8,
    pub trouble: Trouble,
}

/// A text: so many units of UTF-16, of so many bytes each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text {
    pub units: u32,
    pub bytes_each: u8,
}

impl Text {
    fn weight(self, plain_bytes: u64) -> Weight {
        Weight {
            plain_bytes,
            text_units: self.units.into(),
            text_bytes: u64::from(self.units) * u64::from(self.bytes_each),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Artifact {
    pub note: Option<Id>,
    pub organizations: Vec<u8>,
    pub is_completed: bool,
    pub updated_ms: Option<f64>,
    pub writer: Writer,
}

#[derive(Clone, Debug)]
pub struct Transcript {
    pub artifact: Id,
    pub text: Text,
}

#[derive(Clone, Debug)]
pub struct Claim {
    pub artifact: Id,
    pub organization: u8,
}

#[derive(Clone, Debug)]
pub struct Resolution {
    pub claim: Id,
}

#[derive(Clone, Debug)]
pub struct Draft {
    pub organization: u8,
    pub status: Option<DraftStatus>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Platform,
    Organization(u8),
    User,
}

#[derive(Clone, Debug)]
pub struct Flag {
    pub key: FlagKey,
    pub scope: Scope,
    pub value: FlagValue,
}

/// The row of a run, which the component keeps.
#[derive(Clone, Debug)]
pub struct RunRow {
    pub number: usize,
    pub run: Run,
    pub excludes_others: bool,
}

/// A note that failed in a run.
#[derive(Clone, Debug)]
pub struct Failed {
    pub run: usize,
    pub failure: NoteFailure,
}

/// Indexes beside the one of all.
pub const BY_ORGANIZATION: u8 = 1;
pub const BY_PARENT: u8 = 2;
pub const BY_EXCLUSION: u8 = 3;
pub const BY_RUN_AND_NOTE: u8 = 4;

pub fn failed_key(run: usize, note: &str) -> u64 {
    (run as u64) << 32 | Id::parse(note).key()
}

impl Document for Note {
    const TABLE: &'static str = "voiceNotes";

    fn keys(&self) -> Vec<(u8, u64)> {
        vec![(BY_ORGANIZATION, self.organization.into())]
    }

    fn weight(&self) -> Weight {
        self.text.weight(300 + 150 * u64::from(self.insight_count))
    }
}

impl Document for Artifact {
    const TABLE: &'static str = "voiceNoteArtifacts";

    fn keys(&self) -> Vec<(u8, u64)> {
        self.note.iter().map(|note| (BY_PARENT, note.key())).collect()
    }

    fn weight(&self) -> Weight {
        Weight::plain(400)
    }
}

impl Document for Transcript {
    const TABLE: &'static str = "voiceNoteTranscripts";

    fn keys(&self) -> Vec<(u8, u64)> {
        vec![(BY_PARENT, self.artifact.key())]
    }

    fn weight(&self) -> Weight {
        self.text.weight(200)
    }
}

impl Document for Claim {
    const TABLE: &'static str = "voiceNoteClaims";

    fn keys(&self) -> Vec<(u8, u64)> {
        vec![
            (BY_PARENT, self.artifact.key()),
            (BY_ORGANIZATION, self.organization.into()),
        ]
    }

    fn weight(&self) -> Weight {
        Weight::plain(500)
    }
}

impl Document for Resolution {
    const TABLE: &'static str = "voiceNoteEntityResolutions";

    fn keys(&self) -> Vec<(u8, u64)> {
        vec![(BY_PARENT, self.claim.key())]
    }
}

impl Document for Draft {
    const TABLE: &'static str = "insightDrafts";

    fn keys(&self) -> Vec<(u8, u64)> {
        vec![(BY_ORGANIZATION, self.organization.into())]
    }
}

/// The key of flags in their index.
pub fn flag_key(key: FlagKey, scope: Scope) -> u64 {
    let scope = match scope {
        Scope::Platform => 0,
        Scope::User => 1,
        Scope::Organization(organization) => 2 + u64::from(organization),
    };
    scope * 2 + u64::from(key == FlagKey::EntityResolution)
}

impl Document for Flag {
    const TABLE: &'static str = "featureFlags";

    fn keys(&self) -> Vec<(u8, u64)> {
        vec![(BY_PARENT, flag_key(self.key, self.scope))]
    }
}

impl Document for RunRow {
    const TABLE: &'static str = "runs";

    fn keys(&self) -> Vec<(u8, u64)> {
        vec![
            (BY_PARENT, self.number as u64),
            (BY_EXCLUSION, self.excludes_others.into()),
        ]
    }

    fn weight(&self) -> Weight {
        Weight::plain(1_500)
    }
}

impl Document for Failed {
    const TABLE: &'static str = "failures";

    fn keys(&self) -> Vec<(u8, u64)> {
        vec![
            (BY_PARENT, self.run as u64),
            (BY_RUN_AND_NOTE, failed_key(self.run, &self.failure.voice_note_id)),
        ]
    }
}

/// What is scheduled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scheduled {
    Leg { run: usize, generation: u64 },
    Watch { run: usize, generation: u64 },
}

#[derive(Clone, Debug, Default)]
pub struct Database {
    pub notes: Table<Note>,
    pub artifacts: Table<Artifact>,
    pub transcripts: Table<Transcript>,
    pub claims: Table<Claim>,
    pub resolutions: Table<Resolution>,
    pub drafts: Table<Draft>,
    pub flags: Table<Flag>,
    pub runs: Table<RunRow>,
    pub failures: Table<Failed>,
    /// With the time at which it is due.
    pub scheduled: Vec<(f64, Scheduled)>,
    scheduled_before: usize,
    ids: u32,
}

/// A table of documents of a type.
pub trait Has<D: Document> {
    fn table(&mut self) -> &mut Table<D>;
}

macro_rules! has {
    ($($document:ty => $table:ident),+ $(,)?) => {
        $(impl Has<$document> for Database {
            fn table(&mut self) -> &mut Table<$document> {
                &mut self.$table
            }
        })+

        impl Database {
            /// Keeps what the transaction at hand wrote; answers what that is.
            pub fn commit(&mut self) -> Vec<Written> {
                let mut written = Vec::new();
                $(
                    self.$table.written(&mut written);
                    self.$table.undo.clear();
                )+
                self.scheduled_before = self.scheduled.len();
                written
            }

            /// Drops what the transaction at hand wrote.
            pub fn roll_back(&mut self) {
                $(self.$table.roll_back();)+
                self.scheduled.truncate(self.scheduled_before);
            }
        }
    };
}

has! {
    Note => notes,
    Artifact => artifacts,
    Transcript => transcripts,
    Claim => claims,
    Resolution => resolutions,
    Draft => drafts,
    Flag => flags,
    RunRow => runs,
    Failed => failures,
}

impl Database {
    pub fn new_id(&mut self) -> Id {
        self.ids += 1;
        // An odd factor takes each number to another one.
        Id(self.ids.wrapping_mul(0x9e37_79b1))
    }

    pub fn insert<D: Document>(&mut self, created_ms: f64, document: D) -> Id
    where
        Self: Has<D>,
    {
        let id = self.new_id();
        self.table().put(Row {
            id,
            created_ms,
            document,
        });
        id
    }

    /// Takes what is scheduled at an index, outside of any transaction.
    pub fn take_scheduled(&mut self, at: usize) -> (f64, Scheduled) {
        let taken = self.scheduled.remove(at);
        self.scheduled_before = self.scheduled.len();
        taken
    }

    /// The row of a run.
    pub fn run(&self, number: usize) -> &RunRow {
        let row = self.runs.range(BY_PARENT, number as u64).next();
        &row.unwrap().document
    }

    pub fn artifacts_of(&self, note: Id) -> impl Iterator<Item = &Row<Artifact>> {
        self.artifacts.range(BY_PARENT, note.key())
    }
}
