use super::project;
use super::projects::Files;
use crate::cli::current;

const GUIDE: &str = "docs/guides/check.md";

#[test]
fn the_reference_page_of_checks_is_current() {
    current("docs/reference/checks.md", &::emu::check::reference());
}

/// The project that the guide speaks of.
const SHOWN: Files = &[
    (
        "app.py",
        "import os\n\nimport pandas as pd\nimport streamlit as st\nimport yaml\n\nkey = os.environ[\"API_KEY\"]\nfile = st.file_uploader(\"A table\")\nif file:\n    pd.read_csv(file).to_csv(\"last.csv\")\n",
    ),
    ("requirements.txt", "streamlit==1.51.0\npandas\n"),
    (
        "Dockerfile",
        "FROM python:3.12-slim\nCOPY . .\nRUN pip install -r requirements.txt\nRUN useradd app\nUSER app\nCMD streamlit run app.py --server.port 8501\n",
    ),
    (".streamlit/config.toml", "[client]\nshowErrorDetails = \"none\"\n"),
    (".env", "API_KEY=abc\n"),
];

#[test]
fn the_guide_shows_what_is_printed() {
    let given = project(&["check", "shop", "--profile", "render-free"], SHOWN, &[".env"]).run().status(1);
    let page = std::fs::read_to_string(GUIDE).expect("the guide is there");
    let begin = "$ emu check shop --profile render-free\n";
    let (head, rest) = page.split_once(begin).expect("a block of the guide shows the command");
    let (shown, tail) = rest.split_once("```").expect("a block ends");
    if std::env::var_os("EMU_BLESS").is_some() {
        std::fs::write(GUIDE, format!("{head}{begin}{}```{tail}", given.stdout)).expect("it can be written");
    } else {
        assert_eq!(shown, given.stdout, "{GUIDE}; `EMU_BLESS=1 cargo test` rewrites it");
    }
}
