//! Which artifacts belong to an organization.

/// The candidates of many artifacts as columns: how many each artifact has, and the organization ids of
/// all of them one after the other, separated by a line break. An id that holds a line break itself is
/// passed as an empty one: it names no organization.
#[derive(Clone, Copy, Debug)]
pub struct Candidates<'a> {
    /// Candidates by artifact, in the low 30 bits.
    pub counts: &'a [u32],
    /// UTF-8, as many ids as all counts together.
    pub organization_ids: &'a [u8],
}

const COUNT: u32 = (1 << 30) - 1;

impl Candidates<'_> {
    /// For each artifact: does at least one of its candidates name `organization_id`?
    pub fn name(&self, organization_id: &str) -> impl Iterator<Item = bool> {
        let mut ids = self.organization_ids.split(|byte| *byte == b'\n');
        let wanted = organization_id.as_bytes();
        self.counts.iter().map(move |count| {
            let mut found = false;
            for id in ids.by_ref().take(usize::try_from(*count & COUNT).unwrap_or(0)) {
                found |= id == wanted;
            }
            found
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(artifacts: &[&[&str]], organization_id: &str) -> Vec<bool> {
        let counts: Vec<u32> = artifacts
            .iter()
            .map(|a| u32::try_from(a.len()).unwrap())
            .collect();
        let ids = artifacts.concat().join("\n");
        let candidates = Candidates {
            counts: &counts,
            organization_ids: ids.as_bytes(),
        };
        candidates.name(organization_id).collect()
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
        let candidates = Candidates {
            counts: &[1, 2],
            organization_ids: b"a",
        };
        assert_eq!(candidates.name("a").collect::<Vec<_>>(), [true, false]);
    }
}
