use html5gum::{HtmlString, StartTag, Token, Tokenizer};

/// A form of a page, with what the page has put into it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PageForm {
    /// Where it goes, as the page says it; empty for the page itself.
    pub(super) action: String,
    /// Whether it is sent with `POST`.
    pub(super) posts: bool,
    /// Whether it is sent as `multipart/form-data`.
    pub(super) multipart: bool,
    /// Its fields, in the order of the page.
    pub(super) fields: Vec<Field>,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// What is sent when nobody touches it; `None` for nothing.
    pub(super) value: Option<String>,
}

/// How a field is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    #[default]
    Text,
    /// A box or one of several, sent only when it is chosen.
    Choice,
    File,
    Button,
}

impl PageForm {
    /// What a browser sends when somebody fills these fields and presses the first button. Every field that is
    /// filled here is one of the form's.
    pub(super) fn filled(&self, with: &[(String, String)]) -> Vec<(String, String)> {
        let mut sent: Vec<(String, String)> = Vec::new();
        let mut pressed = false;
        for field in self.fields.iter().filter(|field| field.kind != Kind::File) {
            let typed = with.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value);
            let again = sent.iter().any(|(name, _)| *name == field.name);
            let value = match (field.kind, typed) {
                (Kind::Button, _) if std::mem::replace(&mut pressed, true) => None,
                (Kind::Choice, Some(_)) if again => None,
                (_, Some(typed)) => Some(typed.clone()),
                (_, None) => field.value.clone(),
            };
            sent.extend(value.map(|value| (field.name.clone(), value)));
        }
        sent
    }

    /// The field that takes a file: the one of this name, or the only one.
    pub(super) fn file_field(&self, name: Option<&str>) -> Option<&str> {
        let mut files = self.fields.iter().filter(|field| field.kind == Kind::File);
        match name {
            Some(name) => files.find(|field| field.name == name).map(|field| field.name.as_str()),
            None => files.next().filter(|_| files.next().is_none()).map(|field| field.name.as_str()),
        }
    }

    /// Whether somebody can fill all of these in it.
    pub(super) fn has(&self, names: &[(String, String)]) -> bool {
        names.iter().all(|(name, _)| self.fields.iter().any(|field| field.name == *name && field.kind != Kind::File))
    }
}

/// The forms of a page, in order. Any text is a page, as for a browser.
pub(super) fn forms(page: &str) -> Vec<PageForm> {
    let mut reading = Reading::default();
    for token in Tokenizer::new(page).flatten() {
        match token {
            Token::StartTag(tag) => reading.starts(&tag),
            Token::EndTag(tag) => reading.ends(&text(&tag.name)),
            Token::String(words) => reading.says(&text(&words.value)),
            _ => {}
        }
    }
    reading.close();
    reading.forms
}

fn text(bytes: &HtmlString) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[derive(Default)]
struct Reading {
    forms: Vec<PageForm>,
    open: Option<PageForm>,
    /// A field whose value is what stands between its tags.
    inside: Option<Field>,
    /// A list of which one entry is chosen, and whether one says so itself.
    list: Option<(Field, bool)>,
}

