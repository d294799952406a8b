use anstyle::{AnsiColor, Style};

use super::project::Read;
use crate::check::{Finding, Report, Severity};
use crate::cli::Printer;

const FILE: Style = Style::new().bold();
const WEAK: Style = Style::new().dimmed();

/// The findings by file, and what they come to.
pub(super) fn print(read: &Read, report: &Report, printer: &Printer) {
    let mut file = None;
    for finding in &report.findings {
        if file != Some(&finding.place.file) {
            if file.is_some() {
                printer.data("");
            }
            printer.data(&format!("{FILE}{}{FILE:#}", finding.place.file));
            file = Some(&finding.place.file);
        }
        for line in lines(finding, printer.data_width()) {
            printer.data(&line);
        }
    }
    if file.is_some() {
        printer.data("");
    }
    printer.data(&summary(read, report));
    say_blind(read, report, printer);
}

/// Says aloud which checks could not be made.
pub(super) fn say_blind(read: &Read, report: &Report, printer: &Printer) {
    for notice in &read.notices {
        printer.say(notice);
    }
    if !report.without_profile.is_empty() {
        printer.say(&format!(
            "no plan is known, so {} were not made: {}; `--profile ID` names one",
            counted(report.without_profile.len(), "check"),
            report.without_profile.join(", ")
        ));
    }
}

/// One finding: what and where, then why, then the way out.
fn lines(finding: &Finding, width: usize) -> Vec<String> {
    let style = match finding.severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Hint => AnsiColor::Cyan.on_default(),
    };
    let line = finding.place.line.map_or_else(String::new, |line| line.to_string());
    let indent = 16;
    let told = format!("{} [{}]", finding.found, finding.check);
    let mut told = wrapped(&told, width.saturating_sub(indent)).into_iter();
    let first = told.next().unwrap_or_default();
    let mut lines = vec![format!("{line:>5}  {style}{:7}{style:#}  {first}", finding.severity)];
    let below = told.map(|line| format!("{:indent$}{line}", ""));
    lines.extend(below);
    for (word, text) in [("why", &finding.why), ("fix", &finding.fix)] {
        for (number, part) in wrapped(text, width.saturating_sub(indent + 5)).into_iter().enumerate() {
            let word = if number == 0 { word } else { "" };
            lines.push(format!("{:indent$}{WEAK}{word:3}{WEAK:#}  {part}", ""));
        }
    }
    lines
}

fn summary(read: &Read, report: &Report) -> String {
    let counts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Hint, "hint")];
    let some = counts.map(|(severity, word)| (report.count(severity), word));
    let some: Vec<String> =
        some.iter().filter(|(count, _)| *count > 0).map(|(count, word)| counted(*count, word)).collect();
    let found = if some.is_empty() { "nothing found".to_owned() } else { some.join(", ") };
    let files = counted(read.folder.files.len(), "file");
    let plan = read.profile.as_ref().map_or_else(String::new, |plan| format!(" for {}", plan.plan.id));
    let ignored =
        if report.ignored > 0 { format!("; {} taken back by a comment", report.ignored) } else { String::new() };
    format!("{found} by {} over {files}{plan}{ignored}", counted(report.looked.len(), "check"))
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// Breaks a text between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Place;

    #[test]
    fn a_finding_is_aligned_and_broken_between_words() {
        let finding = Finding {
            check: "docker-root",
            severity: Severity::Hint,
            place: Place::line("Dockerfile", 12),
            found: "no `USER` is named".into(),
            why: "Whoever breaks in owns it.".into(),
            fix: "Name one.".into(),
        };
        let plain: Vec<String> =
            lines(&finding, 44).iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
        let expected = [
            "   12  hint     no `USER` is named",
            "                [docker-root]",
            "                why  Whoever breaks in owns",
            "                     it.",
            "                fix  Name one.",
        ];
        assert_eq!(plain, expected);
    }
}
