//! Counting what a scan is fed.

use super::{COMPLETED, Found, MALFORMED, Open, Page, PageRead, Range, Scan, index};
use crate::flags::Row;
use crate::malformed::{ARTIFACTS, CLAIMS, DRAFTS, FLAGS, NOTES, RESOLUTIONS, TRANSCRIPTS};
use crate::note::{Facts, Linked, classify};
use crate::text::Lines;

impl Scan {
    /// Takes the page that was asked for.
    pub fn feed_page(&mut self, read: PageRead<'_>) {
        let Some((range, flag)) = self.place.range() else {
            return;
        };
        let mut page = Page {
            rows: read.rows,
            is_last: read.is_last,
            facts: read.facts,
            created_ms: read.created_ms,
            ..Page::default()
        };
        let mut names = Vec::new();
        let mut lines = Lines(read.names);
        match range {
            Range::PlatformFlags | Range::OrganizationFlags | Range::UserFlags => {
                self.count_flags(range, flag, &page.facts);
            }
            Range::Notes | Range::Claims => {
                for row in 0..page.rows {
                    page.parents.push(row);
                }
            }
            Range::Artifacts => {
                let mut candidates = read.candidates;
                while let Some(row) = candidates.first() {
                    if candidates.name(row, &self.organization_id) && row < page.rows {
                        page.parents.push(row);
                    }
                }
                for (row, fact) in (0..).zip(&mut page.facts) {
                    if *fact & MALFORMED == 0 {
                        continue;
                    }
                    let name = lines.next();
                    if page.parents.binary_search(&row).is_ok() {
                        names.extend(name.map(String::from));
                    } else {
                        // Nobody is told of another organization's artifacts.
                        *fact &= !MALFORMED;
                    }
                }
            }
            Range::Drafts => {
                for fact in &page.facts {
                    self.sums.drafts.count(fact & !MALFORMED);
                }
            }
        }
        for line in lines {
            names.push(line.into());
        }
        page.names = names.into_iter();
        self.at_start = false;
        // The open row may be gone, or no longer the organization's: then nothing is left to go on with.
        let first_parent = page.parents.first().copied();
        self.open
            .take_if(|open| first_parent != Some(0) || open.id != read.first_id);
        self.is_resuming = self.open.is_some();
        self.page = Some(page);
        self.advance(range);
    }

    fn count_flags(&mut self, range: Range, flag: usize, facts: &[u32]) {
        let Some(state) = self.flags.get_mut(flag) else {
            return;
        };
        let rows = facts.len() as u64;
        let first = facts.first().copied().map(Row::from_code);
        match range {
            Range::PlatformFlags => state.platform = state.platform.or(first),
            Range::OrganizationFlags => {
                state.organization = state.organization.or(first);
                state.organization_rows += rows;
            }
            _ => state.user_rows += rows,
        }
    }

    /// Takes what the look-ups that were asked for found.
    pub fn feed_found(&mut self, found: &Found<'_>) {
        let Some((range, _)) = self.place.range() else {
            return;
        };
        let mut linked = Linked::default();
        let (complete, documents) = (u64::from(found.complete), found.of.len() as u64);
        match range {
            Range::Notes => linked = self.count_notes(found),
            Range::Artifacts => {
                self.sums.artifacts += complete;
                self.sums.transcripts += documents;
                self.name(TRANSCRIPTS, found.names);
            }
            _ => {
                self.sums.claims += complete;
                self.sums.resolutions += documents;
                self.name(RESOLUTIONS, found.names);
            }
        }
        if let Some(after) = found.open_after {
            self.open = Some(Open {
                id: found.open_id.into(),
                after: after.into(),
                linked,
            });
        } else if complete > 0 {
            self.open = None;
        }
        self.is_resuming = false;
        self.broke_off |= complete < self.asked_for.len() as u64;
        self.progress += documents;
        self.looked_up = complete;
        if let Some(page) = &mut self.page {
            page.parents_done += usize::try_from(complete).unwrap_or(0);
        }
        self.advance(range);
    }

    /// Counts the notes that are through, and answers what was found for the one whose look-up broke off.
    fn count_notes(&mut self, found: &Found<'_>) -> Linked {
        let mut candidates = found.candidates;
        let mut names = Lines(found.names);
        let mut linked = self.resumed().map(|open| open.linked).unwrap_or_default();
        let mut nth = 0;
        for (document, (of, fact)) in (0..).zip(found.of.iter().zip(found.facts)) {
            let is_named = candidates.name(document, &self.organization_id);
            while nth < *of {
                self.count_note(nth, linked);
                linked = Linked::default();
                nth += 1;
            }
            linked.artifacts += 1;
            linked.completed |= fact & COMPLETED != 0;
            if is_named {
                self.sums.met += 1;
            }
            if fact & MALFORMED != 0 {
                let name = names.next().unwrap_or("");
                // Those that name the organization are met again among its artifacts.
                if !is_named {
                    self.add_malformed(ARTIFACTS, name);
                }
            }
        }
        while nth < found.complete {
            self.count_note(nth, linked);
            linked = Linked::default();
            nth += 1;
        }
        linked
    }

    /// Counts the `nth` of the notes asked for.
    fn count_note(&mut self, nth: u32, linked: Linked) {
        let row = self.asked_for.get(index(nth)).copied().map_or(usize::MAX, index);
        let Some(page) = &self.page else { return };
        let facts = Facts(page.facts.get(row).copied().unwrap_or(0));
        let created_ms = page.created_ms.get(row).copied().unwrap_or(0.0);
        let class = classify(facts, linked, created_ms, &self.deferral);
        self.sums.classes.count(class);
        if linked.artifacts > 1 {
            self.sums.duplicates += 1;
        }
    }

    /// Moves past the rows that are through now.
    fn advance(&mut self, range: Range) {
        let Some(page) = &mut self.page else { return };
        let table = match range {
            Range::Notes => NOTES,
            Range::Artifacts => ARTIFACTS,
            Range::Claims => CLAIMS,
            Range::Drafts => DRAFTS,
            _ => FLAGS,
        };
        let next = page.parents.get(page.parents_done).copied();
        let through = next.unwrap_or(page.rows);
        if page.facts.is_empty() {
            self.progress += u64::from(through.saturating_sub(page.rows_done));
            page.rows_done = page.rows_done.max(through);
        }
        for _ in page.rows_done..through {
            let fact = page.facts.get(index(page.rows_done));
            if fact.is_some_and(|fact| fact & MALFORMED != 0) {
                let name = page.names.next();
                if let (Some(malformed), Some(name)) = (self.malformed.get_mut(table), name) {
                    malformed.add(&name);
                }
            }
            page.rows_done += 1;
            self.progress += 1;
        }
    }

    fn name(&mut self, table: usize, names: &str) {
        for name in Lines(names) {
            self.add_malformed(table, name);
        }
    }

    fn add_malformed(&mut self, table: usize, name: &str) {
        if let Some(malformed) = self.malformed.get_mut(table) {
            malformed.add(name);
        }
    }
}
