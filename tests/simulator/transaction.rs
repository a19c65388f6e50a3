//! One query or mutation: what it reads and writes, within Convex's limits of a transaction.

use std::collections::BTreeSet;

use v2_rollout::{Allowance, Metric, Metrics, Refusal, Transaction, Turn};

use super::database::{Database, Document, Has, Id, Range, Row, Scheduled, Writer, Written};

/// Why a transaction failed.
#[derive(Clone, Debug)]
pub enum Failure {
    /// With a message of the backend's.
    Backend(String),
    /// The library refused it.
    Refused(Box<Refusal>),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

pub type Result<T> = std::result::Result<T, Failure>;

fn backend<T>(message: impl Into<String>) -> Result<T> {
    Err(Failure::Backend(message.into()))
}

/// What the backend is like.
#[derive(Clone, Copy, Debug)]
pub struct Backend {
    pub limits: Metrics,
    /// It tells what a transaction has used, as it does since convex 1.36.
    pub tells_metrics: bool,
    /// How many times as long as on a fast machine a transaction takes.
    pub slowness: u64,
}

/// Bytes that Convex adds to a document.
const ADDED_BYTES: u64 = 60;
/// Microseconds of user time per transaction.
const MOST_USER_TIME_US: u64 = 1_000_000;

/// A transaction under way.
pub struct Ctx<'a> {
    pub db: &'a mut Database,
    pub backend: &'a Backend,
    pub now_ms: f64,
    pub writer: Writer,
    pub used: Metrics,
    user_time_us: u64,
    /// What it has read, for conflicts.
    pub read: BTreeSet<Written>,
}

impl<'a> Ctx<'a> {
    pub fn new(db: &'a mut Database, backend: &'a Backend, now_ms: f64, writer: Writer) -> Self {
        Self {
            db,
            backend,
            now_ms,
            writer,
            used: backend.limits,
            user_time_us: 0,
            read: BTreeSet::new(),
        }
    }

    fn table<D: Document>(&mut self) -> &mut super::database::Table<D>
    where
        Database: Has<D>,
    {
        self.db.table()
    }

    fn spend(&mut self, microseconds: u64) -> Result<()> {
        self.user_time_us += microseconds * self.backend.slowness;
        if self.user_time_us > MOST_USER_TIME_US {
            return backend("Function execution timed out (maximum duration: 1s)");
        }
        Ok(())
    }

    fn count_range(&mut self) -> Result<()> {
        self.spend(15)?;
        add(&mut self.used.database_queries, 1, "Too many reads")
    }

    fn count_read(&mut self, bytes: u64) -> Result<()> {
        self.spend(15 + bytes / 200)?;
        add(&mut self.used.documents_read, 1, "Too many documents read")?;
        add(&mut self.used.bytes_read, bytes, "Too many bytes read")
    }

    fn count_write(&mut self, bytes: u64) -> Result<()> {
        self.spend(30 + bytes / 100)?;
        add(&mut self.used.documents_written, 1, "Too many writes")?;
        add(
            &mut self.used.bytes_written,
            bytes + ADDED_BYTES,
            "Too many bytes written",
        )
    }

    /// `db.get`.
    pub fn get<D: Document>(&mut self, id: Id) -> Result<Option<Row<D>>>
    where
        Database: Has<D>,
    {
        self.count_range()?;
        self.read.insert(Written::Document(id));
        let row = self.table().get(id).cloned();
        if let Some(row) = &row {
            self.count_read(row.document.weight().bytes())?;
        }
        Ok(row)
    }

    /// The first document of a range, as `unique()` and `first()` read it.
    pub fn first<D: Document>(&mut self, index: u8, key: u64) -> Result<Option<Row<D>>>
    where
        Database: Has<D>,
    {
        self.open_range::<D>(index, key)?;
        self.next(index, key, None)
    }

    /// All documents of a range, as `collect()` reads them.
    pub fn collect<D: Document>(&mut self, index: u8, key: u64) -> Result<Vec<Row<D>>>
    where
        Database: Has<D>,
    {
        self.open_range::<D>(index, key)?;
        let rows: Vec<_> = self.table().range(index, key).cloned().collect();
        for row in &rows {
            self.count_read(row.document.weight().bytes())?;
        }
        Ok(rows)
    }

    /// A range of an index that `db` does not have, of which so many small documents are read.
    pub fn account_range(&mut self, documents: usize) -> Result<()> {
        self.count_range()?;
        for _ in 0..documents {
            self.count_read(200)?;
        }
        Ok(())
    }

    fn open_range<D: Document>(&mut self, index: u8, key: u64) -> Result<()>
    where
        Database: Has<D>,
    {
        self.count_range()?;
        let table = D::TABLE;
        self.read.insert(Written::Range(Range { table, index, key }));
        Ok(())
    }

    fn next<D: Document>(&mut self, index: u8, key: u64, behind: Option<(f64, Id)>) -> Result<Option<Row<D>>>
    where
        Database: Has<D>,
    {
        let row = self.table().behind(index, key, behind).next().cloned();
        if let Some(row) = &row {
            self.count_read(row.document.weight().bytes())?;
        }
        Ok(row)
    }

    /// `db.insert`.
    pub fn insert<D: Document>(&mut self, document: D) -> Result<Id>
    where
        Database: Has<D>,
    {
        self.count_write(document.weight().bytes())?;
        Ok(self.db.insert(self.now_ms, document))
    }

