//! Which version of a runtime is used, from how a project asks for it.

/// The version to use: what is asked for where it is plain, else the first of `offered` (the usual one first)
/// that satisfies it. Words that cannot be read leave the usual one.
pub(super) fn choose(asked: Option<&str>, usual: &str, offered: &[String]) -> String {
    let Some(asked) = asked.map(clean).filter(|asked| !asked.is_empty()) else { return usual.to_owned() };
    if asked.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
        return asked;
    }
    let bounds: Vec<(&str, Vec<u32>)> = asked.split([',', ' ']).filter_map(bound).collect();
    let fits =
        |version: &str| !bounds.is_empty() && bounds.iter().all(|(sign, edge)| holds(sign, &numbers(version), edge));
    let mut candidates = std::iter::once(usual).chain(offered.iter().rev().map(String::as_str));
    let lowest = || {
        let edge = bounds.iter().find(|(sign, _)| sign.starts_with(['>', '~', '^', '=']));
        edge.map(|(_, edge)| edge.iter().map(u32::to_string).collect::<Vec<_>>().join("."))
    };
    candidates.find(|version| fits(version)).map(str::to_owned).or_else(lowest).unwrap_or_else(|| usual.to_owned())
}

/// `python-3.12.4` and `v22` without their words; `20.x` as `20`.
fn clean(asked: &str) -> String {
    let asked = asked.trim().trim_start_matches("python-").trim_start_matches("cpython-");
    let asked = asked.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(asked);
    asked.trim_end_matches(".x").trim_end_matches(".*").replace("> ", ">").replace("= ", "=").trim().to_owned()
}

fn bound(part: &str) -> Option<(&str, Vec<u32>)> {
    let start = part.find(|c: char| c.is_ascii_digit())?;
    let edge = numbers(part[start..].trim_end_matches(".x").trim_end_matches(".*"));
    (!edge.is_empty()).then_some((&part[..start], edge))
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

fn holds(sign: &str, version: &[u32], edge: &[u32]) -> bool {
    // `3.12` stands for all of its patches.
    let known = version.len().min(edge.len());
    let (here, there) = (&version[..known], &edge[..known]);
    match sign {
        ">=" => here >= there,
        ">" => here > there || version.len() > edge.len() && here >= there,
        "<=" => here <= there,
        "<" => here < there,
        "!=" => here != there,
        "^" => version.first() == edge.first() && here >= there,
        "~=" | "~" => {
            let fixed = edge.len().saturating_sub(1).clamp(1, known.max(1));
            version.get(..fixed) == edge.get(..fixed) && here >= there
        }
        _ => here == there,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offered() -> Vec<String> {
        ["3.10", "3.11", "3.12", "3.13"].map(str::to_owned).into()
    }

    #[test]
    fn what_is_asked_for_decides_and_the_usual_one_where_it_will_do() {
        let table = [
            (None, "3.12"),
            (Some("3.11"), "3.11"),
            (Some("python-3.10.4\n"), "3.10.4"),
            (Some(">=3.10"), "3.12"),
            (Some(">=3.10,<3.12"), "3.11"),
            (Some(">3.12"), "3.13"),
            (Some("^3.13"), "3.13"),
            (Some("~=3.11"), "3.12"),
            (Some("==3.10.*"), "3.10"),
            (Some(">=3.15"), "3.15"),
            (Some("pypy"), "3.12"),
            (Some(""), "3.12"),
        ];
        for (asked, expected) in table {
            assert_eq!(choose(asked, "3.12", &offered()), expected, "{asked:?}");
        }
    }

    #[test]
    fn node_writes_versions_in_its_own_way() {
        let table = [("v20", "20"), ("20.x", "20"), (">= 18", "22"), ("^20.1.0", "20.1.0"), ("lts/*", "22")];
        for (asked, expected) in table {
            assert_eq!(choose(Some(asked), "22", &[]), expected, "{asked}");
        }
    }

    proptest! {
        #[test]
        fn any_wish_gives_a_version(asked in ".{0,24}") {
            prop_assert!(!choose(Some(&asked), "3.12", &offered()).is_empty());
        }
    }
}
