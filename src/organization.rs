//! Which artifacts belong to an organization.

use crate::refusal::WrongCall;

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

/// Which of many artifacts belong to an organization, as ascending indexes. `named` are the ascending indexes of those
/// candidates, of `candidates` in all and artifact by artifact, that name it; `counts` how many each artifact has.
///
/// # Errors
/// Where the counts do not add up to as many candidates.
pub fn belonging(named: &[u32], candidates: u32, counts: &[u32]) -> Result<Vec<u32>, WrongCall> {
    let mut rows = Vec::new();
    let mut rest = named;
    let mut end = 0_u64;
    for (row, count) in (0..).zip(counts) {
        end += u64::from(*count);
        let of_row = rest.partition_point(|at| u64::from(*at) < end);
        if of_row > 0 {
            rows.push(row);
        }
        rest = rest.get(of_row..).unwrap_or(&[]);
    }
    if end == u64::from(candidates) {
        return Ok(rows);
    }
    let message = format!("candidate counts add up to {end}, but there are {candidates} organizationIds");
    Err(WrongCall(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_belongs_by_any_of_its_candidates() {
        // candidates that name it, how many there are, counts, the artifacts
        for (named, candidates, counts, expected) in [
            (&[][..], 0, &[][..], &[][..]),
            (&[], 0, &[0, 0], &[]),
            (&[], 3, &[1, 2], &[]),
            (&[0, 2, 3, 4], 9, &[1, 0, 2, 2, 3, 1], &[0, 2, 3]),
            (&[8], 9, &[1, 0, 2, 2, 3, 1], &[5]),
        ] {
            assert_eq!(belonging(named, candidates, counts).unwrap(), expected);
        }
    }

    #[test]
    fn columns_of_different_lengths_are_refused() {
        for (counts, sum) in [(&[1, 2][..], 3), (&[1], 1), (&[u32::MAX, 1], 1_u64 << 32)] {
            let message = belonging(&[0], 2, counts).unwrap_err().0;
            assert_eq!(
                message,
                format!("candidate counts add up to {sum}, but there are 2 organizationIds")
            );
        }
    }
}
