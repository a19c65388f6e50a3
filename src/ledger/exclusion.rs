//! Which runs exclude which.

use super::{Run, RunDecision, RunEvent};
use crate::refusal::Refusal;
use crate::units::Millis;

impl Run {
    /// Does its reach meet another one's? None reaches all organizations.
    fn meets(&self, organization_id: Option<&str>) -> bool {
        match (self.organization_id.as_deref(), organization_id) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        }
    }

    /// Is it another run that keeps this one from its reach?
    pub(super) fn excludes(&self, other: &Self) -> Result<bool, Refusal> {
        let is_another = self.run_id != other.run_id;
        Ok(is_another && self.state()?.excludes() && self.meets(other.organization_id.as_deref()))
    }

    /// Makes way for this run: of the runs beside it, those whose lease has expired are decided about as their watchdog
    /// would. Answers these decisions.
    ///
    /// # Errors
    /// - `RUN_EXISTS` where one of them excludes it nevertheless.
    pub(super) fn make_way(&self, others: &[Run], now: Millis) -> Result<Vec<RunDecision>, Refusal> {
        let mut decisions = Vec::new();
        for other in others {
            if !other.excludes(self)? {
                continue;
            }
            let watched = RunEvent::Watched {
                generation: other.generation,
            };
            let decision = other.on(&watched, now)?;
            if decision.run.state()?.excludes() {
                return Err(other.is_in_the_way(other.state()?));
            }
            decisions.push(decision);
        }
        Ok(decisions)
    }
}
