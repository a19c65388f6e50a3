//! Which artifacts belong to an organization.

use crate::text::cut;

/// Those candidates of many artifacts that may name the organization: their organizations, a line each, how many
/// candidates one after the other name it, and of which artifact each is. Which ids cannot be the organization's, by their
/// length and end, the caller leaves out: these are most, and cost more to pass than to look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Candidates<'a> {
    /// Organization ids, one a line.
    ids: &'a str,
    /// One an id: how many candidates name it.
    runs: &'a [u32],
    /// One a candidate: the artifact, as an index, ascending.
    of: &'a [u32],
    /// Candidates that are left of the run at hand.
    left: u32,
    /// Does it name the organization?
    is_named: bool,
}

impl<'a> Candidates<'a> {
    /// The candidates of these columns: organization ids, one a line; how many candidates name each; of which artifact
    /// each candidate is, ascending.
    pub fn new(ids: &'a str, runs: &'a [u32], of: &'a [u32]) -> Self {
        Self {
            ids,
            runs,
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
            while self.left == 0 {
                let Some((run, runs)) = self.runs.split_first() else {
                    return is_named;
                };
                let (id, ids) = cut(self.ids, b'\n');
                self.is_named = id == organization_id;
                (self.left, self.runs, self.ids) = (*run, runs, ids);
            }
            self.left -= 1;
            is_named |= self.is_named;
        }
        is_named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(artifacts: &[&[&str]], organization_id: &str) -> Vec<bool> {
        let (mut of, mut ids, mut runs) = (Vec::new(), Vec::new(), Vec::new());
        for (nth, named) in (0..).zip(artifacts) {
            for id in *named {
                of.push(nth);
                match (ids.last(), runs.last_mut()) {
                    (Some(last), Some(run)) if last == id => *run += 1,
                    _ => {
                        ids.push(*id);
                        runs.push(1);
                    }
                }
            }
        }
        let ids = ids.join("\n");
        let mut candidates = Candidates::new(&ids, &runs, &of);
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
    fn columns_that_disagree_name_nobody() {
        let mut candidates = Candidates::new("a", &[1], &[0, 1]);
        assert!(candidates.name(0, "a"));
        assert!(!candidates.name(1, "a"));
        let mut descending = Candidates::new("a", &[2], &[1, 0]);
        assert!(!descending.name(0, "a"));
        let mut empty_runs = Candidates::new("b\na", &[0, 1], &[0, 0]);
        assert!(empty_runs.name(0, "a"));
    }
}
