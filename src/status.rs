//! `v2MigrationStatus`: from arguments to the answer.

use crate::argument;
use crate::budget::{CONVEX_LIMITS, Reads};
use crate::cursor::Codec;
use crate::error::{Code, Refusal};
use crate::flags::{self, Row};
use crate::malformed::TABLES;
use crate::note::Deferral;
use crate::number::{exact, ms};
use crate::scan::Scan;
use crate::text::{counted, decimal, join};
use crate::value::{Object, Value};

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
#[derive(Debug)]
pub struct Status {
    scan: Scan,
    /// Where the reader goes on, if this is not the first transaction.
    after: Option<String>,
    deferred_days: String,
    now_ms: f64,
    artifacts_are_indexed: bool,
}

const ORGANIZATION_INDEX: &str = "organizationIndex";
const TABLE_SCAN: &str = "tableScan";

/// How each table is counted, in the order of [`TABLES`].
const ROUTES: [&str; TABLES.len()] = [
    ORGANIZATION_INDEX,
    TABLE_SCAN,
    "lookUpPerArtifact",
    ORGANIZATION_INDEX,
    "lookUpPerClaim",
    ORGANIZATION_INDEX,
    "flagKey",
];

fn total(n: u64) -> Value {
    let mut object = Object::default();
    object.count("total", n);
    object.end()
}

/// Checks what a status is asked for, without a transaction.
///
/// # Errors
/// - `INVALID_ARGUMENT` for an organization id or a number of days outside their rules.
/// - `INVALID_CURSOR` for a cursor that is damaged, too old, or of another call.
pub fn check(call: &StatusCall<'_>) -> Result<(), Refusal> {
    Status::new(call).map(|_| ())
}

impl Status {
    /// Begins a status, or goes on where the cursor says.
    ///
    /// # Errors
    /// As [`check`].
    pub fn new(call: &StatusCall<'_>) -> Result<Self, Refusal> {
        argument::organization_id(call.organization_id)?;
        let days = match call.deferred_days {
            Some(text) => Some(argument::whole_number("deferredDays", text)?),
            None => None,
        };
        let deferral = Deferral {
            now_ms: call.now_ms,
            days,
        };
        let environment = call.environment.map(flags::environment);
        let limits = call.limits.unwrap_or(CONVEX_LIMITS);
        let mut scan = Scan::start(call.organization_id, deferral, environment, limits);
        let mut after = None;
        let deferred_days = days.map(decimal).unwrap_or_default();
        if let Some(cursor) = call.cursor {
            let binding = ["v2MigrationStatus", call.organization_id, &deferred_days];
            let mut codec = Codec::open(cursor, &binding, ms(call.now_ms))?;
            codec.optional_text(&mut after);
            scan.code(&mut codec);
            codec.close()?;
            scan.begin_transaction();
        }
        Ok(Self {
            scan,
            after,
            deferred_days,
            now_ms: call.now_ms,
            artifacts_are_indexed: call.artifacts_are_indexed,
        })
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
        let cursor = if done { None } else { Some(self.cursor(position)) };
        let scan = &self.scan;
        let sums = &scan.sums;
        let notes = sums.classes.total();
        let orphans = sums.artifacts.saturating_sub(sums.met);
        let warnings = if done {
            self.warnings(orphans)
        } else {
            vec![join(&[
                "these are sums so far, not the result: call again with `cursor` to go on",
            ])]
        };
        let mut answer = Object::default();
        answer.put("voiceNotes", total(notes));
        answer.put("artifacts", total(sums.artifacts));
        answer.put("gap", Value::Number(exact(notes) - exact(sums.artifacts)));
        answer.count("transcripts", sums.transcripts);
        answer.count("claims", sums.claims);
        answer.put("entityResolutions", total(sums.resolutions));
        answer.put("drafts", sums.drafts.value());
        answer.put(
            "featureFlags",
            flags::by_key(&scan.flags, |flag| {
                Value::Bool(flag.organization == Some(Row::On))
            }),
        );
        answer.put("effective", flags::effective(&scan.flags));
        answer.put("migration", sums.classes.value());
        answer.count("duplicates", sums.duplicates);
        answer.count("orphans", orphans);
        if done {
            answer.word("verdict", sums.classes.verdict().word());
        } else {
            answer.put("verdict", Value::Null);
        }
        answer.bool("done", done);
        answer.text("cursor", cursor);
        answer.texts("warnings", warnings);
        answer.put("read", self.read());
        answer.end()
    }

