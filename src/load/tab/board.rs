use serde_json::Value;

use super::trouble::Trouble;
use crate::event::LoadFailure;

/// What the page of a Gradio app offers, as its server's `/config` says it.
pub(super) struct Board {
    /// What stands before every path: where the app is, and from version 5 on `/gradio_api`.
    prefix: String,
    functions: Vec<Function>,
}

/// A function that can be called by its API name.
pub(super) struct Function {
    name: String,
    /// Its number.
    pub(super) id: u64,
    /// For each of its inputs, whether the app keeps it itself.
    kept: Vec<bool>,
}

impl Board {
    /// `root` is where the app is, without a slash at its end.
    pub(super) fn read(root: &str, config: &[u8]) -> Result<Self, Trouble> {
        let config: Value = serde_json::from_slice(config).unwrap_or_default();
        let Some(version) = config["version"].as_str() else {
            return Err(stranger(format!("`{root}/config` is not the configuration of a Gradio app: is it one?")));
        };
        // Before version 4 the queue was told over a WebSocket.
        let protocol = config["protocol"].as_str().unwrap_or("ws");
        if !protocol.starts_with("sse_v") {
            let found = format!("the app is of Gradio {version} and speaks `{protocol}`");
            return Err(stranger(format!("{found}, expected version 4 or newer, which speaks `sse_v3`")));
        }
        let prefix = format!("{root}{}", config["api_prefix"].as_str().unwrap_or_default());
        let states: Vec<u64> = list(&config["components"])
            .filter(|component| component["type"] == "state")
            .filter_map(|component| component["id"].as_u64())
            .collect();
        let functions = list(&config["dependencies"]).enumerate();
        let functions = functions.filter_map(|(at, function)| Function::read(at, function, &states)).collect();
        Ok(Self { prefix, functions })
    }

    pub(super) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    pub(super) fn function(&self, name: &str) -> Result<&Function, Trouble> {
        let found = self.functions.iter().find(|function| function.name == name);
        found.ok_or_else(|| {
            let all: Vec<String> = self.functions.iter().map(|function| format!("`{}`", function.name)).collect();
            let all = if all.is_empty() { "none".to_owned() } else { all.join(", ") };
            not_offered(format!("the app has no function `{name}`; it has {all}"))
        })
    }
}

impl Function {
    fn read(at: usize, function: &Value, states: &[u64]) -> Option<Self> {
        let name = function["api_name"].as_str()?.trim_start_matches('/').to_owned();
        let id = function["id"].as_u64().or_else(|| u64::try_from(at).ok())?;
        let kept = list(&function["inputs"]).map(|input| input.as_u64().is_some_and(|id| states.contains(&id)));
        Some(Self { name, id, kept: kept.collect() })
    }

    /// Its inputs as the page sends them: nothing stands for what the app keeps.
    pub(super) fn data(&self, name: &str, inputs: &[Value]) -> Result<Vec<Value>, Trouble> {
        let wanted = self.kept.iter().filter(|kept| !**kept).count();
        if wanted != inputs.len() {
            let noun = if wanted == 1 { "input" } else { "inputs" };
            return Err(not_offered(format!("`{name}` takes {wanted} {noun}, found {}", inputs.len())));
        }
        let mut given = inputs.iter().cloned();
        Ok(self.kept.iter().map(|kept| if *kept { Value::Null } else { given.next().unwrap_or_default() }).collect())
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn not_offered(what: String) -> Trouble {
    Trouble::Plain { what, failure: LoadFailure::NotOffered, silence: false }
}

fn stranger(what: String) -> Trouble {
    Trouble::Plain { what, failure: LoadFailure::Body, silence: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the `/config` of Gradio 6.31 and of 4.44 says, without what is of no use here.
    const NEW: &str = r#"{"version": "6.31.0", "api_prefix": "/gradio_api", "protocol": "sse_v3",
        "components": [{"id": 1, "type": "textbox"}, {"id": 2, "type": "number"}, {"id": 4, "type": "state"}],
        "dependencies": [{"id": 0, "api_name": "shout", "inputs": [1, 2]}, {"id": 1, "api_name": false, "inputs": []},
            {"id": 2, "api_name": "count", "inputs": [4, 2]}]}"#;
    const OLD: &str = r#"{"version": "4.44.1", "protocol": "sse_v3", "components": [{"id": 1, "type": "textbox"}],
        "dependencies": [{"api_name": "/shout", "inputs": [1]}]}"#;

    fn said<T>(outcome: Result<T, Trouble>) -> String {
        outcome.err().map(|trouble| trouble.to_string()).unwrap_or_default()
    }

    #[test]
    fn new_and_old_servers_say_where_their_queue_is() {
        assert_eq!(Board::read("/app", NEW.as_bytes()).unwrap().path("/queue/join"), "/app/gradio_api/queue/join");
        let old = Board::read("", OLD.as_bytes()).unwrap();
        assert_eq!((old.path("/queue/join").as_str(), old.function("shout").unwrap().id), ("/queue/join", 0));
    }

    #[test]
    fn nothing_stands_for_what_the_app_keeps() {
        let board = Board::read("", NEW.as_bytes()).unwrap();
        let count = board.function("count").unwrap();
        assert_eq!((count.id, count.data("count", &[7.into()]).unwrap()), (2, vec![Value::Null, 7.into()]));
        assert_eq!(said(count.data("count", &[])), "`count` takes 1 input, found 0");
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is() {
        let board = Board::read("", NEW.as_bytes()).unwrap();
        assert_eq!(said(board.function("shuot")), "the app has no function `shuot`; it has `shout`, `count`");
    }

    #[test]
    fn an_app_of_another_kind_or_age_is_told() {
        assert!(said(Board::read("", b"<html>")).contains("is not the configuration of a Gradio app"));
        let ancient = r#"{"version": "3.50.2", "protocol": "ws"}"#;
        assert!(
            said(Board::read("", ancient.as_bytes())).contains("Gradio 3.50.2 and speaks `ws`, expected version 4")
        );
    }
}
