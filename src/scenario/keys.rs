//! Every key that a scenario file knows.

use super::key::{Key, key};
use super::target::PATH as A_PATH;

const TEXT: &str = "a text in quotes";
const HEADERS_VALUE: &str = "a table of texts such as `{ accept = \"text/html\" }`";
const A_KIND: &str = "one of `http`, `streamlit`, `websocket`, `gradio`";
const LENGTH: &str = "a duration such as `\"2 min\"`, more than 0 s and at most 7 d";

// The scenario itself.

pub(super) const NAME: Key = key("name", TEXT, "What the scenario is called.", "the file's name");
pub(super) const SEED: Key = key(
    "seed",
    "a whole number, not below 0",
    "The same number gives the same requests in the same order, and the same pauses.",
    "`1`",
);
pub(super) const TIMEOUT: Key =
    key("timeout", LENGTH, "A request without a whole answer after this long has failed.", "`\"30 s\"`");
pub(super) const WARM_UP: Key = key(
    "warm_up",
    "a duration such as `\"5 s\"`, or `\"none\"`",
    "How long the app gets the requests of the first phase that sends any, before all phases. Its figures count nowhere.",
    "`\"5 s\"` where the first phase has `rate` or `users`, never longer than that phase; else `\"none\"`",
);
pub(super) const CONNECTIONS: Key = key(
    "connections",
    "a whole number from 1 to 20000",
    "The most connections that a phase may open at once.",
    "`500`, or the number of users where that is more",
);
pub(super) const HEADERS: Key =
    key("headers", HEADERS_VALUE, "Headers of every request. What a request says itself goes before it.", "none");
pub(super) const USER: Key = key(
    "user",
    "tables `[[user]]`",
    "Who goes through steps. Where there is one, every step's user has to be among them.",
    "users are whoever the steps name",
);
pub(super) const PHASE: Key = key("phase", "at least one table `[[phase]]`", "What is done, in this order.", "refused");

/// The outermost table.
pub(super) const SCENARIO: &[Key] = &[NAME, SEED, TIMEOUT, WARM_UP, CONNECTIONS, HEADERS, USER, PHASE];

// A user.

pub(super) const USER_NAME: Key = key("name", TEXT, "What steps call them.", "refused");
pub(super) const USER_HEADERS: Key = key(
    "headers",
    HEADERS_VALUE,
    "Headers of everything they ask for: how a proxy in front of the app says who somebody is.",
    "none",
);

pub(super) const USER_KIND: Key = key(
    "kind",
    A_KIND,
    "How they use the app: with requests, with a session of a Streamlit app in a tab of their own, on a WebSocket, or \
     with a session of a Gradio app.",
    "the `kind` of the phase",
);

/// `[[user]]`
pub(super) const USER_KEYS: &[Key] = &[USER_NAME, USER_KIND, USER_HEADERS];

// A phase: who sets its pace.

pub(super) const PHASE_NAME: Key = key(
    "name",
    "a text of at most 40 characters that no other phase has, and none of `start`, `check`, `warm-up`",
    "What the phase is called in every table.",
    "`load`, `ramp`, `users`, `calls` or `rest`, by what it does",
);
pub(super) const RATE: Key = key(
    "rate",
    "a rate such as `\"20/s\"`, `\"30/min\"` or `\"5/s to 50/s\"`, above `0/s` and at most `1000000/s`",
    "Open: requests come by the clock, whether earlier ones have been answered or not. Two rates are a ramp.",
    "",
);
pub(super) const USERS: Key = key(
    "users",
    "a whole number from 1 to 10000, or with `ramp` two such as `\"10 to 50\"`",
    "Closed: so many users, each of whom waits for the answer, thinks, and asks again. Of two numbers the first is \
     there at the beginning, and the second once `ramp` has passed.",
    "",
);
pub(super) const ARRIVALS: Key = key(
    "arrivals",
    "a rate such as `\"5/min\"` or `\"1/min to 10/min\"`, with at most 100000 users in all",
    "Strangers: users come by the clock, whoever is still there. Each waits, thinks and asks again for as long as \
     `stay` says, and leaves.",
    "",
);
pub(super) const STAY: Key = key(
    "stay",
    "a time such as `\"2 min\"`, `\"1 min to 4 min\"`, `\"exponential 2 min\"` or `\"log-normal 1 min to 5 min\"`, at \
     most 7 d",
    "How long a user is there, in the shapes of `think`. Only with `arrivals`, and needed by it.",
    "",
);
pub(super) const KIND: Key = key(
    "kind",
    A_KIND,
    "How the phase's users use the app. With `users` and `streamlit`, each opens `path` in a tab, goes through the \
     steps of the phase again and again, and thinks after each; without steps the script is run again. With \
     `websocket` and `gradio` likewise, and without steps they come and stay.",
    "`http`",
);
pub(super) const TIMES: Key =
    key("times", "a whole number from 1 to 1000000", "Every request so many times, one after the other.", "");
