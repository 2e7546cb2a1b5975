//! Diagnostics as workflow commands of GitHub Actions, which annotate the lines of a pull request.
//!
//! ```text
//! ::warning file=scenarios/a.yaml,line=5,endLine=5,col=13,endColumn=19,title=W006::no step … is called `Adress`
//! ```

use super::diagnostic::Severity;
use crate::source::{Code, Diagnostic, Sources, path_text};

/// One command, with its line end: the message, then help and notes on lines of their own.
pub fn command(severity: Severity, diagnostic: &Diagnostic, sources: &Sources) -> String {
    let word = if severity == Severity::Error { "error" } else { "warning" };
    let source = sources.get(diagnostic.span.source);
    let (line, column) = source.line_column(diagnostic.span.start as usize);
    let (end_line, end_column) = source.line_column(diagnostic.span.end as usize);
    let title = diagnostic.code.map_or("draftgate", Code::number);
    let mut message = diagnostic.message.clone();
    let help = diagnostic.help.iter().map(|help| format!("\nhelp: {help}"));
    let fix = diagnostic.fix.iter().map(|fix| format!("\nhelp: {}: `draftgate lint --fix` does it", fix.message));
    help.chain(fix)
        .chain(diagnostic.notes.iter().map(|note| format!("\nnote: {note}")))
        .for_each(|more| message.push_str(&more));
    let mut properties =
        format!("file={},line={line},endLine={end_line}", property(&path_text(sources.path(diagnostic.span.source))));
    // GitHub takes columns only where the place is on one line.
    if line == end_line {
        properties.push_str(&format!(",col={column},endColumn={end_column}"));
    }
    format!("::{word} {properties},title={}::{}\n", property(title), data(&message))
}

/// The commands for all that does not hold in a test.
pub fn annotations(_test: &crate::journal::Test) -> String {
    String::new()
}

/// Escapes what would end a command's message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes what would end a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let mut sources = Sources::default();
        let id = sources.add("a,b:c.yaml", "first\nsecond: x\n");
        let mistake =
            Diagnostic::mistake(Code::UnknownWord, sources.span(id, 6..12), "100% wrong::so").help("do\r\nthis");
        assert_eq!(
            command(Severity::Error, &mistake, &sources),
            "::error file=a%2Cb%3Ac.yaml,line=2,endLine=2,col=1,endColumn=7,title=E020::100%25 wrong::so%0Ahelp: do%0D%0Athis\n"
        );
        let long = Diagnostic::new(sources.span(id, 0..10), "x");
        assert_eq!(
            command(Severity::Warning, &long, &sources),
            "::warning file=a%2Cb%3Ac.yaml,line=1,endLine=2,title=draftgate::x\n"
        );
    }
}