    /// `db.patch` and `db.replace`.
    pub fn replace<D: Document>(&mut self, row: Row<D>) -> Result<()>
    where
        Database: Has<D>,
    {
        let bytes = row.document.weight().bytes();
        self.count_read(bytes)?;
        self.count_write(bytes)?;
        self.table().put(row);
        Ok(())
    }

    /// `db.delete`.
    pub fn delete<D: Document>(&mut self, id: Id) -> Result<()>
    where
        Database: Has<D>,
    {
        self.count_write(0)?;
        self.table().delete(id);
        Ok(())
    }

    pub fn schedule(&mut self, at_ms: f64, what: Scheduled) -> Result<()> {
        add(
            &mut self.used.functions_scheduled,
            1,
            "Too many functions scheduled by this mutation",
        )?;
        self.db.scheduled.push((at_ms.max(self.now_ms), what));
        Ok(())
    }
}

fn add(metric: &mut Metric, more: u64, what: &str) -> Result<()> {
    let limit = metric.used + metric.remaining;
    metric.add(more);
    if metric.used <= limit {
        return Ok(());
    }
    let what = if what.ends_with("mutation") {
        what.to_owned()
    } else {
        format!("{what} in a single function execution")
    };
    backend(format!("{what} (limit: {limit})"))
}

/// The library's account of a transaction, as `reading/meter.ts` keeps it.
#[derive(Default)]
pub struct Meter {
    pub transaction: Transaction,
}

impl Meter {
    pub fn told(&mut self, ctx: &Ctx<'_>) -> &mut Transaction {
        if ctx.backend.tells_metrics {
            self.transaction.tell(ctx.used);
        }
        &mut self.transaction
    }

    pub fn counted(&mut self, ctx: &Ctx<'_>) -> &mut Transaction {
        if self.transaction.must_be_told() {
            self.told(ctx);
        }
        &mut self.transaction
    }

    pub fn range(&mut self) {
        self.transaction.count_range();
    }

    pub fn insert(&mut self, ctx: &Ctx<'_>, bytes: u64) {
        if !ctx.backend.tells_metrics {
            self.transaction.count_write(bytes);
        }
    }

    pub fn patch(&mut self, bytes: u64) {
        self.transaction.count_read(bytes, 0);
        self.transaction.count_write(bytes);
    }
}

/// Readers with an allowance, as `reading/readers.ts` has them; here they read one after the other.
pub struct Readers {
    allowance: Allowance,
    bytes: u64,
}

impl Readers {
    pub fn new(documents: u64, bytes: u64) -> Self {
        Self {
            allowance: Allowance::new(documents, bytes),
            bytes: 0,
        }
    }

    pub fn may_read(&mut self) -> bool {
        loop {
            match self.allowance.turn() {
                Turn::Read => return true,
                Turn::Stop => return false,
                Turn::Measure => self.allowance.measured(self.bytes),
                turn => panic!("one reader alone is told {turn:?}"),
            }
        }
    }

    pub fn read<D: Document>(&mut self, ctx: &Ctx<'_>, meter: &mut Meter, row: Option<&Row<D>>) {
        let Some(row) = row else {
            return self.allowance.found_none();
        };
        let weight = row.document.weight();
        self.bytes += weight.bytes();
        // Texts are measured at once only where the backend tells nothing.
        let (bytes, units) = if ctx.backend.tells_metrics {
            (weight.plain_bytes, weight.text_units)
        } else {
            (weight.bytes(), 0)
        };
        meter.transaction.count_read(bytes, units);
        self.allowance.read(bytes, units);
    }
}

/// Documents of a range, and whether it ends with them.
#[derive(Debug)]
pub struct DocumentPage<D> {
    pub rows: Vec<Row<D>>,
    pub is_last: bool,
}

/// Where a document stands.
pub fn position_of<D>(row: &Row<D>) -> String {
    format!("[{},{}]", row.created_ms.to_bits(), row.id)
}

/// Reads the documents of a range behind a position, as `reading/keyset.ts` does: those of the same time and a later id,
/// then those of a later time.
pub fn read_behind<D: Document>(
    ctx: &mut Ctx<'_>,
    meter: &mut Meter,
    (index, key): (u8, u64),
    position: Option<&str>,
    readers: &mut Readers,
    most: usize,
) -> Result<DocumentPage<D>>
where
    Database: Has<D>,
{
    let begin = position.map(|position| {
        let key = position.trim_start_matches('[').trim_end_matches(']');
        let (bits, id) = key.split_once(',').unwrap();
        (f64::from_bits(bits.parse().unwrap()), Id::parse(id))
    });
    let mut rows: Vec<Row<D>> = Vec::new();
    let parts: &[bool] = if begin.is_some() { &[true, false] } else { &[false] };
    for same_time in parts {
        let mut is_open = false;
        loop {
            if rows.len() >= most || !readers.may_read() {
                return Ok(DocumentPage { rows, is_last: false });
            }
            if !is_open {
                meter.range();
                ctx.open_range::<D>(index, key)?;
                is_open = true;
            }
            let behind = rows.last().map(|row| (row.created_ms, row.id)).or(begin);
            let next = ctx.table().behind(index, key, behind).next();
            let is_in_part = next.is_some_and(|row| {
                begin.is_none_or(|(time, _)| (row.created_ms.to_bits() == time.to_bits()) == *same_time)
            });
            let row: Option<Row<D>> = if is_in_part {
                ctx.next(index, key, behind)?
            } else {
                None
            };
            readers.read(ctx, meter, row.as_ref());
            match row {
                Some(row) => rows.push(row),
                None => break,
            }
        }
    }
    Ok(DocumentPage { rows, is_last: true })
}
