//! The workload W: what is asked, what is answered, and what each answer is held to. The server, the hand-written client,
//! the scenarios and hurl's files are all made of it, so that they do the same.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

/// The flow that W goes through.
pub const FLOW: &str = "w";
/// The flow with one form, after which the answer is pending for [`PENDING`](super::server::PENDING).
pub const WAITING: &str = "waiting";
/// What stands before the operations in every path.
pub const BASE: &str = "/wfs/interpreter-v2";
/// How many elements a form has.
pub const ELEMENTS: usize = 12;
/// The requests of a scenario.
pub const REQUESTS: usize = 6;

/// A form: its title, and the labels and roles of its elements.
pub struct Form {
    pub title: &'static str,
    pub elements: [(&'static str, &'static str); ELEMENTS],
    /// Which elements are submitted, and with what; `{}` is the scenario's number.
    pub submitted: [(usize, &'static str); 4],
}

/// The forms, in their order.
pub const FORMS: [Form; 3] = [
    Form {
        title: "Personal details",
        elements: [
            ("First name", "first_name"),
            ("Last name", "last_name"),
            ("Date of birth", "dob"),
            ("Email", "email"),
            ("Telephone", "phone"),
            ("Nationality", "nationality"),
            ("Place of birth", "place_of_birth"),
            ("Occupation", "occupation"),
            ("Employer", "employer"),
            ("Tax number", "tax_number"),
            ("Passport number", "passport"),
            ("Remarks", "remarks"),
        ],
        submitted: [(0, "Ada {}"), (1, "Lovelace"), (2, "1990-12-10"), (3, "ada{}@example.com")],
    },
    Form {
        title: "Address",
        elements: [
            ("Street", "address_1"),
            ("House number", "house_number"),
            ("Unit", "unit"),
            ("City", "address_city"),
            ("Suburb", "suburb"),
            ("State", "address_state"),
            ("Postal code", "address_zip"),
            ("Country", "country"),
            ("Since", "since"),
            ("Previous street", "previous_street"),
            ("Previous city", "previous_city"),
            ("Previous country", "previous_country"),
        ],
        submitted: [(0, "St James's Square"), (1, "{}"), (3, "London"), (6, "SW1Y 4JH")],
    },
    Form {
        title: "Account",
        elements: [
            ("Account name", "account_name"),
            ("Currency", "currency"),
            ("Purpose", "purpose"),
            ("Monthly income", "income"),
            ("Source of funds", "source_of_funds"),
            ("Expected payments", "payments"),
            ("Branch", "branch"),
            ("Statement language", "statement_language"),
            ("Card design", "card_design"),
            ("Referred by", "referred_by"),
            ("Voucher", "voucher"),
            ("Comments", "comments"),
        ],
        submitted: [(0, "Engine {}"), (1, "GBP"), (2, "Savings"), (4, "Salary")],
    },
];

/// The element that the JSONPath asks for, of every form.
pub const ASKED: usize = 2;
/// What the END step says.
pub const FAREWELL: &str = "Your account is open";
/// Its title.
pub const END_TITLE: &str = "All done";

/// What comes back to whom, request by request: the operation, the form submitted, the form answered (none: END).
pub const WAY: [(Operation, Option<usize>, Option<usize>); REQUESTS] = [
    (Operation::Flow, None, Some(0)),
    (Operation::Submit, Some(0), Some(1)),
    (Operation::Submit, Some(1), Some(2)),
    (Operation::Back, None, Some(1)),
    (Operation::Submit, Some(1), Some(2)),
    (Operation::Submit, Some(2), None),
];

/// An operation of the API that W uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Flow,
    Submit,
    Back,
}

impl Operation {
    pub fn path(self, flow: &str) -> String {
        let word = match self {
            Operation::Flow => "flow",
            Operation::Submit => "submit",
            Operation::Back => "back",
        };
        format!("{BASE}/test/{word}/{flow}")
    }
}

/// The id of an element: 24 hexadecimal digits, as the API's builder makes them.
pub fn id(form: usize, element: usize) -> String {
    format!("65f0ab12c792412ab8{form:02x}{element:04x}")
}

/// A form as it is answered: some 1.5 KB.
pub fn step(form: usize) -> Value {
    let elements = FORMS[form].elements.iter().enumerate().map(|(at, (name, role))| {
        json!({
            "id": id(form, at), "name": name, "role": role, "type": "text",
            "validations": [{ "type": "required" }],
        })
    });
    json!({
        "id": format!("65f0ab12c792412ab9{form:06x}"), "type": "form", "title": FORMS[form].title,
        "subtitle": "As it stands in your documents", "canGoBack": form > 0,
        "elements": elements.collect::<Vec<_>>(),
    })
}

/// The END step.
pub fn end() -> Value {
    json!({
        "id": "65f0ab12c792412ab9ffffff", "type": "END", "title": END_TITLE, "text": FAREWELL,
        "redirectUrl": "https://example.com/welcome",
    })
}

/// What a scenario submits at a form, with elements by their ids.
pub fn body(form: usize, scenario: usize) -> Value {
    let fields = FORMS[form].submitted.iter();
    Value::Object(fields.map(|(at, text)| (id(form, *at), filled(text, scenario).into())).collect())
}

fn filled(text: &str, scenario: usize) -> String {
    text.replace("{}", &scenario.to_string())
}

/// Writes W as scenarios into a folder, with the configuration that says where the server is.
pub fn write_scenarios(folder: &Path, scenarios: usize, address: &str) -> io::Result<()> {
    let files = folder.join("scenarios");
    std::fs::create_dir_all(&files)?;
    let configuration = format!("server: {{ base_url: \"{address}{BASE}\" }}\nsnapshots: {{ dir: ../snapshots }}\n");
    std::fs::write(files.join("draftgate.yaml"), configuration)?;
    (1..=scenarios).try_for_each(|number| std::fs::write(files.join(file(number, "yaml")), scenario(number)))
}

/// The name of a scenario's file.
pub fn file(number: usize, ending: &str) -> String {
    format!("w-{number:05}.{ending}")
}

/// A scenario of W as draftgate reads it: fields by their labels.
fn scenario(number: usize) -> String {
    let mut text = format!("scenario: Applicant {number} corrects the address, then passes\nflow: {FLOW}\nsteps:\n");
    for (operation, submitted, answered) in WAY {
        let action = match (operation, submitted) {
            (Operation::Submit, Some(form)) => {
                let fields: Vec<String> = FORMS[form]
                    .submitted
                    .iter()
                    .map(|(at, value)| format!("{}: \"{}\"", FORMS[form].elements[*at].0, filled(value, number)))
                    .collect();
                format!("submit: {{ {} }}", fields.join(", "))
            }
            (Operation::Back, _) => "back:".to_owned(),
            _ => "init:".to_owned(),
        };
        let expect = match answered {
            Some(form) => format!(
                "{{ status: 200, type: form, title: {}, json: {{ \"$.elements[{ASKED}].name\": {} }} }}",
                FORMS[form].title, FORMS[form].elements[ASKED].0
            ),
            None => format!("{{ status: 200, type: END, title: {END_TITLE}, json: {{ $.text: {FAREWELL} }} }}"),
        };
        let _written = write!(text, "  - {action}\n    expect: {expect}\n");
    }
    text
}

/// Writes W as files of hurl. Hurl has no fields by labels and no snapshots.
pub fn write_hurl(folder: &Path, scenarios: usize) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    (1..=scenarios).try_for_each(|number| std::fs::write(folder.join(file(number, "hurl")), hurl(number)))
}

fn hurl(number: usize) -> String {
    let mut text = format!("# Applicant {number} corrects the address, then passes\n");
    for (at, (operation, submitted, answered)) in WAY.into_iter().enumerate() {
        let method = if operation == Operation::Submit { "POST" } else { "GET" };
        let _written = writeln!(text, "{method} {{{{server}}}}{}", operation.path(FLOW));
        if at > 0 {
            text.push_str("x-hf-session: {{session}}\n");
        }
        if let Some(form) = submitted {
            let _written = writeln!(text, "{}", body(form, number));
        }
        text.push_str("HTTP 200\n");
        if at == 0 {
            text.push_str("[Captures]\nsession: header \"x-hf-session\"\n");
        }
        let (kind, title, path, value) = match answered {
            Some(form) => {
                let form = &FORMS[form];
                ("form", form.title, format!("$.elements[{ASKED}].name"), form.elements[ASKED].0)
            }
            None => ("END", END_TITLE, "$.text".to_owned(), FAREWELL),
        };
        let _written = writeln!(
            text,
            "[Asserts]\njsonpath \"$.type\" == \"{kind}\"\njsonpath \"$.title\" == \"{title}\"\njsonpath \"{path}\" == \"{value}\"\n"
        );
    }
    text
}
