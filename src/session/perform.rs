//! Performing a step: one `match` over the actions.

use serde_json::{Map, Value, json};

use super::{Applicant, Applicants, Performed, StepError};
use crate::api::client::Parameters;
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::operation::Operation;
use crate::api::token::Credentials;
use crate::redact::Secret;
use crate::scenario::action::{Action, Authenticate, Link, Request, Upload};
use crate::scenario::{Auth, SessionHeader, Step};
use crate::source::{Code, Diagnostic};
use crate::template::Templated;

impl Applicants {
    /// Performs a step that sends something. `retry` is whether a fault may be answered by asking again.
    pub async fn perform(&mut self, step: &Step, retry: bool) -> Result<Performed, StepError> {
        self.enter(step);
        self.retry = retry;
        let mut performed = Vec::new();
        let mut warnings = Vec::new();
        let exchange = match &step.action {
            Action::Init => {
                self.applicant_mut(&step.applicant).session = None;
                self.flow_call(step, Operation::FlowStep, RequestBody::Empty).await?
            }
            // Without a session FlowStep would begin another applicant.
            Action::Current | Action::Back if self.acting(step).session.is_none() && step.session.is_none() => {
                return Err(no_session(step));
            }
            Action::Current => self.flow_call(step, Operation::FlowStep, RequestBody::Empty).await?,
            Action::Back => self.flow_call(step, Operation::BackStep, RequestBody::Empty).await?,
            Action::Submit(fields) => match self.submit_body(step, fields, &mut performed, &mut warnings).await {
                Ok(body) => self.flow_call(step, Operation::SubmitStep, RequestBody::Json(body)).await?,
                Err(StepError::Refused(exchange)) => {
                    performed.pop();
                    *exchange
                }
                Err(error) => return Err(error),
            },
            Action::Upload(upload) => {
                let Upload { field, file, media_type } = &**upload;
                self.upload(step, field, file, media_type.as_ref(), &mut warnings).await?
            }
            Action::Connect(connect) => self.connect(step, connect.client.as_ref(), connect.flow.as_ref()).await?,
            Action::Redeem { token } => self.redeem(step, token.as_ref()).await?,
            Action::Link(link) => self.link(step, Operation::Link, link).await?,
            Action::Unlink(link) => self.link(step, Operation::Unlink, link).await?,
            Action::Profile { client } => self.profile(step, client.as_ref()).await?,
            Action::Authenticate(other) => {
                let Authenticate { client_id, client_secret, scope } = &**other;
                self.authenticate(step, client_id.as_ref(), client_secret.as_ref(), scope.as_ref()).await?
            }
            Action::Request(request) => {
                let Request { method, path, headers, body } = &**request;
                self.request(step, method.as_ref(), path, headers, body.as_ref()).await?
            }
            // The runner sleeps, and runs a fragment's steps one by one.
            Action::Sleep(_) | Action::Use(_) => {
                return Err(mistake(step, format!("`{}` sends nothing", step.action.name())));
            }
        };
        Ok(Performed { before: performed, exchange, warnings })
    }

    /// Asks for the current step once more, as polling does.
    pub async fn poll(&mut self, step: &Step) -> Result<Exchange, StepError> {
        let mut parameters = self.parameters(step).await?;
        parameters.retry_on_pending = false;
        let sent = parameters.session.clone();
        let exchange = self.client.call(Operation::FlowStep, parameters, true).await?;
        let applicant = self.applicant_mut(&step.applicant);
        applicant.take(&exchange.answer, sent.as_deref());
        if matches!(step.action, Action::Submit(_)) {
            applicant.submitted(&exchange.answer);
        }
        Ok(exchange)
    }

    /// A call that answers with a step of the flow.
    async fn flow_call(&mut self, step: &Step, operation: Operation, body: RequestBody) -> Result<Exchange, StepError> {
        let mut parameters = self.parameters(step).await?;
        parameters.body = body;
        let sent = parameters.session.clone();
        let exchange = self.client.call(operation, parameters, self.retry).await?;
        let begins = operation == Operation::FlowStep && sent.is_none();
        let foreign = self.is_foreign(step);
        let applicant = self.applicant_mut(&step.applicant);
        if foreign {
            applicant.remember(&exchange.answer);
        } else {
            applicant.take(&exchange.answer, sent.as_deref());
        }
        if begins && !foreign && !exchange.answer.is_error() {
            applicant.first_step = exchange.answer.json().and_then(|body| body.get("id").cloned());
            applicant.uploads.clear();
        }
        if operation == Operation::SubmitStep && !exchange.answer.is_error() {
            applicant.submitted(&exchange.answer);
            applicant.uploads.clear();
        }
        Ok(exchange)
    }

