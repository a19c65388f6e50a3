//! What a run is asked for.

use tsify::Tsify;

use crate::argument;
use crate::caller::{Caller, actor};
use crate::cursor;
use crate::refusal::{Code, Refusal};
use crate::units::Millis;

/// What a run is asked for.
#[derive(Clone, Debug, Default, Tsify)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are what a caller asks for, each on its own"
)]
pub struct MigrationCall {
    /// The organization; all of them without it.
    #[tsify(optional)]
    pub organization_id: Option<String>,
    /// Write nothing.
    pub dry_run: bool,
    /// Notes in a transaction at most.
    #[tsify(optional)]
    pub batch_size: Option<f64>,
    /// Notes to migrate or repair at most.
    #[tsify(optional)]
    pub limit: Option<f64>,
    /// Finish what an old run broke off.
    pub repair: bool,
    /// After how many days a note that the old pipeline left counts as abandoned.
    #[tsify(optional)]
    pub deferred_days: Option<f64>,
    /// Where an earlier call stopped.
    #[tsify(optional)]
    pub cursor: Option<String>,
    /// Go on after the command has its answer.
    pub background: bool,
    /// Who runs it, as they say.
    #[tsify(optional)]
    pub by: Option<String>,
    /// Why.
    #[tsify(optional)]
    pub reason: Option<String>,
    /// Notes in its reach, as they were counted: a run tells by it how far it is.
    #[tsify(optional)]
    pub total: Option<f64>,
    /// Who called, where that is a public function.
    #[tsify(optional)]
    pub caller: Option<Caller>,
    /// The run whose failed notes are tried again, and no others.
    #[tsify(optional)]
    pub retry_of: Option<String>,
    /// The host has a ledger.
    pub has_ledger: bool,
    /// The deployment's address, where the runtime tells it: a cursor belongs to it.
    #[tsify(optional)]
    pub deployment: Option<String>,
    /// The host's indexes as text: a cursor belongs to them.
    pub indexes: String,
    /// The host keeps its old action, which knows neither limit, repair nor cursors.
    pub is_legacy: bool,
    /// The present.
    pub now_ms: Millis,
    /// After how long the run ends itself.
    pub deadline_ms: Millis,
    /// Bytes that it writes per second on average; 0: as fast as it can.
    pub pace_bytes_per_second: f64,
}

/// An accepted call.
#[derive(Clone, Debug, Default)]
pub(super) struct Accepted {
    pub(super) organization_id: Option<String>,
    pub(super) dry_run: bool,
    pub(super) batch_size: Option<u64>,
    pub(super) limit: Option<u64>,
    pub(super) repair: bool,
    pub(super) deferred_days: Option<u64>,
    /// Only notes that failed in another run.
    pub(super) is_retry: bool,
    /// What a cursor belongs to.
    pub(super) binding: String,
    /// Where the cursor says that it goes on.
    pub(super) position: Option<String>,
}

impl MigrationCall {
    /// Checks the arguments.
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for an organization id or a number outside their rules, and for what the host's
    ///   old action cannot do.
    /// - `INVALID_CURSOR` for a cursor that is damaged, too old, or of another call.
    pub fn check(&self) -> Result<(), Refusal> {
        self.accept().map(drop)
    }

    pub(super) fn accept(&self) -> Result<Accepted, Refusal> {
        if let Some(organization_id) = &self.organization_id {
            argument::organization_id(organization_id)?;
        }
        let whole = |name, number: Option<f64>| {
            number
                .map(|number| argument::whole_number(name, number))
                .transpose()
        };
        let mut accepted = Accepted {
            organization_id: self.organization_id.clone(),
            dry_run: self.dry_run,
            batch_size: whole("batchSize", self.batch_size)?,
            limit: whole("limit", self.limit)?,
            repair: self.repair,
            deferred_days: whole("deferredDays", self.deferred_days)?,
            is_retry: self.retry_of.is_some(),
            binding: self.binding(),
            position: None,
        };
        self.check_run()?;
        for (name, is_given) in [
            ("limit", self.limit.is_some()),
            ("repair", self.repair),
            ("deferredDays", self.deferred_days.is_some()),
            ("cursor", self.cursor.is_some()),
        ] {
            if self.is_legacy && is_given {
                let message = format!("{name} is unknown to this host's own migration action");
                return Err(Refusal::new(Code::InvalidArgument, message).hint(
                    "make `actions/migration.ts` the relay to `internal.v2Rollout.migrate` and drop `legacyMigration`",
                ));
            }
        }
        if let Some(cursor) = &self.cursor {
            accepted.position = cursor::open(cursor, &accepted.binding, self.now_ms)?;
        }
        Ok(accepted)
    }