impl Reading {
    fn starts(&mut self, tag: &StartTag<()>) {
        let has = |name: &str| tag.attributes.get(name.as_bytes()).map(|value| text(&value.value));
        match &*text(&tag.name) {
            "form" => {
                self.close();
                self.open = Some(PageForm {
                    action: has("action").unwrap_or_default(),
                    posts: has("method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
                    multipart: has("enctype").is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/form-data")),
                    fields: Vec::new(),
                });
            }
            _ if has("disabled").is_some() => {}
            "input" => self.add(input(has)),
            "button" if has("type").is_none_or(|kind| kind.eq_ignore_ascii_case("submit")) => {
                let value = Some(has("value").unwrap_or_default());
                self.add(Field { name: has("name").unwrap_or_default(), kind: Kind::Button, value });
            }
            "textarea" => {
                let value = Some(String::new());
                self.inside = Some(Field { name: has("name").unwrap_or_default(), kind: Kind::Text, value });
            }
            "select" => {
                let field = Field { name: has("name").unwrap_or_default(), ..Field::default() };
                self.list = Some((field, false));
            }
            "option" => self.entry(has("value"), has("selected").is_some()),
            _ => {}
        }
    }

    /// The entry that says so is chosen, else the first.
    fn entry(&mut self, value: Option<String>, selected: bool) {
        let Some((field, chosen)) = &mut self.list else { return };
        if (selected && !*chosen) || field.value.is_none() {
            field.value = Some(value.unwrap_or_default());
        }
        *chosen |= selected;
    }

    fn says(&mut self, words: &str) {
        if let Some(Field { value: Some(value), .. }) = &mut self.inside {
            value.push_str(words);
        }
    }

    fn ends(&mut self, name: &str) {
        match name {
            "form" => self.close(),
            "textarea" => {
                if let Some(field) = self.inside.take() {
                    self.add(field);
                }
            }
            "select" => {
                if let Some((field, _)) = self.list.take() {
                    self.add(field);
                }
            }
            _ => {}
        }
    }

    /// A field without a name is never sent.
    fn add(&mut self, field: Field) {
        if let Some(form) = self.open.as_mut().filter(|_| !field.name.is_empty()) {
            form.fields.push(field);
        }
    }

    fn close(&mut self) {
        self.forms.extend(self.open.take());
    }
}

fn input(has: impl Fn(&str) -> Option<String>) -> Field {
    let name = has("name").unwrap_or_default();
    let kind = has("type").unwrap_or_default().to_ascii_lowercase();
    let value = has("value");
    match kind.as_str() {
        "checkbox" | "radio" => {
            let on = has("checked").map(|_| value.unwrap_or_else(|| "on".to_owned()));
            Field { name, kind: Kind::Choice, value: on }
        }
        "file" => Field { name, kind: Kind::File, value: None },
        "submit" => Field { name, kind: Kind::Button, value: Some(value.unwrap_or_default()) },
        // A picture is pressed by its coordinates, the other two send nothing of themselves.
        "image" | "reset" | "button" => Field::default(),
        _ => Field { name, kind: Kind::Text, value: Some(value.unwrap_or_default()) },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = r#"<!doctype html><p>Hi<form action="/find"><input name=q></form>
        <FORM method="post" action='/login?next=%2F' ENCTYPE="multipart/form-data">
        <input type=hidden name="csrf" value="a&amp;b"><input name="user"><input name="password" type="password">
        <input type=checkbox name=stay checked><input type=checkbox name=news value=1>
        <textarea name=note>two
lines</textarea><select name=role><option value=reader>R<option value=editor selected>E</select>
        <input type=file name=photo><input disabled name=old><button name=go value=in>Log in</button>
        <button name=other value=2>Other</button></FORM>"#;

    fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_form_is_sent_with_everything_the_page_put_into_it() {
        let forms = forms(PAGE);
        assert_eq!(forms.len(), 2);
        let log_in = &forms[1];
        assert_eq!((log_in.action.as_str(), log_in.posts, log_in.multipart), ("/login?next=%2F", true, true));
        let typed = pairs(&[("user", "anna"), ("password", "x")]);
        assert!(log_in.has(&typed) && !forms[0].has(&typed));
        let sent = pairs(&[
            ("csrf", "a&b"),
            ("user", "anna"),
            ("password", "x"),
            ("stay", "on"),
            ("note", "two\nlines"),
            ("role", "editor"),
            ("go", "in"),
        ]);
        assert_eq!(log_in.filled(&typed), sent);
    }

    #[test]
    fn a_box_that_is_ticked_is_sent_once() {
        let page = "<form><input type=radio name=size value=s><input type=radio name=size value=m checked></form>";
        let form = &forms(page)[0];
        assert_eq!(form.filled(&pairs(&[("size", "l")])), pairs(&[("size", "l")]));
        assert_eq!(form.filled(&[]), pairs(&[("size", "m")]));
    }

    #[test]
    fn a_file_goes_into_the_only_field_for_one() {
        assert_eq!(forms(PAGE)[1].file_field(None), Some("photo"));
        assert_eq!(forms(PAGE)[1].file_field(Some("other")), None);
        let two = "<form><input type=file name=a><input type=file name=b></form>";
        assert_eq!((forms(two)[0].file_field(None), forms(two)[0].file_field(Some("b"))), (None, Some("b")));
    }

    proptest! {
        #[test]
        fn any_text_is_a_page(page in "(<form[ >]|<input name=a>|<select>|</form>|<textarea|>|[a-z\"'= ]){0,30}") {
            for form in forms(&page) {
                let _ = form.filled(&[]);
            }
        }
    }
}
