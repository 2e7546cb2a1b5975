//! What the two sides say in the languages that they are offered in.

use std::collections::HashSet;

use super::sides::{Standing, Ways, Wrong};
use crate::behaviour::{Answers, Comparison, Question, Scope, Spoken, Which, compare_spoken};
use crate::phrase::counted;

/// The most languages that are compared without being named.
const MOST_LANGUAGES: usize = 8;
/// How often ways of scenarios are tried.
const MOST_ROUNDS: usize = 4;

impl Ways<'_> {
    /// Compares what both sides say in `further` languages, or, where none at all was named, in those that they are found to be
    /// offered in.
    pub(super) fn compare_spoken(
        &self,
        whole: &mut Comparison,
        sides: &mut [Standing; 2],
        first: Option<&str>,
        further: &[String],
    ) -> Result<(), Wrong> {
        let looked_for = first.is_none();
        let mut languages = [further.to_vec(), further.to_vec()];
        if looked_for {
            let Some(offered) = self.offered(sides)? else {
                whole.notes.push("other languages were not compared: a limit was reached".to_owned());
                return Ok(());
            };
            let all = offered[0].iter().chain(offered[1].iter().filter(|language| !offered[0].contains(language)));
            let (chosen, rest): (Vec<_>, Vec<_>) = all.cloned().enumerate().partition(|(at, _)| *at < MOST_LANGUAGES);
            let chosen: HashSet<String> = chosen.into_iter().map(|(_, language)| language).collect();
            if !rest.is_empty() {
                let rest: Vec<String> = rest.into_iter().map(|(_, language)| language).collect();
                let count = counted(rest.len(), "language");
                whole.notes.push(format!(
                    "{count} were not compared: {}; name those that matter with --language",
                    rest.join(", ")
                ));
            }
            languages = offered;
            languages.iter_mut().for_each(|own| own.retain(|language| chosen.contains(language)));
        }
        if languages.iter().all(Vec::is_empty) {
            (whole.before, whole.after) = (sides[0].extent(), sides[1].extent());
            return Ok(());
        }
        let spoken = [self.read(&mut sides[0], &languages[0])?, self.read(&mut sides[1], &languages[1])?];
        let scope = Scope { flow: self.flow.to_owned(), language: first.map(str::to_owned) };
        let mut answers = Answers::new();
        let mut asked: HashSet<String> = HashSet::new();
        for round in 0.. {
            let (before, after) = ((&sides[0].side, &spoken[0]), (&sides[1].side, &spoken[1]));
            let compared = compare_spoken(before, after, looked_for, &answers, &scope);
            let open = compared.ways.iter().filter(|way| !asked.contains(&way.memo()));
            let open: Vec<Question> = open.cloned().collect();
            if open.is_empty() || round == MOST_ROUNDS {
                whole.differences.extend(compared.differences);
                whole.notes.extend(compared.notes);
                break;
            }
            asked.extend(open.iter().map(Question::memo));
            for (standing, which) in sides.iter_mut().zip([Which::Before, Which::After]) {
                let own: Vec<&Question> = open.iter().filter(|question| question.side == which).collect();
                self.ask(standing, &own, &mut answers)?;
            }
        }
        (whole.before, whole.after) = (sides[0].extent(), sides[1].extent());
        Ok(())
    }

    /// The languages that each of the sides is offered in; none where a limit was reached.
    fn offered(&self, sides: &mut [Standing; 2]) -> Result<Option<[Vec<String>; 2]>, Wrong> {
        let [before, after] = sides;
        let (Some((own, old)), Some((other, new))) = (&mut before.asked, &mut after.asked) else { return Ok(None) };
        let found = self.wait(async { tokio::try_join!(own.offered(old), other.offered(new)) })?;
        let (Some((before, earlier)), Some((after, later))) = found else { return Ok(None) };
        for (explored, requests) in [(old, earlier), (new, later)] {
            explored.sessions += 1;
            explored.requests += requests;
        }
        Ok(Some([before, after]))
    }

    /// Asks for each step of a side in each language.
    fn read(&self, standing: &mut Standing, languages: &[String]) -> Result<Spoken, Wrong> {
        let Some((exploration, explored)) = &mut standing.asked else { return Ok(Spoken::default()) };
        let reading = self.wait(exploration.read(explored, languages))?;
        explored.sessions += reading.sessions;
        explored.requests += reading.requests;
        explored.services += reading.services;
        let place = |step: usize| {
            let ident = explored.ident(step);
            standing.side.steps.iter().position(|known| known.idents.contains(&ident))
        };
        let shown = reading.shown.into_iter();
        let shown = shown.filter_map(|((step, language), sight)| Some(((place(step)?, language), sight)));
        Ok(Spoken { languages: languages.to_vec(), shown: shown.collect() })
    }
}
