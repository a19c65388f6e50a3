//! What operators are told of a run.

use serde::Serialize;
use tsify::Tsify;

use super::{Run, RunError, RunMode, RunProgress, RunStateWord};
use crate::migration::{NoteSamples, Outcome, Reasons, Stopped};
use crate::refusal::Refusal;
use crate::units::Millis;

/// A run, as operators are told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct RunAnswer {
    /// Its id.
    pub run_id: String,
    /// The organization in its reach; null where it is all of them.
    pub organization_id: Option<String>,
    /// Who started it.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// Nobody waits for it.
    pub background: bool,
    /// It also finishes what an old run broke off.
    pub repair: bool,
    /// After how many days a note that the old pipeline left counts as abandoned for it; null where such a note is deferred.
    pub deferred_days: Option<f64>,
    /// The run whose failed notes it tries again; null where it goes through all notes in its reach.
    pub retry_of: Option<String>,
    /// What it is at.
    pub state: RunStateWord,
    /// Why it stopped; null but for one that stopped.
    pub stopped: Option<Stopped>,
    /// How far it is, and how fast.
    pub progress: RunProgress,
    /// What became of the notes.
    pub outcome: Outcome,
    /// Why notes are blocked or deferred.
    pub reasons: Reasons,
    /// Notes dealt with: the sum of the outcome.
    pub processed: u64,
    /// Notes that failed.
    pub errors: u64,
    /// All others but those that it migrated or repaired.
    pub skipped: u64,
    /// Artifacts inserted.
    pub artifacts: u64,
    /// Transcripts inserted.
    pub transcripts: u64,
    /// Claims inserted.
    pub claims: u64,
    /// Transactions that wrote notes.
    pub batches: u64,
    /// Bytes that they wrote.
    pub bytes_written: u64,
    /// The first notes that were left.
    pub samples: NoteSamples,
    /// Notes to migrate or repair at most; null where there is no such limit.
    pub limit: Option<u64>,
    /// Bytes that it writes per second on average; null: as fast as it can.
    pub bytes_per_second: Option<f64>,
    /// The same, as it was asked for: it is slower where the deployment refused it.
    pub full_bytes_per_second: Option<f64>,
    /// The last error that it met; null where it has met none.
    pub last_error: Option<RunError>,
    /// When it was started.
    pub started_ms: Millis,
    /// When its row changed last.
    pub updated_ms: Millis,
    /// When it ended; null where it has not.
    pub ended_ms: Option<Millis>,
    /// What can be done with it now.
    pub next: Vec<NextRunCall>,
}

/// A call that fits a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct NextRunCall {
    /// As in `v2Rollout:pauseRun`.
    pub function: String,
    /// Its arguments.
    pub args: NextRunArgs,
    /// What it does.
    pub why: String,
}

/// The arguments of a call that fits a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct NextRunArgs {
    /// The run.
    pub run_id: String,
}

impl Run {
    /// What operators are told of it.
    ///
    /// # Errors
    /// - `INTERNAL` where the row contradicts itself.
    pub fn answer(&self) -> Result<RunAnswer, Refusal> {
        let state = self.state()?;
        let next = self.fitting_calls(state).into_iter();
        Ok(RunAnswer {
            run_id: self.run_id.clone(),
            organization_id: self.organization_id.clone(),
            by: self.by.clone(),
            reason: self.reason.clone(),
            background: self.mode == RunMode::Background,
            repair: self.arguments.repair,
            deferred_days: self.arguments.deferred_days,
            retry_of: self.arguments.retry_of.clone(),
            state: self.state,
            stopped: self.stopped,
            progress: self.progress(),
            outcome: self.sums.outcome,
            reasons: self.sums.reasons,
            processed: self.sums.settled(),
            errors: self.sums.outcome.failed,
            skipped: self.sums.outcome.skipped(),
            artifacts: self.sums.inserted.artifacts,
            transcripts: self.sums.inserted.transcripts,
            claims: self.sums.inserted.claims,
            batches: self.sums.batches,
            bytes_written: self.sums.bytes_written,
            samples: self.sums.samples.clone(),
            limit: self.limit,
            bytes_per_second: self.pace.bytes_per_second(),
            full_bytes_per_second: self
                .pace
                .configured_bytes_per_second
                .or(self.pace.lowered.map(|lowered| lowered.full_bytes_per_second)),
            last_error: self.last_error.clone(),
            started_ms: self.started_ms,
            updated_ms: self.updated_ms,
            ended_ms: self.ended_ms,
            next: next
                .map(|(function, why)| self.next_call(function, why))
                .collect(),
        })
    }

