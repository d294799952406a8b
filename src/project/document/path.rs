use serde_json::Value;

/// The way to a place in a document: `services[type=web].envVars[]`.
///
/// Names between points; `*` for everything in a table; behind a name `[]` for every entry of its list, or
/// `[key=value]` for those of which that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(Vec<Step>);

/// One step of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a table, by name.
    Name(String),
    /// Into everything in a table.
    Any,
    /// Into every entry of a list.
    Each,
    /// Into the entries of a list of which this is said.
    Where(String, String),
}

/// A value of a document, and the way to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'d> {
    /// The value.
    pub value: &'d Value,
    /// The names and numbers that lead there.
    pub at: Vec<StepIn<'d>>,
}

/// A step that was taken in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepIn<'d> {
    /// Into a table.
    Key(&'d str),
    /// Into a list, from zero.
    Entry(usize),
}

impl Path {
    /// Reads a path. Any text is one; a bracket that does not close is part of its name.
    pub fn read(text: &str) -> Self {
        let mut steps = Vec::new();
        for part in parts(text) {
            let (name, filter) = match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
                Some((name, filter)) => (name, Some(filter)),
                None => (part, None),
            };
            match name {
                "" | "." => {}
                "*" => steps.push(Step::Any),
                name => steps.push(Step::Name(name.to_owned())),
            }
            match filter.map(|filter| filter.split_once('=')) {
                None => {}
                Some(None) => steps.push(Step::Each),
                Some(Some((key, value))) => steps.push(Step::Where(key.to_owned(), value.to_owned())),
            }
        }
        Self(steps)
    }
}

/// The parts between points that stand outside of brackets.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |c| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == '.' && depth == 0
    })
}

impl<'d> Found<'d> {
    /// Everything that a path leads to from here, in the order of the document.
    pub fn all(&self, path: &Path) -> Vec<Self> {
        path.0.iter().fold(vec![self.clone()], |found, step| found.iter().flat_map(|one| one.step(step)).collect())
    }

    /// The first of these paths that leads somewhere, to its first place.
    pub fn first<'p>(&self, paths: impl IntoIterator<Item = &'p String>) -> Option<Self> {
        paths.into_iter().find_map(|path| self.all(&Path::read(path)).into_iter().find(|found| !found.value.is_null()))
    }

    /// Whether a mark stands here: `sync=false`, or a path that leads somewhere.
    pub fn is_marked(&self, mark: &str) -> bool {
        match mark.split_once('=') {
            Some((path, value)) => {
                self.all(&Path::read(path)).iter().any(|found| found.text().as_deref() == Some(value))
            }
            None => self.all(&Path::read(mark)).iter().any(|found| !found.value.is_null()),
        }
    }

    /// A text, a number or a flag, as it is written.
    pub fn text(&self) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// The texts of a list.
    pub fn texts(&self) -> Option<Vec<String>> {
        self.value.is_array().then(|| self.entries().iter().filter_map(Self::text).collect())
    }

    /// The entries of a list; none of what is no list.
    pub fn entries(&self) -> Vec<Self> {
        self.step(&Step::Each)
    }

    /// What stands in a table, by its names; nothing for what is no table.
    pub fn fields(&self) -> Vec<(&'d str, Self)> {
        let fields = self.value.as_object().into_iter().flatten();
        fields.map(|(name, value)| (name.as_str(), self.to(value, StepIn::Key(name)))).collect()
    }

    /// What stands in a table under this name.
    pub fn field(&self, name: &str) -> Option<Self> {
        self.step(&Step::Name(name.to_owned())).into_iter().next()
    }

    fn step(&self, step: &Step) -> Vec<Self> {
        match step {
            Step::Name(name) => {
                let field = self.value.as_object().and_then(|table| table.get_key_value(name));
                field.map(|(name, value)| self.to(value, StepIn::Key(name))).into_iter().collect()
            }
            Step::Any => self.fields().into_iter().map(|(_, found)| found).collect(),
            Step::Each => {
                let entries = self.value.as_array().into_iter().flatten().enumerate();
                entries.map(|(at, value)| self.to(value, StepIn::Entry(at))).collect()
            }
            Step::Where(key, value) => {
                let says = |found: &Self| found.field(key).and_then(|found| found.text()).as_deref() == Some(value);
                self.entries().into_iter().filter(says).collect()
            }
        }
    }

    fn to(&self, value: &'d Value, step: StepIn<'d>) -> Self {
        let mut at = self.at.clone();
        at.push(step);
        Self { value, at }
    }
}