    /// What every call of a step carries.
    pub(super) async fn parameters(&self, step: &Step) -> Result<Parameters, StepError> {
        let applicant = self.acting(step);
        let session = match &step.session {
            Some(SessionHeader::None) => None,
            Some(SessionHeader::Value(value)) => Some(value.render_text(&self.scope)?),
            None => applicant.session.clone(),
        };
        let language = match &step.language {
            Some(language) => Some(language.render_text(&self.scope)?),
            None => self.setting.language.clone(),
        };
        Ok(Parameters {
            version: self.setting.version,
            flow: applicant.flow.clone(),
            session,
            language,
            retry_on_pending: step.retry_on_pending,
            bearer: self.bearer_of(step).await?,
            headers: self.pairs(&step.headers)?,
            ..Parameters::default()
        })
    }

    /// The token that a scenario with `auth: client` sends with every request.
    async fn bearer_of(&self, step: &Step) -> Result<Option<Secret>, StepError> {
        let wanted = self.setting.auth == Auth::Client;
        let bearer = self.bearer(wanted).await?;
        if wanted && bearer.is_none() {
            let mistake =
                Diagnostic::mistake(Code::NoCredentials, step.action_span, "`auth: client` needs credentials");
            let help = "set server.client_id and server.client_secret in draftgate.yaml";
            return Err(StepError::Mistake(Box::new(mistake.help(help))));
        }
        Ok(bearer)
    }

    /// The token that an `authenticate` step fetched, or the shared one where it is wanted.
    async fn bearer(&self, wanted: bool) -> Result<Option<Secret>, StepError> {
        match &self.bearer {
            Some(bearer) => Ok(Some(bearer.clone())),
            None if wanted => self.client.bearer().await.map_err(StepError::Call),
            None => Ok(None),
        }
    }

    fn pairs(&self, pairs: &[(Templated, Templated)]) -> Result<Vec<(String, String)>, StepError> {
        pairs
            .iter()
            .map(|(name, value)| Ok((name.render_text(&self.scope)?, value.render_text(&self.scope)?)))
            .collect()
    }

    fn text(&self, value: Option<&Templated>) -> Result<Option<String>, StepError> {
        Ok(value.map(|value| value.render_text(&self.scope)).transpose()?)
    }

    /// A call that is not about a step of the flow: without the session header, unless the step says so.
    async fn side_parameters(&self, step: &Step) -> Result<Parameters, StepError> {
        let mut parameters = self.parameters(step).await?;
        if step.session.is_none() {
            parameters.session = None;
        }
        Ok(parameters)
    }

    async fn side_call(
        &mut self,
        step: &Step,
        operation: Operation,
        parameters: Parameters,
    ) -> Result<Exchange, StepError> {
        let exchange = self.client.call(operation, parameters, self.retry).await?;
        self.applicant_mut(&step.applicant).remember(&exchange.answer);
        Ok(exchange)
    }

    async fn connect(
        &mut self,
        step: &Step,
        client: Option<&Templated>,
        flow: Option<&Templated>,
    ) -> Result<Exchange, StepError> {
        let mut parameters = self.side_parameters(step).await?;
        let client = match self.text(client)? {
            Some(client) => client,
            None => self.acting(step).session.clone().ok_or_else(|| no_session(step))?,
        };
        if let Some(flow) = self.text(flow)? {
            parameters.flow = self.setting.flows.get(&flow).cloned().unwrap_or(flow);
        }
        parameters.client = Some(client.clone());
        let exchange = self.side_call(step, Operation::Connect, parameters).await?;
        if let Some(token) = exchange.answer.json().and_then(|body| body.get("token")?.as_str()) {
            self.scope.define("token", Value::from(token));
            self.tokens.insert(token.to_owned(), client);
        }
        Ok(exchange)
    }

    async fn redeem(&mut self, step: &Step, token: Option<&Templated>) -> Result<Exchange, StepError> {
        let mut parameters = self.side_parameters(step).await?;
        let token = match self.text(token)? {
            Some(token) => token,
            None => match self.scope.get("token").and_then(Value::as_str) {
                Some(token) => token.to_owned(),
                None => {
                    let mistake =
                        Diagnostic::mistake(Code::NoCredentials, step.action_span, "there is no token to redeem");
                    let help = "make one with `connect` before, or give one: `redeem: { token: … }`";
                    return Err(StepError::Mistake(Box::new(mistake.help(help))));
                }
            },
        };
        parameters.token = Some(token.clone());
        let exchange = self.side_call(step, Operation::Redeem, parameters).await?;
        let client = self.tokens.get(&token).cloned();
        let answer = &exchange.answer;
        if let Some(flow) = answer.json().and_then(|body| body.get("flowId")?.as_str()).filter(|_| !answer.is_error()) {
            let session = answer.session().map(str::to_owned);
            let applicant = self.applicant_mut(&step.applicant);
            let session = session.or(applicant.session.take()).or(client);
            *applicant =
                Applicant { session, flow: flow.to_owned(), last: applicant.last.take(), ..Applicant::default() };
        }
        Ok(exchange)
    }

