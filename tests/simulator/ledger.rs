//! The transactions of the ledger, as `ledger/` and `component/` carry them out.

use v2_rollout::{
    MigrationCall, Millis, NoteFailure, RetryCall, Run, RunBatch, RunCall, RunDecision, RunEffect, RunEvent,
    RunStart, Stopped, resume_run, retry_run, start_run,
};

use super::database::{BY_EXCLUSION, BY_PARENT, BY_RUN_AND_NOTE, Failed, Row, RunRow, Scheduled, failed_key};
use super::transaction::{Ctx, Result};

/// The id of a run, as the ledger has it.
pub fn run_id(run: usize) -> String {
    format!("run_{run}")
}

fn number_of(run_id: &str) -> usize {
    run_id.strip_prefix("run_").unwrap().parse().unwrap()
}

fn find_run(ctx: &mut Ctx<'_>, run: usize) -> Result<Option<Row<RunRow>>> {
    ctx.first(BY_PARENT, run as u64)
}

pub fn read_run(ctx: &mut Ctx<'_>, run: usize) -> Result<Run> {
    Ok(find_run(ctx, run)?.unwrap().document.run)
}

/// The notes that failed in a run, by their ids, behind one of them; and whether these are the last.
pub fn failures_behind(
    ctx: &mut Ctx<'_>,
    run: usize,
    after: Option<&str>,
    most: u64,
) -> Result<(Vec<NoteFailure>, bool)> {
    let rows = ctx.db.failures.range(BY_PARENT, run as u64);
    let mut failures: Vec<_> = rows.map(|row| row.document.failure.clone()).collect();
    failures.sort_by(|one, other| one.voice_note_id.cmp(&other.voice_note_id));
    failures.retain(|failure| after.is_none_or(|after| failure.voice_note_id.as_str() > after));
    failures.truncate(usize::try_from(most).unwrap());
    ctx.account_range(failures.len())?;
    let is_last = (failures.len() as u64) < most;
    Ok((failures, is_last))
}

/// Writes what was decided about a run, and schedules what follows.
pub fn carry_out(ctx: &mut Ctx<'_>, number: usize, decision: RunDecision) -> Result<()> {
    if decision.is_changed {
        let row = RunRow {
            number,
            run: decision.run.clone(),
            excludes_others: decision.excludes_others,
        };
        match find_run(ctx, number)? {
            None => drop(ctx.insert(row)?),
            Some(before) => ctx.replace(Row {
                document: row,
                ..before
            })?,
        }
        for failure in decision.failures {
            let key = failed_key(number, &failure.voice_note_id);
            if ctx.first::<Failed>(BY_RUN_AND_NOTE, key)?.is_none() {
                ctx.insert(Failed { run: number, failure })?;
            }
        }
        if let Some(recovered) = &decision.recovered {
            let key = failed_key(number, recovered);
            if let Some(forgotten) = ctx.first::<Failed>(BY_RUN_AND_NOTE, key)? {
                ctx.delete::<Failed>(forgotten.id)?;
            }
        }
    }
    for effect in decision.effects {
        match effect {
            RunEffect::ScheduleLeg { generation, after_ms } => {
                let leg = Scheduled::Leg {
                    run: number,
                    generation,
                };
                ctx.schedule(ctx.now_ms + after_ms.0, leg)?;
            }
            RunEffect::ScheduleWatch { generation, at_ms } => {
                let watch = Scheduled::Watch {
                    run: number,
                    generation,
                };
                ctx.schedule(at_ms.0, watch)?;
            }
            RunEffect::WriteBatch | RunEffect::AlreadyWritten | RunEffect::WriteNothing => {}
        }
    }
    Ok(())
}

fn carry_out_start(ctx: &mut Ctx<'_>, start: RunStart) -> Result<Run> {
    for other in start.others {
        carry_out(ctx, number_of(&other.run.run_id), other)?;
    }
    let run = start.decision.run.clone();
    carry_out(ctx, number_of(&run.run_id), start.decision)?;
    Ok(run)
}

fn runs_in_the_way(ctx: &mut Ctx<'_>, organization_id: Option<&str>) -> Result<Vec<Run>> {
    let rows = ctx.collect::<RunRow>(BY_EXCLUSION, 1)?.into_iter();
    Ok(rows
        .map(|row| row.document.run)
        .filter(|run| {
            let reach = run.organization_id.as_deref();
            organization_id.is_none() || reach.is_none() || reach == organization_id
        })
        .collect())
}

/// Registers a run. The same run begun twice is begun once.
pub fn start(ctx: &mut Ctx<'_>, run: usize, call: &MigrationCall) -> Result<Run> {
    if let Some(begun) = find_run(ctx, run)? {
        return Ok(begun.document.run);
    }
    let others = runs_in_the_way(ctx, call.organization_id.as_deref())?;
    let start = start_run(&RunCall::new(&run_id(run), call)?, &others, Millis(ctx.now_ms))?;
    carry_out_start(ctx, start.unwrap())
}

/// A leg begins. None where it is to do nothing.
pub fn begin_leg(ctx: &mut Ctx<'_>, run: usize, generation: u64) -> Result<Option<Run>> {
    let decision = read_run(ctx, run)?.on(&RunEvent::LegBegan { generation }, Millis(ctx.now_ms))?;
    let begins = !decision.effects.contains(&RunEffect::WriteNothing);
    let row = decision.run.clone();
    carry_out(ctx, run, decision)?;
    Ok(begins.then_some(row))
}

/// How a leg ended.
#[derive(Clone, Debug)]
pub struct End {
    pub stopped: Option<Stopped>,
    pub rest: RunBatch,
    pub pause_ms: Millis,
}

/// A leg ended. False where it goes on from the run's row, which is further than it knew.
pub fn end_leg(ctx: &mut Ctx<'_>, run: usize, generation: u64, end: &End) -> Result<bool> {
    let ended = RunEvent::LegEnded {
        generation,
        stopped: end.stopped,
        rest: end.rest.clone(),
        pause_ms: end.pause_ms,
    };
    let decision = read_run(ctx, run)?.on(&ended, Millis(ctx.now_ms))?;
    let has_ended = !decision.effects.contains(&RunEffect::AlreadyWritten);
    carry_out(ctx, run, decision)?;
    Ok(has_ended)
}

/// A watchdog looks, or an operator decides.
pub fn decide(ctx: &mut Ctx<'_>, run: usize, event: &RunEvent) -> Result<()> {
    let decision = read_run(ctx, run)?.on(event, Millis(ctx.now_ms))?;
    carry_out(ctx, run, decision)
}

pub fn resume(ctx: &mut Ctx<'_>, run: usize) -> Result<()> {
    let row = read_run(ctx, run)?;
    let others = runs_in_the_way(ctx, row.organization_id.as_deref())?;
    let start = resume_run(&row, &others, Millis(ctx.now_ms))?;
    carry_out_start(ctx, start).map(drop)
}

/// Begins a run of the notes that failed in another one.
pub fn retry_failures(ctx: &mut Ctx<'_>, run: usize, retry: usize, deadline_ms: f64) -> Result<()> {
    let row = read_run(ctx, run)?;
    let call = RetryCall {
        run_id: run_id(retry),
        by: None,
        deadline_ms: Millis(deadline_ms),
    };
    let others = runs_in_the_way(ctx, row.organization_id.as_deref())?;
    let start = retry_run(&row, &call, &others, Millis(ctx.now_ms))?;
    carry_out_start(ctx, start).map(drop)
}
