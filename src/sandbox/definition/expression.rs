//! Expressions over the answers given so far: `when`, `match`.

use std::fmt;
use std::sync::LazyLock;

use minijinja::{Environment, UndefinedBehavior};
use serde_json::{Map, Value};

/// An environment without templates, the same for every expression. A name that has no value yet is undefined and
/// counts as false, however deep it is asked for.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment
});

/// A compiled expression.
pub struct Expression {
    source: String,
    compiled: minijinja::Expression<'static, 'static>,
}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Expression({})", self.source)
    }
}

/// An expression that could not be worked out with the values at hand.
#[derive(Debug, thiserror::Error)]
#[error("the expression `{source_text}` cannot be worked out: {reason}")]
pub struct EvaluationError {
    source_text: String,
    reason: minijinja::Error,
}

impl Expression {
    /// Compiles an expression.
    pub(super) fn compile(source: &str) -> Result<Self, minijinja::Error> {
        let compiled = ENVIRONMENT.compile_expression_owned(source.to_owned())?;
        Ok(Expression { source: source.to_owned(), compiled })
    }

    /// Whether it holds for these values.
    ///
    /// # Errors
    ///
    /// When an operation in it does not fit the values, such as a comparison of a list with a number.
    pub fn holds(&self, values: &Map<String, Value>) -> Result<bool, EvaluationError> {
        self.compiled
            .eval(minijinja::Value::from(minijinja::value::Serde(values)))
            .map(|value| value.is_true())
            .map_err(|reason| EvaluationError { source_text: self.source.clone(), reason })
    }

    /// The names that it asks for, each with the names below it: `personal.last_name`.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.compiled.undeclared_variables(true).into_iter().collect();
        names.retain(|name| !ENVIRONMENT.globals().any(|(global, _)| global == name));
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_no_value_is_false() {
        let holds = |source: &str| {
            Expression::compile(source).unwrap().holds(json!({"a": {"b": "x"}}).as_object().unwrap()).unwrap()
        };
        assert!(holds("a.b == 'x'"));
        assert!(!holds("a.c.d"));
        assert!(holds("nobody.home != 'x'"));
    }

    #[test]
    fn names_with_those_below() {
        assert_eq!(Expression::compile("a.b and not c and range(3)").unwrap().names(), ["a.b", "c"]);
        assert!(Expression::compile("a ==").is_err());
    }
}
