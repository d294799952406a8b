//! What real servers of several versions said, heard again; and what no server says.

use proptest::prelude::*;
use prost::Message;

use super::proto::{BackMsg, Delta, Element, ForwardMsg, Metadata, NewSession, SessionEvent, WidgetState};
use super::*;
use crate::scenario::Setting;

/// `tests/apps/streamlit-users`: opened, then `Load`, `Again` and `Raise` were pressed.
const RECORDED: &[(&str, &[u8])] = &[
    ("1.28", include_bytes!("../../tests/fixtures/streamlit/1.28.frames")),
    ("1.40", include_bytes!("../../tests/fixtures/streamlit/1.40.frames")),
    ("1.67", include_bytes!("../../tests/fixtures/streamlit/1.67.frames")),
];

/// Each message stands behind its length, four bytes, the highest first.
fn frames(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let (frame, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        frames.push(frame);
        bytes = rest;
    }
    frames
}

/// The tab after so many ends.
fn tab(recorded: &[u8], ends: usize) -> Tab {
    let mut tab = Tab::new();
    let mut seen = 0;
    for frame in frames(recorded) {
        seen += usize::from(tab.hear(frame).unwrap().is_some());
        if seen == ends {
            return tab;
        }
    }
    panic!("only {seen} ends were recorded");
}

#[test]
fn every_version_tells_when_the_script_has_ended_and_how() {
    let raised = Raised { kind: "ValueError".into(), message: "no such order".into() };
    for (version, recorded) in RECORDED {
        let mut tab = Tab::new();
        let ends: Vec<End> = frames(recorded).into_iter().filter_map(|frame| tab.hear(frame).unwrap()).collect();
        let expected = [End::Finished, End::Finished, End::Finished, End::Raised(raised.clone())];
        assert_eq!(ends, expected, "{version}");
        assert_eq!((tab.version.to_string().as_str(), tab.session.is_empty()), (*version, false));
    }
}

#[test]
fn what_a_later_run_does_not_show_is_gone() {
    for (version, recorded) in RECORDED {
        let first = tab(recorded, 1);
        assert!(first.page.holds("0 rows") && first.page.holds("never again"), "{version}");
        let last = tab(recorded, 4);
        assert!(
            last.page.holds("100 rows") && !last.page.holds("0 rows ") && last.page.holds("ValueError"),
            "{version}"
        );
        // The exception ended the script before these.
        assert!(first.page.button("Hang").is_ok() && last.page.button("Hang").is_err(), "{version}");
    }
}

#[test]
fn every_kind_of_widget_is_found_by_its_label() {
    for (version, recorded) in RECORDED {
        let page = tab(recorded, 1).page;
        let kinds = [
            ("Name", Kind::Text),
            ("Notes", Kind::Text),
            ("Count", Kind::Number),
            ("Size", Kind::Slider),
            ("Colour", Kind::Select),
            ("Side", Kind::Radio),
            ("Tags", Kind::Multiselect),
            ("Grade", Kind::SelectSlider),
            ("Agree", Kind::Checkbox),
            ("Day", Kind::Date),
            ("Hour", Kind::Text),
            ("Customer", Kind::Text),
            ("Ask something", Kind::Chat),
        ];
        for (label, kind) in kinds {
            assert_eq!(page.field(label).map(|widget| widget.kind), Ok(kind), "{version}: {label}");
        }
        let form = page.field("Customer").unwrap().form.clone();
        assert!(form.is_some() && form == page.button("Send").unwrap().form, "{version}");
        assert_eq!(page.uploader(None).unwrap().label, "Orders file");
        assert_eq!(page.button("Part").is_ok(), *version != "1.28", "fragments came later");
    }
}

