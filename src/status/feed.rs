//! Counting what a status is fed.

use super::{
    Asked, DraftStatus, Found, LinkedArtifact, MalformedRow, NoteToCount, Open, OpenLookUp, Page, Range,
    Rows, StatusScan,
};
use crate::flags::FlagValue;
use crate::note::Linked;
use crate::organization::{belonging, belongs};
use crate::refusal::WrongCall;
use crate::table::Malformed;
use crate::units::as_index;

impl StatusScan {
    /// The organization that is counted.
    pub fn organization_id(&self) -> &str {
        &self.organization_id
    }

    /// Takes a page of flag rows.
    ///
    /// # Errors
    /// Where another page was asked for, or none.
    pub fn feed_flags(&mut self, values: &[FlagValue], mut page: Page) -> Result<(), WrongCall> {
        let range = self.asked_range("feedFlags")?;
        let rows = values.len() as u64;
        let first = values.first().copied();
        match range {
            Range::PlatformFlags { key } => {
                let state = self.state.flags.get_mut(key);
                state.platform = state.platform.or(first);
            }
            Range::OrganizationFlags { key } => {
                let state = self.state.flags.get_mut(key);
                state.organization = state.organization.or(first);
                state.organization_rows += rows;
            }
            Range::UserFlags { key } => {
                self.state.flags.get_mut(key).user_rows += rows;
                // They are the whole platform's, so that none is named.
                page.malformed.clear();
            }
            _ => return Err(wrong_page("feedFlags", range)),
        }
        self.begin(page, count_of(values), Vec::new());
        Ok(())
    }

    /// Takes a page of the organization's notes.
    ///
    /// # Errors
    /// Where another page was asked for, or none.
    pub fn feed_notes(&mut self, notes: Vec<NoteToCount>, page: Page) -> Result<(), WrongCall> {
        match self.asked_range("feedNotes")? {
            Range::Notes => {}
            range => return Err(wrong_page("feedNotes", range)),
        }
        let count = count_of(&notes);
        self.notes = notes;
        self.begin(page, count, (0..count).collect());
        Ok(())
    }

    /// Takes a page of artifacts, of any organization: which of all candidates, artifact by artifact, name the
    /// organization, how many these are, and how many each artifact has.
    ///
    /// # Errors
    /// Where another page was asked for, or none, and where the columns have different lengths.
    pub fn feed_artifacts(
        &mut self,
        named: &[u32],
        candidates: u32,
        counts: &[u32],
        mut page: Page,
    ) -> Result<(), WrongCall> {
        match self.asked_range("feedArtifacts")? {
            Range::Artifacts => {}
            range => return Err(wrong_page("feedArtifacts", range)),
        }
        let ours = belonging(named, candidates, counts)?;
        // Nobody is told of another organization's artifacts.
        page.malformed
            .retain(|document| ours.binary_search(&document.row).is_ok());
        self.begin(page, count_of(counts), ours);
        Ok(())
    }

    /// Takes a page of so many of the organization's claims.
    ///
    /// # Errors
    /// Where another page was asked for, or none.
    pub fn feed_claims(&mut self, count: u32, page: Page) -> Result<(), WrongCall> {
        match self.asked_range("feedClaims")? {
            Range::Claims => {}
            range => return Err(wrong_page("feedClaims", range)),
        }
        self.begin(page, count, (0..count).collect());
        Ok(())
    }

    /// Takes a page of the organization's drafts: their statuses, none where one is no word of the schema.
    ///
    /// # Errors
    /// Where another page was asked for, or none.
    pub fn feed_drafts(&mut self, statuses: &[Option<DraftStatus>], page: Page) -> Result<(), WrongCall> {
        match self.asked_range("feedDrafts")? {
            Range::Drafts => {}
            range => return Err(wrong_page("feedDrafts", range)),
        }
        for status in statuses.iter().flatten() {
            self.state.sums.drafts.count(*status);
        }
        self.begin(page, count_of(statuses), Vec::new());
        Ok(())
    }

    /// Takes the artifacts that were looked up for notes.
    ///
    /// # Errors
    /// Where something else was asked for.
    pub fn feed_linked_artifacts(
        &mut self,
        artifacts: &[LinkedArtifact],
        found: &Found,
    ) -> Result<(), WrongCall> {
        let (rows, is_resumed) = self.asked_rows("feedLinkedArtifacts", found.complete)?;
        if self.range() != Some(Range::Notes) {
            return Err(WrongCall(
                "feedLinkedArtifacts: no artifacts of notes were asked for".into(),
            ));
        }
        if artifacts
            .iter()
            .any(|artifact| as_index(artifact.note) >= rows.len())
        {
            let message = format!(
                "feedLinkedArtifacts: a note is none of the {} that were asked for",
                rows.len()
            );
            return Err(WrongCall(message));
        }
        let mut linked = vec![Linked::default(); rows.len()];
        if let (true, Some(open), Some(first)) = (is_resumed, &self.state.open, linked.first_mut()) {
            *first = open.linked;
        }
        for artifact in artifacts {
            let is_ours = belongs(
                artifact.organization_ids.iter().map(String::as_str),
                &self.organization_id,
            );
            self.state.sums.linked_artifacts += u64::from(is_ours);
            if let Some(linked) = linked.get_mut(as_index(artifact.note)) {
                linked.add(artifact.is_completed);
            }
        }
        for document in &found.malformed {
            // Those that name the organization are met again among its artifacts, and those of other organizations are
            // never named, although a note of this one leads to them.
            if let Some(artifact) = artifacts.get(as_index(document.row))
                && artifact.organization_ids.is_empty()
            {
                self.state.malformed_linked.add(&document.id, &document.field);
            }
        }
        for (row, linked) in rows.iter().zip(&linked).take(as_index(found.complete)) {
            self.count_note(*row, *linked);
        }
        let unfinished = linked.get(as_index(found.complete)).copied().unwrap_or_default();
        self.end_lookups(rows, found, artifacts.len() as u64, unfinished);
        Ok(())
    }

