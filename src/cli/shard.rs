//! Which part of the selected tests this run plays: as it was asked for, or as the environment says.
//!
//! Where a job runs beside others of its kind, variables say which of them it is:
//!
//! | where | index | from | count | source |
//! | --- | --- | --- | --- | --- |
//! | Bazel | `TEST_SHARD_INDEX` | 0 | `TEST_TOTAL_SHARDS` | bazel.build/reference/test-encyclopedia#test-sharding |
//! | GitLab | `CI_NODE_INDEX` | 1 | `CI_NODE_TOTAL` | docs.gitlab.com/ci/variables/predefined_variables |
//! | CircleCI | `CIRCLE_NODE_INDEX` | 0 | `CIRCLE_NODE_TOTAL` | circleci.com/docs/variables |
//! | Buildkite | `BUILDKITE_PARALLEL_JOB` | 0 | `BUILDKITE_PARALLEL_JOB_COUNT` | buildkite.com/docs/pipelines/environment-variables |
//! | Kubernetes, an indexed job | `JOB_COMPLETION_INDEX` | 0 | `DRAFTGATE_SHARDS` | kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode |
//!
//! Kubernetes does not tell a pod how many there are. What is set and makes no sense is a mistake: to run everything then, in
//! each of several jobs, would be one that nobody sees.

use super::Environment;
use crate::journal::{Shard, ShardError};

/// Our own variable, which has what `--shard` takes.
const OWN: &str = "DRAFTGATE_SHARD";
const POD: &str = "JOB_COMPLETION_INDEX";
const PODS: &str = "DRAFTGATE_SHARDS";

/// A part that was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Which.
    pub shard: Shard,
    /// What says so: a variable's name, or `--shard`.
    pub by: &'static str,
}

/// The two variables by which something tells which of several jobs this is.
struct Pair {
    index: &'static str,
    count: &'static str,
    /// What the index begins with.
    first: usize,
    /// What the count is where there is but one job.
    alone: &'static [usize],
}

const BAZEL: Pair = Pair {
    index: "TEST_SHARD_INDEX",
    count: "TEST_TOTAL_SHARDS",
    first: 0,
    // Its own scripts take 0 for a test that is not sharded.
    alone: &[0, 1],
};
const GITLAB: Pair = Pair { index: "CI_NODE_INDEX", count: "CI_NODE_TOTAL", first: 1, alone: &[1] };
const CIRCLE: Pair = Pair { index: "CIRCLE_NODE_INDEX", count: "CIRCLE_NODE_TOTAL", first: 0, alone: &[1] };
const BUILDKITE: Pair =
    Pair { index: "BUILDKITE_PARALLEL_JOB", count: "BUILDKITE_PARALLEL_JOB_COUNT", first: 0, alone: &[1] };
const KUBERNETES: Pair = Pair { index: POD, count: PODS, first: 0, alone: &[1] };

/// Why it is not known which part this is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoShard {
    #[error("{OWN} is `{value}`: {why}")]
    Own { value: String, why: ShardError },
    #[error("{variable} is `{value}`, and a whole number is expected; `--shard 1/1` runs everything here")]
    NoNumber { variable: &'static str, value: String },
    #[error(
        "{index} is {value}, and {count} {of}: an index from {first} to {last} is expected; `--shard 1/1` runs everything \
         here"
    )]
    Outside { index: &'static str, value: usize, count: &'static str, of: usize, first: usize, last: usize },
    #[error("{0} is 0, and there is one job at least; `--shard 1/1` runs everything here")]
    Zero(&'static str),
    #[error(
        "{PODS} is set and {POD} is not, so that it is not known which tests are to run: a job of Kubernetes sets it where its \
         manifest has `completionMode: Indexed`; `--shard 1/1` runs all of them"
    )]
    Pod,
    #[error("{count} is {of}: {why}")]
    Count { count: &'static str, of: usize, why: ShardError },
    #[error(
        "{set} is set and {unset} is not, so that it is not known which tests are to run; `--shard 1/1` runs all of them"
    )]
    Half { set: &'static str, unset: &'static str },
    #[error(
        "{POD} is set, as in a pod of an indexed job, but of how many pods this is one is not known: set {PODS} to what the \
         job's manifest has under `completions`, or run everything here with `--shard 1/1`"
    )]
    Pods,
    #[error(
        "`--failed` repeats what failed on this machine, of which other shards know nothing, and {0} asks for a shard: leave \
         one of them out, or run everything here with `--shard 1/1`"
    )]
    Failed(&'static str),
}

