//! How a run begins, and goes on after it was paused or stopped.

use serde::Serialize;
use tsify::Tsify;

use super::transitions::Turn;
use super::{Run, RunArguments, RunDecision, RunEffect, RunEvent, RunMode, RunPace, RunState};
use crate::argument;
use crate::caller::actor;
use crate::migration::MigrationCall;
use crate::refusal::Refusal;
use crate::units::Millis;

/// How long a leg may go on unheard of beyond its deadline: its last transaction, and the one that tells its end.
const GRACE: Millis = Millis(60_000.0);

/// What a run is begun with. The rest of its arguments is checked by
/// [`MigrationCall::check`](crate::MigrationCall::check).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunCall {
    /// The id that it shall have.
    pub run_id: String,
    /// The organization in its reach; all of them without it.
    pub organization_id: Option<String>,
    /// Write nothing.
    pub dry_run: bool,
    /// Go on after the command has its answer.
    pub background: bool,
    /// Who starts it.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// What else its legs are started with.
    pub arguments: RunArguments,
    /// Notes to migrate or repair at most.
    pub limit: Option<f64>,
    /// Notes in its reach, where that is known.
    pub total: Option<u64>,
    /// Where it begins, where that is not the start.
    pub position: Option<String>,
    /// After how long a leg ends itself.
    pub deadline_ms: Millis,
    /// Bytes that it writes per second on average; without it as fast as it can.
    pub bytes_per_second: Option<f64>,
}

/// How a run begins or goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct RunStart {
    /// The run.
    pub decision: RunDecision,
    /// What becomes of runs beside it whose lease has expired. These are to be written as well.
    pub others: Vec<RunDecision>,
}

/// What a run of the failed notes of another one is begun with.
#[derive(Clone, Debug, Default, PartialEq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RetryCall {
    /// The id that it shall have.
    pub run_id: String,
    /// Who starts it.
    #[tsify(optional)]
    pub by: Option<String>,
    /// After how long a leg ends itself.
    pub deadline_ms: Millis,
}

impl RunCall {
    /// What a call of `runMigration` asks for.
    ///
    /// # Errors
    /// As [`MigrationCall::check`].
    pub fn new(run_id: &str, call: &MigrationCall) -> Result<Self, Refusal> {
        let pace = call.pace_bytes_per_second;
        Ok(Self {
            run_id: run_id.into(),
            organization_id: call.organization_id.clone(),
            dry_run: call.dry_run,
            background: call.background,
            by: call.actor(),
            reason: call.reason.clone(),
            arguments: RunArguments {
                batch_size: call.batch_size,
                repair: call.repair,
                deferred_days: call.deferred_days,
                retry_of: None,
            },
            limit: call.limit,
            total: call.counted()?,
            position: call.position()?,
            deadline_ms: call.deadline_ms,
            // A host may have reckoned its pace.
            bytes_per_second: (pace > 0.0).then(|| pace.floor().max(1.0)),
        })
    }

    fn accept(&self, now: Millis) -> Result<Run, Refusal> {
        if let Some(organization_id) = &self.organization_id {
            argument::organization_id(organization_id)?;
        }
        if let Some(reason) = &self.reason {
            argument::reason(reason)?;
        }
        let limit = self
            .limit
            .map(|limit| argument::whole_number("limit", limit))
            .transpose()?;
        if let Some(bytes_per_second) = self.bytes_per_second {
            argument::whole_number("bytesPerSecond", bytes_per_second)?;
        }
        // A lease that never expires would keep others out for good.
        if !(self.deadline_ms.0 > 0.0 && self.deadline_ms.0.is_finite()) {
            return Err(Refusal::internal("a leg has no deadline"));
        }
        Ok(Run {
            run_id: self.run_id.clone(),
            organization_id: self.organization_id.clone(),
            by: self.by.clone(),
            reason: self.reason.clone(),
            arguments: self.arguments.clone(),
            lease_ms: self.deadline_ms + GRACE,
            position: self.position.clone(),
            limit,
            limit_left: limit,
            total: self.total,
            pace: RunPace::new(self.bytes_per_second),
            started_ms: now,
            ..Run::default()
        })
    }
}

