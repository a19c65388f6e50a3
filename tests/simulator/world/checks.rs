//! What must hold before each commit.

use v2_rollout::{Attempt, Class, Millis, Run};

use super::super::database::{BY_PARENT, Document, Scheduled, Table, Trouble, Writer};
use super::super::migration::Judging;
use super::super::model;
use super::super::transaction::position_of;
use super::{Truth, World};

impl World {
    /// What the transaction at hand has written for notes: each of them whole, once, and only where it was to.
    pub(super) fn check_written(&mut self, writer: Writer, judging: &Judging, attempt: Attempt) -> Truth {
        fn untouched<D: Document>(table: &Table<D>) {
            assert_eq!(table.changes().count(), 0, "{} is not the library's", D::TABLE);
        }
        let db = &self.db;
        untouched(&db.notes);
        untouched(&db.resolutions);
        untouched(&db.drafts);
        untouched(&db.flags);
        let (now, days) = (self.now.max(attempt.now_ms.0), judging.deferred_days);
        let mut truth = Truth::default();
        for (before, after) in db.artifacts.changes() {
            let after = after.unwrap();
            let note = db.notes.get(after.document.note.unwrap()).unwrap();
            let own = note.document.organization;
            assert!(
                judging.organization.is_none_or(|one| one == own),
                "a foreign organization's note was written"
            );
            assert!(matches!(note.document.trouble, Trouble::None | Trouble::Moody));
            assert!(after.document.is_completed);
            let linked: Vec<_> = db.artifacts_of(note.id).collect();
            let transcripts = db.transcripts.range(BY_PARENT, after.id.key()).count();
            let claims = db.claims.range(BY_PARENT, after.id.key()).count();
            let insights = usize::from(note.document.insight_count);
            if let Some(before) = before {
                let others = linked.iter().filter(|one| one.id != after.id);
                let linked: Vec<_> = others.copied().chain([before]).collect();
                let oldest = linked.iter().map(|one| (one.created_ms.to_bits(), one.id)).min();
                assert!(judging.repair, "a note was repaired that was not to be");
                assert!(
                    model::is_repairable(note, &linked, now, days),
                    "{note:?} {linked:?}"
                );
                assert_eq!(
                    oldest.map(|(_, id)| id),
                    Some(after.id),
                    "not its oldest artifact"
                );
                assert!(transcripts > 0 && (claims > 0 || insights == 0), "half a note");
                truth.repaired += 1;
            } else {
                assert_eq!(linked.len(), 1, "note {} has been migrated before", note.id);
                assert_eq!(model::class_of(note, &[], now, days), Class::Eligible, "{note:?}");
                assert_eq!(after.document.organizations, [own]);
                assert_eq!((transcripts, claims), (1, insights), "half a note");
                truth.migrated += 1;
            }
        }
        let is_of_note = |artifact| db.artifacts.changes().any(|(_, row)| row.unwrap().id == artifact);
        for (before, after) in db.transcripts.changes() {
            assert!(before.is_none() && is_of_note(after.unwrap().document.artifact));
            truth.transcripts += 1;
        }
        for (before, after) in db.claims.changes() {
            assert!(before.is_none() && is_of_note(after.unwrap().document.artifact));
            truth.claims += 1;
        }
        truth.batches = u64::from(truth.migrated + truth.repaired > 0);
        self.stats.notes_written += truth.migrated + truth.repaired;
        if let Writer::Action { number, run } = writer {
            self.by_action.entry(number).or_default().add(truth);
            if let Some(run) = run {
                self.by_run.entry(run).or_default().add(truth);
            }
        }
        truth
    }

    /// Every run is in the state that it must be in, and its sums are what was written.
    pub(super) fn check_runs(&self) {
        for (number, model) in &self.models {
            let run = &self.db.run(*number).run;
            assert_eq!((run.state, run.stopped), model.state(), "{run:#?} {model:#?}");
            assert_eq!(run.generation, model.generation, "run {number}");
            assert_eq!(run.commits, model.commits, "run {number}");
            assert_eq!(run.limit_left, model.limit_left, "run {number}");
            let lease = model.is_alive().then_some(Millis(model.lease_ends));
            assert_eq!(run.lease_ends_ms, lease, "run {number}");
            let truth = self.by_run.get(number).copied().unwrap_or_default();
            let outcome = run.sums.outcome;
            let inserted = run.sums.inserted;
            let told = Truth {
                migrated: outcome.migrated,
                repaired: outcome.repaired,
                transcripts: inserted.transcripts,
                claims: inserted.claims,
                batches: run.sums.batches,
            };
            assert_eq!(told, truth, "the sums of run {number}");
            assert_eq!(
                inserted.artifacts, truth.migrated,
                "the artifacts of run {number}"
            );
            assert_eq!(
                outcome.failed,
                self.failed_in(*number),
                "the failures of run {number}"
            );
            self.check_position(*number, run);
            let watch = Scheduled::Watch {
                run: *number,
                generation: run.generation,
            };
            let is_watched = self.db.scheduled.iter().any(|(_, one)| *one == watch);
            assert!(is_watched || !model.is_alive(), "run {number} is forgotten");
            for (other, beside) in self.models.range(..number) {
                let are_live = model.over.is_none() && beside.over.is_none();
                assert!(
                    !(are_live && model.meets(beside)),
                    "runs {other} and {number} are in one reach"
                );
            }
        }
    }

    /// Where nobody interfered, the sums are those of the notes up to the position: each once.
    pub(super) fn check_position(&self, number: usize, run: &Run) {
        let Some((interferences, begin)) = self.begun_with.get(&number) else {
            return;
        };
        if *interferences == self.interferences {
            let notes = self.notes_up_to(number) - begin;
            assert_eq!(run.sums.settled(), notes as u64, "the notes of run {number}");
        }
    }

    /// How many notes of its reach stand up to the position of a run.
    pub(super) fn notes_up_to(&self, number: usize) -> usize {
        let run = &self.db.run(number).run;
        let notes = model::notes_of(&self.db, self.models[&number].organization);
        let position = run.position.as_deref();
        let at = notes
            .iter()
            .position(|note| Some(position_of(note).as_str()) == position);
        assert_eq!(at.is_some(), position.is_some(), "no note stands at {position:?}");
        at.map_or(0, |at| at + 1)
    }
}
