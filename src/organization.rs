//! Which artifacts belong to an organization.

use crate::text::cut;

/// Those candidates of many artifacts that may name the organization: their organizations, a line each, and of which
/// artifact each is. Which ids cannot be the organization's, by their length and end, the caller leaves out: these are
/// most, and cost more to pass than to look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Candidates<'a> {
    /// Organization ids, one a line.
    pub ids: &'a str,
    /// One an id: the artifact, as an index, ascending.
    pub of: &'a [u32],
}

impl Candidates<'_> {
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
            let (id, ids) = cut(self.ids, b'\n');
            is_named |= id == organization_id;
            (self.ids, self.of) = (ids, rest);
        }
        is_named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(artifacts: &[&[&str]], organization_id: &str) -> Vec<bool> {
        let mut of = Vec::new();
        for (nth, ids) in (0..).zip(artifacts) {
            of.extend(ids.iter().map(|_| nth));
        }
        let ids = artifacts.concat().join("\n");
        let mut candidates = Candidates { ids: &ids, of: &of };
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
        let mut candidates = Candidates {
            ids: "a",
            of: &[0, 1],
        };
        assert!(candidates.name(0, "a"));
        assert!(!candidates.name(1, "a"));
        let mut descending = Candidates {
            ids: "a\na",
            of: &[1, 0],
        };
        assert!(!descending.name(0, "a"));
    }
}