    fn read(&self) -> Value {
        let scan = &self.scan;
        let spent = scan.spent();
        let mut read = Object::default();
        read.count("documents", spent.documents);
        read.count("bytes", spent.bytes);
        read.count("ranges", spent.ranges);
        read.count("transactions", scan.transactions);
        match scan.limited_by {
            Some(limit) => read.word("limitedBy", limit.word()),
            None => read.put("limitedBy", Value::Null),
        }
        let mut routes = Object::default();
        for (table, route) in TABLES.iter().zip(ROUTES) {
            let is_indexed = self.artifacts_are_indexed && route == TABLE_SCAN;
            routes.word(table, if is_indexed { ORGANIZATION_INDEX } else { route });
        }
        read.put("routes", routes.end());
        read.end()
    }

    fn cursor(&mut self, position: Option<&str>) -> String {
        let binding = [
            "v2MigrationStatus",
            &self.scan.organization_id,
            &self.deferred_days,
        ];
        let mut codec = Codec::begin(&binding, ms(self.now_ms));
        codec.optional_text(&mut position.map(String::from));
        self.scan.code(&mut codec);
        codec.seal()
    }

    fn warnings(&self, orphans: u64) -> Vec<String> {
        let mut warnings = flags::warnings(&self.scan.flags, None);
        let sums = &self.scan.sums;
        let mut warn = |n: u64, one: &str, many: &str, what: &str| {
            if n > 0 {
                warnings.push(join(&[&counted(n, one, many), what]));
            }
        };
        warn(
            sums.duplicates,
            "note has",
            "notes have",
            " more than one linked artifact: their v2 rows exist twice or more; keep one artifact a note and delete the others with their transcripts, claims, resolutions and drafts",
        );
        warn(
            orphans,
            "artifact belongs",
            "artifacts belong",
            " to no note of the organization: recorded by v2 alone, or their note was deleted or names another organization; look at those that should have a note",
        );
        warn(
            sums.classes.unfinished,
            "note is",
            "notes are",
            " unfinished: in flight, failed, or left by a run that broke off; runMigration with `\"repair\": true` finishes those that nothing has touched for 24 hours",
        );
        warn(
            sums.classes.blocked,
            "note is",
            "notes are",
            " blocked: without a coach, or with cancelled insights; a person must set the coach or decide that they stay in v1",
        );
        for (malformed, table) in self.scan.malformed.iter().zip(TABLES) {
            warnings.extend(malformed.warning(table));
        }
        warnings
    }
}

/// Refuses a status that is not through, for pipelines that wait by exit code. `verdict` and `left` (notes
/// that are neither migrated nor without text) are those of an answer.
///
/// # Errors
/// - `NOT_COMPLETE` unless the verdict is complete or empty.
pub fn check_complete(verdict: &str, left: u64) -> Result<(), Refusal> {
    if matches!(verdict, "complete" | "empty") {
        return Ok(());
    }
    Err(Refusal::new(
        Code::NotComplete,
        &[
            "the organization is not through: the verdict is ",
            verdict,
            ", ",
            &counted(left, "note is", "notes are"),
            " left",
        ],
    )
    .hint(&[
        "run v2MigrationStatus without `check` to see which, and runMigration to migrate the eligible ones",
    ]))
}