/// Decides: what was asked for, then our own variable, then what is nearest to the run. None is a run of everything.
pub(super) fn chosen(asked: Option<Shard>, environment: &Environment) -> Result<Option<Chosen>, NoShard> {
    let own = || environment.variable(OWN).map(|text| (text, text.parse::<Shard>()));
    let chosen = match (asked, own()) {
        (Some(shard), _) => Some(Chosen { shard, by: "--shard" }),
        (None, Some((_, Ok(shard)))) => Some(Chosen { shard, by: OWN }),
        (None, Some((value, Err(why)))) => return Err(NoShard::Own { value: value.to_owned(), why }),
        (None, None) => of_environment(environment)?,
    };
    Ok(chosen.filter(|chosen| chosen.shard.count > 1))
}

/// What Bazel asks every test for, whatever program it is.
pub(super) fn by_bazel(environment: &Environment) -> Result<Option<Chosen>, NoShard> {
    BAZEL.read(environment)
}

fn of_environment(environment: &Environment) -> Result<Option<Chosen>, NoShard> {
    for pair in [BAZEL, GITLAB, CIRCLE, BUILDKITE] {
        let matrix = pair.index == GITLAB.index && is_matrix(environment);
        if let Some(chosen) = pair.read(environment)?.filter(|_| !matrix) {
            return Ok(Some(chosen));
        }
    }
    KUBERNETES.read(environment).map_err(|why| match why {
        NoShard::Half { set: POD, .. } => NoShard::Pods,
        NoShard::Half { .. } => NoShard::Pod,
        why => why,
    })
}

/// Whether GitLab counts the jobs of a `parallel: matrix`, each of which is there for something else than the others and has
/// to play all tests. The jobs of a `parallel: 5` are named `test 1/5` and so on, those of a matrix after their variables
/// (docs.gitlab.com/ci/yaml/#parallel).
fn is_matrix(environment: &Environment) -> bool {
    let [name, index, count] =
        ["CI_JOB_NAME", GITLAB.index, GITLAB.count].map(|name| environment.variable(name).unwrap_or_default());
    !name.is_empty() && !name.ends_with(&format!(" {index}/{count}"))
}

impl Pair {
    fn read(&self, environment: &Environment) -> Result<Option<Chosen>, NoShard> {
        let number = |variable: &'static str| {
            let number =
                |value: &str| value.parse().map_err(|_| NoShard::NoNumber { variable, value: value.to_owned() });
            environment.variable(variable).map(number).transpose()
        };
        let (value, of): (Option<usize>, Option<usize>) = (number(self.index)?, number(self.count)?);
        let (value, of) = match (value, of) {
            (None, None) => return Ok(None),
            (_, Some(of)) if self.alone.contains(&of) => return Ok(None),
            (_, Some(0)) => return Err(NoShard::Zero(self.count)),
            (Some(value), Some(of)) => (value, of),
            (Some(_), None) => return Err(NoShard::Half { set: self.index, unset: self.count }),
            (None, Some(_)) => return Err(NoShard::Half { set: self.count, unset: self.index }),
        };
        // Below the first it is no number of a shard either.
        match Shard::new(value.saturating_add(1).saturating_sub(self.first), of) {
            Ok(shard) => Ok(Some(Chosen { shard, by: self.index })),
            Err(why @ ShardError::TooMany(_)) => Err(NoShard::Count { count: self.count, of, why }),
            Err(_) => {
                let (first, last) = (self.first, (self.first + of).saturating_sub(1));
                Err(NoShard::Outside { index: self.index, value, count: self.count, of, first, last })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<Chosen>, NoShard> {
        of_asked(None, variables)
    }

    fn of_asked(asked: Option<&str>, variables: &[(&str, &str)]) -> Result<Option<Chosen>, NoShard> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let environment = Environment { arguments: Vec::new(), variables, terminal: false, now: jiff::Timestamp::now };
        chosen(asked.map(|shard| shard.parse().unwrap()), &environment)
    }

    #[track_caller]
    fn is(found: Result<Option<Chosen>, NoShard>, shard: &str, by: &str) {
        let found = found.unwrap().expect("a shard");
        assert_eq!((found.shard.to_string().as_str(), found.by), (shard, by));
    }

    #[test]
    fn each_counts_in_its_own_way() {
        for (index, first, count) in [
            ("TEST_SHARD_INDEX", 0, "TEST_TOTAL_SHARDS"),
            ("CI_NODE_INDEX", 1, "CI_NODE_TOTAL"),
            ("CIRCLE_NODE_INDEX", 0, "CIRCLE_NODE_TOTAL"),
            ("BUILDKITE_PARALLEL_JOB", 0, "BUILDKITE_PARALLEL_JOB_COUNT"),
            ("JOB_COMPLETION_INDEX", 0, "DRAFTGATE_SHARDS"),
        ] {
            let at = |value: usize| of(&[(index, &value.to_string()), (count, "5")]);
            is(at(first), "1/5", index);
            is(at(first + 4), "5/5", index);
            let wrong = at(first + 5).unwrap_err().to_string();
            let expected =
                format!("{index} is {}, and {count} 5: an index from {first} to {} is expected", first + 5, first + 4);
            assert!(wrong.starts_with(&expected), "{wrong}");
            assert_eq!(of(&[(index, &first.to_string()), (count, "1")]), Ok(None), "{index}");
            for (index_value, count_value, variable) in [("x", "5", index), ("1", "many", count), ("-1", "5", index)] {
                let wrong = of(&[(index, index_value), (count, count_value)]).unwrap_err().to_string();
                assert!(wrong.starts_with(&format!("{variable} is `")) && wrong.contains("--shard 1/1"), "{wrong}");
            }
        }
        assert!(of(&[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "5")]).is_err());
        assert!(of(&[("CIRCLE_NODE_INDEX", &usize::MAX.to_string()), ("CIRCLE_NODE_TOTAL", "5")]).is_err());
        assert!(of(&[("CIRCLE_NODE_INDEX", "1"), ("CIRCLE_NODE_TOTAL", &usize::MAX.to_string())]).is_err());
    }

