use super::*;
use crate::profile::Library;
use crate::profile::example::PLAN;
use crate::project::{Framework, Node, Place, Python, Requirements, Said, Taken};

/// A plan whose platform says a lot.
const RICH: &str = r#"
[build]
source = "test"
pythons = ["3.11", "3.12"]
workdir = "/mount/src/{app}"
user = "appuser"
home = "/home/appuser"
dependency_files = ["pyproject.toml", "requirements.txt"]
packages_file = "packages.txt"
adds = ["streamlit"]
lines.sources = "Cloning into '{workdir}', main module '{entry}'"
lines.installed = "installed from {file}"
[port]
source = "test"
variable = "none"
number = 8501
"#;

fn plan(extra: &str) -> Profile {
    Library::shipped().with("example.toml", format!("{PLAN}{extra}")).load("example").unwrap()
}

fn said<T>(file: &str, value: T) -> Said<T> {
    Said::at(Place::file(file), value)
}

fn python(framework: Framework, entry: &str, requirements: &[(&str, Requirements)]) -> Python {
    Python {
        framework: Some(said(entry, framework)),
        entry: Some(said(entry, entry.to_owned())),
        requirements: requirements.iter().map(|(file, kind)| said(file, *kind)).collect(),
        ..Python::default()
    }
}

fn found(recipe: Recipe) -> Found {
    Found { name: "My Shop".into(), recipe, because: Vec::new(), taken: Taken::default(), notices: Vec::new() }
}

fn built(folder: &Folder, found: &Found, profile: &Profile, options: &Options) -> Build {
    match plan_image(Subject { folder, found, profile }, options) {
        Ok(Image::Built(build)) => *build,
        other => panic!("{other:?}"),
    }
}

fn streamlit() -> (Folder, Found) {
    let folder =
        Folder::of("shop", &[("app.py", "import streamlit"), ("requirements.txt", "pandas\n"), ("data.csv", "1")]);
    (
        folder,
        found(Recipe::Python(python(
            Framework::Streamlit,
            "app.py",
            &[("requirements.txt", Requirements::Requirements)],
        ))),
    )
}

