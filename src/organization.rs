//! Which artifacts belong to an organization.

use crate::text::cut;

/// Those candidates of many artifacts that may name the organization: their organizations, a line each, where the
/// candidates begin that name it one after the other, and of which artifact each candidate is. Which ids cannot be the
/// organization's, by their length or a character, the caller leaves out: these are most, and cost more to pass than to
/// look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Candidates<'a> {
    /// Organization ids, one a line.
    ids: &'a str,
    /// One an id: the first candidate that names it, ascending.
    starts: &'a [u32],
    /// One a candidate: the artifact, as an index, ascending.
    of: &'a [u32],
    /// Candidates that are through.
    through: u32,
    /// Does the candidate at hand name the organization?
    is_named: bool,
}

impl<'a> Candidates<'a> {
    /// The candidates of these columns: organization ids, one a line; the first candidate that names each, ascending; of
    /// which artifact each candidate is, ascending.
    pub fn new(ids: &'a str, starts: &'a [u32], of: &'a [u32]) -> Self {
        Self {
            ids,
            starts,
            of,
            ..Self::default()
        }
    }

    /// The artifact whose candidates come next.
    pub fn first(&self) -> Option<u32> {
        self.of.first().copied()
    }

    /// Does at least one candidate of the `nth` artifact name `organization_id`? Asked for one artifact after the other.
    pub fn name(&mut self, nth: u32, organization_id: &str) -> bool {
        let mut is_named = false;
        while let Some((of, rest)) = self.of.split_first() {
            if *of != nth {
                break;
            }
            self.of = rest;
            while let Some((start, starts)) = self.starts.split_first() {
                if *start > self.through {
                    break;
                }
                let (id, ids) = cut(self.ids, b'\n');
                self.is_named = id == organization_id;
                (self.starts, self.ids) = (starts, ids);
            }
            self.through += 1;
            is_named |= self.is_named;
        }
        is_named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(artifacts: &[&[&str]], organization_id: &str) -> Vec<bool> {
        let (mut of, mut ids, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        let mut candidates = 0..;
        for (nth, named) in (0..).zip(artifacts) {
            for (id, candidate) in named.iter().zip(&mut candidates) {
                of.push(nth);
                if ids.last() != Some(id) {
                    ids.push(*id);
                    starts.push(candidate);
                }
            }
        }
        let ids = ids.join("\n");
        let mut candidates = Candidates::new(&ids, &starts, &of);
        (0..)
            .zip(artifacts)
            .map(|(nth, _)| candidates.name(nth, organization_id))
            .collect()
    }

    #[test]
    fn an_artifact_belongs_by_any_of_its_candidates() {
        assert_eq!(
            named(
                &[&["a"], &[], &["b", "a"], &["a", "a"], &["ab", "", "A"], &["b"]],
                "a"
            ),
            [true, false, true, true, false, false]
        );
        assert_eq!(named(&[], "a"), [false; 0]);
        assert_eq!(named(&[&[], &[]], "a"), [false, false]);
    }

    #[test]
    fn columns_that_disagree_do_no_harm() {
        let mut no_starts = Candidates::new("a", &[], &[0]);
        assert!(!no_starts.name(0, "a"));
        let mut none_begins = Candidates::new("a", &[1], &[0, 1]);
        assert!(!none_begins.name(0, "a"));
        assert!(none_begins.name(1, "a"));
        let mut too_many = Candidates::new("a", &[0, 1], &[0, 1]);
        assert!(too_many.name(0, "a"));
        assert!(!too_many.name(1, "a"));
        let mut descending = Candidates::new("a", &[0], &[1, 0]);
        assert!(!descending.name(0, "a"));
        let mut both_at_once = Candidates::new("b\na", &[0, 0], &[0, 0]);
        assert!(both_at_once.name(0, "a"));
    }
}
