use prost::Message;

use super::drift::{CHAT_WITH_FILES, PILLS_BY_TEXT, RADIO_BY_TEXT, SELECT_BY_TEXT, Version};
use super::proto::{
    BackMsg, ClientState, File, FileUrls, FileUrlsRequest, Files, Numbers, Places, Said, Texts, WidgetState,
    WidgetStates,
};
use super::refusal::Refusal;
use super::turn::Tab;
use super::widget::{Kind, Widget};
use crate::scenario::Setting;

/// A widget's new value, ready to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Put(WidgetState);

impl Put {
    /// A button is pressed.
    pub fn pressed(widget: &Widget) -> Self {
        Self(WidgetState { trigger: Some(true), ..state(widget) })
    }

    /// A file was put where the server wanted it, so many bytes long.
    pub fn chosen(widget: &Widget, (name, size): (&str, u64), urls: FileUrls) -> Self {
        let file = File { name: name.to_owned(), size, id: urls.id.clone(), urls: Some(urls) };
        Self(WidgetState { files: Some(Files { files: vec![file] }), ..state(widget) })
    }

    /// A field is set, as a server of this version is told.
    pub fn set(widget: &Widget, to: &Setting, version: Version) -> Result<Self, Refusal> {
        let blank = state(widget);
        let by = By::of(widget.kind, version);
        Ok(Self(match widget.kind {
            Kind::Checkbox => WidgetState { flag: Some(flag(widget, to)?), ..blank },
            Kind::Number => WidgetState { number: Some(number(widget, to)?), ..blank },
            Kind::Slider => WidgetState { numbers: Some(Numbers { data: ends(widget, to, number)? }), ..blank },
            Kind::Text => WidgetState { text: Some(text(widget, to)?), ..blank },
            Kind::Date => WidgetState { texts: Some(Texts { data: ends(widget, to, day)? }), ..blank },
            Kind::Select | Kind::Radio => one(widget, to, by)?,
            Kind::SelectSlider => stretch(widget, to, by)?,
            Kind::Multiselect | Kind::Pills => several(widget, to, by)?,
            Kind::Chat => said(widget, text(widget, to)?, version),
            Kind::Button | Kind::Uploader | Kind::Moments => {
                return Err(Refusal::unfit(widget, to.to_string(), "nothing: emu cannot set one"));
            }
        }))
    }
}

/// How a server is told which option was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Place,
    Text,
}

impl By {
    fn of(kind: Kind, version: Version) -> Self {
        let since = match kind {
            Kind::Select | Kind::Multiselect => SELECT_BY_TEXT,
            Kind::Radio | Kind::SelectSlider => RADIO_BY_TEXT,
            _ => PILLS_BY_TEXT,
        };
        if version >= since { Self::Text } else { Self::Place }
    }
}

/// The first message of a tab: opens the page of this address, `/` or `/orders?year=2024`.
pub fn open(target: &str) -> Vec<u8> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let state = ClientState {
        query_string: query.to_owned(),
        page_name: path.trim_matches('/').to_owned(),
        ..ClientState::default()
    };
    message(state)
}

/// Goes to another page of the same session; `hash` is what the server calls it.
pub fn navigate(hash: &str) -> Vec<u8> {
    message(ClientState { page_script_hash: hash.to_owned(), ..ClientState::default() })
}

/// Has the script run with these new values; or only a part of it, when all that was touched belongs to one.
pub fn rerun(tab: &Tab, puts: Vec<Put>, fragment: Option<&str>) -> Vec<u8> {
    let widgets = puts.into_iter().map(|put| put.0).collect();
    message(ClientState {
        widget_states: Some(WidgetStates { widgets }),
        page_script_hash: tab.hash.clone(),
        fragment_id: fragment.unwrap_or_default().to_owned(),
        ..ClientState::default()
    })
}

/// Asks where a file may be put.
pub fn file_urls(tab: &Tab, name: &str) -> Vec<u8> {
    let request = FileUrlsRequest {
        request_id: "upload".to_owned(),
        file_names: vec![name.to_owned()],
        session_id: tab.session.clone(),
    };
    BackMsg { file_urls_request: Some(request), ..BackMsg::default() }.encode_to_vec()
}

fn message(state: ClientState) -> Vec<u8> {
    BackMsg { rerun_script: Some(state), ..BackMsg::default() }.encode_to_vec()
}

fn state(widget: &Widget) -> WidgetState {
    WidgetState { id: widget.id.clone(), ..WidgetState::default() }
}

fn said(widget: &Widget, data: String, version: Version) -> WidgetState {
    let said = Some(Said { data });
    if version >= CHAT_WITH_FILES {
        WidgetState { chat: said, ..state(widget) }
    } else {
        WidgetState { said, ..state(widget) }
    }
}

