use std::collections::BTreeMap;

use crate::project::{Said, Setting};
use crate::spec::Variable;

/// The variables of an app after its platform's own file and its user have spoken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskedVariables {
    /// Those of the platform's file first, then those that the user gives: a later one of the same name wins.
    pub variables: Vec<Variable>,
    /// What the user should know: which have no value, where that is said, and how to give one.
    pub notes: Vec<String>,
}

/// Turns what a platform's file says about variables into variables. `given` are those of the user, which go before
/// it; one that the file calls a secret becomes one, whatever its name. `draw` makes up a value.
pub fn asked_variables(
    said: &BTreeMap<String, Said<Setting>>,
    given: Vec<Variable>,
    mut draw: impl FnMut() -> String,
) -> AskedVariables {
    let mut all = AskedVariables::default();
    let has = |name: &str| given.iter().any(|variable| variable.name == name);
    for (name, Said { value, place }) in said {
        let variable = |value: &str| Variable::from_file(&place.file, place.line, name, value);
        match value {
            Setting::Value(value) => all.variables.push(variable(value)),
            _ if has(name) => {}
            Setting::Generated => {
                all.variables.push(variable(&draw()).secret());
                all.notes.push(format!("{place}: `{name}` is made up by the platform: a random value for this run"));
            }
            Setting::Asked => all.notes.push(format!(
                "{place}: `{name}` has no value: the platform asks its owner for it. {}",
                how_to_give(name)
            )),
            Setting::Elsewhere(of) => all.notes.push(format!(
                "{place}: `{name}` has no value: the platform takes it from {of}, which is not here. {}",
                how_to_give(name)
            )),
        }
    }
    let told_secret =
        |name: &str| said.get(name).is_some_and(|said| matches!(said.value, Setting::Asked | Setting::Generated));
    let user = given.into_iter().map(|one| if told_secret(&one.name) { one.secret() } else { one });
    all.variables.extend(user);
    all
}

fn how_to_give(name: &str) -> String {
    format!("Give it with `--env {name}=…`, or in the file of `--secrets`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Place;

    fn said() -> BTreeMap<String, Said<Setting>> {
        let at = |line, setting| Said::at(Place::line("platform.yaml", line), setting);
        BTreeMap::from([
            ("MODE".to_owned(), at(3, Setting::Value("web".into()))),
            ("STRIPE".to_owned(), at(5, Setting::Asked)),
            ("SEED".to_owned(), at(7, Setting::Generated)),
            ("DB".to_owned(), at(9, Setting::Elsewhere("the database `shop`".into()))),
        ])
    }

    fn values(all: &AskedVariables) -> Vec<(&str, &str, bool)> {
        all.variables.iter().map(|one| (one.name.as_str(), one.value.as_str(), one.is_secret())).collect()
    }

    #[test]
    fn what_is_asked_is_told_with_its_place_and_how_to_give_it() {
        let mut drawn = 0;
        let all = asked_variables(&said(), Vec::new(), || {
            drawn += 1;
            format!("drawn-{drawn}")
        });
        assert_eq!(values(&all), [("MODE", "web", false), ("SEED", "drawn-1", true)]);
        assert_eq!(
            all.notes,
            [
                "platform.yaml:9: `DB` has no value: the platform takes it from the database `shop`, which is not here. \
                 Give it with `--env DB=…`, or in the file of `--secrets`",
                "platform.yaml:7: `SEED` is made up by the platform: a random value for this run",
                "platform.yaml:5: `STRIPE` has no value: the platform asks its owner for it. Give it with \
                 `--env STRIPE=…`, or in the file of `--secrets`",
            ]
        );
        assert_eq!(all.variables[1].origin.line, Some(7));
        assert!(!format!("{all:?}").contains("drawn-1"));
    }

    #[test]
    fn what_is_given_wins_and_stays_the_secret_that_the_file_calls_it() {
        let given = ["MODE", "STRIPE", "SEED", "DB", "OTHER"].map(|name| Variable::from_flag("--env", name, "mine"));
        let all = asked_variables(&said(), given.to_vec(), || panic!("nothing is made up"));
        let expected = [
            ("MODE", "web", false),
            ("MODE", "mine", false),
            ("STRIPE", "mine", true),
            ("SEED", "mine", true),
            ("DB", "mine", false),
            ("OTHER", "mine", false),
        ];
        assert_eq!(values(&all), expected);
        assert_eq!(all.notes, Vec::<String>::new());
    }
}
