//! What is said where something does not fit a run.

use super::transitions::{Turn, transition};
use super::{Run, RunState};
use crate::refusal::{Code, Refusal};
use crate::text::quoted;

impl Run {
    /// `npx convex run` with a function that takes a run's id.
    fn command(&self, function: &str) -> String {
        format!(
            "`npx convex run v2Rollout:{function} '{{\"runId\": \"{}\"}}'`",
            self.run_id
        )
    }

    /// The functions that fit it now, as the table says.
    fn fitting(&self, state: RunState) -> Vec<&'static str> {
        let wishes = [
            ("pauseRun", Turn::Pause),
            ("resumeRun", Turn::Resume),
            ("cancelRun", Turn::Cancel { at_once: false }),
        ];
        let fits = wishes
            .iter()
            .filter(|(_, turn)| transition(state, *turn).is_some())
            .map(|(function, _)| *function);
        let retry = (state.is_over() && self.sums.outcome.failed > 0).then_some("retryFailures");
        fits.chain(retry).collect()
    }

    /// The functions that fit it now, each with what it does.
    pub(super) fn fitting_calls(&self, state: RunState) -> Vec<(&'static str, &'static str)> {
        let fitting = self.fitting(state).into_iter();
        let calls = fitting.map(|function| {
            let why = match function {
                "pauseRun" => "stop at the next batch, and go on later",
                "resumeRun" => "go on in the background",
                "cancelRun" => "end it for good, and free its organization",
                _ => "try the notes again that failed, in a run of their own",
            };
            (function, why)
        });
        calls.collect()
    }

    /// `RUN_STATE`, with what would fit.
    pub(super) fn does_not_fit(&self, state: RunState) -> Refusal {
        let run = quoted(&self.run_id);
        let fitting = self.fitting(state);
        let named: Vec<_> = fitting.iter().map(|function| format!("`{function}`")).collect();
        let only = match &named[..] {
            [] => "nothing more fits".into(),
            [one] => format!("only {one} fits"),
            many => format!("only {} fit", many.join(" and ")),
        };
        let refusal = Refusal::new(Code::RunState, format!("run {run} is {state}: {only}"));
        if fitting.is_empty() {
            return refusal.hint("start another run with `npx convex run scripts/runMigration`");
        }
        let commands: Vec<_> = fitting.iter().map(|function| self.command(function)).collect();
        refusal.hint(commands.join(" or "))
    }

    /// `RUN_EXISTS`, with how to watch it and what fits it.
    pub(super) fn is_in_the_way(&self, state: RunState) -> Refusal {
        let reach = match &self.organization_id {
            Some(organization_id) => format!("of {}", quoted(organization_id)),
            None => "of all organizations".into(),
        };
        let (run, by) = (quoted(&self.run_id), quoted(&self.by));
        let message = format!("run {run} {reach}, started by {by}, is {state} and excludes this one");
        let mut hint = vec![format!("watch it with {}", self.command("run"))];
        for function in self.fitting(state) {
            let verb = function.trim_end_matches("Run");
            hint.push(format!("{verb} it with {}", self.command(function)));
        }
        Refusal::new(Code::RunExists, message).hint(hint.join("; "))
    }

    /// `INTERNAL`: a batch that was not to write.
    pub(super) fn unasked(&self, number: u64) -> Refusal {
        Refusal::internal(format!(
            "batch {number} is not the one that run {} waits for, which is {} of generation {}",
            quoted(&self.run_id),
            self.commits + 1,
            self.generation,
        ))
    }
}
