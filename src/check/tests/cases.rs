use super::Case;
use crate::project::{Framework, Place, Python, Said, Taken};
use crate::units::{Memory, Millicores};

/// The cases, by what they are about.
pub(super) const ALL: &[fn() -> Vec<Case>] = &[secrets, streamlit, docker, start, node, python, packages, found];

fn secrets() -> Vec<Case> {
    let env = (".env", "KEY=abc\n");
    let key = "-----BEGIN RSA PRIVATE KEY-----\nabc\n";
    vec![
        Case::red("secrets-committed", ".env", &[env]).tracked(&[".env", "app.py"]),
        Case::red("secrets-committed", "deploy.pem:2", &[("deploy.pem", &format!("\n{key}"))]).tracked(&["deploy.pem"]),
        Case::red(
            "secrets-committed",
            "google.json:2",
            &[("google.json", "{\n\"private_key\": \"-----BEGIN PRIVATE KEY-----\\nabc\"}")],
        )
        .tracked(&["google.json"]),
        Case::green("secrets-committed", &[env]),
        Case::green("secrets-committed", &[(".env", "KEY=\nOTHER=\"\"\n")]).tracked(&[".env"]),
        Case::green("secrets-committed", &[(".env.example", "KEY=abc\n")]).tracked(&[".env.example"]),
        Case::green("secrets-committed", &[("tests/a.pem", key), ("a.py", key)]).tracked(&["tests/a.pem", "a.py"]),
        Case::red("secrets-not-ignored", ".env", &[env]),
        Case::red("secrets-not-ignored", ".streamlit/secrets.toml", &[(".streamlit/secrets.toml", "a = 1\n")]),
        Case::green("secrets-not-ignored", &[(".gitignore", ".env\n")]).ignored(".env", "KEY=abc\n"),
        Case::green("secrets-not-ignored", &[env]).tracked(&[".env"]),
        Case::red("secrets-broken", ".env:2", &[]).ignored(".env", "A=1\nB: 2\n"),
        Case::red("secrets-broken", ".streamlit/secrets.toml:2", &[])
            .ignored(".streamlit/secrets.toml", "a = 1\nb = c\n"),
        Case::green("secrets-broken", &[]).ignored(".env", "A=1\n\n# b\nexport B=\"2\"\n"),
    ]
}

fn streamlit() -> Vec<Case> {
    let config = |text: &'static str| (".streamlit/config.toml", text);
    let at = ".streamlit/config.toml:2";
    let bare = ("Dockerfile", "FROM a\nCMD [\"streamlit\", \"run\", \"app.py\"]");
    let docker = (
        "Dockerfile",
        "FROM a\nCMD [\"streamlit\", \"run\", \"app.py\", \"--server.port=80\", \"--server.headless\", \"true\"]",
    );
    vec![
        Case::red("streamlit-config-broken", at, &[config("[server]\nheadless = True\n")]),
        Case::green("streamlit-config-broken", &[config("[server]\r\nheadless = true\r\n")]),
        Case::red("streamlit-headless", at, &[config("[server]\nheadless = false\n")]),
        Case::green("streamlit-headless", &[config("[server]\nheadless = true\n")]),
        Case::green("streamlit-headless", &[config("[server]\nheadless = false\n"), docker]),
        Case::green("streamlit-headless", &[config("[server]\nheadless = false\n")])
            .plan("[environment]\nSTREAMLIT_SERVER_HEADLESS = \"true\"\n"),
        Case::red("streamlit-port", at, &[config("[server]\nport = 8502\n"), bare]).plan(""),
        Case::green("streamlit-port", &[config("[server]\nport = 8502\n")]).plan(""),
        Case::green("port-ignored", &[config("[server]\nport = 8502\n"), bare]).plan(""),
        Case::green("streamlit-port", &[config("[server]\nport = 8502\n")]).plan("[port]\nnumber = 8502\n"),
        Case::green("streamlit-port", &[config("[server]\nport = 8502\n"), docker]).plan(""),
        Case::red("streamlit-xsrf", at, &[config("[server]\nenableXsrfProtection = false\n")]),
        Case::red("streamlit-xsrf", at, &[config("[server]\nenableCORS = false\n")]),
        Case::green("streamlit-xsrf", &[config("[server]\nenableXsrfProtection = true\n")]),
        Case::red("streamlit-upload", at, &[config("[server]\nmaxUploadSize = 100\n")])
            .plan("[router]\nbody = \"32 MiB\"\n"),
        Case::red("streamlit-upload", at, &[config("[server]\nmaxUploadSize = 500\n")]).plan(""),
        Case::red("streamlit-upload", "app.py:2", &[("app.py", "import streamlit as st\nst.file_uploader('x')\n")])
            .plan("[router]\nbody = \"32 MiB\"\n"),
        Case::green("streamlit-upload", &[config("[server]\nmaxUploadSize = 100\n")])
            .plan("[router]\nbody = \"100 MiB\"\n"),
        Case::green("streamlit-upload", &[("app.py", "import streamlit as st\n")])
            .plan("[router]\nbody = \"32 MiB\"\n"),
        Case::red("streamlit-error-details", at, &[config("[client]\nshowErrorDetails = true\n")]),
        Case::red("streamlit-error-details", ".streamlit/config.toml", &[config("[server]\nheadless = true\n")]),
        Case::green("streamlit-error-details", &[config("[client]\nshowErrorDetails = \"none\"\n")]),
        Case::green("streamlit-error-details", &[config("")])
            .plan("[environment]\nSTREAMLIT_CLIENT_SHOW_ERROR_DETAILS = \"false\"\n"),
    ]
}

