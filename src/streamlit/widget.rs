use std::fmt;

use super::proto::{self, Element};

/// Something on a page that a user can touch.
#[derive(Debug, Clone, PartialEq)]
pub struct Widget {
    /// What it is.
    pub kind: Kind,
    /// What the server calls it.
    pub id: String,
    /// What the user reads; of a chat, what stands in it while it is empty.
    pub label: String,
    /// The form that it belongs to. Its value is sent with the form's button.
    pub form: Option<String>,
    /// What can be chosen.
    pub options: Vec<String>,
    /// Nobody can touch it.
    pub disabled: bool,
    /// The least and the most of a number.
    pub bounds: (f64, f64),
    /// It holds two values, the ends of a range.
    pub is_range: bool,
    /// The part of the script that is run alone when it is touched.
    pub fragment: Option<String>,
}

/// What a widget is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Pressed; that of a form too.
    Button,
    /// A check box or a toggle.
    Checkbox,
    /// A field for a number.
    Number,
    /// A slider of numbers.
    Slider,
    /// A slider of moments or days.
    Moments,
    /// A slider of options.
    SelectSlider,
    /// One line or several, a time, a colour.
    Text,
    /// A day, or two.
    Date,
    /// One of a list.
    Select,
    /// One of a few buttons.
    Radio,
    /// Several of a list.
    Multiselect,
    /// Several of a few buttons.
    Pills,
    /// What is said to the app.
    Chat,
    /// Takes a file.
    Uploader,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Button => "button",
            Self::Checkbox => "checkbox",
            Self::Number => "number input",
            Self::Slider => "slider",
            Self::Moments => "slider of times",
            Self::SelectSlider => "select slider",
            Self::Text => "text input",
            Self::Date => "date input",
            Self::Select => "select box",
            Self::Radio => "radio button",
            Self::Multiselect => "multiselect",
            Self::Pills => "pills",
            Self::Chat => "chat input",
            Self::Uploader => "file uploader",
        })
    }
}

impl Widget {
    fn new(kind: Kind, id: String, label: String) -> Self {
        Self {
            kind,
            id,
            label,
            form: None,
            options: Vec::new(),
            disabled: false,
            bounds: (f64::NEG_INFINITY, f64::INFINITY),
            is_range: false,
            fragment: None,
        }
    }

    fn of_form(self, form: String) -> Self {
        Self { form: (!form.is_empty()).then_some(form), ..self }
    }

    /// The widget that an element is, if it is one.
    pub(super) fn of(element: Element) -> Option<Self> {
        let pressed = element.button.map(button).or_else(|| element.download_button.map(download));
        pressed
            .or_else(|| element.checkbox.map(|found| field(Kind::Checkbox, found)))
            .or_else(|| element.time_input.map(|found| field(Kind::Text, found)))
            .or_else(|| element.color_picker.map(|found| field(Kind::Text, found)))
            .or_else(|| element.slider.map(slider))
            .or_else(|| element.text_area.map(text_area))
            .or_else(|| element.text_input.map(text_input))
            .or_else(|| element.number_input.map(number))
            .or_else(|| element.date_input.map(date))
            .or_else(|| element.selectbox.map(|found| choice(Kind::Select, found)))
            .or_else(|| element.radio.map(|found| choice(Kind::Radio, found)))
            .or_else(|| element.multiselect.map(|found| choice(Kind::Multiselect, found)))
            .or_else(|| element.button_group.map(pills))
            .or_else(|| element.file_uploader.map(uploader))
            .or_else(|| element.chat_input.map(chat))
    }
}

fn button(found: proto::Button) -> Widget {
    let widget = Widget::new(Kind::Button, found.id, found.label).of_form(found.form_id);
    Widget { disabled: found.disabled, ..widget }
}

fn download(found: proto::DownloadButton) -> Widget {
    Widget { disabled: found.disabled, ..Widget::new(Kind::Button, found.id, found.label) }
}

fn field(kind: Kind, found: proto::Field) -> Widget {
    let widget = Widget::new(kind, found.id, found.label).of_form(found.form_id);
    Widget { disabled: found.disabled, ..widget }
}

fn text_area(found: proto::TextArea) -> Widget {
    let widget = Widget::new(Kind::Text, found.id, found.label).of_form(found.form_id);
    Widget { disabled: found.disabled, ..widget }
}

fn text_input(found: proto::TextInput) -> Widget {
    let widget = Widget::new(Kind::Text, found.id, found.label).of_form(found.form_id);
    Widget { disabled: found.disabled, ..widget }
}

fn slider(found: proto::Slider) -> Widget {
    let kind = match found.data_type {
        _ if !found.options.is_empty() => Kind::SelectSlider,
        proto::measure::MOMENT.. => Kind::Moments,
        _ => Kind::Slider,
    };
    Widget {
        options: found.options,
        disabled: found.disabled,
        bounds: (found.min, found.max),
        is_range: found.default.len() > 1,
        ..Widget::new(kind, found.id, found.label).of_form(found.form_id)
    }
}

fn number(found: proto::NumberInput) -> Widget {
    let least = if found.has_min { found.min } else { f64::NEG_INFINITY };
    let most = if found.has_max { found.max } else { f64::INFINITY };
    Widget {
        disabled: found.disabled,
        bounds: (least, most),
        ..Widget::new(Kind::Number, found.id, found.label).of_form(found.form_id)
    }
}

fn date(found: proto::DateInput) -> Widget {
    Widget {
        disabled: found.disabled,
        is_range: found.is_range,
        ..Widget::new(Kind::Date, found.id, found.label).of_form(found.form_id)
    }
}

fn choice(kind: Kind, found: proto::Choice) -> Widget {
    Widget {
        options: found.options,
        disabled: found.disabled,
        ..Widget::new(kind, found.id, found.label).of_form(found.form_id)
    }
}

fn pills(found: proto::ButtonGroup) -> Widget {
    Widget {
        options: found.options.into_iter().map(|option| option.content).collect(),
        disabled: found.disabled,
        ..Widget::new(Kind::Pills, found.id, found.label).of_form(found.form_id)
    }
}

fn uploader(found: proto::FileUploader) -> Widget {
    let widget = Widget::new(Kind::Uploader, found.id, found.label).of_form(found.form_id);
    Widget { disabled: found.disabled, ..widget }
}

fn chat(found: proto::ChatInput) -> Widget {
    Widget { disabled: found.disabled, ..Widget::new(Kind::Chat, found.id, found.placeholder) }
}
