//! What TypeScript must know to read and to describe documents.

use serde::Serialize;
use tsify::Tsify;

use crate::flags::{ByKey, FlagKey, MOST_NEWEST_ARTIFACTS, MOST_ROWS};
use crate::note::{InsightsStatus, TranscriptionStatus};
use crate::status::DraftStatus;

/// Variables, statuses and limits, each of them as the core knows it.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Constants {
    /// The environment variables that overrule them.
    pub flag_variables: ByKey<&'static str>,
    /// How far the transcription of a note is.
    pub transcription_statuses: Vec<TranscriptionStatus>,
    /// How far the insights of a note are.
    pub insights_statuses: Vec<InsightsStatus>,
    /// The statuses of a draft.
    pub draft_statuses: Vec<DraftStatus>,
    /// Rows of one flag that a change reads at most, of the organization and of users each.
    pub most_flag_rows: u64,
    /// Artifacts that a change looks at, at most, where no index tells whether there is one of the organization.
    pub most_newest_artifacts: u64,
}

impl Default for Constants {
    fn default() -> Self {
        Self {
            flag_variables: ByKey::of(FlagKey::variable),
            transcription_statuses: TranscriptionStatus::ALL.into(),
            insights_statuses: InsightsStatus::ALL.into(),
            draft_statuses: DraftStatus::ALL.into(),
            most_flag_rows: MOST_ROWS,
            most_newest_artifacts: MOST_NEWEST_ARTIFACTS,
        }
    }
}
