//! The API's operations: method, path and the part of the service they belong to.
//!
//! Several paths of the real service are known only from client code or by inference, so every one of them is a
//! configuration value (`server.paths`) with the defaults of this table.

use std::fmt;

/// Where an operation's path hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// `server.base_url`, the flow interpreter.
    Interpreter,
    /// `server.export_url`, the export API.
    Export,
}

/// What the API can be asked for, the client-credential token aside (its URL stands alone).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Get the current step, or initialise a flow.
    FlowStep,
    /// Initialise with prefilled data.
    PrefilledInit,
    /// Submit data for the current step.
    SubmitStep,
    /// Submit a file for the current step.
    SubmitFile,
    /// Compute a backward step.
    BackStep,
    /// A signed URL for a session.
    SignedUrl,
    /// Make a connector token.
    Connect,
    /// Redeem a connector token.
    Redeem,
    /// Link two end clients.
    Link,
    /// Remove such a link.
    Unlink,
    /// A client's profile.
    Profile,
}

/// One row of the table of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The operation.
    pub operation: Operation,
    /// Its name under `server.paths`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path below the service, with `{flow}`, `{session}`, `{client}` and `{token}` to be filled in.
    pub path: &'static str,
    /// The service.
    pub service: Service,
    /// Whether asking twice is the same as asking once, so that a fault may be answered by asking again.
    pub idempotent: bool,
}

const fn row(
    operation: Operation,
    name: &'static str,
    method: &'static str,
    path: &'static str,
    idempotent: bool,
) -> Row {
    let service = if matches!(operation, Operation::Profile) { Service::Export } else { Service::Interpreter };
    Row { operation, name, method, path, service, idempotent }
}

/// All operations with their defaults.
pub const OPERATIONS: [Row; 11] = [
    row(Operation::FlowStep, "flow", "GET", "/flow/{flow}", true),
    row(Operation::PrefilledInit, "init", "GET", "/init/{flow}", false),
    row(Operation::SubmitStep, "submit", "POST", "/submit/{flow}", false),
    row(Operation::SubmitFile, "file", "POST", "/file/{flow}", false),
    row(Operation::BackStep, "back", "GET", "/back/{flow}", false),
    row(Operation::SignedUrl, "signed_url", "GET", "/signed-url/{flow}?endClientId={session}", true),
    row(Operation::Connect, "connect", "GET", "/connector/{client}/{flow}", false),
    row(Operation::Redeem, "redeem", "GET", "/connector/{token}", false),
    row(Operation::Link, "link", "POST", "/endclient/link", false),
    row(Operation::Unlink, "unlink", "DELETE", "/endclient/link", false),
    row(Operation::Profile, "profile", "GET", "/v2/query/client/{client}?includeFullServiceDetails=true", true),
];

impl Operation {
    /// This operation's row of the table.
    pub fn row(self) -> &'static Row {
        OPERATIONS.iter().find(|row| row.operation == self).expect("every operation has a row")
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.row().name)
    }
}

/// The types of a link between two clients.
pub const LINK_TYPES: [&str; 4] = ["RELATES_TO", "DUPLICATE_OF", "OWNS", "OWNED_BY"];

/// The two versions of a flow that the service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Version {
    /// What the builder holds: every path is prefixed with `/test`.
    #[default]
    Draft,
    /// What is published.
    Live,
}

impl Version {
    /// The word for it in scenarios, maps and reports.
    pub fn word(self) -> &'static str {
        match self {
            Version::Draft => "draft",
            Version::Live => "live",
        }
    }

    /// What stands between the service's own segment and the operation's path.
    pub fn prefix(self) -> &'static str {
        match self {
            Version::Draft => "/test",
            Version::Live => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_one_row() {
        for row in OPERATIONS {
            assert_eq!(row.operation.row().path, row.path);
            assert_eq!(OPERATIONS.iter().filter(|other| other.name == row.name).count(), 1);
        }
    }
}