fn docker() -> Vec<Case> {
    let red = |check, place, text: &'static str| Case::red(check, place, &[("Dockerfile", text)]);
    let green = |check, text: &'static str| Case::green(check, &[("Dockerfile", text)]);
    vec![
        red("docker-shell-form", "Dockerfile:2", "FROM a\nCMD python app.py\n"),
        red("docker-shell-form", "Dockerfile:2", "FROM a\nCMD [\"sh\", \"-c\", \"uvicorn a:b --port $PORT\"]\n"),
        green("docker-shell-form", "FROM a\nCMD x y\nFROM b\nCMD [\"python\", \"app.py\"]\n"),
        green("docker-shell-form", "FROM a\nCMD exec uvicorn a:b --port $PORT\n"),
        green("docker-shell-form", "FROM a\nENTRYPOINT [\"x\"]\nCMD y z\n"),
        red("docker-root", "Dockerfile:1", "FROM a\nCMD [\"b\"]\n"),
        red("docker-root", "Dockerfile:3", "FROM a\nUSER app\nUSER root\n"),
        green("docker-root", "FROM a\nUSER app\n"),
        red("docker-architecture", "Dockerfile:1", "FROM --platform=linux/arm64 a\n"),
        green("docker-architecture", "FROM --platform=linux/amd64 a\n"),
        red("docker-expose", "Dockerfile:2", "FROM a\nEXPOSE 8080\nCMD [\"uvicorn\", \"a:b\", \"--port\", \"9000\"]\n"),
        green("docker-expose", "FROM a\nEXPOSE 9000/tcp\nCMD [\"uvicorn\", \"a:b\", \"--port\", \"9000\"]\n"),
        green("docker-expose", "FROM a\nEXPOSE 8080\nCMD exec uvicorn a:b --port $PORT\n"),
        red("docker-secret-value", "Dockerfile:2", "FROM a\nENV MODE=prod API_KEY=sk-live-47114711\n"),
        green("docker-secret-value", "FROM a\nARG API_KEY\nENV API_KEY=$API_KEY SECRET_KEY=changeme\n"),
        red("docker-secrets", "Dockerfile:2", "FROM a\nCOPY . .\n").ignored(".env", "A=1\n"),
        Case::green("docker-secrets", &[("Dockerfile", "FROM a\nCOPY . .\n"), (".dockerignore", ".git\n.env\n")])
            .ignored(".env", "A=1\n"),
        green("docker-secrets", "FROM a\nCOPY . .\n"),
    ]
}

