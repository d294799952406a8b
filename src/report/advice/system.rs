//! Programs and libraries that are no package of a language: which package of the system brings them. The names
//! are Debian's, on which most platforms and the common base images rest.

/// Libraries by the beginning of their file name, and the package that has them.
const LIBRARIES: &[(&str, &str)] = &[
    ("libGL.so", "libgl1"),
    ("libEGL.so", "libegl1"),
    ("libSM.so", "libsm6"),
    ("libXext.so", "libxext6"),
    ("libXrender.so", "libxrender1"),
    ("libX11.so", "libx11-6"),
    ("libasound.so", "libasound2"),
    ("libcairo.so", "libcairo2"),
    ("libffi.so", "libffi-dev"),
    ("libfreetype.so", "libfreetype6"),
    ("libgdal.so", "libgdal-dev"),
    ("libgeos_c.so", "libgeos-c1v5"),
    ("libglib-2.0.so", "libglib2.0-0"),
    ("libgobject-2.0", "libglib2.0-0"),
    ("libgomp.so", "libgomp1"),
    ("libgthread-2.0.so", "libglib2.0-0"),
    ("libmagic.so", "libmagic1"),
    ("libmariadb.so", "libmariadb3"),
    ("libnss3.so", "libnss3"),
    ("libodbc.so", "unixodbc"),
    ("libopenblas.so", "libopenblas0"),
    ("libpango-1.0", "libpango-1.0-0"),
    ("libpangocairo-1.0", "libpangocairo-1.0-0"),
    ("libportaudio.so", "libportaudio2"),
    ("libpq.so", "libpq5"),
    ("libsndfile.so", "libsndfile1"),
    ("libspatialindex", "libspatialindex-dev"),
    ("libtesseract.so", "tesseract-ocr"),
    ("libvips.so", "libvips42"),
    ("libxml2.so", "libxml2"),
    ("libxslt.so", "libxslt1.1"),
    ("libzbar.so", "libzbar0"),
];

/// Programs, and the package of the system that has them.
const PROGRAMS: &[(&str, &str)] = &[
    ("chromedriver", "chromium-driver"),
    ("chromium", "chromium"),
    ("convert", "imagemagick"),
    ("curl", "curl"),
    ("ffmpeg", "ffmpeg"),
    ("ffprobe", "ffmpeg"),
    ("gcc", "build-essential"),
    ("git", "git"),
    ("java", "default-jre-headless"),
    ("libreoffice", "libreoffice"),
    ("make", "build-essential"),
    ("pandoc", "pandoc"),
    ("pdftoppm", "poppler-utils"),
    ("pg_config", "libpq-dev"),
    ("pg_dump", "postgresql-client"),
    ("psql", "postgresql-client"),
    ("soffice", "libreoffice"),
    ("tesseract", "tesseract-ocr"),
    ("unzip", "unzip"),
    ("wget", "wget"),
    ("wkhtmltopdf", "wkhtmltopdf"),
];

/// Programs that a package of the same name brings, in the requirements of a Python app.
const OF_PYTHON: &[&str] = &[
    "alembic",
    "celery",
    "chainlit",
    "daphne",
    "dash",
    "fastapi",
    "flask",
    "gradio",
    "granian",
    "gunicorn",
    "honcho",
    "hypercorn",
    "panel",
    "poetry",
    "streamlit",
    "uv",
    "uvicorn",
    "waitress-serve",
];

/// Programs that a package of the same name brings, among the dependencies of a Node app.
const OF_NODE: &[&str] =
    &["concurrently", "http-server", "next", "nodemon", "pm2", "remix-serve", "serve", "ts-node", "tsx", "vite"];

/// Where a package is named so that it is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shelf {
    /// `requirements.txt`, or what the app has in its place.
    Python,
    /// `package.json`.
    Node,
    /// The packages of the system.
    System,
}

/// The package that has a library.
pub(super) fn package_of_library(library: &str) -> Option<&'static str> {
    LIBRARIES.iter().find(|(name, _)| library.starts_with(name)).map(|(_, package)| *package)
}

/// The package that has a program, and where it is named.
pub(super) fn package_of_program(program: &str) -> Option<(Shelf, &'static str)> {
    let of = |names: &'static [&'static str]| names.iter().find(|name| **name == program).copied();
    let python = of(OF_PYTHON).map(|name| (Shelf::Python, if name == "waitress-serve" { "waitress" } else { name }));
    let node = || of(OF_NODE).map(|name| (Shelf::Node, name));
    let system = || PROGRAMS.iter().find(|(name, _)| *name == program).map(|(_, package)| (Shelf::System, *package));
    python.or_else(node).or_else(system)
}

impl Shelf {
    /// How a package is put there.
    pub(super) fn add(self, package: &str) -> String {
        match self {
            Self::Python => format!("add `{package}` to `requirements.txt`, or to what the app has in its place"),
            Self::Node => format!("`npm install {package}`, which adds it to `dependencies` in `package.json`"),
            Self::System => format!(
                "install the system's package `{package}`: a line of `packages.txt` where the platform reads one, else \
                 `RUN apt-get update && apt-get install -y {package}` in a Dockerfile"
            ),
        }
    }
}