#[test]
fn sources_stand_and_run_where_the_platform_has_them() {
    let (folder, mut found) = streamlit();
    if let Recipe::Python(python) = &mut found.recipe {
        python.packages = vec![said("packages.txt", "libgl1".to_owned())];
    }
    let build = built(&folder, &found, &plan(RICH), &Options::default());
    let expected = r#"# My Shop for example, written by emu
FROM python:3.12-slim
ARG PIP_ROOT_USER_ACTION=ignore
ARG PIP_DISABLE_PIP_VERSION_CHECK=1
RUN apt-get update && apt-get install -y --no-install-recommends libgl1 && rm -rf /var/lib/apt/lists/*
RUN id -u appuser >/dev/null 2>&1 || useradd --create-home --home-dir /home/appuser appuser; mkdir -p /mount/src/My-Shop && chown appuser /mount/src/My-Shop
WORKDIR /mount/src/My-Shop
COPY ["requirements.txt", "./"]
RUN pip install --no-cache-dir -r requirements.txt streamlit
COPY --chown=appuser . .
USER appuser
CMD ["streamlit", "run", "app.py", "--server.port", "8501", "--server.address", "0.0.0.0", "--server.headless", "true"]
"#;
    assert_eq!(build.dockerfile, expected);
    assert_eq!(
        (build.name.as_str(), build.bases.as_slice()),
        ("emu-built/my-shop", ["python:3.12-slim".to_owned()].as_slice())
    );
    assert_eq!(build.lines[&BuildStep::Sources], "Cloning into '/mount/src/My-Shop', main module 'app.py'");
    assert_eq!(build.lines[&BuildStep::Installed], "installed from requirements.txt");
    assert_eq!(build.files.len(), 3);
    assert!(build.notices.is_empty(), "{:?}", build.notices);
}

#[test]
fn a_neutral_plan_adds_nothing_and_says_what_it_leaves_out() {
    let (folder, mut found) = streamlit();
    if let Recipe::Python(python) = &mut found.recipe {
        python.packages = vec![said("packages.txt", "libgl1".to_owned())];
    }
    let build = built(&folder, &found, &plan(""), &Options::default());
    let expected = r#"# My Shop for example, written by emu
FROM python:3.12-slim
ARG PIP_ROOT_USER_ACTION=ignore
ARG PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY ["requirements.txt", "./"]
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD ["/bin/sh", "-c", "exec streamlit run app.py --server.port $PORT --server.address 0.0.0.0 --server.headless true"]
"#;
    assert_eq!(build.dockerfile, expected);
    assert_eq!(build.notices.len(), 1);
    assert_eq!(build.notices[0].place, Place::file("packages.txt"));
}

#[test]
fn what_is_passed_through_leaves_nothing_behind() {
    let (folder, found) = streamlit();
    let options = Options {
        base_image: Some("mine:1".into()),
        arguments: BTreeMap::from([("TOKEN".to_owned(), "x".to_owned())]),
        certificates: true,
    };
    let build = built(&folder, &found, &plan(""), &options);
    let text = &build.dockerfile;
    assert!(text.contains("FROM mine:1\nCOPY .emu-certificates.pem /tmp/.emu-certificates.pem\n"), "{text}");
    assert!(text.contains("ARG PIP_CERT=/tmp/.emu-certificates.pem\n") && text.contains("ARG TOKEN\n"), "{text}");
    assert!(text.contains("RUN rm -f /tmp/.emu-certificates.pem .emu-certificates.pem\nENTRYPOINT []\nCMD"), "{text}");
    assert!(!text.contains("ENV "), "{text}");
}

#[test]
fn a_build_command_of_the_project_is_what_is_done() {
    let (folder, mut found) = streamlit();
    found.taken.build_command = Some(said("render.yaml", "pip install -r requirements.txt && ./prepare".to_owned()));
    found.taken.command = Some(said("render.yaml", Command::Line("./serve --port $PORT".into())));
    let text = built(&folder, &found, &plan(""), &Options::default()).dockerfile;
    assert!(text.contains("RUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\nRUN pip install -r requirements.txt && ./prepare\n"), "{text}");
    assert!(text.ends_with("CMD [\"/bin/sh\", \"-c\", \"exec ./serve --port $PORT\"]\n"), "{text}");
    found.taken.build_command = Some(said("render.yaml", "pip install -r other.txt".to_owned()));
    let text = built(&folder, &found, &plan(""), &Options::default()).dockerfile;
    assert!(!text.contains("--no-cache-dir"), "only what its own command installs: {text}");
}

#[test]
fn the_first_file_of_the_platforms_order_names_the_packages() {
    let folder = Folder::of(
        "shop",
        &[
            ("main.py", ""),
            ("requirements.txt", "-r base/more.txt\n-c limits.txt\n"),
            ("base/more.txt", "uvicorn\n"),
            ("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"fastapi>=0.1\", \"uvicorn\"]\n"),
        ],
    );
    let files = [("requirements.txt", Requirements::Requirements), ("pyproject.toml", Requirements::Pyproject)];
    let found = found(Recipe::Python(python(Framework::FastApi, "main.py", &files)));
    let rich = built(&folder, &found, &plan(RICH), &Options::default()).dockerfile;
    assert!(rich.contains("RUN pip install --no-cache-dir 'fastapi>=0.1' uvicorn streamlit\n"), "{rich}");
    let neutral = built(&folder, &found, &plan(""), &Options::default()).dockerfile;
    for line in [
        "COPY [\"requirements.txt\", \"./\"]\nCOPY [\"base/more.txt\", \"base/\"]\nCOPY [\"limits.txt\", \"./\"]\nRUN pip",
        "exec uvicorn main:app --host 0.0.0.0 --port $PORT",
    ] {
        assert!(neutral.contains(line), "{line}\n{neutral}");
    }
}

#[test]
fn a_project_that_installs_itself_needs_its_sources_first() {
    let folder = Folder::of("shop", &[("app.py", ""), ("requirements.txt", "-e .\n")]);
    let found =
        found(Recipe::Python(python(Framework::Flask, "app.py", &[("requirements.txt", Requirements::Requirements)])));
    let text = built(&folder, &found, &plan(""), &Options::default()).dockerfile;
    assert!(text.contains("COPY . .\nRUN pip install --no-cache-dir -r requirements.txt\nCMD"), "{text}");
}

#[test]
fn gunicorn_serves_where_the_project_names_it() {
    let command = |requirements: &str| {
        let folder = Folder::of("shop", &[("web/app.py", ""), ("requirements.txt", requirements)]);
        let found = found(Recipe::Python(python(
            Framework::Flask,
            "web/app.py",
            &[("requirements.txt", Requirements::Requirements)],
        )));
        plan_program(Subject { folder: &folder, found: &found, profile: &plan("") }).unwrap().command[2].clone()
    };
    assert_eq!(command("flask\ngunicorn==22\n"), "exec gunicorn --bind 0.0.0.0:$PORT web.app:app");
    assert_eq!(command("flask # no gunicorn\n"), "exec flask --app web.app:app run --host 0.0.0.0 --port $PORT");
}

#[test]
fn a_version_the_platform_lacks_is_told() {
    let (folder, mut found) = streamlit();
    if let Recipe::Python(python) = &mut found.recipe {
        python.version = Some(said("runtime.txt", "python-3.9.1".to_owned()));
    }
    let build = built(&folder, &found, &plan(RICH), &Options::default());
    assert!(build.dockerfile.contains("FROM python:3.9.1-slim\n"), "{}", build.dockerfile);
    assert_eq!(build.notices[0].found, "Python 3.9.1, and Example has 3.11, 3.12");
}

#[test]
fn node_installs_by_its_lock_file() {
    let package = r#"{"scripts": {"start": "node server.js", "build": "x"}, "dependencies": {"a": "1"}}"#;
    let folder = Folder::of("shop", &[("package.json", package), ("package-lock.json", "{}"), ("server.js", "")]);
    let node = Node {
        version: Some(said("package.json", ">=20".to_owned())),
        lock: Some(Place::file("package-lock.json")),
        builds: true,
        start: Some(said("package.json", Command::Line("npm start".into()))),
    };
    let text = built(&folder, &found(Recipe::Node(node)), &plan(""), &Options::default()).dockerfile;
    let expected = r#"# My Shop for example, written by emu
FROM node:22-slim
WORKDIR /app
COPY ["package.json", "./"]
COPY ["package-lock.json", "./"]
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build
CMD ["npm", "start"]
"#;
    assert_eq!(text, expected);
}

#[test]
fn an_app_below_the_project_is_built_from_there_alone() {
    let folder = Folder::of("shop", &[("README.md", ""), ("api/app.py", ""), ("api/requirements.txt", "flask\n")]);
    let files = [("api/requirements.txt", Requirements::Requirements)];
    let mut found = found(Recipe::Python(python(Framework::Flask, "api/app.py", &files)));
    found.taken.root = Some(said("render.yaml", "./api/".to_owned()));
    let build = built(&folder, &found, &plan(""), &Options::default());
    assert!(build.dockerfile.contains("COPY [\"requirements.txt\", \"./\"]\n"), "{}", build.dockerfile);
    assert!(build.dockerfile.contains("--app app:app"), "{}", build.dockerfile);
    let sent: Vec<&str> = build.files.iter().map(|sent| sent.inside.as_str()).collect();
    assert_eq!(sent, ["app.py", "requirements.txt"]);
}

#[test]
fn a_folder_that_nobody_starts_is_refused_with_a_next_step() {
    let folder = Folder::of("shop", &[("notes.txt", "")]);
    let found = found(Recipe::Other);
    let problem = plan_image(Subject { folder: &folder, found: &found, profile: &plan("") }, &Options::default());
    let problem = problem.unwrap_err();
    assert_eq!(problem.to_string(), "nothing in `shop` says how the app is started");
    assert!(problem.hint().contains("Procfile"), "{}", problem.hint());
}

#[test]
fn files_are_served_by_emu_itself() {
    let folder = Folder::of("site", &[("index.html", ""), ("public/a.css", "")]);
    let found = found(Recipe::Static { folder: String::new() });
    let build = built(&folder, &found, &plan(RICH), &Options::default());
    assert!(
        build
            .dockerfile
            .contains("COPY . /site\nENTRYPOINT []\nCMD [\"/emu\", \"__files\", \"/site\", \"--port\", \"8501\"]\n"),
        "{}",
        build.dockerfile
    );
    let profile = plan("");
    let program = plan_program(Subject { folder: &folder, found: &found, profile: &profile }).unwrap();
    assert_eq!(program.command, [SERVER, "__files", "."]);
}

#[test]
fn what_needs_images_is_no_program() {
    let folder = Folder::of("shop", &[("Dockerfile", "FROM x\n")]);
    let recipe = Recipe::Dockerfile {
        file: Place::file("Dockerfile"),
        context: String::new(),
        target: None,
        arguments: BTreeMap::new(),
    };
    let found = found(recipe);
    let profile = plan("");
    let subject = Subject { folder: &folder, found: &found, profile: &profile };
    assert_eq!(plan_program(subject).unwrap_err(), BuildProblem::NeedsImages { what: "a Dockerfile" });
    let build = built(&folder, &found, &profile, &Options::default());
    assert_eq!((build.dockerfile.as_str(), build.bases[0].as_str()), ("FROM x\n", "x"));
}

#[test]
fn a_fingerprint_changes_with_everything_that_is_built_from() {
    let (folder, found) = streamlit();
    let tag = |change: &dyn Fn(&mut Build), content: &[u8], executable| {
        let mut build = built(&folder, &found, &plan(""), &Options::default());
        change(&mut build);
        let mut fingerprint = Fingerprint::of(&build);
        fingerprint.file("app.py", executable, content);
        fingerprint.tag()
    };
    let same = tag(&|_| {}, b"x", false);
    assert_eq!((same.len(), tag(&|_| {}, b"x", false)), (16, same.clone()));
    let others = [
        tag(&|_| {}, b"y", false),
        tag(&|_| {}, b"x", true),
        tag(&|build| build.dockerfile.push('\n'), b"x", false),
        tag(&|build| build.target = Some("web".into()), b"x", false),
        tag(&|build| _ = build.arguments.insert("A".into(), "1".into()), b"x", false),
    ];
    assert!(others.iter().all(|other| *other != same), "{others:?} {same}");
}