pub(super) const REST: Key = key("rest", LENGTH, "Nothing is sent for this long: what the app needs at rest.", "");
pub(super) const FOR: Key = key("for", LENGTH, "How long it goes on. Needed by `rate`, `users` and `arrivals`.", "");
pub(super) const THINK: Key = key(
    "think",
    "a pause such as `\"2 s\"`, `\"1 s to 3 s\"`, `\"exponential 2 s\"` or `\"log-normal 2 s to 10 s\"`, at most 7 d, the \
     shorter time first",
    "How long a user pauses after an answer: evenly spread between two times, exponentially around a mean, or as people \
     read, where half of the pauses are shorter than the first time and 95 of 100 shorter than the second. Only with \
     `users` and `arrivals`.",
    "no pause",
);
pub(super) const RAMP: Key = key(
    "ramp",
    LENGTH,
    "Users come one after the other over this long, or leave where they become fewer. Only with `users`.",
    "all at once",
);
pub(super) const STEPS: Key = key(
    "step",
    "tables `[[phase.step]]`",
    "Gone through once, one after the other, as somebody does who tries the app by hand. Beside `users`, with \
     a `kind` that has sessions: by each of them, again and again.",
    "",
);
pub(super) const REQUESTS: Key = key(
    "request",
    "tables `[[phase.request]]`",
    "Several requests, chosen by their weights. A phase with one request says it in its own table.",
    "the request in the phase's own table",
);

/// Who sets the pace. A phase says exactly one of them.
pub(super) const PACES: &[Key] = &[RATE, USERS, ARRIVALS, TIMES, REST, STEPS];

/// A phase, without the request that may stand in its table.
pub(super) const PHASE_KEYS: &[Key] =
    &[PHASE_NAME, KIND, RATE, USERS, ARRIVALS, TIMES, REST, STEPS, FOR, THINK, RAMP, STAY, REQUESTS];

// A step.

pub(super) const STEP_NAME: Key = key("name", TEXT, "What the step is called in the log.", "what is done in it");
pub(super) const STEP_USER: Key = key(
    "user",
    TEXT,
    "Who does it. Every user has cookies of their own, from their first step to their last.",
    "`visitor`",
);
pub(super) const PAGE: Key = key(
    "page",
    A_PATH,
    "A page with a form. It is opened, its form is filled with `form` and `upload`, and sent off with everything \
     that the page put into it: a log-in, with the token that protects it.",
    "the request is made as it stands here",
);
pub(super) const WITHIN: Key =
    key("within", LENGTH, "How long the step may take, redirects and the form's page included.", "`timeout`");

/// What only a step has.
pub(super) const STEP_KEYS: &[Key] = &[STEP_NAME, STEP_USER, PAGE, WITHIN];

// A step of somebody who uses a Streamlit app.

pub(super) const OPEN: Key = key(
    "open",
    A_PATH,
    "Opens a page of the app in a new tab, which is a new session. On a WebSocket: opens it at this path.",
    "the tab that is open; else `/`",
);
pub(super) const GO: Key = key(
    "go",
    TEXT,
    "Goes to another page of the app by its name in the navigation. The session stays.",
    "the page that is open",
);
pub(super) const SET: Key = key(
    "set",
    "a table such as `{ Rows = 100, Colour = \"red\", Tags = [\"new\"], Agree = true, Day = \"2024-01-31\" }`",
    "Sets fields, by their labels. The script runs after each, but a form's fields wait for its button. \
     A chat's label is the text that stands in it.",
    "nothing is set",
);
pub(super) const CLICK: Key =
    key("click", TEXT, "Presses the button with this label, also that of a form.", "no button is pressed");
pub(super) const AWAY: Key = key(
    "away",
    LENGTH,
    "Closes the tab, and comes back to the same session after this long. On a WebSocket: closes it, and opens it anew.",
    "the tab stays open",
);

/// What only somebody in a tab does.
pub(super) const TAB_KEYS: &[Key] = &[OPEN, GO, SET, CLICK, AWAY];

