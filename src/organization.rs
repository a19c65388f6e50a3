//! Which artifacts belong to an organization.

use crate::text::cut;

/// The candidates of many artifacts: the organization ids of all of them one after the other, a line each.
/// An id that holds a line break itself is passed as an empty one: it names no organization.
#[derive(Clone, Copy, Debug)]
pub struct Candidates<'a>(pub &'a str);

/// How many candidates an artifact has: the low 30 bits of its fact.
const COUNT: u32 = (1 << 30) - 1;

impl Candidates<'_> {
    /// Takes the candidates of the next artifact, as many as its fact says: does at least one of them name
    /// `organization_id`?
    pub fn name(&mut self, fact: u32, organization_id: &str) -> bool {
        let mut is_named = false;
        let mut left = fact & COUNT;
        while left > 0 && !self.0.is_empty() {
            left -= 1;
            let (id, rest) = cut(self.0, b'\n');
            is_named |= id == organization_id;
            self.0 = rest;
        }
        is_named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(artifacts: &[&[&str]], organization_id: &str) -> Vec<bool> {
        let ids = artifacts.concat().join("\n");
        let mut candidates = Candidates(&ids);
        artifacts
            .iter()
            .map(|ids| candidates.name(u32::try_from(ids.len()).unwrap(), organization_id))
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
        let mut candidates = Candidates("a");
        assert!(candidates.name(1, "a"));
        assert!(!candidates.name(2, "a"));
    }
}
