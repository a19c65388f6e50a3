//! `v2MigrationStatus`: from arguments to the answer.

use crate::argument;
use crate::budget::{CONVEX_LIMITS, Limit, Reads};
use crate::cursor::Codec;
use crate::error::{Code, Refusal};
use crate::flags::{self, KEYS, Row};
use crate::malformed::{ARTIFACTS, TABLES};
use crate::note::{Class, Deferral};
use crate::number::{exact, ms};
use crate::scan::Scan;
use crate::text::Piece::{Count, Text};
use crate::text::fill;
use crate::value::{List, Object, Value};

/// What a status is asked for.
#[derive(Clone, Debug, Default)]
pub struct StatusCall<'a> {
    /// The organization.
    pub organization_id: &'a str,
    /// After how many days a note that the old pipeline left counts as abandoned, as JavaScript prints it.
    pub deferred_days: Option<&'a str>,
    /// Where an earlier call stopped.
    pub cursor: Option<&'a str>,
    /// The values of the two environment variables.
    pub environment: [Option<&'a str>; 2],
    /// The limits of the transaction where the host's runtime tells them.
    pub limits: Option<Reads>,
    /// The present, in milliseconds since 1970.
    pub now_ms: f64,
    /// The host has an index from organizations to artifacts.
    pub artifacts_are_indexed: bool,
}

/// A status in one transaction.
#[derive(Debug, Default)]
pub struct Status {
    scan: Scan,
    /// Where the reader goes on, if this is not the first transaction.
    after: Option<String>,
    /// What a cursor belongs to.
    binding: String,
    now_ms: f64,
    artifacts_are_indexed: bool,
}

const ORGANIZATION_INDEX: &str = "organizationIndex";

/// How each table is counted, in the order of [`TABLES`].
const ROUTES: [&str; TABLES.len()] = [
    ORGANIZATION_INDEX,
    "tableScan",
    "lookUpPerArtifact",
    ORGANIZATION_INDEX,
    "lookUpPerClaim",
    ORGANIZATION_INDEX,
    "flagKey",
];

impl Status {
    /// Begins a status, or goes on where the cursor says.
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for an organization id or a number of days outside their rules.
    /// - `INVALID_CURSOR` for a cursor that is damaged, too old, or of another call.
    pub fn new(call: &StatusCall<'_>) -> Result<Box<Self>, Box<Refusal>> {
        argument::organization_id(call.organization_id)?;
        let mut status = Box::<Self>::default();
        status.now_ms = call.now_ms;
        status.artifacts_are_indexed = call.artifacts_are_indexed;
        let mut days = None;
        if let Some(text) = call.deferred_days {
            days = Some(argument::whole_number("deferredDays", text)?);
        }
        status.binding = fill(
            "v2MigrationStatus % %",
            &[Text(call.organization_id), Count(days.unwrap_or(0))],
        );
        status.scan.start(
            call.organization_id,
            Deferral {
                now_ms: call.now_ms,
                days,
            },
            call.environment.map(flags::environment),
            call.limits.unwrap_or(CONVEX_LIMITS),
        );
        if let Some(cursor) = call.cursor {
            let mut codec = Codec::open(cursor, &status.binding, ms(call.now_ms))?;
            codec.optional_text(&mut status.after);
            status.scan.code(&mut codec);
            codec.close()?;
            status.scan.begin_transaction();
        }
        Ok(status)
    }

    /// Where the reader goes on: the position that the last answer was asked for with.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// The scan to carry out.
    pub fn scan(&mut self) -> &mut Scan {
        &mut self.scan
    }

