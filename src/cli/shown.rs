//! Which files are shown, and what is kept back in them.

use std::collections::HashSet;

use super::prepare::Prepared;
use crate::redact::Redactor;
use crate::report::discretion::{Files, Kind, Shown};
use crate::scenario::credentials::{Names, places, referred, referred_in};
use crate::scenario::{Suite, entered};
use crate::source::{Diagnostic, SourceId, Sources, Span};

/// The files of a run as they are shown, made when they are: without credentials and, where that was asked for, without what
/// applicants enter.
pub(super) fn of_run(prepared: &Prepared, mask_data: bool, redactor: &Redactor) -> Shown {
    let (run, sources, redactor) = (prepared.run.clone(), prepared.sources.clone(), redactor.clone());
    Shown::new(move || of_suite(&run.suite, &sources, mask_data, &redactor))
}

/// The files of a suite as they are shown.
pub(super) fn of_suite(suite: &Suite, sources: &Sources, mask_data: bool, redactor: &Redactor) -> Files {
    let (names, none) = (referred_in(suite, sources), Names::new());
    let mut kept: Vec<(Span, Kind)> = Vec::new();
    for (file, _) in sources.each() {
        let found = places(sources, file, names.get(&file).unwrap_or(&none));
        kept.extend(found.into_iter().map(|span| (span, Kind::Secret)));
    }
    if mask_data {
        let entered = entered::places(suite, sources);
        kept.extend(entered.into_iter().map(|(span, value)| (span, Kind::Data(value))));
    }
    Files::new(sources, &kept, redactor)
}

/// The files that findings point into as they are shown. There may be no suite, so that what goes where credentials stand in
/// any file is masked in all of them.
pub(super) fn of_findings(found: &[&Diagnostic], sources: &Sources, redactor: &Redactor) -> Files {
    let mut files: HashSet<SourceId> = HashSet::new();
    for one in found {
        files.insert(one.span.source);
        files.extend(one.related.iter().map(|(span, _)| span.source));
        files.extend(one.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span.source));
    }
    let names: Names = sources.all().flat_map(|source| referred(&source.text)).collect();
    let secrets = files.into_iter().flat_map(|file| places(sources, file, &names));
    let kept: Vec<(Span, Kind)> = secrets.map(|span| (span, Kind::Secret)).collect();
    Files::new(sources, &kept, redactor)
}
