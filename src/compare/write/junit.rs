use super::super::budget::{BudgetLine, Kept};
use super::super::comparison::ArmResult;
use super::super::{Comparison, Word};
use super::sections::verdict;

/// For CI: a test case for every arm's verdict, and one for every line of its budget.
pub fn junit(comparison: &Comparison) -> String {
    let cases: Vec<Case> = comparison.arms.iter().flat_map(cases).collect();
    let count =
        |wanted: fn(&Fault) -> bool| cases.iter().filter(|case| case.fault.as_ref().is_some_and(wanted)).count();
    let (failures, errors) = (count(|fault| fault.tag == "failure"), count(|fault| fault.tag == "error"));
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\"", cases.len());
    let mut lines = vec!["<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned()];
    lines.push(format!("<testsuites name=\"emu compare\" {counts}>"));
    lines.push(format!("  <testsuite name=\"emu compare\" {counts}>"));
    lines.extend(cases.iter().map(Case::element));
    lines.extend(["  </testsuite>".to_owned(), "</testsuites>".to_owned()]);
    lines.join("\n")
}

struct Case {
    arm: String,
    name: String,
    fault: Option<Fault>,
}

struct Fault {
    /// `failure` for what was tried and not met, `error` for what could not be tried.
    tag: &'static str,
    kind: String,
    message: String,
}

fn cases(arm: &ArmResult) -> impl Iterator<Item = Case> {
    let word = arm.verdict.word;
    let tag = if word == Word::Invalid { "error" } else { "failure" };
    let message = format!("`{}` {}", arm.label, verdict(&arm.verdict));
    let fault = (!word.lives()).then(|| Fault { tag, kind: arm.verdict.rule.to_owned(), message });
    let lines = arm.budget.iter().map(|line| Case {
        arm: arm.label.clone(),
        name: format!("budget: {} {}", line.name, line.expected),
        fault: broken(line),
    });
    std::iter::once(Case { arm: arm.label.clone(), name: "verdict".into(), fault }).chain(lines)
}

fn broken(line: &BudgetLine) -> Option<Fault> {
    let found = line.found.clone().unwrap_or_else(|| "nothing measured".to_owned());
    let kind = match line.state {
        Kept::Yes => return None,
        Kept::No => "budget",
        Kept::Empty => "empty",
    };
    let message = format!("{}: found {found}, expected {}", line.name, line.expected);
    Some(Fault { tag: "failure", kind: kind.to_owned(), message })
}

impl Case {
    fn element(&self) -> String {
        let head = format!("    <testcase classname=\"{}\" name=\"{}\"", escaped(&self.arm), escaped(&self.name));
        let Some(Fault { tag, kind, message }) = &self.fault else { return format!("{head}/>") };
        let message = escaped(message);
        format!("{head}>\n      <{tag} type=\"{kind}\" message=\"{message}\"/>\n    </testcase>")
    }
}

/// Nothing in it ends an attribute or begins a tag; what XML 1.0 cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\r' | '\t' => escaped.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => escaped.push(other),
        }
    }
    escaped
}
