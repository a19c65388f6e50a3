//! What a run is asked for.

use crate::argument;
use crate::error::{Code, Refusal};
use crate::flags::word;
use crate::text::Piece::Text;
use crate::text::fill;

/// What a run is asked for. Numbers as JavaScript prints them.
#[derive(Clone, Copy, Debug, Default)]
pub struct MigrationCall<'a> {
    /// The organization; all of them without it.
    pub organization_id: Option<&'a str>,
    /// Write nothing.
    pub dry_run: bool,
    /// Notes in a transaction at most.
    pub batch_size: Option<&'a str>,
    /// Notes to migrate or repair at most.
    pub limit: Option<&'a str>,
    /// Finish what an old run broke off.
    pub repair: bool,
    /// After how many days a note that the old pipeline left counts as abandoned.
    pub deferred_days: Option<&'a str>,
    /// Where an earlier call stopped.
    pub cursor: Option<&'a str>,
    /// The host keeps its old action, which knows neither limit, repair nor cursors.
    pub is_legacy: bool,
}

/// The call, its numbers read.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) organization_id: Option<String>,
    pub(super) dry_run: bool,
    pub(super) batch_size: Option<u64>,
    pub(super) limit: Option<u64>,
    pub(super) repair: bool,
    pub(super) deferred_days: Option<u64>,
}

impl Asked {
    pub(super) fn read(&mut self, call: &MigrationCall<'_>) -> Result<(), Box<Refusal>> {
        if let Some(organization_id) = call.organization_id {
            argument::organization_id(organization_id)?;
            self.organization_id = Some(organization_id.into());
        }
        self.dry_run = call.dry_run;
        self.repair = call.repair;
        for (name, text, number) in [
            ("batchSize", call.batch_size, &mut self.batch_size),
            ("limit", call.limit, &mut self.limit),
            ("deferredDays", call.deferred_days, &mut self.deferred_days),
        ] {
            if let Some(text) = text {
                *number = Some(argument::whole_number(name, text)?);
            }
        }
        for (name, is_given) in [
            ("limit", call.limit.is_some()),
            ("repair", call.repair),
            ("deferredDays", call.deferred_days.is_some()),
            ("cursor", call.cursor.is_some()),
        ] {
            if call.is_legacy && is_given {
                return Err(Refusal::new(
                    Code::InvalidArgument,
                    "% is unknown to this host's own migration action",
                    &[Text(name)],
                )
                .hint(
                    "make `actions/migration.ts` the relay to `internal.v2Rollout.migrate` and drop `legacyMigration`",
                    &[],
                ));
            }
        }
        Ok(())
    }

    /// What a cursor belongs to.
    pub(super) fn binding(&self) -> String {
        let organization_id = self.organization_id.as_deref().unwrap_or("");
        fill(
            "runMigration % % %",
            &[
                Text(organization_id),
                Text(word(self.dry_run)),
                Text(word(self.repair)),
            ],
        )
    }
}

/// What to say where a host's own old action cannot get further: it looks at the same first notes each time.
pub fn legacy_warning(processed: u64, skipped: u64) -> Option<&'static str> {
    (processed > 0 && skipped == processed).then_some(
        "every note that was looked at was skipped: this host's own action looks at the same first notes each time and cannot get further; make `actions/migration.ts` the relay to `internal.v2Rollout.migrate` and drop `legacyMigration`",
    )
}