// A step of somebody on a WebSocket, or in a Gradio app.

pub(super) const SEND: Key = key("send", TEXT, "WebSocket: sends a message of text.", "nothing is sent");
pub(super) const CALL: Key = key(
    "call",
    TEXT,
    "Gradio: has a function run, by its API name, through the app's queue as the page does.",
    "nothing is run",
);
pub(super) const INPUTS: Key = key(
    "inputs",
    "a list of what JSON knows, such as `[\"tea\", 3]`",
    "What the function is given, in the order of its inputs; what the app keeps for it (`gr.State`) is left out.",
    "nothing",
);

/// What only they do.
pub(super) const LINE_KEYS: &[Key] = &[SEND, CALL, INPUTS];

// A request.

pub(super) const WEIGHT: Key = key(
    "weight",
    "a whole number from 1 to 1000000",
    "How often it is chosen, against the others of its phase. Not with `times`, which makes every request.",
    "`1`",
);
pub(super) const PATH: Key =
    key("path", A_PATH, "What is asked for, with its query.", "`/`; in `[[phase.request]]` refused");
pub(super) const METHOD: Key = key(
    "method",
    "one of `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE`, `OPTIONS`",
    "Its method. A `GET` may have a body, though most apps will not look at it.",
    "`GET`; `POST` with a body",
);
pub(super) const REQUEST_HEADERS: Key =
    key("headers", HEADERS_VALUE, "Its own headers. They go before those of the scenario.", "none");
pub(super) const BODY: Key = key("body", "a text in quotes", "A body of plain text.", "");
pub(super) const JSON: Key = key(
    "json",
    "a table or a list of what JSON knows, or a text that is JSON",
    "A body of JSON. A table may also be written as `[phase.json]`.",
    "",
);
pub(super) const FORM: Key = key(
    "form",
    "a table of texts and numbers",
    "The fields of a form. Beside `upload`: its other fields. They are sent in the order of their names.",
    "",
);
pub(super) const FILE: Key = key("file", "the path of a file", "A body that is a file's content, as it is.", "");
pub(super) const UPLOAD: Key = key(
    "upload",
    "a table such as `{ file = \"orders.csv\" }`",
    "A file as browsers send one from a form (`multipart/form-data`).",
    "",
);
pub(super) const EXPECT: Key = key(
    "expect",
    "a table such as `{ status = 200, holds = \"rows\" }`",
    "What the answer must be to count as answered.",
    "any status below 400",
);

/// What a request may send. It sends one of them, but for a form beside an upload.
pub(super) const BODIES: &[Key] = &[BODY, JSON, FORM, FILE, UPLOAD];

/// A request, in the table of its phase or in one of its own.
pub(super) const REQUEST: &[Key] = &[PATH, METHOD, REQUEST_HEADERS, BODY, JSON, FORM, FILE, UPLOAD, EXPECT];

/// What only a table of its own has.
pub(super) const WEIGHTED: &[Key] = &[WEIGHT];

// An upload.

pub(super) const FIELD: Key = key("field", TEXT, "The name of the form's field.", "`file`");
pub(super) const UPLOADED: Key =
    key("file", "the path of a file", "The file, seen from the folder of the scenario.", "refused");
pub(super) const UPLOAD_NAME: Key = key("name", TEXT, "What the app is told the file is called.", "its own name");
pub(super) const TYPE: Key = key(
    "type",
    "a media type such as `\"text/csv\"`",
    "What the app is told it holds.",
    "by the ending of its name, else `application/octet-stream`",
);

/// `upload = { … }`
pub(super) const UPLOAD_KEYS: &[Key] = &[FIELD, UPLOADED, UPLOAD_NAME, TYPE];

// What is expected back.

pub(super) const STATUS: Key =
    key("status", "a whole number from 100 to 599", "The status it must have.", "any below 400");
pub(super) const HOLDS: Key = key("holds", TEXT, "A text that its body must hold.", "any body");
pub(super) const LACKS: Key = key("lacks", TEXT, "A text that its body must not hold.", "any body");

pub(super) const EXCEPTION: Key = key(
    "exception",
    "`true` or `false`",
    "Whether the page of a Streamlit app must show an exception.",
    "`false`: one that it shows is a failure",
);

/// `expect = { … }`
pub(super) const EXPECT_KEYS: &[Key] = &[STATUS, HOLDS, LACKS, EXCEPTION];