    /// The answer: the result where the scan is done, else the sums so far and a cursor. `position` is
    /// what [`Step::Pause`](crate::scan::Step::Pause) asks for.
    pub fn answer(&mut self, position: Option<&str>) -> Value {
        let done = self.scan.is_done();
        let cursor = (!done).then(|| self.cursor(position));
        let scan = &self.scan;
        let sums = &scan.sums;
        let notes = sums.classes.total();
        let orphans = sums.artifacts.saturating_sub(sums.met);
        let mut answer = Object::default();
        answer.counts("voiceNotes", "total", &[notes]);
        answer.counts("artifacts", "total", &[sums.artifacts]);
        answer.number("gap", exact(notes) - exact(sums.artifacts));
        answer.count("transcripts", sums.transcripts);
        answer.count("claims", sums.claims);
        answer.counts("entityResolutions", "total", &[sums.resolutions]);
        sums.drafts.put(&mut answer);
        let mut flags = Object::default();
        for (key, state) in KEYS.iter().zip(&scan.flags) {
            flags.bool(key, state.organization == Some(Row::On));
        }
        answer.object("featureFlags", flags);
        flags::put_effective(&mut answer, &scan.flags);
        sums.classes.put(&mut answer);
        answer.count("duplicates", sums.duplicates);
        answer.count("orphans", orphans);
        let verdict = done.then(|| sums.classes.verdict().word());
        answer.optional_word("verdict", verdict);
        answer.bool("done", done);
        answer.put("cursor", cursor.as_deref().into());
        answer.list("warnings", self.warnings(done, orphans));
        answer.object("read", self.read());
        Value::Object(answer)
    }

    fn read(&self) -> Object {
        let scan = &self.scan;
        let spent = scan.spent();
        let mut read = Object::default();
        read.count("documents", spent.documents);
        read.count("bytes", spent.bytes);
        read.count("ranges", spent.ranges);
        read.count("transactions", scan.transactions);
        read.optional_word("limitedBy", scan.limited_by.map(Limit::word));
        let mut routes = Object::default();
        for (at, (table, route)) in TABLES.iter().zip(ROUTES).enumerate() {
            let is_indexed = self.artifacts_are_indexed && at == ARTIFACTS;
            let route = if is_indexed { ORGANIZATION_INDEX } else { route };
            routes.word(table, route);
        }
        read.object("routes", routes);
        read
    }

    fn cursor(&mut self, position: Option<&str>) -> String {
        let mut codec = Codec::begin(&self.binding, ms(self.now_ms));
        codec.optional_text(&mut position.map(String::from));
        self.scan.code(&mut codec);
        codec.seal()
    }

    fn warnings(&self, done: bool, orphans: u64) -> List {
        let mut warnings = List::default();
        if !done {
            warnings.text(
                "these are sums so far, not the result: call again with `cursor` to go on",
                &[],
            );
            return warnings;
        }
        flags::warn(&mut warnings, &self.scan.flags, None);
        let sums = &self.scan.sums;
        warnings.count(
            sums.duplicates,
            "% [note has|notes have] more than one linked artifact: their v2 rows exist twice or more; keep one artifact a note and delete the others with their transcripts, claims, resolutions and drafts",
        );
        warnings.count(
            orphans,
            "% [artifact belongs|artifacts belong] to no note of the organization: recorded by v2 alone, or their note was deleted or names another organization; look at those that should have a note",
        );
        warnings.count(
            sums.classes.of(Class::Unfinished),
            "% [note is|notes are] unfinished: in flight, failed, or left by a run that broke off; runMigration with `\"repair\": true` finishes those that nothing has touched for 24 hours",
        );
        warnings.count(
            sums.classes.of(Class::Deferred),
            "% [note is|notes are] deferred: the old pipeline is not done with [it|them]; wait, or give `deferredDays` for those that it left",
        );
        warnings.count(
            sums.classes.of(Class::Blocked),
            "% [note is|notes are] blocked: without a coach, or with cancelled insights; a person must set the coach or decide that they stay in v1",
        );
        for (malformed, table) in self.scan.malformed.iter().zip(TABLES) {
            malformed.warn(&mut warnings, table);
        }
        warnings
    }
}

/// Refuses a status that is not through, for pipelines that wait by exit code. `verdict` and `left` (notes
/// that are neither migrated nor without text) are those of an answer.
///
/// # Errors
/// - `NOT_COMPLETE` unless the verdict is complete or empty.
pub fn check_complete(verdict: &str, left: u64) -> Result<(), Box<Refusal>> {
    if matches!(verdict, "complete" | "empty") {
        return Ok(());
    }
    let values = &[Text(verdict), Count(left)];
    Err(Refusal::new(
        Code::NotComplete,
        "the organization is not through: the verdict is %, % [note is|notes are] left",
        values,
    )
    .hint(
        "run v2MigrationStatus without `check` to see which, and runMigration to migrate the eligible ones",
        &[],
    ))
}