fn start() -> Vec<Case> {
    let docker = |line: &str| format!("FROM a\nCMD {line}\n");
    let red = |check, line: &str| Case::red(check, "Dockerfile:2", &[("Dockerfile", &docker(line))]);
    let green = |check, line: &str| Case::green(check, &[("Dockerfile", &docker(line))]);
    vec![
        red("bind-loopback", "uvicorn a:b --host 127.0.0.1 --port $PORT"),
        red("bind-loopback", "uvicorn a:b --port $PORT"),
        red("bind-loopback", "gunicorn -b localhost:$PORT a:b"),
        red("bind-loopback", "streamlit run app.py --server.address=localhost"),
        red("bind-loopback", "python manage.py runserver"),
        green("bind-loopback", "uvicorn a:b --host 0.0.0.0"),
        green("bind-loopback", "gunicorn a:b"),
        green("bind-loopback", "gunicorn -b :8000 a:b"),
        green("bind-loopback", "streamlit run app.py"),
        green("bind-loopback", "flask run").plan("[environment]\nFLASK_RUN_HOST = \"0.0.0.0\"\n"),
        red("workers-from-cores", "gunicorn -w $(nproc) a:b"),
        red("workers-from-cores", "pm2-runtime start app.js -i max"),
        green("workers-from-cores", "gunicorn -w 2 a:b"),
        red("port-ignored", "uvicorn a:b --port 8000").plan(""),
        red("port-ignored", "streamlit run app.py").plan(""),
        red("port-ignored", "uvicorn a:b --port $PORT").plan("[port]\nvariable = \"none\"\n"),
        red("port-ignored", "gunicorn a:b").plan("[port]\nvariable = \"none\"\n"),
        green("port-ignored", "gunicorn a:b").plan(""),
        green("port-ignored", "uvicorn a:b --port ${PORT:-8000}").plan(""),
        green("port-ignored", "uvicorn a:b --port 8080").plan(""),
        green("port-ignored", "streamlit run app.py").plan("[environment]\nSTREAMLIT_SERVER_PORT = \"{port}\"\n"),
    ]
}

fn node() -> Vec<Case> {
    let package = ("package.json", "{\"name\": \"shop\", \"dependencies\": {\"express\": \"4.19.2\"}}");
    let red = |check, place, text: &'static str| Case::red(check, place, &[package, ("server.js", text)]).plan("");
    let green = |check, text: &'static str| Case::green(check, &[package, ("server.js", text)]).plan("");
    let mail = "[process]\nblocked_ports = [25, 587]\n";
    vec![
        red("port-ignored", "server.js:1", "app.listen(3000, () => {})"),
        red("port-ignored", "server.js:2", "const port = 3000\nserver.listen({ port: 3000 })"),
        green("port-ignored", "const port = process.env.PORT || 3000\napp.listen(port)"),
        green("port-ignored", "// app.listen(3000)\napp.listen(8080)"),
        red("bind-loopback", "server.js:1", "app.listen(process.env.PORT, 'localhost')"),
        green("bind-loopback", "app.listen(process.env.PORT, '0.0.0.0')"),
        red("workers-from-cores", "server.js:1", "for (const cpu of os.cpus()) cluster.fork()"),
        green("workers-from-cores", "console.log(os.cpus().length)"),
        red("files-lost", "server.js:1", "fs.writeFileSync('data/orders.json', text)"),
        red("files-lost", "server.js:1", "const upload = multer({ dest: 'uploads/' })"),
        green("files-lost", "fs.writeFileSync('/tmp/x', text); fs.writeFileSync(name, text)"),
        green("files-lost", "fs.writeFileSync('a.json', text)").plan("[disk]\nkind = \"kept\"\n"),
        red("blocked-port", "server.js:1", "nodemailer.createTransport({ host: 'a', port: 587 })").plan(mail),
        green("blocked-port", "nodemailer.createTransport({ host: 'a', port: 2525 })").plan(mail),
        red("node-import-uncovered", "server.js:2", "const express = require('express')\nimport x from '@scope/x/y'"),
        green(
            "node-import-uncovered",
            "require('express'); require('node:fs'); require('fs/promises'); require('./a')",
        ),
    ]
}

