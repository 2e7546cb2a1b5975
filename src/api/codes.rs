//! The error table of the reference: the one place that knows the codes, for the client, the sandbox, `draftgate explain`
//! and the conformance suite alike.

/// One row of the reference's table "Error codes".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode {
    /// The number in the body's `code`.
    pub number: u16,
    /// The reference's own words.
    pub text: &'static str,
    /// The HTTP status that the sandbox sends with it. The reference promises only that it is not a success, so no
    /// check relies on it.
    pub status: u16,
    /// When it occurs.
    pub when: &'static str,
    /// How to provoke it: the scenario of the conformance suite that does, which runs as it stands against the sandbox.
    pub provoke: &'static str,
}

impl ErrorCode {
    /// Where the scenario that provokes it lies, from the project's root.
    pub fn scenario(&self) -> String {
        format!("scenarios/conformance/codes/{}.yaml", self.number)
    }
}

/// A row of the table; it does not compile without the scenario.
macro_rules! code {
    ($number:literal, $status:literal, $text:literal, $when:literal $(,)?) => {
        ErrorCode {
            number: $number,
            status: $status,
            text: $text,
            when: $when,
            provoke: include_str!(concat!("../../scenarios/conformance/codes/", $number, ".yaml")),
        }
    };
}

/// All codes, ascending.
pub const CODES: [ErrorCode; 30] = [
    code!(
        4000,
        404,
        "Flow not found",
        "no flow has the id in the path, or it is not published and the live version is asked for",
    ),
    code!(4001, 404, "Flow theme not found", "the theme set for the hosted flow does not exist"),
    code!(4002, 404, "Node not found", "the node was removed and the flow republished while the applicant stood on it"),
    code!(4003, 400, "Flow is empty", "the draft is called before any element was added to the flow"),
    code!(
        4005,
        400,
        "Root node is not a subsequent token node",
        "a connector token is redeemed for a flow that does not begin with one",
    ),
    code!(4006, 400, "Missing data for required element", "a required field is not in the payload"),
    code!(
        4007,
        400,
        "Submitted data is malformed",
        "a value does not match the field's type, such as text for a number",
    ),
    code!(
        4008,
        400,
        "Failed validation for submitted data",
        "a string, number or date is outside the minimum and maximum of its field",
    ),
    code!(4009, 400, "Service execution failed", "a service called by the flow returned an error"),
    code!(4011, 401, "Invalid token", "the connector token was never made, or is redeemed already"),
    code!(4012, 401, "Token has expired", "the connector token is redeemed too late"),
    code!(4013, 400, "Flow already finished", "data is submitted after the flow reached its end"),
    code!(4014, 400, "Invalid submit data", "a service such as electronic id got data that it cannot take"),
    code!(
        4015,
        400,
        "Invalid direct submit on root not form node",
        "a submit without session, to a flow that does not begin with a form",
    ),
    code!(4050, 401, "Invalid credentials", "an authenticated flow is called without a valid client-credential token"),
    code!(4100, 404, "Client not found", "the session id is none that the API knows"),
    code!(
        4101,
        404,
        "Client has no flow with given ID",
        "the session belongs to another flow, or to one that was deleted",
    ),
    code!(4102, 404, "Subsequent token not found", "a flow that follows a token is begun without one"),
    code!(
        4103,
        400,
        "Illegal back action",
        "back at the first step, after the end, or onto a step that cannot be entered again",
    ),
    code!(
        4105,
        400,
        "Create linked leads invalid request",
        "a link is made without a client at either end, or with an unknown type",
    ),
    code!(
        4106,
        400,
        "Delete linked leads invalid request",
        "a link is removed that does not exist, or without a client at either end",
    ),
    code!(4109, 400, "EndClient marked as abandoned", "the applicant was marked as abandoned"),
    code!(4110, 500, "Could not retrieve full end client data", "the export API cannot put the client's data together"),
    code!(4200, 400, "Service not configured", "the flow calls a service that the account has not set up"),
    code!(
        4201,
        400,
        "Service not configured for country",
        "the flow calls a service that is not set up for the applicant's country",
    ),
    code!(5000, 500, "Internal error", "the API itself failed"),
    code!(5300, 500, "Invalid Twilio code", "the code sent by SMS is entered wrongly"),
    code!(5301, 500, "Failed to send SMS to phone number", "the phone number cannot receive an SMS"),
    code!(5302, 500, "Twilio internal error", "the SMS service itself failed"),
    code!(6504, 504, "Service has timed out", "a service did not answer in time"),
];

/// The row of a code, if the reference has it.
///
/// ```
/// assert_eq!(draftgate::api::codes::lookup(4006).unwrap().text, "Missing data for required element");
/// assert!(draftgate::api::codes::lookup(4004).is_none());
/// ```
pub fn lookup(number: i64) -> Option<&'static ErrorCode> {
    CODES.iter().find(|code| i64::from(code.number) == number)
}

/// The codes that say that a service behind the flow failed, whatever the applicant did.
pub const SERVICE_FAILURES: [i64; 4] = [4009, 4050, 4200, 4201];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascending_and_never_a_success() {
        assert!(CODES.windows(2).all(|pair| pair[0].number < pair[1].number));
        assert!(CODES.iter().all(|code| code.status >= 400));
    }
}
