//! What each call becomes: one `match` over the operations.

use serde_json::Value;

use super::Recorded;
use super::recognise::CallKind;
use super::scribe::Scribe;
use super::sort::{Assigned, link_ends, sent_session};
use crate::api::exchange::RequestBody;
use crate::api::operation::{LINK_TYPES, Operation};
use crate::compose::draft::{Data, Step};
use crate::compose::personal::Treatment;

impl Scribe<'_> {
    /// Writes one call down. `later` are the calls that follow in the same scenario.
    pub(super) fn act(&mut self, call: &Assigned<'_>, later: &[Assigned<'_>]) {
        let recorded = call.recorded;
        let operation = match &call.call.kind {
            CallKind::Operation(operation) => *operation,
            CallKind::Capture(code) => return self.capture(call, code),
            CallKind::Token => return,
        };
        match operation {
            Operation::FlowStep | Operation::PrefilledInit => self.flow_step(call, operation),
            Operation::SubmitStep => self.submit(call),
            Operation::SubmitFile => self.upload(call, later),
            Operation::BackStep => {
                let person = self.standing(call);
                let at = self.push(Some(person), Step::new("back"), recorded);
                self.take(person, at, recorded);
            }
            Operation::Connect => self.connect(call),
            Operation::Redeem => self.redeem(call),
            Operation::Link | Operation::Unlink => self.link(call, operation),
            Operation::Profile => {
                let person = self.standing(call);
                self.push(Some(person), Step::new("profile"), recorded);
            }
            Operation::SignedUrl => {
                let path = "/test/signed-url/{flow}?endClientId={{ session }}".to_owned();
                let person = self.standing(call);
                let step = Step::with_map("request", vec![("path", Data::Template(path))]);
                self.push(Some(person), step, recorded);
            }
        }
    }

    /// Whoever acts, who must have begun before: a recording may begin in the middle.
    pub(super) fn standing(&mut self, call: &Assigned<'_>) -> usize {
        let known = self.persons.iter().any(|person| person.session == call.actor);
        let person = self.person(&call.actor);
        if !known {
            self.note(
                call.recorded,
                "this session began before the recording: the scenario begins with `init` in its place",
            );
            let mut init = Step::new("init");
            init.above =
                vec!["The recording begins in the middle: put the steps that lead here in between.".to_owned()];
            if let Some(name) = self.persons[person].name.clone() {
                init.set("as", Data::text(name), "");
            }
            let flow = call.call.flow.clone();
            self.push_unrecorded(person, init, call.recorded);
            self.persons[person].flow = flow;
            self.persons[person].unknown = true;
        }
        person
    }

    fn flow_step(&mut self, call: &Assigned<'_>, operation: Operation) {
        let recorded = call.recorded;
        let begins = sent_session(recorded).is_none() && !recorded.exchange.request.url.contains("endClientId=");
        if begins || operation == Operation::PrefilledInit {
            let person = self.person(&call.actor);
            let mut step = Step::new("init");
            if operation == Operation::PrefilledInit {
                self.note(recorded, "the flow was begun with prefilled data, which a plain `init` does not send");
                step.comment = "was begun with prefilled data".to_owned();
            }
            let at = self.push(Some(person), step, recorded);
            self.persons[person].flow.clone_from(&call.call.flow);
            return self.take(person, at, recorded);
        }
        let known = self.persons.iter().any(|person| person.session == call.actor);
        let person = self.standing(call);
        if let Some(at) = self.persons[person].waiting {
            return self.resolve(person, at, recorded);
        }
        // In place of what came before the recording, this is where it stands.
        let at = match known {
            true => self.push(Some(person), Step::new("current"), recorded),
            false => self.steps.len() - 1,
        };
        self.take(person, at, recorded);
    }

    fn capture(&mut self, call: &Assigned<'_>, code: &str) {
        let recorded = call.recorded;
        let person = self.standing(call);
        let body = match &recorded.exchange.request.body {
            RequestBody::Json(body) => {
                self.loose(person, recorded, "document", body).unwrap_or_else(|| Data::Map(Vec::new()))
            }
            _ => Data::Map(Vec::new()),
        };
        let shown = self.persons[person].last.as_ref().and_then(|last| last.get("shortCode")?.as_str());
        let code = if shown == Some(code) { "{{ step.shortCode }}".to_owned() } else { code.to_owned() };
        let entries = vec![
            ("method", Data::text("POST")),
            ("path", Data::Template(format!("/sandbox/docv/{code}"))),
            ("body", body),
        ];
        let mut step = Step::with_map("request", entries);
        step.above = vec![
            "In the sandbox this stands for the SDK, which captures the document for the step's short code.".to_owned(),
        ];
        let at = self.push(Some(person), step, recorded);
        // Its answer is none of the API's: the applicant's own next answer tells where the flow is.
        self.steps[at].modifiers.retain(|(name, ..)| *name != "expect");
        self.steps[at].set("snapshot", Data::Json(Value::Bool(false)), "");
    }

    fn connect(&mut self, call: &Assigned<'_>) {
        let person = self.standing(call);
        let mut entries = Vec::new();
        if call.call.flow != self.persons[person].flow {
            entries.push(("flow", Data::text(self.alias(&call.call.flow))));
        }
        let at = self.push(Some(person), Step::with_map("connect", entries), call.recorded);
        if let Some(token) = call.recorded.exchange.answer.json().and_then(|body| body.get("token")?.as_str()) {
            self.tokens.push((token.to_owned(), at));
        }
    }

    fn redeem(&mut self, call: &Assigned<'_>) {
        let known = self.persons.iter().any(|person| person.session == call.actor);
        let person = self.person(&call.actor);
        let mut step = Step::new("redeem");
        let made = self.tokens.iter().rposition(|(token, _)| *token == call.call.token);
        match made {
            Some(at) if at + 1 == self.tokens.len() => {}
            Some(at) => {
                let name = format!("token_{}", at + 1);
                let made_by = self.tokens[at].1;
                let capture = Data::Map(vec![(name.clone(), Data::text("$.token"))]);
                self.steps[made_by].set("capture", capture, "");
                step = Step::with_map("redeem", vec![("token", Data::Template(format!("{{{{ {name} }}}}")))]);
            }
            None => {
                self.note(
                    call.recorded,
                    "the connector token was made outside the recording: the scenario reads it from CONNECTOR_TOKEN",
                );
                step = Step::with_map(
                    "redeem",
                    vec![("token", Data::Template("{{ secret.CONNECTOR_TOKEN }}".to_owned()))],
                );
            }
        }
        self.push(Some(person), step, call.recorded);
        if let Some(flow) = call.recorded.exchange.answer.json().and_then(|body| body.get("flowId")?.as_str()) {
            flow.clone_into(&mut self.persons[person].flow);
        }
        self.persons[person].elements.clear();
        if !known && self.steps.len() == 1 {
            self.steps[0].above.push("The applicant comes by a token that was made elsewhere.".to_owned());
        }
    }

    fn link(&mut self, call: &Assigned<'_>, operation: Operation) {
        let recorded = call.recorded;
        let [from, to] = link_ends(&recorded.exchange.request.body);
        if !call.apart.is_empty() {
            return self.link_apart(call, operation, [from, to]);
        }
        let mut entries = Vec::new();
        for (key, end) in [("from", from), ("to", to)] {
            if let Some(end) = end {
                entries.push((key, self.session_of(recorded, &end)));
            }
        }
        if let RequestBody::Json(body) = &recorded.exchange.request.body
            && let Some(kind) = body.get("type").and_then(Value::as_str)
        {
            let known = LINK_TYPES.contains(&kind);
            if !known {
                self.note(recorded, "the link's type is none that the API's reference lists");
            }
            let replaced = !known && self.options.treatment == Treatment::Replace;
            entries.push(("type", Data::text(if replaced { "UNKNOWN" } else { kind })));
        }
        let action = if operation == Operation::Link { "link" } else { "unlink" };
        self.push(None, Step::with_map(action, entries), recorded);
    }

    /// A link to somebody in another flow, who has a scenario apart: it stands here as a comment.
    fn link_apart(&mut self, call: &Assigned<'_>, operation: Operation, ends: [Option<String>; 2]) {
        let flows: Vec<String> = call.apart.iter().map(|flow| self.alias(flow)).collect();
        let flows = flows.join(" and ");
        let action = if operation == Operation::Link { "link" } else { "unlink" };
        self.note(
            call.recorded,
            &format!("{action} with somebody in the flow {flows}, who has a scenario of their own: it stands in this one as a comment"),
        );
        let end = |end: Option<String>| {
            let mine = end.is_some_and(|end| end.trim().eq_ignore_ascii_case(&call.actor));
            if mine { "{{ session }}" } else { "{{ env.CLIENT }}" }
        };
        let [from, to] = ends.map(end);
        let kind = match &call.recorded.exchange.request.body {
            RequestBody::Json(body) => body.get("type").and_then(Value::as_str),
            _ => None,
        };
        let kind = kind.filter(|kind| LINK_TYPES.contains(kind)).unwrap_or("…");
        self.between.extend([
            format!("Here the recording has a {action} with somebody in the flow {flows}, whose scenario is another one. With that session in CLIENT:"),
            format!("- {action}: {{ from: \"{from}\", to: \"{to}\", type: {kind} }}"),
        ]);
    }

    /// A session of somebody in the recording, captured where it began.
    fn session_of(&mut self, recorded: &Recorded, session: &str) -> Data {
        let session = session.trim().to_ascii_lowercase();
        let Some(at) = self.persons.iter().position(|person| person.session == session) else {
            self.note(recorded, "one of the two clients is not in the recording: the scenario reads it from CLIENT");
            return Data::Template("{{ env.CLIENT }}".to_owned());
        };
        let name = if at == 0 { "client".to_owned() } else { format!("client_{}", at + 1) };
        if let Some(first) = self.persons[at].first {
            self.steps[first].set("capture", Data::Map(vec![(name.clone(), Data::text("session"))]), "");
        }
        Data::Template(format!("{{{{ {name} }}}}"))
    }
}
