//! What TypeScript must know to read and to describe documents.

use serde::Serialize;
use tsify::Tsify;

use crate::flags::{ByKey, FlagKey};
use crate::note::{InsightsStatus, TranscriptionStatus};
use crate::status::DraftStatus;

/// Variables and statuses, each of them as the core knows it.
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
}

impl Default for Constants {
    fn default() -> Self {
        Self {
            flag_variables: ByKey::of(FlagKey::variable),
            transcription_statuses: TranscriptionStatus::ALL.into(),
            insights_statuses: InsightsStatus::ALL.into(),
            draft_statuses: DraftStatus::ALL.into(),
        }
    }
}
