//! The two sides explored, or read from a map.

use crate::api::operation::Version;
use crate::behaviour::Side;
use crate::cli::diff::before::Before;
use crate::cli::diff::sides::{Standing, Ways, Wrong};
use crate::cli::exit::Exit;
use crate::cli::explore::negatives::routes;
use crate::cli::reach::FLOW_NOT_FOUND;
use crate::conform::rules::RuleId;
use crate::conform::{Plan, examine};
use crate::explore::model::Goal;
use crate::explore::{Exploration, Explored};
use crate::map::FlowMap;
use crate::session::driver::Course;

impl Ways<'_> {
    /// Explores both sides, at the same time.
    pub(super) fn explore(&self, language: Option<&str>) -> Result<(Standing, Standing), Wrong> {
        let course = |course: &Course, version: Version| Course {
            version,
            language: language.map(str::to_owned),
            ..course.clone()
        };
        let draft = (self.exploration)(course(&self.reached.course, Version::Draft));
        let other = match self.before {
            Before::Live => Some((self.exploration)(course(&self.reached.course, Version::Live))),
            Before::Elsewhere(other, _) => Some((self.exploration)(course(&other.course, Version::Draft))),
            Before::Stored(_) => None,
        };
        let (mut quiet, mut silent) = (|_: &Explored| {}, |_: &Explored| {});
        let went = self.wait(async {
            match &other {
                Some(other) => {
                    let (before, after) =
                        tokio::join!(other.explore(Vec::new(), &mut quiet), draft.explore(Vec::new(), &mut silent));
                    Ok((Some(before?), after?))
                }
                None => Ok((None, draft.explore(Vec::new(), &mut silent).await?)),
            }
        })?;
        let (before, after) = went;
        if is_unknown(&after) {
            return Err(Wrong::Unknown);
        }
        let standing = |name: &str, version: Version, exploration: Exploration, explored: Explored| Standing {
            side: Side::explored(name, &explored, version.word(), language),
            asked: Some((exploration, explored)),
        };
        let before = match (self.before, other.zip(before)) {
            (Before::Stored(map), _) => self.known(map, language)?,
            (Before::Live, Some((_, explored))) if is_unknown(&explored) => {
                let why = format!(
                    "error: `{}` is not published: its live version answers {FLOW_NOT_FOUND}\n  --map compares with the stored map, --against with another server",
                    self.flow
                );
                self.output.complain(&why);
                return Err(Wrong::Said(Exit::Usage));
            }
            (Before::Live, Some((other, explored))) => standing("live", Version::Live, other, explored),
            (Before::Elsewhere(_, name), Some((_, explored))) if is_unknown(&explored) => {
                self.output.complain(&format!(
                    "error: there is no flow `{}` on the other server: {name} answers {FLOW_NOT_FOUND}",
                    self.flow
                ));
                return Err(Wrong::Said(Exit::Usage));
            }
            (Before::Elsewhere(_, name), Some((other, explored))) => standing(name, Version::Draft, other, explored),
            (_, None) => return Err(Wrong::Said(Exit::Nothing)),
        };
        let mut after = standing("draft", Version::Draft, draft, after);
        if !before.side.explored {
            after.side = after.side.as_in_a_map();
        }
        Ok((before, after))
    }

    /// Tries at each form of a side what it must refuse.
    pub(super) fn refuse(&self, standing: &mut Standing) -> Result<(), Wrong> {
        let Some((exploration, explored)) = &mut standing.asked else { return Ok(()) };
        let course = &exploration.course;
        let rules = vec![RuleId::Missing, RuleId::Malformed, RuleId::Invalid];
        let plan = Plan { rules, ..Plan::of_negatives(course, exploration.growth, routes(explored)) };
        let examined = self.wait(examine(course, &plan))?;
        explored.sessions += examined.ledger.logs.len();
        explored.requests += examined.ledger.logs.iter().map(Vec::len).sum::<usize>();
        standing.side = standing.side.clone().with_refused(&examined.ledger.refused);
        Ok(())
    }

    /// The side that is a stored map.
    fn known(&self, map: &FlowMap, language: Option<&str>) -> Result<Standing, Wrong> {
        let Some(view) = map.view(Version::Draft, language) else {
            let of = language.map_or_else(String::new, |language| format!(" in {language}"));
            let again = language.map_or_else(String::new, |language| format!(" --language {language}"));
            self.output.complain(&format!(
                "error: the map of `{flow}` knows nothing of the draft{of}; `draftgate explore {flow}{again}` finds out",
                flow = self.flow
            ));
            return Err(Wrong::Said(Exit::Usage));
        };
        Ok(Standing { side: Side::stored(&format!("the map of {}", map.recorded), view), asked: None })
    }
}

/// Whether the API says that there is no such flow.
fn is_unknown(explored: &Explored) -> bool {
    explored.model.steps.is_empty() && explored.model.beginnings.first() == Some(&Goal::Refused(FLOW_NOT_FOUND))
}
