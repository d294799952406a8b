//! Steps against an app with a log-in, a token in its forms, and files of its users.

use super::*;
use crate::event::LoadFailure;
use crate::scenario::ReadFile;

/// A small app: whoever logs in as `anna` or `ben` has files of their own.
#[derive(Default)]
struct Files(RefCell<Vec<(String, String)>>);

impl Files {
    async fn serve(self: Rc<Self>, mut visit: Visit) {
        while let Some(request) = visit.request().await {
            let answer = self.answer(&request);
            visit.say(&answer).await;
        }
    }

    fn answer(&self, request: &str) -> String {
        let line = request.lines().next().unwrap_or_default();
        let user = ["anna", "ben"].into_iter().find(|name| request.contains(&format!("session={name}")));
        match (line, user) {
            ("GET /login HTTP/1.1", _) => page(
                200,
                "set-cookie: csrf=t1; Path=/",
                "<form method=post><input type=hidden name=token value=t1><input name=user><input name=password></form>",
            ),
            ("POST /login HTTP/1.1", _) if !(request.contains("token=t1&") && request.contains("csrf=t1")) => {
                page(403, "", "forged")
            }
            ("POST /login HTTP/1.1", _) => {
                let name = if request.contains("user=anna&") { "anna" } else { "ben" };
                page(303, &format!("set-cookie: session={name}; Path=/\r\nlocation: http://app.test/files"), "")
            }
            (_, None) => page(302, "location: /login", ""),
            ("GET /files HTTP/1.1", Some(user)) => {
                let files = self.0.borrow();
                let own = files.iter().filter(|(owner, _)| owner == user).map(|(_, file)| file.as_str());
                let form =
                    "<form action=/upload method=post enctype=multipart/form-data><input type=file name=doc></form>";
                page(200, "", &format!("{user}: {}{form}", own.collect::<Vec<_>>().join(" ")))
            }
            ("POST /upload HTTP/1.1", Some(user)) => {
                let name = request.split("name=\"doc\"; filename=\"").nth(1).and_then(|rest| rest.split('"').next());
                self.0.borrow_mut().push((user.to_owned(), name.unwrap_or_default().to_owned()));
                page(303, "location: files", "")
            }
            _ => page(404, "", "no such page"),
        }
    }
}

fn page(status: u16, headers: &str, body: &str) -> String {
    let headers = if headers.is_empty() { String::new() } else { format!("{headers}\r\n") };
    format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// The list that people go through by hand.
const LIST: &str = r#"
[[phase]]
name = "smoke"

[[phase.step]]
user = "anna"
page = "/login"
form = { user = "anna", password = "secret" }
expect = { holds = "anna:" }

[[phase.step]]
user = "anna"
page = "/files"
upload = { file = "orders.csv" }
expect = { holds = "orders.csv" }

[[phase.step]]
user = "ben"
page = "/login"
form = { user = "ben", password = "secret" }
expect = { holds = "ben:", lacks = "orders.csv" }

[[phase.step]]
name = "a stranger is sent to the log-in"
path = "/files"
expect = { status = 302 }

[[phase]]
name = "after"
times = 1
path = "/login"
"#;

async fn go(text: &str) -> Played {
    let files: &mut ReadFile<'_> = &mut |_| Ok(b"a;b\n".to_vec());
    let scenario = Scenario::parse("smoke.toml", text, files).unwrap();
    let app = Rc::new(Files::default());
    play(scenario, move |visit| Rc::clone(&app).serve(visit)).await
}

fn notes(played: &Played) -> Vec<String> {
    let note = |told: &Told| match told {
        Told::Note(text) => Some(text.clone()),
        _ => None,
    };
    played.told.iter().filter_map(note).collect()
}

#[tokio::test(start_paused = true)]
async fn two_users_log_in_upload_and_see_their_own_files_only() {
    let played = go(LIST).await;
    assert_eq!(played.outcome, Outcome::Done, "{:?}", notes(&played));
    let report = played.report("smoke");
    assert!(adds_up(report) && report.answered == 4 && report.due == 4, "{report:?}");
    assert_eq!(played.report("after").answered, 1);
    let notes = notes(&played);
    assert!(notes[0].starts_with("step 1, anna: the form on /login: 200 after "), "{notes:?}");
    assert!(notes[3].starts_with("step 4, visitor: a stranger is sent to the log-in: 302 after "), "{notes:?}");
}

#[tokio::test(start_paused = true)]
async fn what_one_user_sees_of_another_is_a_failed_step_and_the_rest_of_the_list_is_gone_through() {
    let played =
        go(&LIST.replacen("user = \"ben\"", "user = \"anna\"", 1).replace("{ user = \"ben\"", "{ user = \"anna\""))
            .await;
    assert_eq!(played.outcome, Outcome::StepsFailed(1));
    let notes = notes(&played);
    assert!(
        notes[2].contains("step 3, anna: the form on /login FAILED: `GET /files` was answered with status 200"),
        "{notes:?}"
    );
    assert!(
        notes[2].ends_with("expected a status below 400 and a body that holds `ben:` and a body without `orders.csv`")
    );
    let report = played.report("smoke");
    assert_eq!((report.due, report.answered, report.failures[&LoadFailure::Body]), (4, 3, 1));
    assert!(!played.told.iter().any(|told| matches!(told, Told::Phase(phase) if phase.name == "after")));
}

#[tokio::test(start_paused = true)]
async fn a_form_that_is_not_there_is_told_with_those_that_are() {
    let played = go(&LIST.replacen("form = { user", "form = { email", 1)).await;
    assert!(matches!(played.outcome, Outcome::StepsFailed(_)));
    let words = "step 1, anna: the form on /login FAILED: `/login` has forms with `token`, `user`, `password`, \
                 expected one with `email`, `password`";
    assert_eq!(notes(&played)[0], words);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_takes_too_long_and_an_app_that_says_nothing_are_told_apart() {
    let slow = "[[phase]]\n[[phase.step]]\npath = \"/\"\nwithin = \"2 s\"\n[[phase.step]]\npath = \"/b\"\n";
    let scenario = || Scenario::parse("s", slow, &mut |_: &str| Err(String::new())).unwrap();
    let played = play(scenario(), |visit| visit.answer_all(OK, Duration::from_secs(3))).await;
    assert_eq!(played.outcome, Outcome::StepsFailed(1));
    assert!(notes(&played)[0].ends_with("`GET /` had no whole answer after 2.0 s, expected a status below 400"));
    let nobody = play_with(scenario(), Nobody, async |_| {}).await;
    let report = nobody.report("steps");
    assert_eq!((report.due, report.unsent, report.failures[&LoadFailure::Refused]), (2, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn redirects_that_lead_away_or_nowhere_are_faults() {
    let one = || {
        Scenario::parse("s", "[[phase]]\n[[phase.step]]\npath = \"/\"\n", &mut |_: &str| Err(String::new())).unwrap()
    };
    for (answer, words) in [
        (
            "HTTP/1.1 302 F\r\nlocation: https://other.test/\r\ncontent-length: 0\r\n\r\n",
            "sends its visitor away to `https://other.test/`",
        ),
        ("HTTP/1.1 302 F\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n", "redirects without an end"),
    ] {
        let played = play(one(), |visit| visit.answer_all(answer, millis(1))).await;
        assert!(notes(&played)[0].contains(words), "{:?}", notes(&played));
    }
}
