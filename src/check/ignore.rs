use super::Finding;
use crate::project::Folder;

const MARK: &str = "emu: ignore";

/// Whether a comment `emu: ignore ID` takes a finding back: on its line or the line above it; for a finding
/// about a whole file, anywhere in the file.
pub(super) fn is_ignored(folder: &Folder, finding: &Finding) -> bool {
    let Some(text) = folder.text(&finding.place.file) else { return false };
    let mut lines = text.lines();
    let names = |line: &str| names(line, finding.check);
    let Some(line) = finding.place.line.map(|line| line as usize) else { return lines.any(names) };
    let above = line.saturating_sub(2);
    lines.skip(above).take(line - above).any(names)
}

/// Whether a line's comment names a check.
fn names(line: &str, check: &str) -> bool {
    let Some((before, ids)) = line.split_once(MARK) else { return false };
    let is_comment = before.contains('#') || before.contains("//") || before.contains("<!--");
    is_comment && ids.split([',', ' ', '\t']).any(|id| id == check)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Severity;
    use crate::project::Place;

    fn finding(line: Option<u32>) -> Finding {
        let place = Place { file: "app.py".into(), line };
        let text = String::new;
        Finding { check: "port-ignored", severity: Severity::Error, place, found: text(), why: text(), fix: text() }
    }

    #[test]
    fn a_comment_on_the_line_or_above_it_takes_a_finding_back() {
        let folder = Folder::of(
            "x",
            &[("app.py", "a\n# emu: ignore other, port-ignored\nb\nc  # emu: ignore port-ignored\nd\ne\n")],
        );
        let ignored: Vec<u32> = (1..=6).filter(|line| is_ignored(&folder, &finding(Some(*line)))).collect();
        assert_eq!(ignored, [2, 3, 4, 5]);
        assert!(is_ignored(&folder, &finding(None)));
    }

    #[test]
    fn another_check_and_words_that_are_no_comment_take_nothing_back() {
        let folder = Folder::of("x", &[("app.py", "emu: ignore port-ignored\n# emu: ignore port-ignored-not\n")]);
        assert!(!is_ignored(&folder, &finding(Some(1))) && !is_ignored(&folder, &finding(None)));
        assert!(!is_ignored(&Folder::default(), &finding(Some(1))));
    }
}
