//! Whether a flow was changed since the sessions that are kept of it: then they tell nothing.

use std::collections::HashMap;

use super::Explored;
use super::trail::Trail;
use super::visit::Plan;
use crate::journal::Spot;

/// What tells that a flow was changed.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// What stood where an id is, in sessions that were kept.
    known: HashMap<String, Spot>,
    /// The sessions that were gone now.
    pub new: Vec<(Plan, Trail)>,
    /// Whether the same data led to different steps in those that were kept alone: that is the flow's own way.
    unsteady: bool,
    contradicted: bool,
}

impl Changes {
    /// Takes in sessions; those that were not kept, but gone now, may contradict the others.
    pub fn went(&mut self, plans: &[Plan], gone: &[Option<Trail>], old: &[bool]) {
        for ((plan, trail), old) in plans.iter().zip(gone).zip(old) {
            let Some(trail) = trail else { continue };
            let sights = || trail.hops.iter().filter_map(|hop| hop.to.sight());
            if *old {
                self.known.extend(sights().map(|sight| (sight.id.clone(), sight.spot.clone())));
            } else {
                let differs = |id: &String, spot: &Spot| self.known.get(id).is_some_and(|known| known != spot);
                self.contradicted |= sights().any(|sight| differs(&sight.id, &sight.spot));
                self.new.push((plan.clone(), trail.clone()));
            }
        }
    }

    /// Whether what was gone now contradicts what was kept: another step has the id of one, or the same data lead elsewhere.
    pub fn contradict(&mut self, explored: &Explored) -> bool {
        let unsteady = explored.forks.iter().any(|fork| fork.unsteady.is_some());
        if self.new.is_empty() {
            self.unsteady = unsteady;
        }
        !self.known.is_empty() && (self.contradicted || (unsteady && !self.unsteady))
    }
}