    /// How to look at it.
    pub fn watch(&self) -> NextRunCall {
        self.next_call("run", "watch it")
    }

    fn next_call(&self, function: &str, why: &str) -> NextRunCall {
        NextRunCall {
            function: format!("v2Rollout:{function}"),
            args: NextRunArgs {
                run_id: self.run_id.clone(),
            },
            why: why.into(),
        }
    }
}

/// What an organization is told of the run among these that excludes others, else of the one that was started last. A run
/// of all organizations names no document there: it may be another organization's.
///
/// # Errors
/// - `INTERNAL` where a row contradicts itself.
pub fn last_run(runs: &[Run]) -> Result<Option<RunAnswer>, Refusal> {
    let last = current_or_last(runs)?.map(Run::answer).transpose()?;
    Ok(last.map(|answer| {
        if answer.organization_id.is_some() {
            return answer;
        }
        RunAnswer {
            samples: NoteSamples::default(),
            last_error: None,
            ..answer
        }
    }))
}

fn current_or_last(runs: &[Run]) -> Result<Option<&Run>, Refusal> {
    let mut last: Option<(bool, &Run)> = None;
    for run in runs {
        let excludes = run.state()?.excludes();
        let is_later = last.is_none_or(|(there_excludes, there)| {
            (there_excludes, there.started_ms.0) < (excludes, run.started_ms.0)
        });
        if is_later {
            last = Some((excludes, run));
        }
    }
    Ok(last.map(|(_, run)| run))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::RunSums;

    #[test]
    fn an_answer_names_what_fits_next_and_what_it_does() {
        use RunStateWord::{Cancelled, Cancelling, Done, Paused, Pausing, Queued, Running, Stopped};
        let pause = ("v2Rollout:pauseRun", "stop at the next batch, and go on later");
        let resume = ("v2Rollout:resumeRun", "go on in the background");
        let cancel = (
            "v2Rollout:cancelRun",
            "end it for good, and free its organization",
        );
        let retry = (
            "v2Rollout:retryFailures",
            "try the notes again that failed, in a run of their own",
        );
        for (state, expected) in [
            (Queued, &[pause, cancel][..]),
            (Running, &[pause, cancel]),
            (Pausing, &[resume, cancel]),
            (Paused, &[resume, cancel]),
            (Cancelling, &[cancel]),
            (Stopped, &[resume, retry]),
            (Cancelled, &[retry]),
            (Done, &[retry]),
        ] {
            let mut run = Run {
                run_id: "r1".into(),
                mode: RunMode::Background,
                state,
                stopped: (state == Stopped).then_some(crate::migration::Stopped::Failures),
                ..Run::default()
            };
            run.sums.outcome.failed = 1;
            let answer = run.answer().unwrap();
            let next: Vec<_> = answer
                .next
                .iter()
                .map(|call| (&*call.function, &*call.why))
                .collect();
            assert_eq!(next, expected, "{state:?}");
            assert!(answer.background);
        }
        assert!(!Run::default().answer().unwrap().background);
    }

    #[test]
    fn the_current_run_comes_before_the_last_one() {
        use RunStateWord::{Cancelled, Done, Paused};
        let run = |run_id: &str, state, started| Run {
            run_id: run_id.into(),
            state,
            started_ms: Millis(started),
            ..Run::default()
        };
        for (runs, expected) in [
            (vec![], None),
            (vec![run("a", Done, 1.0), run("b", Cancelled, 2.0)], Some("b")),
            (vec![run("a", Done, 2.0), run("b", Cancelled, 1.0)], Some("a")),
            (vec![run("a", Done, 1.0), run("b", Done, 1.0)], Some("a")),
            (vec![run("a", Paused, 1.0), run("b", Done, 2.0)], Some("a")),
        ] {
            let last = last_run(&runs).unwrap().map(|run| run.run_id);
            assert_eq!(last.as_deref(), expected);
        }
    }

    #[test]
    fn an_organization_is_told_of_no_document_by_a_run_of_all() {
        let of = |organization_id: Option<&str>| Run {
            organization_id: organization_id.map(String::from),
            last_error: Some(RunError {
                message: "the text of another one".into(),
                at_ms: Millis(1.0),
            }),
            sums: RunSums {
                samples: NoteSamples {
                    blocked: vec!["n1".into()],
                    ..NoteSamples::default()
                },
                ..RunSums::default()
            },
            ..Run::default()
        };
        let told = |run: Run| {
            let answer = last_run(&[run]).unwrap().unwrap();
            (answer.samples.blocked, answer.last_error.is_some())
        };
        assert_eq!(told(of(Some("org_a"))), (vec!["n1".to_owned()], true));
        assert_eq!(told(of(None)), (vec![], false));
    }
}
