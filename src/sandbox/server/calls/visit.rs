//! A call about a flow: what of it every such call looks at.

use std::sync::Arc;
use std::time::Duration;

use hyper::header::{HeaderName, HeaderValue};
use uuid::Uuid;

use crate::api::operation::Version;
use crate::sandbox::definition::Definition;
use crate::sandbox::engine::{
    Action, Answer, Refusal, Session, act, arrive, perform, render, short_code_shown, takes_data,
};
use crate::sandbox::server::headers::{LANGUAGE, SESSION, header, text};
use crate::sandbox::server::reply::session_header;
use crate::sandbox::server::request::Request;
use crate::sandbox::server::state::State;
use crate::sandbox::server::stores::clients::{Client, Enrolment};
use crate::sandbox::server::stores::lock;

/// The part of a query that names a client.
pub(super) const CLIENT: &str = "endClientId";

/// A call about a flow.
pub(super) struct Visit {
    pub(super) version: Version,
    pub(super) definition: Arc<Definition>,
    /// The session that it is about, as it was sent.
    pub(super) session: Option<HeaderValue>,
    language: Option<HeaderValue>,
    /// When it came: a large body may take its time after that.
    arrived: Duration,
}

/// What came of an action: what the engine says, and the answer's body.
pub(super) type Outcome = Result<(Answer, String), Refusal>;

impl Visit {
    /// What a request is about.
    ///
    /// # Errors
    ///
    /// 4000 for a flow that is not there, 4101 where it was when the session began; 4050 without a token that an
    /// authenticated flow asks for; 4001 where its theme is missing.
    pub(super) fn of(state: &State, request: &Request) -> Result<Self, Refusal> {
        let (flow, version, headers) = (&request.parameters.flow, request.version, &request.headers);
        let definition = match state.definition(flow, version) {
            Ok(definition) => definition,
            // A session tells a flow that was deleted from one that never was.
            Err(refusal) => {
                let named = client(&request.query());
                let id = header(headers, &SESSION).or(named.as_ref().map(text));
                let session = id.and_then(|id| state.clients.get(id).ok());
                let known = session.is_some_and(|client| lock(&client).session(flow, version).is_ok());
                return Err(if known { Refusal::new(4101) } else { refusal });
            }
        };
        if definition.authenticated {
            state.authorize(headers, request.arrived)?;
        }
        if let Some(theme) = &definition.theme
            && !state.served().account.themes.contains(theme)
        {
            return Err(Refusal::about(4001, theme));
        }
        let value = |name: &HeaderName| headers.get(name).filter(|value| !value.is_empty()).cloned();
        let (session, language) = (value(&SESSION), value(&LANGUAGE));
        Ok(Visit { version, definition, session, language, arrived: request.arrived })
    }

    /// The flow's id.
    pub(super) fn flow(&self) -> &Arc<str> {
        &self.definition.id
    }

    /// Acts on the session with this id.
    pub(super) fn act(&self, state: &State, id: &HeaderValue, action: Action<'_>) -> Outcome {
        self.with(state, id, |session, now| self.perform(state, session, action, now))
    }

    /// Does something with the session with this id, at its time, once the applicant has arrived there.
    ///
    /// # Errors
    ///
    /// 4100 for a session that nobody knows, 4101 for one of another flow, 4109 for one that was abandoned, 4102 for a flow
    /// that a token must lead to; and what `what` says.
    pub(super) fn with<T>(
        &self,
        state: &State,
        id: &HeaderValue,
        what: impl FnOnce(&mut Session, Duration) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let client = state.clients.get(text(id))?;
        let mut client = lock(&client);
        // Looked at under the lock, so that no session sees time run backwards.
        let now = state.now();
        self.begin_connected(&mut client, text(id), now)?;
        let session = client.session(self.flow(), self.version)?;
        arrive(&self.definition, session, self.arrived, now)?;
        what(session, now)
    }

    /// Lets a client begin a flow that a token led it to.
    ///
    /// # Errors
    ///
    /// 4102 for a flow that follows a token, where none was redeemed.
    fn begin_connected(&self, client: &mut Client, id: &str, now: Duration) -> Result<(), Refusal> {
        if !self.definition.follows_token || client.session(self.flow(), self.version).is_ok() {
            return Ok(());
        }
        let is_it = |(flow, version): &(Arc<str>, Version)| flow == self.flow() && *version == self.version;
        let at = client.connected.iter().position(is_it).ok_or_else(|| Refusal::new(4102))?;
        let session = Session::new(&self.definition, id.to_ascii_lowercase(), now)?;
        client.connected.remove(at);
        client.enrolled.push(Enrolment { flow: Arc::clone(self.flow()), version: self.version, session });
        Ok(())
    }

    /// Acts on a session where its applicant has arrived.
    pub(super) fn perform(&self, state: &State, session: &mut Session, action: Action<'_>, now: Duration) -> Outcome {
        let answer = perform(&self.definition, session, action, now)?;
        self.show(state, session, answer)
    }

    /// Acts on a session that begins with it.
    pub(super) fn begin(&self, state: &State, session: &mut Session, action: Action<'_>) -> Outcome {
        let answer = act(&self.definition, session, action, session.created)?;
        self.show(state, session, answer)
    }

    fn show(&self, state: &State, session: &Session, answer: Answer) -> Outcome {
        let body = match &answer {
            Answer::Uploaded(key) => format!("{{\"key\":\"{key}\"}}"),
            _ => render(&self.definition, session, self.language.as_ref().map(text))?,
        };
        if answer == Answer::Step
            && let Some(code) = short_code_shown(&self.definition, session)
        {
            state.short_codes.add(code, &session.id);
        }
        Ok((answer, body))
    }

    /// Whether the session stands where data is taken, before anybody looks at the data.
    ///
    /// # Errors
    ///
    /// 4013 at END, 4014 while a service is at work, 4002 where the step's node is gone.
    pub(super) fn takes_data(&self, session: &Session) -> Result<(), Refusal> {
        takes_data(&self.definition, session)
    }

    /// A session that nobody knows of yet.
    ///
    /// # Errors
    ///
    /// 4102 for a flow that follows a token, 4003 for one without nodes.
    pub(super) fn new_session(&self, state: &State) -> Result<Session, Refusal> {
        if self.definition.follows_token {
            return Err(Refusal::new(4102));
        }
        Session::new(&self.definition, Uuid::new_v4().to_string(), state.now())
    }

    /// Keeps a new session, and returns its id for the answer's header.
    pub(super) fn keep(&self, state: &State, session: Session) -> HeaderValue {
        let id = session_header(&session.id);
        state.clients.add(Enrolment { flow: Arc::clone(self.flow()), version: self.version, session });
        id
    }
}

/// The client that a query names.
pub(super) fn client(query: &[(String, String)]) -> Option<HeaderValue> {
    let id = query.iter().find(|(key, _)| key == CLIENT).map(|(_, id)| id)?;
    HeaderValue::from_str(id).ok()
}