    /// Takes so many transcripts that were looked up for artifacts, or resolutions for claims.
    ///
    /// # Errors
    /// Where something else was asked for.
    pub fn feed_documents(&mut self, count: u32, found: &Found) -> Result<(), WrongCall> {
        let (rows, _) = self.asked_rows("feedDocuments", found.complete)?;
        let (complete, documents) = (u64::from(found.complete), u64::from(count));
        let sums = &mut self.state.sums;
        let malformed: &mut Malformed = match Range::ALL.get(self.state.place) {
            Some(Range::Artifacts) => {
                sums.artifacts += complete;
                sums.transcripts += documents;
                &mut self.state.malformed.voice_note_transcripts
            }
            Some(Range::Claims) => {
                sums.claims += complete;
                sums.resolutions += documents;
                &mut self.state.malformed.voice_note_entity_resolutions
            }
            _ => return Err(WrongCall("feedDocuments: no documents were asked for".into())),
        };
        for document in &found.malformed {
            if !is_foreign(document, &self.organization_id) {
                malformed.add(&document.id, &document.field);
            }
        }
        self.end_lookups(rows, found, documents, Linked::default());
        Ok(())
    }

    fn asked_range(&self, call: &str) -> Result<Range, WrongCall> {
        match (&self.asked, self.range()) {
            (Asked::Page, Some(range)) => Ok(range),
            _ => Err(WrongCall(format!("{call}: no page was asked for"))),
        }
    }

    /// The rows whose lookups were asked for, and whether the first of them broke off before.
    fn asked_rows(&mut self, call: &str, complete: u32) -> Result<(Vec<u32>, bool), WrongCall> {
        match &mut self.asked {
            Asked::LookUps { rows, is_resumed, .. } if as_index(complete) <= rows.len() => {
                Ok((core::mem::take(rows), *is_resumed))
            }
            Asked::LookUps { rows, .. } => {
                let message = format!(
                    "{call}: complete is {complete}, but {} rows were asked for",
                    rows.len()
                );
                Err(WrongCall(message))
            }
            _ => Err(WrongCall(format!("{call}: no lookups were asked for"))),
        }
    }

    /// Begins a page of so many rows, of which these want a lookup.
    fn begin(&mut self, page: Page, count: u32, parents: Vec<u32>) {
        self.state.is_at_start = false;
        // The open row may be gone, or no longer the organization's: then nothing is left to go on with.
        let first_parent = parents.first().copied();
        self.state
            .open
            .take_if(|open| first_parent != Some(0) || page.first_id.as_ref() != Some(&open.id));
        self.is_resuming = self.state.open.is_some();
        self.page = Some(Rows {
            count,
            is_last: page.is_last,
            parents,
            malformed: page.malformed.into(),
            ..Rows::default()
        });
        self.advance();
    }

    fn count_note(&mut self, row: u32, linked: Linked) {
        let Some(note) = self.notes.get(as_index(row)) else {
            return;
        };
        let NoteToCount { id, facts } = note;
        self.state.sums.count_note(id, facts, linked, &self.deferral);
    }

    /// Some of these rows are through. `linked` is what was found for the next one.
    fn end_lookups(&mut self, rows: Vec<u32>, found: &Found, documents: u64, linked: Linked) {
        if let Some(OpenLookUp { id, after }) = &found.open {
            self.state.open = Some(Open {
                id: id.clone(),
                after: after.clone(),
                linked,
            });
        } else if found.complete > 0 {
            self.state.open = None;
        }
        self.is_resuming = false;
        self.broke_off |= as_index(found.complete) < rows.len();
        self.progress += documents;
        self.asked = Asked::LookUps {
            rows,
            is_resumed: false,
            complete: u64::from(found.complete),
        };
        if let Some(page) = &mut self.page {
            page.parents_done += as_index(found.complete);
        }
        self.advance();
    }

    /// Moves past the rows that are through now.
    fn advance(&mut self) {
        let range = self.range();
        let Some(page) = &mut self.page else { return };
        let next = page.parents.get(page.parents_done).copied();
        let through = next.unwrap_or(page.count).max(page.done);
        let malformed = &mut self.state.malformed;
        let malformed = match range {
            Some(Range::Notes) => &mut malformed.voice_notes,
            Some(Range::Artifacts) => &mut malformed.voice_note_artifacts,
            Some(Range::Claims) => &mut malformed.voice_note_claims,
            Some(Range::Drafts) => &mut malformed.insight_drafts,
            _ => &mut malformed.feature_flags,
        };
        while page
            .malformed
            .front()
            .is_some_and(|document| document.row < through)
        {
            if let Some(document) = page.malformed.pop_front()
                && !is_foreign(&document, &self.organization_id)
            {
                malformed.add(&document.id, &document.field);
            }
        }
        self.progress += u64::from(through - page.done);
        page.done = through;
    }
}

/// Is it a document of another organization, which is never named, whatever leads to it?
fn is_foreign(document: &MalformedRow, organization_id: &str) -> bool {
    let names = document.organization_id.as_deref();
    names.is_some_and(|names| names != organization_id)
}

fn wrong_page(call: &str, range: Range) -> WrongCall {
    WrongCall(format!("{call}: a page of {range:?} was asked for"))
}

fn count_of<T>(rows: &[T]) -> u32 {
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}