/// Begins a run. `others` are the runs of the same organization and those of all organizations, for a run of all every
/// run, of states that exclude others. A dry run is not registered and excluded by none: then there is nothing to begin.
///
/// # Errors
/// - `INVALID_ARGUMENT` for arguments outside their rules.
/// - `INTERNAL` for a deadline that is none.
/// - `RUN_EXISTS` where another run excludes it.
pub fn start_run(call: &RunCall, others: &[Run], now: Millis) -> Result<Option<RunStart>, Refusal> {
    let before = call.accept(now)?;
    if call.dry_run {
        return Ok(None);
    }
    let others = before.make_way(others, now)?;
    let mut run = before.clone();
    let effects = if call.background {
        run.mode = RunMode::Background;
        run.next_leg(now).to_vec()
    } else {
        // Its one leg is under way: the command's own.
        run.generation = 1;
        let mut effects = run.turn(Turn::LegBegan, now)?;
        effects.extend(run.lease_ends_ms.map(|at_ms| RunEffect::ScheduleWatch {
            generation: run.generation,
            at_ms,
        }));
        effects
    };
    let decision = run.decided(&before, effects, now)?;
    Ok(Some(RunStart { decision, others }))
}

/// Resumes a run. `others` as in [`start_run`]: one that stopped excludes none, so that another may have taken its place.
/// It goes on in the background, whoever waited for it before.
///
/// # Errors
/// - `RUN_STATE` where it is neither paused, pausing nor stopped, and its lease has not expired.
/// - `RUN_EXISTS` where another run excludes it.
pub fn resume_run(run: &Run, others: &[Run], now: Millis) -> Result<RunStart, Refusal> {
    let mut resumed = run.clone();
    if run.has_expired(now) {
        // Its watchdog should have looked, and did not.
        let generation = run.generation;
        let watched = run.on(&RunEvent::Watched { generation }, now)?;
        if watched.run.state()? == RunState::Queued {
            let others = Vec::new();
            return Ok(RunStart {
                decision: watched,
                others,
            });
        }
        resumed = watched.run;
    }
    resumed.idle_legs = 0;
    let effects = resumed.turn(Turn::Resume, now)?;
    if resumed.state()? == RunState::Queued {
        resumed.mode = RunMode::Background;
        let outcome = &resumed.sums.outcome;
        (resumed.tried_before, resumed.failed_before) = (outcome.tried(), outcome.failed);
        if resumed.limit_left == Some(0) {
            resumed.limit_left = resumed.limit;
        }
    }
    let others = if run.state()?.excludes() {
        Vec::new()
    } else {
        resumed.make_way(others, now)?
    };
    let decision = resumed.decided(run, effects, now)?;
    Ok(RunStart { decision, others })
}

/// Begins a run in the background of the notes that failed in another one. `others` as in [`start_run`].
///
/// # Errors
/// - `INVALID_ARGUMENT` for a name that is none.
/// - `RUN_STATE` where the other one is not over, or none of its notes failed.
/// - `RUN_EXISTS` where another run excludes it.
pub fn retry_run(run: &Run, call: &RetryCall, others: &[Run], now: Millis) -> Result<RunStart, Refusal> {
    let state = run.state()?;
    if !state.is_over() || run.sums.outcome.failed == 0 {
        return Err(run.does_not_fit(state));
    }
    if let Some(by) = &call.by {
        argument::actor("by", by)?;
    }
    let retry = RunCall {
        run_id: call.run_id.clone(),
        organization_id: run.organization_id.clone(),
        background: true,
        by: actor(None, call.by.as_deref()),
        arguments: RunArguments {
            retry_of: Some(run.run_id.clone()),
            ..run.arguments.clone()
        },
        total: Some(run.sums.outcome.failed),
        deadline_ms: call.deadline_ms,
        bytes_per_second: run.pace.configured_bytes_per_second,
        ..RunCall::default()
    };
    start_run(&retry, others, now)?.ok_or_else(|| Refusal::internal("a run of failed notes is registered"))
}
