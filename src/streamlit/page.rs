use std::collections::BTreeMap;

use super::proto::{AppPage, Delta, Element};
use super::refusal::Refusal;
use super::turn::Raised;
use super::widget::{Kind, Widget};

/// What a user sees: everything that the script has put on the page, by its place.
#[derive(Debug, Clone, Default)]
pub struct Page {
    shown: BTreeMap<Vec<u32>, Shown>,
    /// The pages of the app.
    pages: Vec<AppPage>,
    /// The runs of the script, counted.
    run: u64,
}

#[derive(Debug, Clone)]
struct Shown {
    /// In which run it was put there.
    run: u64,
    fragment: Option<String>,
    what: What,
}

impl Shown {
    fn raised(&self) -> Option<&Raised> {
        if let What::Exception(raised) = &self.what { Some(raised) } else { None }
    }
}

#[derive(Debug, Clone)]
enum What {
    Widget(Box<Widget>),
    Text(String),
    Exception(Raised),
    /// Something that is neither read nor touched: a picture, an empty place.
    Other,
}

impl Page {
    /// A run of the script begins.
    pub(super) fn begins(&mut self) {
        self.run += 1;
    }

    /// A run has ended: what was put there by an earlier one is gone, unless it belongs to parts that did not run.
    /// `fragments` are those that ran; empty for the whole script.
    pub(super) fn ended(&mut self, fragments: &[String]) {
        let run = self.run;
        let ran = |fragment: &Option<String>| {
            fragments.is_empty() || fragment.as_ref().is_some_and(|fragment| fragments.contains(fragment))
        };
        self.shown.retain(|_, shown| shown.run == run || !ran(&shown.fragment));
    }

    pub(super) fn change(&mut self, place: Vec<u32>, delta: Delta) {
        let Some(element) = delta.new_element else { return };
        let fragment = (!delta.fragment_id.is_empty()).then_some(delta.fragment_id);
        let mut what = what(*element);
        if let What::Widget(widget) = &mut what {
            widget.fragment.clone_from(&fragment);
        }
        self.shown.insert(place, Shown { run: self.run, fragment, what });
    }

    pub(super) fn has_pages(&mut self, pages: Vec<AppPage>) {
        if !pages.is_empty() {
            self.pages = pages;
        }
    }

    /// The exception that the last run showed first, unless it was only a warning.
    pub fn raised(&self) -> Option<&Raised> {
        self.shown.values().filter(|shown| shown.run == self.run).find_map(Shown::raised)
    }

    /// Whether the page shows this text, in what it says or in a label.
    pub fn holds(&self, text: &str) -> bool {
        self.shown.values().any(|shown| match &shown.what {
            What::Text(said) => said.contains(text),
            What::Widget(widget) => widget.label.contains(text),
            What::Exception(raised) => raised.to_string().contains(text),
            What::Other => false,
        })
    }

    /// The texts of the page, without labels, in their order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.shown.values().filter_map(|shown| match &shown.what {
            What::Text(said) => Some(said.as_str()),
            _ => None,
        })
    }

    /// Everything that can be touched, in its order.
    pub fn widgets(&self) -> impl Iterator<Item = &Widget> {
        self.shown.values().filter_map(|shown| match &shown.what {
            What::Widget(widget) => Some(&**widget),
            _ => None,
        })
    }

    /// The button with this label, a form's too.
    pub fn button(&self, label: &str) -> Result<&Widget, Refusal> {
        self.find("button", label, |kind| kind == Kind::Button)
    }

    /// What takes a value and has this label.
    pub fn field(&self, label: &str) -> Result<&Widget, Refusal> {
        self.find("field", label, |kind| !matches!(kind, Kind::Button | Kind::Uploader))
    }

    /// What takes a file; without a label the only one that does.
    pub fn uploader(&self, label: Option<&str>) -> Result<&Widget, Refusal> {
        let all: Vec<&Widget> = self.widgets().filter(|widget| widget.kind == Kind::Uploader).collect();
        let only = || all.first().filter(|_| all.len() == 1).map(|only| only.label.clone());
        let label = label.map(str::to_owned).or_else(only).unwrap_or_else(|| "file".to_owned());
        self.find("file uploader", &label, |kind| kind == Kind::Uploader)
    }

    /// The page of the app with this name, in its navigation: what it is called by the server.
    pub fn page(&self, name: &str) -> Result<&str, Refusal> {
        let spoken = |name: &str| name.replace('_', " ").to_lowercase();
        let found = self.pages.iter().find(|page| spoken(&page.page_name) == spoken(name));
        let names = self.pages.iter().map(|page| page.page_name.clone());
        found.map(|page| page.page_script_hash.as_str()).ok_or_else(|| Refusal::not_offered("page", name, names))
    }

    fn find(&self, wanted: &'static str, label: &str, fits: impl Fn(Kind) -> bool) -> Result<&Widget, Refusal> {
        let fitting = || self.widgets().filter(|widget| fits(widget.kind));
        let called: Vec<&Widget> = fitting().filter(|widget| widget.label.trim() == label.trim()).collect();
        match called.as_slice() {
            [] => Err(Refusal::not_offered(wanted, label, fitting().map(|widget| widget.label.clone()))),
            [only] if only.disabled => Err(Refusal::Disabled { kind: only.kind, label: label.to_owned() }),
            [only] => Ok(only),
            several => Err(Refusal::Ambiguous { label: label.to_owned(), count: several.len() }),
        }
    }
}

fn what(element: Element) -> What {
    if let Some(exception) = &element.exception {
        let raised = Raised::of(exception);
        return if exception.is_warning { What::Text(raised.to_string()) } else { What::Exception(raised) };
    }
    match said(&element) {
        Some(text) => What::Text(text),
        None => Widget::of(element).map_or(What::Other, |widget| What::Widget(Box::new(widget))),
    }
}

fn said(element: &Element) -> Option<String> {
    let bodies =
        [&element.text, &element.markdown, &element.alert, &element.json, &element.code, &element.toast, &element.html];
    let body = bodies.into_iter().flatten().next().map(|body| body.body.clone());
    let heading = || element.heading.as_ref().map(|heading| heading.body.clone());
    let metric = || element.metric.as_ref().map(|metric| format!("{} {}", metric.label, metric.body));
    body.or_else(heading).or_else(metric)
}
