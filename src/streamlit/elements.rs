//! What stands on a page, as messages of protobuf: the second half of the protocol's schema.

use prost::Message;

/// Something on the page. One field is set, or none for what is not named here.
#[derive(Clone, PartialEq, Message)]
pub struct Element {
    #[prost(message, optional, tag = "1")]
    pub text: Option<Body>,
    #[prost(message, optional, tag = "8")]
    pub exception: Option<Exception>,
    #[prost(message, optional, tag = "19")]
    pub button: Option<Button>,
    #[prost(message, optional, tag = "20")]
    pub checkbox: Option<Field>,
    #[prost(message, optional, tag = "21")]
    pub slider: Option<Slider>,
    #[prost(message, optional, tag = "22")]
    pub text_area: Option<TextArea>,
    #[prost(message, optional, tag = "23")]
    pub radio: Option<Choice>,
    #[prost(message, optional, tag = "24")]
    pub text_input: Option<TextInput>,
    #[prost(message, optional, tag = "25")]
    pub selectbox: Option<Choice>,
    #[prost(message, optional, tag = "26")]
    pub time_input: Option<Field>,
    #[prost(message, optional, tag = "27")]
    pub date_input: Option<DateInput>,
    #[prost(message, optional, tag = "28")]
    pub multiselect: Option<Choice>,
    #[prost(message, optional, tag = "29")]
    pub markdown: Option<Body>,
    #[prost(message, optional, tag = "30")]
    pub alert: Option<Body>,
    #[prost(message, optional, tag = "31")]
    pub json: Option<Body>,
    #[prost(message, optional, tag = "32")]
    pub number_input: Option<NumberInput>,
    #[prost(message, optional, tag = "33")]
    pub file_uploader: Option<FileUploader>,
    #[prost(message, optional, tag = "35")]
    pub color_picker: Option<Field>,
    #[prost(message, optional, tag = "42")]
    pub metric: Option<Metric>,
    #[prost(message, optional, tag = "43")]
    pub download_button: Option<DownloadButton>,
    #[prost(message, optional, tag = "47")]
    pub heading: Option<Heading>,
    #[prost(message, optional, tag = "48")]
    pub code: Option<Body>,
    #[prost(message, optional, tag = "49")]
    pub chat_input: Option<ChatInput>,
    #[prost(message, optional, tag = "50")]
    pub toast: Option<Body>,
    #[prost(message, optional, tag = "54")]
    pub html: Option<Body>,
    #[prost(message, optional, tag = "55")]
    pub button_group: Option<ButtonGroup>,
}

/// Everything that shows one text: text, markdown, an alert, code, JSON, a toast, HTML.
#[derive(Clone, PartialEq, Message)]
pub struct Body {
    #[prost(string, tag = "1")]
    pub body: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Heading {
    #[prost(string, tag = "3")]
    pub body: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Metric {
    #[prost(string, tag = "1")]
    pub label: String,
    #[prost(string, tag = "2")]
    pub body: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Exception {
    /// Its class: `ValueError`.
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(string, tag = "2")]
    pub message: String,
    /// It was shown as a warning, and the script went on.
    #[prost(bool, tag = "5")]
    pub is_warning: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct Button {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub label: String,
    #[prost(string, tag = "5")]
    pub form_id: String,
    #[prost(bool, tag = "6")]
    pub is_form_submitter: bool,
    #[prost(bool, tag = "8")]
    pub disabled: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct DownloadButton {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub label: String,
    #[prost(bool, tag = "7")]
    pub disabled: bool,
}

/// A check box, a field for a time, or one for a colour.
#[derive(Clone, PartialEq, Message)]
pub struct Field {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub label: String,
    #[prost(string, tag = "5")]
    pub form_id: String,
    #[prost(bool, tag = "8")]
    pub disabled: bool,
}

/// A slider, or a choice drawn as one, which has options.
#[derive(Clone, PartialEq, Message)]
pub struct Slider {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub form_id: String,
    #[prost(string, tag = "3")]
    pub label: String,
    /// See [`measure`].
    #[prost(int32, tag = "5")]
    pub data_type: i32,
    /// One value, or the two ends of a range.
    #[prost(double, repeated, tag = "6")]
    pub default: Vec<f64>,
    #[prost(double, tag = "7")]
    pub min: f64,
    #[prost(double, tag = "8")]
    pub max: f64,
    #[prost(string, repeated, tag = "13")]
    pub options: Vec<String>,
    #[prost(bool, tag = "15")]
    pub disabled: bool,
}

/// What a slider measures.
pub mod measure {
    /// From here on, moments and days.
    pub const MOMENT: i32 = 2;
}

#[derive(Clone, PartialEq, Message)]
pub struct TextInput {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub label: String,
    #[prost(string, tag = "7")]
    pub form_id: String,
    #[prost(bool, tag = "12")]
    pub disabled: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct TextArea {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub label: String,
    #[prost(string, tag = "7")]
    pub form_id: String,
    #[prost(bool, tag = "11")]
    pub disabled: bool,
}

/// A select box, a multiple one, or radio buttons.
#[derive(Clone, PartialEq, Message)]
pub struct Choice {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub label: String,
    #[prost(string, repeated, tag = "4")]
    pub options: Vec<String>,
    #[prost(string, tag = "6")]
    pub form_id: String,
    #[prost(bool, tag = "9")]
    pub disabled: bool,
}

/// Pills, or segments of one button.
#[derive(Clone, PartialEq, Message)]
pub struct ButtonGroup {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(message, repeated, tag = "2")]
    pub options: Vec<Pill>,
    #[prost(bool, tag = "4")]
    pub disabled: bool,
    #[prost(string, tag = "6")]
    pub form_id: String,
    #[prost(string, tag = "11")]
    pub label: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Pill {
    #[prost(string, tag = "1")]
    pub content: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct DateInput {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub label: String,
    #[prost(bool, tag = "6")]
    pub is_range: bool,
    #[prost(string, tag = "8")]
    pub form_id: String,
    #[prost(bool, tag = "11")]
    pub disabled: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct NumberInput {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub label: String,
    #[prost(string, tag = "3")]
    pub form_id: String,
    #[prost(bool, tag = "11")]
    pub has_min: bool,
    #[prost(bool, tag = "12")]
    pub has_max: bool,
    #[prost(double, tag = "16")]
    pub min: f64,
    #[prost(double, tag = "17")]
    pub max: f64,
    #[prost(bool, tag = "21")]
    pub disabled: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct FileUploader {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub label: String,
    #[prost(string, tag = "8")]
    pub form_id: String,
    #[prost(bool, tag = "9")]
    pub disabled: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct ChatInput {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub placeholder: String,
    #[prost(bool, tag = "4")]
    pub disabled: bool,
}