fn flag(widget: &Widget, to: &Setting) -> Result<bool, Refusal> {
    let Setting::Flag(flag) = to else { return Err(Refusal::unfit(widget, to.to_string(), "`true` or `false`")) };
    Ok(*flag)
}

fn number(widget: &Widget, to: &Setting) -> Result<f64, Refusal> {
    let Setting::Number(number) = to else { return Err(Refusal::unfit(widget, to.to_string(), "a number")) };
    let (least, most) = widget.bounds;
    if (least..=most).contains(number) {
        return Ok(*number);
    }
    let low = if least.is_finite() { format!("at least {least}") } else { String::new() };
    let high = if most.is_finite() { format!("at most {most}") } else { String::new() };
    let both = [low, high].into_iter().filter(|bound| !bound.is_empty()).collect::<Vec<_>>().join(" and ");
    Err(Refusal::unfit(widget, to.to_string(), format!("a number of {both}")))
}

fn text(widget: &Widget, to: &Setting) -> Result<String, Refusal> {
    match to {
        Setting::Text(text) => Ok(text.clone()),
        Setting::Number(number) => Ok(number.to_string()),
        Setting::Flag(_) | Setting::Several(_) => Err(Refusal::unfit(widget, to.to_string(), "a text")),
    }
}

/// `2024-01-31`, as the server wants it.
fn day(widget: &Widget, to: &Setting) -> Result<String, Refusal> {
    let unfit = || Refusal::unfit(widget, to.to_string(), "a day such as `\"2024-01-31\"`");
    let Setting::Text(text) = to else { return Err(unfit()) };
    let day: jiff::civil::Date = text.parse().map_err(|_| unfit())?;
    Ok(format!("{:04}/{:02}/{:02}", day.year(), day.month(), day.day()))
}

/// One value, or the two ends of a range.
fn ends<T>(
    widget: &Widget,
    to: &Setting,
    read: impl Fn(&Widget, &Setting) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    match to {
        Setting::Several(values) if widget.is_range && values.len() == 2 => {
            values.iter().map(|value| read(widget, value)).collect()
        }
        Setting::Several(_) => {
            let expected = if widget.is_range { "a list of two values" } else { "one value" };
            Err(Refusal::unfit(widget, to.to_string(), expected))
        }
        _ if widget.is_range => Err(Refusal::unfit(widget, to.to_string(), "a list of two values")),
        one => Ok(vec![read(widget, one)?]),
    }
}

/// The place of an option among those that there are.
fn option(widget: &Widget, to: &Setting) -> Result<(usize, String), Refusal> {
    let wanted = text(widget, to)?;
    let place = widget.options.iter().position(|option| *option == wanted);
    place.map(|place| (place, wanted)).ok_or_else(|| {
        let options = widget.options.iter().map(|option| format!("`{option}`")).collect::<Vec<_>>().join(", ");
        Refusal::unfit(widget, to.to_string(), format!("one of {options}"))
    })
}

fn one(widget: &Widget, to: &Setting, by: By) -> Result<WidgetState, Refusal> {
    let (place, text) = option(widget, to)?;
    Ok(match by {
        By::Text => WidgetState { text: Some(text), ..state(widget) },
        By::Place => WidgetState { place: i64::try_from(place).ok(), ..state(widget) },
    })
}

#[expect(clippy::cast_precision_loss, reason = "no slider has 2^53 options")]
fn stretch(widget: &Widget, to: &Setting, by: By) -> Result<WidgetState, Refusal> {
    let chosen = ends(widget, to, option)?;
    let blank = state(widget);
    Ok(if by == By::Text {
        WidgetState { texts: Some(Texts { data: chosen.into_iter().map(|(_, text)| text).collect() }), ..blank }
    } else {
        let data = chosen.into_iter().map(|(place, _)| place as f64).collect();
        WidgetState { numbers: Some(Numbers { data }), ..blank }
    })
}

fn several(widget: &Widget, to: &Setting, by: By) -> Result<WidgetState, Refusal> {
    let single = [to.clone()];
    let wanted = if let Setting::Several(values) = to { values.as_slice() } else { &single };
    let chosen: Vec<_> = wanted.iter().map(|value| option(widget, value)).collect::<Result<_, _>>()?;
    let blank = state(widget);
    Ok(if by == By::Text {
        WidgetState { texts: Some(Texts { data: chosen.into_iter().map(|(_, text)| text).collect() }), ..blank }
    } else {
        let data = chosen.into_iter().filter_map(|(place, _)| i64::try_from(place).ok()).collect();
        WidgetState { places: Some(Places { data }), ..blank }
    })
}
