//! Small projects in the way people write them: one with planted faults and a clean one of each kind.

/// The files of a project.
pub type Files = &'static [(&'static str, &'static str)];

/// A kind of project, its faults and its clean twin.
pub struct Kind {
    pub name: &'static str,
    pub plan: &'static str,
    pub clean: Files,
    pub faulty: Files,
    /// Files of secrets that the faulty one has committed.
    pub committed: &'static [&'static str],
    /// Each planted fault: the check and its place.
    pub faults: &'static [(&'static str, &'static str)],
}

pub const KINDS: &[Kind] = &[STREAMLIT, FASTAPI, FLASK, NODE, DOCKER, COMPOSE];

const STREAMLIT: Kind = Kind {
    name: "streamlit",
    plan: "streamlit-cloud",
    clean: &[
        (
            "app.py",
            "import pandas as pd\nimport streamlit as st\nimport yaml\n\nfrom pages_of import shop\n\nst.title(st.secrets[\"title\"])\n\
             st.write(yaml.safe_load(\"a: 1\"), pd.DataFrame(), shop.NAME)\nst.download_button(\"csv\", pd.DataFrame().to_csv())\n",
        ),
        ("pages_of/__init__.py", ""),
        ("pages_of/shop.py", "NAME = \"shop\"\n"),
        ("requirements.txt", "streamlit==1.51.0\npandas==2.3.3\nPyYAML==6.0.3\n"),
        (
            ".streamlit/config.toml",
            "[server]\nheadless = true\nmaxUploadSize = 50\n\n[client]\nshowErrorDetails = \"none\"\n",
        ),
        (".streamlit/secrets.toml", "title = \"Shop\"\n"),
        (".gitignore", ".streamlit/secrets.toml\n"),
        (".python-version", "3.12\n"),
    ],
    faulty: &[
        (
            "app.py",
            "import sqlite3\n\nimport streamlit as st\nimport yaml\n\ndb = sqlite3.connect(\"shop.db\")\n\
             key = st.secrets[\"mail\"][\"key\"]\nst.file_uploader(\"A table\")\n",
        ),
        ("requirements.txt", "streamlit\ntensorflow==2.20.0\n"),
        (".streamlit/config.toml", "[server]\nmaxUploadSize = 2000\n\n[client]\nshowErrorDetails = \"full\"\n"),
        (".streamlit/secrets.toml", "title = \"hunter2\"\n"),
    ],
    committed: &[".streamlit/secrets.toml"],
    faults: &[
        ("secrets-committed", ".streamlit/secrets.toml"),
        ("secrets-missing", "app.py:7"),
        ("import-uncovered", "app.py:4"),
        ("requirement-unpinned", "requirements.txt:1"),
        ("package-too-large", "requirements.txt:2"),
        ("files-lost", "app.py:6"),
        ("streamlit-upload", ".streamlit/config.toml:2"),
    ],
};

const FASTAPI: Kind = Kind {
    name: "fastapi",
    plan: "render-free",
    clean: &[
        (
            "main.py",
            "import os\n\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\nkey = os.environ[\"API_KEY\"]\n\n\n\
             class Item(BaseModel):\n    name: str\n\n\n@app.get(\"/health\")\ndef health():\n    return {\"ok\": True}\n",
        ),
        ("requirements.txt", "fastapi==0.121.0\nuvicorn==0.38.0\n"),
        (
            "render.yaml",
            "services:\n  - type: web\n    name: shop\n    runtime: python\n    plan: free\n    buildCommand: pip install -r requirements.txt\n    \
             startCommand: uvicorn main:app --host 0.0.0.0 --port $PORT\n    healthCheckPath: /health\n    envVars:\n      - key: API_KEY\n        sync: false\n",
        ),
        (".env.example", "API_KEY=\n"),
        (".gitignore", ".env\n"),
    ],
    faulty: &[
        (
            "main.py",
            "import os\nimport smtplib\n\nimport httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\nkey = os.environ[\"API_KEY\"]\n\n\n\
             @app.get(\"/\")\ndef home():\n    with smtplib.SMTP(\"smtp.example.com\", 587) as mail:\n        mail.noop()\n    \
             with open(\"visits.log\", \"a\") as log:\n        log.write(httpx.get(\"https://example.com\").text)\n",
        ),
        ("requirements.txt", "fastapi==0.121.0\nuvicorn==0.38.0\nuvicorn==0.30.0\n"),
        (".env", "API_TOKEN=hunter2\n"),
    ],
    committed: &[],
    faults: &[
        ("secrets-not-ignored", ".env"),
        ("secrets-missing", "main.py:8"),
        ("import-uncovered", "main.py:4"),
        ("requirement-conflict", "requirements.txt:3"),
        ("blocked-port", "main.py:13"),
        ("files-lost", "main.py:15"),
    ],
};

