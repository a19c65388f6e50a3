//! Which artifacts belong to an organization.

use crate::refusal::WrongCall;
use crate::units::as_index;

/// Does an artifact with candidates of these organizations belong to `organization_id`? By any of them.
///
/// ```
/// assert!(v2_rollout::belongs(["org_b", "org_a"], "org_a"));
/// assert!(!v2_rollout::belongs(["org_b"], "org_a"));
/// ```
pub fn belongs<'a>(candidates: impl IntoIterator<Item = &'a str>, organization_id: &str) -> bool {
    candidates
        .into_iter()
        .any(|candidate| candidate == organization_id)
}

/// Which of many artifacts belong to `organization_id`, as ascending indexes. `organization_ids` are those of all
/// candidates, artifact by artifact, `counts` how many candidates each artifact has.
///
/// # Errors
/// Where the counts do not add up to as many organization ids.
pub fn belonging(
    organization_ids: &[&str],
    counts: &[u32],
    organization_id: &str,
) -> Result<Vec<u32>, WrongCall> {
    let wrong = || {
        let sum: u64 = counts.iter().copied().map(u64::from).sum();
        WrongCall(format!(
            "candidate counts add up to {sum}, but there are {} organizationIds",
            organization_ids.len()
        ))
    };
    let mut rows = Vec::new();
    let mut rest = organization_ids;
    for (row, count) in (0..).zip(counts) {
        let (candidates, behind) = rest.split_at_checked(as_index(*count)).ok_or_else(wrong)?;
        if belongs(candidates.iter().copied(), organization_id) {
            rows.push(row);
        }
        rest = behind;
    }
    if rest.is_empty() { Ok(rows) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_belongs_by_any_of_its_candidates() {
        let ids = ["a", "b", "a", "a", "a", "ab", "", "A", "b"];
        assert_eq!(belonging(&ids, &[1, 0, 2, 2, 3, 1], "a"), Ok(vec![0, 2, 3]));
        assert_eq!(belonging(&[], &[], "a"), Ok(vec![]));
        assert_eq!(belonging(&[], &[0, 0], "a"), Ok(vec![]));
    }

    #[test]
    fn columns_of_different_lengths_are_refused() {
        for counts in [&[1, 2][..], &[1], &[u32::MAX]] {
            let message = belonging(&["a", "b"], counts, "a").unwrap_err().0;
            let sum: u64 = counts.iter().map(|count| u64::from(*count)).sum();
            assert_eq!(
                message,
                format!("candidate counts add up to {sum}, but there are 2 organizationIds")
            );
        }
    }
}