#[test]
fn a_wish_that_the_page_cannot_fulfil_is_refused_by_name() {
    let page = tab(RECORDED[0].1, 1).page;
    insta::assert_snapshot!(page.button("Lod").unwrap_err(), @"the page has no button called `Lod`; the nearest is `Load`, others are `Send`, `Off`, `Raise`, `Again`, `Hang`");
    insta::assert_snapshot!(page.button("Off").unwrap_err(), @"the button `Off` is disabled, expected one that can be used");
    insta::assert_snapshot!(page.uploader(Some("Picture")).unwrap_err(), @"the page has no file uploader called `Picture`; there is `Orders file`");
    insta::assert_snapshot!(page.page("Nowhere").unwrap_err(), @"the page has no page called `Nowhere`; there is `app`");
    let refuse = |label: &str, setting: Setting| {
        Put::set(page.field(label).unwrap(), &setting, Version::read("1.28")).unwrap_err().to_string()
    };
    insta::assert_snapshot!(refuse("Count", Setting::Number(501.0)), @"the number input `Count` was given `501`, expected a number of at least 0 and at most 500");
    insta::assert_snapshot!(refuse("Colour", Setting::Text("pink".into())), @r#"the select box `Colour` was given `"pink"`, expected one of `red`, `green`, `blue`"#);
    insta::assert_snapshot!(refuse("Day", Setting::Text("tomorrow".into())), @r#"the date input `Day` was given `"tomorrow"`, expected a day such as `"2024-01-31"`"#);
    insta::assert_snapshot!(refuse("Agree", Setting::Number(1.0)), @"the checkbox `Agree` was given `1`, expected `true` or `false`");
    insta::assert_snapshot!(refuse("Size", Setting::Several(Vec::new())), @"the slider `Size` was given `[]`, expected one value");
}

/// What a server of this version is told when a field is set.
fn put(version: &str, label: &str, setting: &Setting) -> WidgetState {
    let tab = tab(RECORDED[2].1, 1);
    let put = Put::set(tab.page.field(label).unwrap(), setting, Version::read(version)).unwrap();
    let message = BackMsg::decode(rerun(&tab, vec![put], None).as_slice()).unwrap();
    let mut sent = message.rerun_script.unwrap().widget_states.unwrap().widgets;
    WidgetState { id: String::new(), ..sent.remove(0) }
}

#[test]
fn how_a_choice_is_told_depends_on_the_version() {
    let text = |text: &str| Setting::Text(text.into());
    for (label, setting, old, new, since) in [
        ("Colour", text("green"), "place", "text", ("1.44.0", "1.45.0")),
        ("Tags", text("paid"), "places", "texts", ("1.44.0", "1.45.0")),
        ("Side", text("right"), "place", "text", ("1.53.0", "1.54.0")),
        ("Grade", text("fair"), "numbers", "texts", ("1.53.0", "1.54.0")),
        ("Ask something", text("why"), "said", "chat", ("1.42.0", "1.43.0")),
        ("Day", text("2024-02-29"), "texts", "texts", ("1.28.0", "1.67.0")),
        ("Count", Setting::Number(7.0), "number", "number", ("1.28.0", "1.67.0")),
        ("Size", Setting::Number(7.0), "numbers", "numbers", ("1.28.0", "1.67.0")),
        ("Agree", Setting::Flag(false), "flag", "flag", ("1.28.0", "1.67.0")),
    ] {
        for (version, field) in [(since.0, old), (since.1, new)] {
            let told = put(version, label, &setting);
            let set = [
                ("flag", told.flag.is_some()),
                ("number", told.number.is_some()),
                ("place", told.place.is_some()),
                ("text", told.text.is_some()),
                ("numbers", told.numbers.is_some()),
                ("places", told.places.is_some()),
                ("texts", told.texts.is_some()),
                ("said", told.said.is_some()),
                ("chat", told.chat.is_some()),
            ];
            let set: Vec<&str> = set.into_iter().filter(|(_, set)| *set).map(|(name, _)| name).collect();
            assert_eq!(set, [field], "{label} for {version}");
        }
    }
    assert_eq!(put("1.67", "Day", &text("2024-02-29")).texts.unwrap().data, ["2024/02/29"]);
    assert_eq!(put("1.40", "Side", &text("right")).place, Some(1));
}

fn message(forward: &ForwardMsg) -> Vec<u8> {
    forward.encode_to_vec()
}

fn begins(id: &str) -> Vec<u8> {
    let new = NewSession { script_run_id: id.into(), ..NewSession::default() };
    message(&ForwardMsg { new_session: Some(new), ..ForwardMsg::default() })
}

fn ends(status: i32) -> Vec<u8> {
    message(&ForwardMsg { script_finished: Some(status), ..ForwardMsg::default() })
}

#[test]
fn the_smallest_message_of_all_is_two_bytes() {
    let nothing = BackMsg { rerun_script: Some(proto::ClientState::default()), ..BackMsg::default() };
    assert_eq!(nothing.encode_to_vec(), [0x5a, 0]);
    let opened = BackMsg::decode(open("/orders/?year=2024").as_slice()).unwrap().rerun_script.unwrap();
    assert_eq!((opened.page_name.as_str(), opened.query_string.as_str()), ("orders", "year=2024"));
}

#[test]
fn a_script_that_does_not_compile_is_told_with_what_comes_behind_its_end() {
    let why =
        proto::Exception { kind: "SyntaxError".into(), message: "'(' was never closed".into(), is_warning: false };
    let event = SessionEvent { script_compilation_exception: Some(why) };
    let behind = message(&ForwardMsg { session_event: Some(event), ..ForwardMsg::default() });
    let raised = Raised { kind: "SyntaxError".into(), message: "'(' was never closed".into() };
    for order in [[ends(1), behind.clone()], [behind, ends(1)]] {
        let mut tab = Tab::new();
        tab.hear(&begins("1")).unwrap();
        assert_eq!(tab.hear(&order[0]), Ok(None));
        assert_eq!(tab.hear(&order[1]), Ok(Some(End::NotCompiled(raised.clone()))));
    }
}

#[test]
fn the_end_of_another_run_and_an_end_for_a_rerun_are_no_ends() {
    let mut tab = Tab::new();
    assert_eq!(tab.hear(&ends(0)), Ok(None), "nothing runs");
    tab.hear(&begins("1")).unwrap();
    assert_eq!(tab.hear(&ends(2)), Ok(None));
    tab.hear(&begins("2")).unwrap();
    let run = proto::Run { script_run_id: "1".into(), fragment_ids: Vec::new() };
    let late = Metadata { run: Some(run), ..Metadata::default() };
    let late = ForwardMsg { metadata: Some(late), script_finished: Some(0), ..ForwardMsg::default() };
    assert_eq!(tab.hear(&message(&late)), Ok(None));
    assert_eq!(tab.hear(&ends(0)), Ok(Some(End::Finished)));
}

fn writes(place: u32, text: &str, fragment: &str) -> Vec<u8> {
    let body = proto::Body { body: text.into() };
    let element = Element { markdown: Some(body), ..Element::default() };
    let delta = Delta { new_element: Some(Box::new(element)), fragment_id: fragment.into() };
    let metadata = Metadata { delta_path: vec![0, place], ..Metadata::default() };
    message(&ForwardMsg { metadata: Some(metadata), delta: Some(delta), ..ForwardMsg::default() })
}

#[test]
fn a_part_that_is_run_alone_leaves_the_rest_of_the_page_standing() {
    let mut tab = Tab::new();
    let part = NewSession { fragment_ids: vec!["part".into()], ..NewSession::default() };
    let part = message(&ForwardMsg { new_session: Some(part), ..ForwardMsg::default() });
    let all =
        [begins("1"), writes(0, "whole", ""), writes(1, "old part", "part"), writes(2, "other part", "other"), ends(0)];
    for bytes in all.iter().chain(&[part, writes(3, "new part", "part"), ends(3)]) {
        tab.hear(bytes).unwrap();
    }
    assert_eq!(tab.page.texts().collect::<Vec<_>>(), ["whole", "other part", "new part"]);
}

proptest! {
    #[test]
    fn any_bytes_are_a_message_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Tab::new().hear(&bytes);
    }

    #[test]
    fn a_message_that_is_cut_or_bent_is_survived(at in 0_usize..40, cut in any::<prop::sample::Index>(), bend in any::<u8>()) {
        let all = frames(RECORDED[2].1);
        let mut frame = all[at % all.len()].to_vec();
        let cut = cut.index(frame.len().max(1));
        if let Some(byte) = frame.get_mut(cut) {
            *byte ^= bend;
        }
        let mut tab = tab(RECORDED[2].1, 1);
        let _ = tab.hear(&frame);
        let _ = tab.hear(&frame[..cut.min(frame.len())]);
        let _ = tab.page.raised();
    }

    #[test]
    fn any_setting_is_sent_or_refused(number in any::<f64>(), text in ".{0,9}", version in 28_u32..70) {
        let page = tab(RECORDED[1].1, 1).page;
        let several = Setting::Several(vec![Setting::Text(text.clone()), Setting::Number(number)]);
        for setting in [Setting::Number(number), Setting::Text(text), Setting::Flag(true), several] {
            for widget in page.widgets() {
                let _ = Put::set(widget, &setting, Version::of(1, version));
            }
        }
    }
}