fn python() -> Vec<Case> {
    let red = |check, place, text: &'static str| Case::red(check, place, &[("app.py", text)]).plan("");
    let green = |check, text: &'static str| Case::green(check, &[("app.py", text)]).plan("");
    let run = ("Dockerfile", "FROM python:3.12\nUSER app\nCMD [\"python\", \"app.py\"]\n");
    let script = |check, place, text: &'static str| Case::red(check, place, &[run, ("app.py", text)]).plan("");
    let mail = "[process]\nblocked_ports = [25, 587]\n";
    let toml = ".streamlit/secrets.toml";
    let secret = "import streamlit as st\nst.secrets[\"db\"][\"password\"]\n";
    vec![
        red("secrets-missing", "app.py:2", secret).ignored(toml, "[db]\nuser = 1\n"),
        red("secrets-missing", "app.py:2", "from streamlit import secrets\nprint(secrets.db.password)")
            .ignored(toml, "a = 1\n"),
        red("secrets-missing", "app.py:2", "import os\nkey = os.environ['API_KEY']").ignored(".env", "OTHER=1\n"),
        green("secrets-missing", secret).ignored(toml, "[db]\npassword = \"x\"\n"),
        green("secrets-missing", "import os\nkey = os.environ['API_KEY']").ignored(".env", "API_KEY=1\n"),
        green(
            "secrets-missing",
            "import os\nos.environ['A'] = '1'\nos.environ['A']\nos.environ['PORT']\nos.getenv('B')\n",
        ),
        green("secrets-missing", "import os\ntry:\n    os.environ['A']\nexcept KeyError:\n    pass\n"),
        Case::green(
            "secrets-missing",
            &[("app.py", secret), (".streamlit/secrets.toml.example", "[db]\npassword = \"\"\n")],
        ),
        red("file-broken", "app.py:2", "a = 1\nprint((a)\n"),
        Case::red("file-broken", "package.json:3", &[("package.json", "{\n\"a\": \n")]),
        Case::red("file-broken", "render.yaml:2", &[("render.yaml", "a: 1\n b: [\n")]),
        green("file-broken", "print(f\"{d['a']}\", '''x\n(''')\n"),
        red("files-lost", "app.py:2", "import sqlite3\nsqlite3.connect('shop.db')"),
        red("files-lost", "app.py:1", "open('log.txt', 'a')"),
        red("files-lost", "app.py:1", "df.groupby('a').sum().to_csv('out/a.csv')"),
        red("files-lost", "app.py:1", "app.config['UPLOAD_FOLDER'] = 'uploads'"),
        red("files-lost", "app.py:1", "engine = create_engine('sqlite:///shop.db')"),
        green(
            "files-lost",
            "open('a.txt')\nopen('/tmp/a', 'w')\nopen(name, 'w')\nsqlite3.connect(':memory:')\ndf.to_csv(buffer)",
        ),
        red("blocked-port", "app.py:2", "import smtplib\nsmtplib.SMTP('mail.example.com', 587)").plan(mail),
        red("blocked-port", "app.py:1", "EMAIL_PORT = 587").plan(mail),
        green("blocked-port", "import smtplib\nsmtplib.SMTP('mail.example.com', 2525)").plan(mail),
        red("workers-from-cores", "app.py:2", "import multiprocessing\nworkers = multiprocessing.cpu_count() * 2 + 1"),
        green("workers-from-cores", "import os\nw = int(os.environ.get('WEB_CONCURRENCY', os.cpu_count()))")
            .plan("[environment]\nWEB_CONCURRENCY = \"1\"\n"),
        Case::red("bind-loopback", "gunicorn.conf.py:1", &[("gunicorn.conf.py", "bind = \"127.0.0.1:8080\"\n")]),
        Case::red("port-ignored", "gunicorn.conf.py:1", &[("gunicorn.conf.py", "bind = '0.0.0.0:5000'\n")]).plan(""),
        red("upload-limit", "app.py:1", "app.config['MAX_CONTENT_LENGTH'] = 64 * 1024 * 1024")
            .plan("[router]\nbody = \"32 MiB\"\n"),
        red("upload-limit", "app.py:1", "MAX_CONTENT_LENGTH = 1_000_000_000"),
        green("upload-limit", "app.config['MAX_CONTENT_LENGTH'] = 16 * 1024 * 1024")
            .plan("[router]\nbody = \"32 MiB\"\n"),
        script("bind-loopback", "app.py:3", "from flask import Flask\napp = Flask(__name__)\napp.run(port=8080)"),
        script("port-ignored", "app.py:2", "import uvicorn\nuvicorn.run('a:b', host='0.0.0.0')"),
        Case::green(
            "port-ignored",
            &[run, ("app.py", "import uvicorn\nuvicorn.run(app, port=int(os.environ['PORT']))")],
        )
        .plan(""),
        Case::green("bind-loopback", &[("app.py", "from flask import Flask\napp = Flask(__name__)\napp.run()")]),
    ]
}

