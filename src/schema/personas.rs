//! `personas.yaml`.

use schemars::json_schema;

use super::value::written;

written! {
    /// Whom the services behind flows know: each by what they stand for, with what is entered into which field.
    Personas = |_| json_schema!({
        "description": "Whom the services behind flows know, for `draftgate explore`: each by what they stand for, with what \
            is entered into which field.",
        "type": "object",
        "additionalProperties": {
            "description": "What is entered, by the field's label, role or whatever else names it.",
            "type": "object",
            "examples": [{ "last_name": "Nomatch" }, { "Registration number": "X12345" }],
        },
        "defaultSnippets": [{ "label": "without a match: { last_name: Nomatch }", "body": { "${1:without a match}": { "${2:last_name}": "${3:Nomatch}" } } }],
    });
}