    /// What only a ledger knows about.
    fn check_run(&self) -> Result<(), Refusal> {
        if let Some(by) = &self.by {
            argument::actor("by", by)?;
        }
        if let Some(reason) = &self.reason {
            argument::reason(reason)?;
        }
        self.counted()?;
        if self.background && self.is_legacy {
            let message = "background is unknown to this host's own migration action";
            return Err(Refusal::new(Code::InvalidArgument, message).hint(
                "make `actions/migration.ts` the relay to `internal.v2Rollout.migrate` and drop `legacyMigration`",
            ));
        }
        if self.background && !self.has_ledger {
            return Err(Refusal::without_ledger("background"));
        }
        if self.background && self.dry_run {
            let message = "background does not go with `dryRun`: a dry run leaves nothing to look at later";
            return Err(Refusal::new(Code::InvalidArgument, message).hint("leave out one of the two"));
        }
        Ok(())
    }

    /// Who runs it.
    pub fn actor(&self) -> String {
        actor(self.caller.as_ref(), self.by.as_deref())
    }

    /// Notes in its reach, where they were counted.
    ///
    /// # Errors
    /// - `INVALID_ARGUMENT` for what is no whole number from 1.
    pub(crate) fn counted(&self) -> Result<Option<u64>, Refusal> {
        self.total
            .map(|total| argument::whole_number("total", total))
            .transpose()
    }

    /// Where it begins, where its cursor says so.
    ///
    /// # Errors
    /// As [`MigrationCall::check`].
    pub(crate) fn position(&self) -> Result<Option<String>, Refusal> {
        Ok(self.accept()?.position)
    }

    fn binding(&self) -> String {
        format!(
            "runMigration {} {} {} {} {}",
            self.organization_id.as_deref().unwrap_or(""),
            self.dry_run,
            self.repair,
            self.deployment.as_deref().unwrap_or(""),
            self.indexes,
        )
    }
}