fn packages() -> Vec<Case> {
    let app = (
        "app.py",
        "import yaml\nimport os\nimport helper\nfrom . import x\ntry:\n    import toml\nexcept ImportError:\n    pass\n",
    );
    let named = |text: &'static str| ("requirements.txt", text);
    let helper = ("helper.py", "");
    vec![
        Case::red("import-uncovered", "app.py:1", &[app, helper, named("flask==3.0\n")]),
        Case::red("import-uncovered", "app.py:3", &[app, named("PyYAML==6.0\n")]),
        Case::green("import-uncovered", &[app, helper, named("PyYAML==6.0\n")]),
        Case::green("import-uncovered", &[app, helper]),
        Case::red("requirement-unpinned", "requirements.txt:2", &[named("flask==3.0\nrequests>=2\n")]),
        Case::green("requirement-unpinned", &[named("flask==3.0\nmine @ https://example.com/a.whl\n")]),
        Case::green("requirement-unpinned", &[named("flask\n"), ("uv.lock", "")]),
        Case::red("requirement-conflict", "requirements.txt:2", &[named("flask==3.0\nFlask==2.0\n")]),
        Case::green("requirement-conflict", &[named("flask==3.0\nFlask==3.0.0\na==1; x\na==2; y\n")]),
        Case::red("package-too-large", "requirements.txt:2", &[named("flask==3\ntensorflow==2.21.0\n")]).plan(""),
        Case::green("package-too-large", &[named("pandas==3.0\n")]).plan(""),
        Case::red("python-module-gone", "app.py:1", &[("app.py", "import cgi\n")]).plan("[build]\npython = \"3.13\"\n"),
        Case::green("python-module-gone", &[("app.py", "import cgi\n")]).plan("[build]\npython = \"3.12\"\n"),
    ]
}

/// What is asked of the project's own files, as they were understood.
fn found() -> Vec<Case> {
    let said = || Place::line("render.yaml", 3);
    let of = |framework| Python { framework: Some(Said::at(Place::file("app.py"), framework)), ..Python::default() };
    let asks = |version: &str| Python {
        version: Some(Said::at(Place::line("runtime.txt", 1), version.to_owned())),
        ..Python::default()
    };
    let health = |path: &str| Taken { health_path: Some(Said::at(said(), path.to_owned())), ..Taken::default() };
    let route = |text: &'static str| [("app.py", text)];
    let fastapi = "from fastapi import FastAPI\napp = FastAPI()\n@app.get(\"/healthz\")\ndef a():\n    pass\n";
    let pythons = "[build]\npythons = [\"3.11\", \"3.12\"]\n";
    let memory = |mib| Taken { memory: Some(Said::at(said(), Memory::from_mib(mib))), ..Taken::default() };
    let manifest = "[manifest.\"host.yaml\"]\nformat = \"yaml\"\n[manifest.\"host.yaml\".keys]\n\".\" = [\"services\"]\n\"services[]\" = [\"name\", \"healthCheckPath\"]\n";
    let cpu = Taken { cpu: Some(Said::at(said(), Millicores::new(1000))), ..Taken::default() };
    vec![
        Case::red("health-path", "render.yaml:3", &route(fastapi)).python(of(Framework::FastApi), health("/health")),
        Case::red("health-path", "render.yaml:3", &route("import streamlit\n"))
            .python(of(Framework::Streamlit), health("/healthz")),
        Case::green("health-path", &route(fastapi)).python(of(Framework::FastApi), health("/healthz")),
        Case::green("health-path", &route(fastapi)).python(of(Framework::FastApi), health("/docs")),
        Case::green(
            "health-path",
            &route("from flask import Flask\napp.register_blueprint(x)\n@x.route('/a')\ndef a(): pass\n"),
        )
        .python(of(Framework::Flask), health("/health")),
        Case::green("health-path", &route("import streamlit\n"))
            .python(of(Framework::Streamlit), health("/_stcore/health")),
        Case::red("python-version", "runtime.txt:1", &[]).python(asks("python-3.8.10"), Taken::default()).plan(pythons),
        Case::red("python-version", "runtime.txt:1", &[]).python(asks("python-2.7.18"), Taken::default()).plan(pythons),
        Case::green("python-version", &[]).python(asks("3.12.4"), Taken::default()).plan(pythons),
        Case::green("python-version", &[]).python(asks(">=3.8"), Taken::default()).plan(pythons),
        Case::green("python-version", &[]).python(asks("3.8"), Taken::default()).plan(""),
        Case::red(
            "manifest-key",
            "host.yaml:3",
            &[("host.yaml", "services:\n  - name: shop\n    healthcheckPath: /\n")],
        )
        .plan(manifest),
        Case::green("manifest-key", &[("host.yaml", "services:\n  - name: shop\n    healthCheckPath: /\n")])
            .plan(manifest),
        Case::red("limits-above-plan", "render.yaml:3", &[]).python(Python::default(), memory(1024)).plan(""),
        Case::red("limits-above-plan", "render.yaml:3", &[]).python(Python::default(), cpu).plan(""),
        Case::green("limits-above-plan", &[]).python(Python::default(), memory(512)).plan(""),
    ]
}
