//! Why no value can be made for a field.

/// Why no valid value can be generated for a field. Reads on from "failed to …" the way out is another in each command:
///
/// ```text
/// fill `Postcode`: its pattern `(?=x` cannot be read (… without closing parenthesis)
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotFill {
    /// A choice that offers nothing to choose.
    #[error("fill `{field}`: it is a choice without options")]
    NoOptions {
        /// The field's label, or what else names it.
        field: String,
    },
    /// A choice that asks for more ticks than it has options.
    #[error("fill `{field}`: it asks for at least {least} of its {offered} options")]
    FewOptions {
        /// The field's label, or what else names it.
        field: String,
        /// How many must be ticked.
        least: usize,
        /// How many there are.
        offered: usize,
    },
    /// A regular expression that cannot be read.
    #[error("fill `{field}`: its pattern `{pattern}` cannot be read ({reason})")]
    UnreadablePattern {
        /// The field's label, or what else names it.
        field: String,
        /// The pattern as the element has it.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A regular expression for which nothing was found that keeps the other limits too.
    #[error("fill `{field}`: found no value of {lengths} that matches its pattern `{pattern}`")]
    UnmatchedPattern {
        /// The field's label, or what else names it.
        field: String,
        /// The pattern as the element has it.
        pattern: String,
        /// The lengths allowed, in words.
        lengths: String,
    },
    /// Lengths between which there is no sensible value.
    #[error("fill `{field}`: there is no valid {what} of {lengths}")]
    Length {
        /// The field's label, or what else names it.
        field: String,
        /// What the value was to be.
        what: String,
        /// The lengths allowed, in words.
        lengths: String,
    },
    /// Bounds between which there is nothing.
    #[error("fill `{field}`: there is no {what} from {min} to {max}")]
    EmptyRange {
        /// The field's label, or what else names it.
        field: String,
        /// What the value was to be.
        what: &'static str,
        /// The least value allowed.
        min: String,
        /// The greatest value allowed.
        max: String,
    },
    /// A bound that is no number, or no date.
    #[error("fill `{field}`: its bound `{bound}` is not a {what} that can be read")]
    UnreadableBound {
        /// The field's label, or what else names it.
        field: String,
        /// What it should be.
        what: &'static str,
        /// The bound as the element has it.
        bound: String,
    },
    /// A date format that is not made of day, month and year.
    #[error("fill `{field}`: its date format `{format}` cannot be read")]
    UnreadableDateFormat {
        /// The field's label, or what else names it.
        field: String,
        /// The format as the element has it.
        format: String,
    },
    /// A file of kinds that are not made here.
    #[error("fill `{field}`: it accepts only `{accepts}`, which is not generated")]
    FileType {
        /// The field's label, or what else names it.
        field: String,
        /// The kinds that the element accepts.
        accepts: String,
    },
}