/// What to say where a host's own old action cannot get further: it looks at the same first notes each time.
///
/// ```
/// assert_eq!(v2_rollout::legacy_warning(200.0, 150.0), None);
/// assert!(v2_rollout::legacy_warning(200.0, 200.0).is_some());
/// ```
pub fn legacy_warning(processed: f64, skipped: f64) -> Option<&'static str> {
    (processed > 0.0 && skipped >= processed).then_some(
        "every note that was looked at was skipped: this host's own action looks at the same first notes each time and cannot get further; make `actions/migration.ts` the relay to `internal.v2Rollout.migrate` and drop `legacyMigration`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_that_were_counted_are_a_whole_number() {
        for (total, expected) in [(None, Ok(None)), (Some(5.0), Ok(Some(5)))] {
            let call = MigrationCall {
                total,
                ..MigrationCall::default()
            };
            assert_eq!(call.check(), Ok(()));
            assert_eq!(call.counted(), expected);
        }
        for total in [0.0, 0.5, -1.0, f64::NAN] {
            let call = MigrationCall {
                total: Some(total),
                ..MigrationCall::default()
            };
            let refusal = call.check().unwrap_err();
            assert_eq!(refusal.code, Code::InvalidArgument);
            assert!(refusal.message.starts_with("total `"), "{}", refusal.message);
        }
    }

    #[test]
    fn an_old_action_knows_three_arguments() {
        let legacy = || MigrationCall {
            is_legacy: true,
            batch_size: Some(5.0),
            ..MigrationCall::default()
        };
        assert_eq!(legacy().check(), Ok(()));
        for (call, name) in [
            (
                MigrationCall {
                    limit: Some(1.0),
                    ..legacy()
                },
                "limit",
            ),
            (
                MigrationCall {
                    repair: true,
                    ..legacy()
                },
                "repair",
            ),
            (
                MigrationCall {
                    deferred_days: Some(1.0),
                    ..legacy()
                },
                "deferredDays",
            ),
            (
                MigrationCall {
                    cursor: Some("x".into()),
                    ..legacy()
                },
                "cursor",
            ),
        ] {
            let refusal = call.check().unwrap_err();
            assert_eq!(refusal.code, Code::InvalidArgument);
            assert_eq!(
                refusal.message,
                format!("{name} is unknown to this host's own migration action")
            );
        }
    }

    #[test]
    fn a_run_in_the_background_needs_a_ledger_and_writes() {
        let call = || MigrationCall {
            background: true,
            has_ledger: true,
            by: Some("Ann Lee".into()),
            reason: Some("pilot".into()),
            ..MigrationCall::default()
        };
        assert_eq!(call().check(), Ok(()));
        let dry = MigrationCall {
            background: false,
            dry_run: true,
            ..call()
        };
        assert_eq!(dry.check(), Ok(()));
        for (call, message) in [
            (
                MigrationCall {
                    by: Some("Ann  Lee".into()),
                    ..call()
                },
                "by `Ann  Lee` must be 1 to 128 visible ASCII characters, with single spaces between words at most",
            ),
            (
                MigrationCall {
                    reason: Some(" ".into()),
                    ..call()
                },
                "reason ` ` must be",
            ),
            (
                MigrationCall {
                    is_legacy: true,
                    ..call()
                },
                "background is unknown to this host's own migration action",
            ),
            (
                MigrationCall {
                    has_ledger: false,
                    ..call()
                },
                "background needs the ledger",
            ),
            (
                MigrationCall {
                    dry_run: true,
                    ..call()
                },
                "background does not go with `dryRun`: a dry run leaves nothing to look at later",
            ),
        ] {
            let refusal = call.check().unwrap_err();
            assert_eq!(refusal.code, Code::InvalidArgument);
            assert!(refusal.message.starts_with(message), "{}", refusal.message);
        }
    }

    #[test]
    fn a_registered_run_begins_where_its_cursor_says_and_tells_who_runs_it() {
        let call = MigrationCall {
            by: Some("Ann".into()),
            ..MigrationCall::default()
        };
        let actor = |call: &MigrationCall| (call.actor(), call.position().unwrap());
        assert_eq!(actor(&call), ("Ann".into(), None));
        let cursor = cursor::seal(&call.binding(), Millis(0.0), &Some("[1]"));
        let call = MigrationCall {
            cursor: Some(cursor),
            by: None,
            ..call
        };
        assert_eq!(actor(&call), ("script".into(), Some("[1]".into())));
    }

    #[test]
    fn an_old_action_that_skips_all_it_looks_at_gets_no_further() {
        for (processed, skipped, warns) in [
            (0.0, 0.0, false),
            (0.5, 0.5, true),
            (200.0, 199.0, false),
            (200.0, 200.0, true),
            (200.0, 201.0, true),
        ] {
            let warning = legacy_warning(processed, skipped);
            let begins = "every note that was looked at was skipped: ";
            assert_eq!(
                warning.map(|words| words.starts_with(begins)),
                warns.then_some(true)
            );
        }
    }

    #[test]
    fn a_cursor_belongs_to_its_reach_and_kind() {
        let call = || MigrationCall {
            organization_id: Some("org_a".into()),
            ..MigrationCall::default()
        };
        let cursor = cursor::seal(&call().binding(), Millis(0.0), &Some("[1]"));
        for (call, is_accepted) in [
            (call(), true),
            (
                MigrationCall {
                    limit: Some(3.0),
                    batch_size: Some(2.0),
                    deferred_days: Some(1.0),
                    ..call()
                },
                true,
            ),
            (
                MigrationCall {
                    dry_run: true,
                    ..call()
                },
                false,
            ),
            (
                MigrationCall {
                    repair: true,
                    ..call()
                },
                false,
            ),
            (
                MigrationCall {
                    organization_id: None,
                    ..call()
                },
                false,
            ),
            (
                MigrationCall {
                    deployment: Some("https://other.convex.cloud".into()),
                    ..call()
                },
                false,
            ),
            (
                MigrationCall {
                    indexes: "{}".into(),
                    ..call()
                },
                false,
            ),
        ] {
            let accepted = MigrationCall {
                cursor: Some(cursor.clone()),
                ..call
            }
            .accept();
            match accepted {
                Ok(accepted) => assert!(is_accepted && accepted.position.as_deref() == Some("[1]")),
                Err(refusal) => assert!(!is_accepted && refusal.code == Code::InvalidCursor),
            }
        }
    }
}
