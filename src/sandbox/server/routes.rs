//! Which path leads to which call.
//!
//! One table serves requests, faults and the list that is shown when the sandbox starts: that of the API's operations.

use hyper::Method;
use percent_encoding::percent_decode_str;

use crate::api::operation::{OPERATIONS, Operation, Row, Service, Version};

/// Below which the interpreter's operations hang.
pub(super) const INTERPRETER: &str = "/wfs/interpreter-v2";
/// Below which the export API's operations hang.
pub(super) const EXPORT: &str = "/wfs/export";
/// Where client-credential tokens are made.
pub(super) const TOKEN: &str = "/connect/token";
/// Where the SDK of the document verification reports, below the interpreter: the sandbox's own.
pub(super) const CAPTURE: &str = "/sandbox/docv/{short_code}";

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// An operation of the API.
    Operation(&'static Row, Version, Parameters),
    /// A client-credential token.
    Token,
    /// What the SDK captured for a short code.
    Capture(String),
}

/// What stands in an operation's path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) flow: String,
    pub(super) client: String,
    pub(super) token: String,
}

/// Why a request leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoRoute {
    /// Nothing is at this path.
    Path,
    /// Something is, for other methods.
    Method(Vec<&'static str>),
}

/// The call that a request is.
pub(super) fn find(method: &Method, path: &str) -> Result<Route, NoRoute> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    let post = |route: Route| if method == "POST" { Ok(route) } else { Err(NoRoute::Method(vec!["POST"])) };
    if path == TOKEN {
        return post(Route::Token);
    }
    let (service, below) = if let Some(below) = path.strip_prefix(INTERPRETER) {
        (Service::Interpreter, below)
    } else {
        (Service::Export, path.strip_prefix(EXPORT).ok_or(NoRoute::Path)?)
    };
    let mut short_code = String::new();
    if service == Service::Interpreter && fits(CAPTURE, below, |_, part| short_code = decode(part)) {
        return post(Route::Capture(short_code));
    }
    let draft = Version::Draft.prefix();
    let (version, below) = match below.strip_prefix(draft).filter(|rest| rest.starts_with('/')) {
        Some(rest) => (Version::Draft, rest),
        None => (Version::Live, below),
    };
    let mut allowed = Vec::new();
    for row in OPERATIONS.iter().filter(|row| row.service == service) {
        let mut parameters = Parameters::default();
        let fits = fits(template(row), below, |name, part| match name {
            "{flow}" => parameters.flow = decode(part),
            "{client}" => parameters.client = decode(part),
            _ => parameters.token = decode(part),
        });
        if !fits {
            continue;
        }
        if row.method == method {
            return Ok(Route::Operation(row, version, parameters));
        }
        allowed.push(row.method);
    }
    Err(if allowed.is_empty() { NoRoute::Path } else { NoRoute::Method(allowed) })
}

/// An operation's path without its query.
fn template(row: &Row) -> &'static str {
    row.path.split('?').next().unwrap_or_default()
}

/// Whether a path fits a template; `take` is given each name of the template with what stands in its place.
fn fits(template: &'static str, path: &str, mut take: impl FnMut(&'static str, &str)) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(name), Some(part)) if name.starts_with('{') && !part.is_empty() => take(name, part),
            (Some(fixed), Some(part)) if fixed == part => {}
            _ => return false,
        }
    }
}

fn decode(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

/// Below which an operation hangs.
pub(super) fn service(row: &Row) -> &'static str {
    match row.service {
        Service::Interpreter => INTERPRETER,
        Service::Export => EXPORT,
    }
}

impl Route {
    /// The operation that it is for, its version and the flow in its path.
    pub(super) fn operation(&self) -> Option<(Operation, Version, &str)> {
        match self {
            Route::Operation(row, version, parameters) => Some((row.operation, *version, &parameters.flow)),
            Route::Token | Route::Capture(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &str, path: &str) -> Result<Route, NoRoute> {
        find(&Method::from_bytes(method.as_bytes()).unwrap(), path)
    }

    #[test]
    fn a_path_leads_to_its_operation_and_version() {
        let about = |method: &str, path: &str| {
            let route = of(method, path).unwrap();
            route.operation().map(|(operation, version, flow)| (operation, version, flow.to_owned()))
        };
        let flow = |operation, version| Some((operation, version, "a b".to_owned()));
        let base = INTERPRETER;
        assert_eq!(about("GET", &format!("{base}/flow/a%20b")), flow(Operation::FlowStep, Version::Live));
        assert_eq!(about("HEAD", &format!("{base}/test/flow/a%20b")), flow(Operation::FlowStep, Version::Draft));
        assert_eq!(about("POST", &format!("{base}/test/submit/a%20b")), flow(Operation::SubmitStep, Version::Draft));
        let client = Parameters { client: "c".to_owned(), ..Parameters::default() };
        let Ok(Route::Operation(row, Version::Draft, parameters)) = of("GET", "/wfs/export/test/v2/query/client/c")
        else {
            panic!("no profile")
        };
        assert_eq!((row.operation, parameters), (Operation::Profile, client));
        let connected = of("GET", &format!("{base}/connector/c/f")).unwrap();
        assert!(matches!(connected, Route::Operation(row, ..) if row.operation == Operation::Connect));
        assert_eq!(of("POST", TOKEN), Ok(Route::Token));
        assert_eq!(of("POST", &format!("{base}/sandbox/docv/1f")), Ok(Route::Capture("1f".to_owned())));
    }

    #[test]
    fn a_flow_may_be_called_test() {
        let Ok(Route::Operation(_, version, parameters)) = of("GET", "/wfs/interpreter-v2/flow/test") else { panic!() };
        assert_eq!((version, parameters.flow.as_str()), (Version::Live, "test"));
    }

    #[test]
    fn nothing_and_another_method_are_told_apart() {
        for path in
            ["/", "/wfs", "/wfs/interpreter-v2/flow", "/wfs/interpreter-v2/flow/", "/wfs/interpreter-v2/flow/a/b"]
        {
            assert_eq!(of("GET", path), Err(NoRoute::Path), "{path}");
        }
        assert_eq!(of("PUT", "/wfs/interpreter-v2/flow/a"), Err(NoRoute::Method(vec!["GET"])));
        assert_eq!(of("GET", "/wfs/interpreter-v2/endclient/link"), Err(NoRoute::Method(vec!["POST", "DELETE"])));
        assert_eq!(of("GET", TOKEN), Err(NoRoute::Method(vec!["POST"])));
    }
}