    async fn link(&mut self, step: &Step, operation: Operation, link: &Link) -> Result<Exchange, StepError> {
        let mut parameters = self.side_parameters(step).await?;
        let mut body = Map::new();
        for (key, value) in [("to", &link.to), ("from", &link.from), ("type", &link.kind)] {
            if let Some(value) = value {
                body.insert(key.to_owned(), value.render(&self.scope)?);
            }
        }
        parameters.body = RequestBody::Json(Value::Object(body));
        self.side_call(step, operation, parameters).await
    }

    async fn profile(&mut self, step: &Step, client: Option<&Templated>) -> Result<Exchange, StepError> {
        let mut parameters = self.side_parameters(step).await?;
        parameters.client = match self.text(client)? {
            Some(client) => Some(client),
            None => Some(self.acting(step).session.clone().ok_or_else(|| no_session(step))?),
        };
        // The export API always asks for the token, whether the flow does or not.
        parameters.bearer = self.bearer(true).await?;
        self.side_call(step, Operation::Profile, parameters).await
    }

    async fn authenticate(
        &mut self,
        step: &Step,
        id: Option<&Templated>,
        secret: Option<&Templated>,
        scope: Option<&Templated>,
    ) -> Result<Exchange, StepError> {
        let configured = self.client.config().credentials.clone();
        let configured = configured.unwrap_or_else(|| Credentials {
            client_id: String::new(),
            client_secret: Secret::new(""),
            scope: String::new(),
        });
        let credentials = Credentials {
            client_id: self.text(id)?.unwrap_or(configured.client_id),
            client_secret: self.text(secret)?.map_or(configured.client_secret, Secret::new),
            scope: self.text(scope)?.unwrap_or(configured.scope),
        };
        if credentials.client_id.is_empty() {
            let mistake = Diagnostic::mistake(
                Code::NoCredentials,
                step.action_span,
                "there are no credentials to authenticate with",
            );
            let help = "give them here, or set server.client_id and server.client_secret in draftgate.yaml";
            return Err(StepError::Mistake(Box::new(mistake.help(help))));
        }
        let exchange = self.client.authenticate(&credentials, self.retry).await?;
        if let Some(token) = exchange.answer.json().and_then(|body| body.get("access_token")?.as_str()) {
            self.bearer = Some(Secret::new(token));
        }
        self.applicant_mut(&step.applicant).remember(&exchange.answer);
        Ok(exchange)
    }

    async fn request(
        &mut self,
        step: &Step,
        method: Option<&Templated>,
        path: &Templated,
        headers: &[(Templated, Templated)],
        body: Option<&Templated>,
    ) -> Result<Exchange, StepError> {
        let mut parameters = self.side_parameters(step).await?;
        let method = self.text(method)?.unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
        parameters.headers.extend(self.pairs(headers)?);
        parameters.body = match body.map(|body| body.render(&self.scope)).transpose()? {
            None => RequestBody::Empty,
            Some(Value::String(text)) => RequestBody::Text(text),
            Some(value) => RequestBody::Json(value),
        };
        let path = self.request_path(path)?;
        let exchange = self.client.call_path(&method, &path, parameters, self.retry).await?;
        self.applicant_mut(&step.applicant).remember(&exchange.answer);
        Ok(exchange)
    }
}

impl Applicants {
    /// The path of a `request`. One that is an operation of the API's live version is refused where that is not allowed.
    fn request_path(&self, path: &Templated) -> Result<String, StepError> {
        let text = path.render_text(&self.scope)?;
        if self.client.is_live_operation(&text) && !self.setting.allow_live {
            let message = format!("{text} calls the live version of a flow, which this run does not allow");
            let help = format!(
                "write /test/{} for the draft, or add --allow-live to the command",
                text.trim_start_matches('/')
            );
            return Err(StepError::Mistake(Box::new(
                Diagnostic::mistake(Code::LiveVersion, path.span, message).help(help),
            )));
        }
        Ok(text)
    }
}

pub(super) fn mistake(step: &Step, message: String) -> StepError {
    StepError::Mistake(Box::new(Diagnostic::new(step.action_span, message)))
}

fn no_session(step: &Step) -> StepError {
    let diagnostic = Diagnostic::mistake(
        Code::NoSession,
        step.action_span,
        format!("`{}` needs a session, and there is none yet", step.action.name()),
    );
    StepError::Mistake(Box::new(diagnostic.help("begin with `- init`, or name the client")))
}

/// The body of a submit whose keys go out as they are written.
pub(super) fn as_written(entries: &[(String, Value)]) -> Value {
    json!(entries.iter().cloned().collect::<Map<String, Value>>())
}
