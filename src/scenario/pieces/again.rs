//! Reading a scenario again of which pieces are gone.

use std::path::Path;

use super::super::load::read_alone;
use super::super::{Scenario, Suite};
use super::ScenarioPieces;
use crate::source::{Diagnostic, Edited, SourceId, Sources};
use crate::yaml;

/// Why pieces of a file cannot be left out.
#[derive(Debug, thiserror::Error)]
pub enum CannotCut {
    /// It is written so that they cannot be cut out of the text.
    #[error("they cannot be cut out of the text")]
    Written,
    /// What is left is no scenario: a name is not defined, a step without session comes first.
    #[error("what is left has mistakes")]
    Mistakes(Vec<Diagnostic>),
}

impl ScenarioPieces {
    /// The file's text where these pieces are kept and no others. It is read to see that it comes to the same tree without
    /// those.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub fn text(&self, sources: &Sources, kept: &[usize]) -> Result<Edited, CannotCut> {
        let mut gone = vec![true; self.pieces.len()];
        kept.iter().for_each(|piece| gone[*piece] = false);
        let edited = self.cut(sources, &gone).ok_or(CannotCut::Written)?;
        let mut alone = Sources::default();
        let source = alone.add(sources.path(self.source), edited.text.as_str());
        let tree = yaml::parse(&alone, source).map_err(|mistake| CannotCut::Mistakes(vec![mistake]))?;
        match tree.to_json(&alone) == self.expected(sources, &gone) {
            true => Ok(edited),
            false => Err(CannotCut::Written),
        }
    }
}

/// Reads a text in place of a scenario's own file: its name, its folder and its fragments stay.
///
/// # Errors
///
/// All mistakes of the text.
pub fn read_again(
    scenario: &Scenario,
    suite: &Suite,
    text: SourceId,
    sources: &Sources,
) -> Result<Scenario, Vec<Diagnostic>> {
    let folder: &Path = &scenario.folder;
    read_alone(scenario.name.clone(), folder, &suite.fragments, text, sources)
}
