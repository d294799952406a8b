use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::units::{Elapsed, Memory};

const STREAMLIT: &str = r#"# HELP active_sessions Current number of active sessions.
# TYPE active_sessions gauge
active_sessions 3
# TYPE cache_memory_bytes gauge
# UNIT cache_memory_bytes bytes
# HELP cache_memory_bytes Total memory consumed by a cache.
cache_memory_bytes{cache_type="st_cache_data",cache="__main__.table"} 52428800
cache_memory_bytes{cache_type="st_session_state",cache=""} 24
# EOF
"#;

fn points(text: &str) -> Vec<(String, f64)> {
    parse(text).unwrap().points.into_iter().map(|point| (point.name, point.value)).collect()
}

#[test]
fn what_a_streamlit_app_tells_is_found() {
    let wanted = known("/_stcore/stream").unwrap();
    let told = wanted.pick(&parse(STREAMLIT).unwrap());
    assert_eq!(told.users, Some(3));
    let cache = Held { name: "__main__.table".into(), amount: Amount::Bytes(Memory::from_mib(50)) };
    assert_eq!(told.caches, [cache]);
}

#[test]
fn a_kind_is_told_by_its_socket_below_any_path() {
    assert!(known("/base/_stcore/stream").unwrap().path.starts_with("/base/_stcore/metrics?"));
    assert_eq!(known("/ws"), None);
    assert_eq!(known("/_stcore/streams"), None);
}

#[test]
fn both_forms_are_read() {
    let text = "a 1\nb{} 2.5 1395066363000\nc{x=\"1\",} 1e3 # {trace=\"x\"} 0.5 3.1\nd +Inf\ne NaN\n\n  f:g\t-7  \r\n";
    let read = points(text);
    let names: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "f:g"]);
    assert_eq!((read[1].1, read[2].1, read[3].1, read[5].1), (2.5, 1000.0, f64::INFINITY, -7.0));
    assert!(read[4].1.is_nan());
}

#[test]
fn labels_keep_what_is_quoted() {
    let point = parse(r#"a{path="C:\\DIR\n\"x\", }",b="é{"} 1"#).unwrap().points.remove(0);
    assert_eq!(point.labels["path"], "C:\\DIR\n\"x\", }");
    assert_eq!(point.labels["b"], "é{");
}

#[test]
fn a_page_is_no_exposition_and_the_line_is_told() {
    for (text, said) in [
        ("<!doctype html>", "line 1: found `<!doctype html>`, expected the name of a metric"),
        ("a 1\nb", "line 2: found ``, expected a number"),
        ("a one", "line 1: found `one`, expected a number"),
        ("a infinity", "line 1: found `infinity`, expected a number"),
        ("a{b=1} 1", "line 1: found `b=1} 1`, expected a label such as `kind=\"data\"`, or `}`"),
        ("a{b=\"1\" c=\"2\"} 1", "line 1: found `c=\"2\"} 1`, expected a label such as `kind=\"data\"`, or `}`"),
        ("a 1 soon", "line 1: found `soon`, expected the end of the line, a time stamp or an exemplar"),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), said, "{text}");
    }
}

#[test]
fn several_points_add_up_and_what_is_no_number_is_left_out() {
    let users = Some("sessions{kind=\"ws\"}".parse().unwrap());
    let values = [("queue".to_owned(), Select::named("queue_wait_seconds"))].into();
    let caches = vec![Select::named("rows")];
    let wanted = Wanted { path: "/metrics".into(), users, caches, values, every: Elapsed::from_secs(5) };
    let text = "sessions{kind=\"ws\",w=\"1\"} 2\nsessions{kind=\"ws\",w=\"2\"} 3\nsessions{kind=\"http\"} 9\n\
                sessions{kind=\"ws\"} NaN\nqueue_wait_seconds 0.25\nrows 12\n";
    let told = wanted.pick(&parse(text).unwrap());
    assert_eq!(told.users, Some(5));
    assert_eq!(told.values, [Value { name: "queue".into(), value: 0.25, unit: "seconds".into() }]);
    assert_eq!(told.caches, [Held { name: "rows".into(), amount: Amount::Entries(12) }]);
    assert_eq!(wanted.pick(&Exposition::default()), Told::default(), "nothing told is nothing, not zero");
}

#[test]
fn a_choice_that_is_none_says_what_was_expected() {
    let said = |text: &str| text.parse::<Select>().unwrap_err().to_string();
    assert_eq!(said("9users"), "found `9users`, expected the name of a metric");
    assert_eq!(said("users 3"), "found `3`, expected nothing behind the name and its labels");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = parse(&text);
        let _ = text.parse::<Select>();
    }

    #[test]
    fn a_choice_is_read_as_it_is_written(name in "[a-z_:][a-z0-9_:]{0,8}", labels in labels()) {
        let select = labels.iter().fold(Select::named(name), |select, (label, value)| select.with(label, value));
        prop_assert_eq!(select.to_string().parse(), Ok(select));
    }

    #[test]
    fn what_is_written_is_read(name in "[a-z_:][a-z0-9_:]{0,8}", labels in labels(), value in any::<i32>()) {
        let select = labels.iter().fold(Select::named(name.clone()), |select, (label, value)| select.with(label, value));
        let told = parse(&format!("{select} {value}\n")).unwrap();
        prop_assert_eq!(&told.points, &[Point { name, labels, value: f64::from(value) }]);
        prop_assert!(select.takes(&told.points[0]));
    }
}

fn labels() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map("[a-z_][a-z0-9_]{0,6}", "[^\r]{0,8}", 0..3)
}