const FLASK: Kind = Kind {
    name: "flask",
    plan: "heroku-basic",
    clean: &[
        (
            "app.py",
            "import os\n\nfrom flask import Flask\nfrom werkzeug.middleware.proxy_fix import ProxyFix\n\napp = Flask(__name__)\n\
             app.wsgi_app = ProxyFix(app.wsgi_app)\n\n\n@app.route(\"/\")\ndef home():\n    return \"shop\"\n\n\n\
             if __name__ == \"__main__\":\n    app.run(debug=True, port=int(os.environ.get(\"PORT\", 5000)))\n",
        ),
        ("Procfile", "web: gunicorn app:app\n"),
        ("requirements.txt", "Flask==3.1.2\ngunicorn==23.0.0\n"),
        (".python-version", "3.13\n"),
        (".gitignore", ".env\n"),
    ],
    faulty: &[
        (
            "app.py",
            "import os\n\nfrom flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\n\napp = Flask(__name__)\n\
             app.config[\"SQLALCHEMY_DATABASE_URI\"] = \"sqlite:///shop.db\"\napp.config[\"UPLOAD_FOLDER\"] = \"uploads\"\ndb = SQLAlchemy(app)\n",
        ),
        ("gunicorn.conf.py", "import multiprocessing\n\nworkers = multiprocessing.cpu_count() * 2 + 1\n"),
        ("Procfile", "web: gunicorn app:app\n"),
        ("requirements.txt", "Flask==3.1.2\ngunicorn\n"),
    ],
    committed: &[],
    faults: &[
        ("import-uncovered", "app.py:4"),
        ("requirement-unpinned", "requirements.txt:2"),
        ("workers-from-cores", "gunicorn.conf.py:3"),
        ("files-lost", "app.py:7"),
        ("files-lost", "app.py:8"),
    ],
};

const NODE: Kind = Kind {
    name: "node",
    plan: "render-free",
    clean: &[
        (
            "package.json",
            "{\n  \"name\": \"shop\",\n  \"scripts\": {\"start\": \"node server.js\"},\n  \"dependencies\": {\"express\": \"4.21.2\"}\n}\n",
        ),
        (
            "server.js",
            "const path = require('node:path')\nconst express = require('express')\n\nconst app = express()\nconst port = process.env.PORT || 3000\n\
             app.use(express.static(path.join(__dirname, 'public')))\napp.listen(port, () => console.log(`listening on ${port}`))\n",
        ),
        ("package-lock.json", "{\"lockfileVersion\": 3}\n"),
        (".gitignore", "node_modules/\n.env\n"),
    ],
    faulty: &[
        (
            "package.json",
            "{\n  \"name\": \"shop\",\n  \"scripts\": {\"start\": \"node server.js\"},\n  \"dependencies\": {\"express\": \"4.21.2\"}\n}\n",
        ),
        (
            "server.js",
            "import express from 'express'\nimport fs from 'fs'\nimport nodemailer from 'nodemailer'\n\nconst app = express()\n\
             const mail = nodemailer.createTransport({ host: 'smtp.example.com', port: 465 })\n\
             app.post('/orders', () => fs.writeFileSync('orders.json', '[]'))\napp.listen(3000, 'localhost')\n",
        ),
        (".env", "KEY=hunter2\n"),
    ],
    committed: &[".env"],
    faults: &[
        ("secrets-committed", ".env"),
        ("node-import-uncovered", "server.js:3"),
        ("blocked-port", "server.js:6"),
        ("files-lost", "server.js:7"),
        ("bind-loopback", "server.js:8"),
        ("port-ignored", "server.js:8"),
    ],
};

const DOCKER: Kind = Kind {
    name: "docker",
    plan: "cloudrun-512mib",
    clean: &[
        (
            "Dockerfile",
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nRUN useradd app\nUSER app\n\
             EXPOSE 8080\nCMD [\"uvicorn\", \"main:app\", \"--host\", \"0.0.0.0\", \"--port\", \"8080\"]\n",
        ),
        ("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ("requirements.txt", "fastapi==0.121.0\nuvicorn==0.38.0\n"),
        (".env", "KEY=hunter2\n"),
        (".gitignore", ".env\n"),
        (".dockerignore", ".env\n.git\n"),
    ],
    faulty: &[
        (
            "Dockerfile",
            "FROM --platform=linux/arm64 python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n\
             EXPOSE 8080\nCMD uvicorn main:app --host 127.0.0.1 --port 8000\n",
        ),
        ("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ("requirements.txt", "fastapi==0.121.0\nuvicorn==0.38.0\n"),
        (".env", "KEY=hunter2\n"),
        (".gitignore", ".env\n"),
    ],
    committed: &[],
    faults: &[
        ("bind-loopback", "Dockerfile:6"),
        ("port-ignored", "Dockerfile:6"),
        ("docker-shell-form", "Dockerfile:6"),
        ("docker-root", "Dockerfile:1"),
        ("docker-architecture", "Dockerfile:1"),
        ("docker-expose", "Dockerfile:5"),
        ("docker-secrets", "Dockerfile:3"),
    ],
};

const COMPOSE: Kind = Kind {
    name: "compose",
    plan: "render-free",
    clean: &[
        (
            "compose.yaml",
            "services:\n  web:\n    build: .\n    ports: [\"8080:10000\"]\n    mem_limit: 512m\n    cpus: 0.1\n",
        ),
        (
            "Dockerfile",
            "FROM python:3.12-slim\nCOPY app.py .\nRUN useradd app\nUSER app\nCMD [\"python\", \"-m\", \"http.server\", \"10000\"]\n",
        ),
        ("app.py", "print(\"shop\")\n"),
    ],
    faulty: &[
        ("compose.yaml", "services:\n  web:\n    build: .\n    mem_limit: 2g\n   ports: 1\n"),
        ("Dockerfile", "FROM python:3.12-slim\nCOPY app.py .\nUSER root\nENTRYPOINT python -m http.server 8000\n"),
        ("app.py", "print(\"shop\"\n"),
    ],
    committed: &[],
    faults: &[
        ("file-broken", "compose.yaml:5"),
        ("file-broken", "app.py:1"),
        ("docker-root", "Dockerfile:3"),
        ("docker-shell-form", "Dockerfile:4"),
        ("port-ignored", "Dockerfile:4"),
    ],
};
