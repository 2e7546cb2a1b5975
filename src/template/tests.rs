use std::path::Path;

use serde_json::json;

use super::scope::World;
use super::*;
use crate::redact::Redactor;
use crate::source::Sources;

fn scope() -> Scope {
    let mut scope = Scope::new(Arc::new(World {
        environment: [("HOST".to_owned(), "h".to_owned()), ("KEY".to_owned(), "hush-hush".to_owned())].into(),
        redactor: Redactor::default(),
        seed: 1,
        now: || "2026-02-28T12:00:00Z".parse().unwrap(),
    }));
    scope.define("first", json!("Ada"));
    scope.define("age", json!(36));
    scope.define("list", json!([1, 2]));
    scope
}

fn render(yaml: &str) -> Result<Value, String> {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", yaml);
    let node = crate::yaml::parse(&sources, id).map_err(|mistake| mistake.message)?;
    let mut reading = Reading::new(&sources, Path::new("."));
    let value = Templated::read(&node, &mut reading);
    if let Some(mistake) = reading.mistakes.first() {
        return Err(mistake.message.clone());
    }
    value.render(&scope()).map_err(|mistake| {
        let (line, column) = sources.line_column(mistake.span);
        format!("{line}:{column} {} ({})", mistake.message, mistake.help.unwrap_or_default())
    })
}

#[test]
fn a_whole_template_keeps_its_type() {
    assert_eq!(
        render("a: '{{ age }}'\nb: '{{ list }}'\nc: 'is {{ age }}'"),
        Ok(json!({"a": 36, "b": [1, 2], "c": "is 36"}))
    );
    assert_eq!(render("'{{ first }}{{ age }}'"), Ok(json!("Ada36")));
    assert_eq!(render("'{{ first }}': 1"), Ok(json!({"Ada": 1})));
}

#[test]
fn undefined_names_are_errors_with_their_place() {
    assert_eq!(render("x: 1\ny: '{{ frist }}'").unwrap_err(), "2:4 `frist` is not defined (did you mean `first`?)");
    let absent = "there is no such value in what the step sees; `| default('…')` gives one where it may be missing";
    let wanted = format!("1:1 `list.x.y` is not defined ({absent})");
    assert_eq!(render("'a {{ list.x.y }}'").unwrap_err(), wanted);
    assert_eq!(render("'{{ nothing | default(\"d\") }}'"), Ok(json!("d")));
    assert!(render("'{{ env.NOPE }}'").unwrap_err().contains("`env.NOPE` is not defined"));
}

#[test]
fn dates() {
    assert_eq!(render("'{{ today() }}'"), Ok(json!("2026-02-28")));
    assert_eq!(render("'{{ today() | years(-18) | days(1) }}'"), Ok(json!("2008-02-29")));
    assert_eq!(render("'{{ now() | hours(13) }}'"), Ok(json!("2026-03-01T01:00:00Z")));
    assert_eq!(render("'{{ today() | strftime(\"%d/%m/%Y\") }}'"), Ok(json!("28/02/2026")));
    assert!(render("'{{ first | days(1) }}'").unwrap_err().contains("is no date"));
}

#[test]
fn broken_templates_are_found_when_read() {
    assert!(render("'{{ a b }}'").unwrap_err().starts_with("the template cannot be read"));
    assert!(render("'{% if %}'").unwrap_err().starts_with("the template cannot be read"));
}

#[test]
fn a_secret_is_known_once_it_is_read() {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", "'{{ secret.KEY }}'");
    let node = crate::yaml::parse(&sources, id).unwrap();
    let scope = scope();
    let value = Templated::read(&node, &mut Reading::new(&sources, Path::new("."))).render(&scope);
    assert_eq!(value.ok(), Some(json!("hush-hush")));
    assert_eq!(scope.world().redactor.mask("a hush-hush b"), "a [secret] b");
}

#[test]
fn generated_names_are_seeded_by_their_place() {
    let two = render("['{{ fake.first_name() }}', '{{ fake.first_name() }}']").unwrap();
    assert_eq!(Ok(two.clone()), render("['{{ fake.first_name() }}', '{{ fake.first_name() }}']"));
    assert_ne!(two[0], two[1]);
    assert!(render("'{{ fake.frst_name() }}'").unwrap_err().contains("did you mean `fake.first_name()`?"));
}

#[test]
fn a_template_that_serves_several_steps_gives_each_data_of_its_own() {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", "'{{ fake.first_name() }} {{ fake.last_name() }} {{ fake.street() }}'");
    let node = crate::yaml::parse(&sources, id).unwrap();
    let value = Templated::read(&node, &mut Reading::new(&sources, Path::new(".")));
    let mut scope = scope();
    let mut at = |step| {
        scope.set_place(step);
        value.render(&scope).ok()
    };
    assert_eq!(at(1), at(1));
    assert_ne!(at(1), at(2));
}

#[test]
fn filters_and_generators_are_words_that_must_exist() {
    let words = |source: &str| functions::words(source).into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" ");
    assert_eq!(words("a | upper || b|trim(' | no')"), "upper trim");
    assert_eq!(words("x | y {{ fake.email() | lower }} | z {% if a | first %}"), "email lower first");
    assert!(functions::is_filter(environment(), "years") && functions::is_filter(environment(), "upper"));
    assert!(!functions::is_filter(environment(), "yeasr"));
}