    #[test]
    fn one_variable_alone_is_a_mistake_unless_it_says_that_there_is_but_one_job() {
        assert_eq!(of(&[("CI_NODE_TOTAL", "1"), ("CIRCLE_NODE_TOTAL", "1"), ("TEST_TOTAL_SHARDS", "0")]), Ok(None));
        for (set, unset) in [("CI_NODE_TOTAL", "CI_NODE_INDEX"), ("TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS")] {
            assert_eq!(of(&[(set, "3")]), Err(NoShard::Half { set, unset }));
        }
        assert_eq!(of(&[("JOB_COMPLETION_INDEX", "3")]), Err(NoShard::Pods));
        assert_eq!(of(&[("DRAFTGATE_SHARDS", "3")]), Err(NoShard::Pod));
        assert_eq!(of(&[("DRAFTGATE_SHARDS", "1")]), Ok(None));
        assert!(matches!(
            of(&[("DRAFTGATE_SHARDS", "abc")]),
            Err(NoShard::NoNumber { variable: "DRAFTGATE_SHARDS", .. })
        ));
        for (index, count) in [("JOB_COMPLETION_INDEX", "DRAFTGATE_SHARDS"), ("CI_NODE_INDEX", "CI_NODE_TOTAL")] {
            assert_eq!(of(&[(index, "1"), (count, "0")]), Err(NoShard::Zero(count)));
        }
    }

    #[test]
    fn what_was_asked_for_wins_then_our_own_variable_then_the_nearest() {
        let all = [
            ("DRAFTGATE_SHARD", "3/4"),
            ("TEST_SHARD_INDEX", "4"),
            ("TEST_TOTAL_SHARDS", "5"),
            ("CI_NODE_INDEX", "6"),
            ("CI_NODE_TOTAL", "7"),
        ];
        is(of_asked(Some("1/2"), &all), "1/2", "--shard");
        is(of(&all), "3/4", "DRAFTGATE_SHARD");
        is(of(&all[1..]), "5/5", "TEST_SHARD_INDEX");
        is(of(&all[3..]), "6/7", "CI_NODE_INDEX");
        assert_eq!(of_asked(Some("1/1"), &all), Ok(None));
        assert_eq!(of(&[("DRAFTGATE_SHARD", "1/1"), all[3], all[4]]), Ok(None));
        assert!(
            of(&[("DRAFTGATE_SHARD", "5")]).unwrap_err().to_string().starts_with("DRAFTGATE_SHARD is `5`: a shard is")
        );
    }

    #[test]
    fn the_jobs_of_a_matrix_are_no_shards() {
        let job = |name| of(&[("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "5"), ("CI_JOB_NAME", name)]);
        is(job("scenarios 2/5"), "2/5", "CI_NODE_INDEX");
        assert_eq!(job("scenarios: [staging, en]"), Ok(None));
    }
}
